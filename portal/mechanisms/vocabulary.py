"""The codes that facets are made of, with their labels, groups and what the rules need to know of each.

Codes are what is stored and compared; labels are English words marked for translation (see labels.py) and are only
shown. A code that is not here is not an error: it is kept, reported and matched by no rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from portal.mechanisms.catalogue import CatalogueError, load_catalogue

FILE = Path(__file__).parent / "vocabulary.toml"
SCHEMA = "unhindered.vocabulary/1"
LETTERS = ("urgent appeal", "allegation letter", "other letter")


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one facet. `letter` and `grave` are only set for acts; `huridocs` is the interchange code."""

    code: str
    label: str
    group: str
    letter: str = ""
    grave: bool = False
    huridocs: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Facets by name, each a mapping of code to Code in the order of forms; `groups` maps a group to its label."""

    facets: Mapping[str, Mapping[str, Code]]
    groups: Mapping[str, str]

    def knows(self, facet: str, code: str) -> bool:
        """Whether a code may be used for a facet. Every mechanism is also a body that a person may have dealt with."""
        if code in self.facets[facet]:
            return True
        return facet == "un_body_cooperated" and code in load_catalogue()

    def label(self, facet: str, code: str) -> str:
        """English words for a code; a mechanism's name for a body known only by its id; else the code itself."""
        if found := self.facets[facet].get(code):
            return found.label
        if facet == "un_body_cooperated" and code in load_catalogue():
            return load_catalogue()[code].name
        return code


def read_vocabulary(text: str) -> Vocabulary:
    """The vocabulary in a text. Raises CatalogueError for a code used twice, an unknown group or letter."""
    data = tomllib.loads(text)
    groups: dict[str, str] = data.pop("groups")
    problems: list[str] = []
    if data.pop("schema", None) != SCHEMA:
        problems.append(f"vocabulary.toml: schema must be {SCHEMA!r}.")
    facets: dict[str, Mapping[str, Code]] = {}
    for facet, entries in data.items():
        codes = [Code(**entry) for entry in entries]
        for code in codes:
            if code.group not in groups:
                problems.append(f"vocabulary.toml: {facet} {code.code}: the group {code.group!r} has no label.")
            if facet == "act_types" and code.letter not in LETTERS:
                problems.append(f"vocabulary.toml: {facet} {code.code}: letter must be one of {', '.join(LETTERS)}.")
        facets[facet] = MappingProxyType({code.code: code for code in codes})
        if len(facets[facet]) != len(codes):
            problems.append(f"vocabulary.toml: {facet}: a code stands there twice.")
    if problems:
        raise CatalogueError(tuple(problems))
    return Vocabulary(MappingProxyType(facets), MappingProxyType(groups))


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary that ships with the program, read once."""
    return read_vocabulary(FILE.read_text(encoding="utf-8"))
