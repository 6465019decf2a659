"""The forms of the mechanisms: which fields a submission has, in which order, as data in templates/letters/.

A form is checked when it is read: known values only, and every item that the catalogue says the mechanism wants is
covered by a field, in the catalogue's order.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from portal.letters.fill import VALUES
from portal.mechanisms.catalogue import CatalogueError, load_catalogue

FOLDER = Path(__file__).parents[2] / "templates" / "letters"
SCHEMA = "unhindered.form/1"
# What identifies a person, but for the reasons why a detention is arbitrary: those are argument, and are masked.
IDENTIFYING = tuple(
    key for key in VALUES if key.startswith(("person.", "detention.")) and key != "detention.why_arbitrary"
)
SECTION_KEYS = {"part", "label", "values", "covers", "gap", "identifies", "optional", "kinds"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `identifies` ones are left out of what reaches a State without consent C.

    `covers` repeats the catalogue's words for what the mechanism wants here; `kinds` limits a field to some kinds.
    """

    label: str
    values: tuple[str, ...]
    gap: str
    part: str = ""
    covers: tuple[str, ...] = ()
    identifies: bool = False
    optional: bool = False
    kinds: tuple[str, ...] = ()

    def asked(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Form:
    """A mechanism's form. `reaches_state`: what is written here goes on to the State responsible."""

    mechanism: str
    title: str
    to: str
    kinds: tuple[str, ...]
    reaches_state: bool
    source: str
    opening: str
    fields: tuple[Field, ...]


def read_form(text: str, file_name: str) -> Form:
    """One form. Raises CatalogueError with every problem."""
    data = tomllib.loads(text)
    found = tuple(f"{file_name}: {sentence}." for sentence in _problems(data, file_name))
    if found:
        raise CatalogueError(found)
    fields = tuple(_field(section) for section in data["section"])
    return Form(
        data["mechanism"],
        data["title"],
        data["to"],
        tuple(data["kinds"]),
        data["reaches_state"],
        data["source"],
        data["opening"],
        fields,
    )


def _field(section: dict[str, Any]) -> Field:
    frozen: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in section.items()}
    return Field(**frozen)


def _problems(data: dict[str, Any], file_name: str) -> Iterator[str]:
    if data.get("schema") != SCHEMA:
        yield f"schema must be {SCHEMA!r}"
    mechanism = str(data.get("mechanism"))
    if mechanism not in load_catalogue() or file_name != f"{mechanism}.toml":
        yield f"the mechanism {mechanism!r} is not in the catalogue, or the file has another name"
        return
    for section in data["section"]:
        if unknown := section.keys() - SECTION_KEYS:
            yield f"{section.get('label')}: unknown keys: {', '.join(sorted(unknown))}"
        yield from (f"{section['label']}: no value {v!r}" for v in section["values"] if v not in VALUES)
        if set(section["values"]) & set(IDENTIFYING) and not section.get("identifies"):
            yield f"{section['label']}: asks for what identifies a person and must say identifies = true"
    wanted = load_catalogue()[mechanism].required_information
    for kind in data["kinds"]:
        asked = [s for s in data["section"] if kind in s.get("kinds", [kind])]
        covered = tuple(item for section in asked for item in section.get("covers", ()))
        if covered != wanted:
            yield f"for {kind!r} the fields must cover, in this order: {'; '.join(wanted)}"


@cache
def load_forms() -> Mapping[str, Form]:
    """The forms by mechanism, read once."""
    forms = (read_form(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.toml")))
    return MappingProxyType({form.mechanism: form for form in forms})
