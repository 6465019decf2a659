"""The catalogue: one file a mechanism, read once into frozen values.

A file that breaks the schema stops the load with every problem at once, each with its file and line: a catalogue that
is half right would recommend half of what it should.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from portal.mechanisms import schema

FOLDER = Path(__file__).parent / "catalogue"


class CatalogueError(Exception):
    """Data files that cannot be used. `problems` are sentences, each with file, line and reason."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach a mechanism. Without `last_verified`, or with a status other than "sourced": look it up first."""

    type: str
    value: str
    status: str
    status_note: str = ""
    last_verified: date | None = None

    @property
    def look_up_first(self) -> bool:
        """Whether nobody has confirmed on a known day that this channel still works."""
        return self.status != "sourced" or self.last_verified is None


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    url: str
    retrieved_or_published: str


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism with every fact known of it. `unverified_fields` names what nobody has seen in a source."""

    id: str
    name: str
    names_other: Mapping[str, str]
    category: str
    mandate: str
    legal_basis: tuple[str, ...]
    protects: str
    accepts_from: tuple[str, ...]
    eligibility: tuple[str, ...]
    channels: tuple[Channel, ...]
    required_information: tuple[str, ...]
    consent_rules: tuple[str, ...]
    languages: tuple[str, ...]
    urgency_handling: str
    time_limits: Mapping[str, str]
    follow_up: str
    typical_acts_or_profiles: tuple[str, ...]
    sources: tuple[Source, ...]
    confidence: str
    unverified_fields: tuple[str, ...]


class Catalogue(Mapping[str, Mechanism]):
    """Mechanisms by id, in the order of their ids."""

    def __init__(self, mechanisms: Mapping[str, Mechanism]) -> None:
        self._mechanisms = dict(sorted(mechanisms.items()))

    def __getitem__(self, mechanism_id: str) -> Mechanism:
        return self._mechanisms[mechanism_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mechanisms)

    def __len__(self) -> int:
        return len(self._mechanisms)


def read_mechanism(text: str, file_name: str) -> Mechanism:
    """One file's text as a Mechanism. Raises CatalogueError with file, line and reason of every problem."""
    try:
        entry = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError((f"{file_name}: not readable as TOML: {error}.",)) from None
    found = tuple(
        f"{file_name}, line {_line(text, key)}: {sentence}."
        for key, sentence in schema.problems(entry, file_name.removesuffix(".toml"))
    )
    if found:
        raise CatalogueError(found)
    return _mechanism(entry)


def _line(text: str, key: str) -> int:
    """The line where a key stands, 1 when it is not there at all."""
    pattern = re.compile(rf"^\s*(\[+\s*{re.escape(key)}\s*\]+|{re.escape(key)}\s*=)", re.MULTILINE)
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _mechanism(entry: dict[str, Any]) -> Mechanism:
    fields: dict[str, Any] = {key: tuple(entry[key]) for key in schema.LISTS}
    fields |= {key: MappingProxyType(entry[key]) for key in schema.TABLES}
    fields |= {key: entry[key] for key in (*schema.TEXTS, "id", "category", "confidence")}
    fields["channels"] = tuple(Channel(**channel) for channel in entry["channels"])
    fields["sources"] = tuple(Source(**source) for source in entry["sources"])
    return Mechanism(**fields)


def read_catalogue(folder: Path) -> Catalogue:
    """Every *.toml of a folder. Raises CatalogueError with all problems of all files."""
    found: list[str] = []
    mechanisms: dict[str, Mechanism] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            mechanism = read_mechanism(path.read_text(encoding="utf-8"), path.name)
        except CatalogueError as error:
            found.extend(error.problems)
        else:
            mechanisms[mechanism.id] = mechanism
    if not mechanisms and not found:
        found.append(f"There is no mechanism file in {folder}.")
    if found:
        raise CatalogueError(tuple(found))
    return Catalogue(mechanisms)


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with the program, read once."""
    return read_catalogue(FOLDER)
