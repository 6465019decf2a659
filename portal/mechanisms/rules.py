"""The rules, read once into frozen values and checked against vocabulary and catalogue.

A rule that names an unknown code, mechanism or strength, or that has no source, stops the load with a sentence: a
misspelt code would silently never match.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from portal.mechanisms import conditions
from portal.mechanisms.catalogue import CatalogueError, load_catalogue
from portal.mechanisms.facets import Facets

FOLDER = Path(__file__).parent / "rules"
FILES = ("backbone.toml", "acts.toml", "profiles.toml", "actors_and_places.toml")
SCHEMA = "unhindered.rules/1"
BODY, COUNTRY_MANDATE = "$body", "$country_mandate"
Role = Literal["primary", "secondary", "referral"]
ROLES: tuple[Role, ...] = ("primary", "secondary", "referral")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the strengths, and how many mechanisms are shown (rules/ranking.toml says what each limit means)."""

    strength: Mapping[str, int]
    primaries: int
    certain: int
    recommended: int
    slight: int


@dataclass(frozen=True, slots=True)
class Give:
    """What a rule gives: a mechanism (or "$body", "$country_mandate"), a role, a weight.

    `body` marks the body that the person dealt with: it stays a primary whatever else the case brings.
    """

    id: str
    role: Role
    weight: int
    body: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it applies, what it gives, why in words, and where that comes from."""

    id: str
    section: str
    source: str
    reason: str
    when: conditions.Condition
    unless: conditions.Condition
    gives: tuple[Give, ...]

    def applies(self, facets: Facets) -> bool:
        return conditions.applies(self.when, self.unless, facets)

    def targets(self, give: Give, facets: Facets) -> tuple[str, ...]:
        """The mechanisms that one `give` stands for in this case."""
        if give.id == COUNTRY_MANDATE:
            return conditions.country_mandates(facets)
        if give.id != BODY:
            return (give.id,)
        barred = set(self.unless.get("body", ()))
        wanted = tuple(self.when["body"])
        return tuple(
            body
            for body in facets.un_body_cooperated
            if body in load_catalogue() and body not in barred and conditions.LISTS["body"](_only(body), wanted)
        )


def _only(body: str) -> Facets:
    return Facets(un_body_cooperated=(body,))


@cache
def load_ranking() -> Ranking:
    """Weights and limits, read once."""
    data = tomllib.loads((FOLDER / "ranking.toml").read_text(encoding="utf-8"))
    return Ranking(MappingProxyType(data["strength"]), **data["limits"])


def read_rules(text: str, file_name: str) -> tuple[Rule, ...]:
    """The rules of one file. Raises CatalogueError with every problem, each naming file and rule."""
    data = tomllib.loads(text)
    found = list(_problems(data))
    if found:
        raise CatalogueError(tuple(f"{file_name}: {sentence}." for sentence in found))
    return tuple(_rule(entry, data) for entry in data["rule"])


def _rule(entry: dict[str, Any], data: dict[str, Any]) -> Rule:
    weights = load_ranking().strength
    gives = tuple(
        Give(g["id"], g["role"], weights[g.get("strength", data["strength"][g["role"]])], g.get("body", False))
        for g in entry["give"]
    )
    when, unless = MappingProxyType(entry.get("when", {})), MappingProxyType(entry.get("unless", {}))
    return Rule(entry["id"], data["section"], entry["source"], entry["reason"], when, unless, gives)


def _problems(data: dict[str, Any]) -> Iterator[str]:
    if data.get("schema") != SCHEMA:
        yield f"schema must be {SCHEMA!r}"
    for entry in data.get("rule", []):
        name = f"rule {entry.get('id', '(without id)')}"
        for key in ("id", "source", "reason"):
            if not (isinstance(entry.get(key), str) and entry[key].strip()):
                yield f"{name}: {key} is missing"
        for part in ("when", "unless"):
            yield from (f"{name}: {part}: {sentence}" for sentence in conditions.problems(entry.get(part, {})))
        for give in entry.get("give", []):
            if give["id"] not in (BODY, COUNTRY_MANDATE) and give["id"] not in load_catalogue():
                yield f"{name}: the mechanism {give['id']!r} is not in the catalogue"
            if give.get("role") not in ROLES:
                yield f"{name}: the role of {give['id']!r} must be one of: {', '.join(ROLES)}"
            if give.get("strength", "body") not in load_ranking().strength:
                yield f"{name}: the strength {give['strength']!r} is not known"
        if unknown := entry.keys() - {"id", "source", "reason", "when", "unless", "give"}:
            yield f"{name}: unknown keys: {', '.join(sorted(unknown))}"


@cache
def load_rules() -> tuple[Rule, ...]:
    """All rules in the order of their files. Raises CatalogueError also when two rules have the same id."""
    rules = tuple(rule for name in FILES for rule in read_rules((FOLDER / name).read_text(encoding="utf-8"), name))
    ids = [rule.id for rule in rules]
    if twice := sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1}):
        raise CatalogueError((f"Two rules have the same id: {', '.join(twice)}.",))
    return rules
