"""Which kind of communication a mechanism gets in a case, and what follows after it was sent."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from portal.mechanisms import conditions
from portal.mechanisms.facets import Facets
from portal.mechanisms.results import FollowUp
from portal.mechanisms.rules import FOLDER


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of communication. `individual` ones are about a person and need consent C."""

    mechanisms: tuple[str, ...]
    kind: str
    individual: bool
    when: conditions.Condition
    unless: conditions.Condition
    follow_up: FollowUp

    def fits(self, mechanism_id: str, facets: Facets) -> bool:
        named = any(conditions.like(mechanism_id, pattern) for pattern in self.mechanisms)
        return named and conditions.applies(self.when, self.unless, facets)


@cache
def load_kinds() -> tuple[Kind, ...]:
    """The kinds in their order, read once."""
    data = tomllib.loads((FOLDER / "kinds.toml").read_text(encoding="utf-8"))
    return tuple(
        Kind(
            tuple(entry["mechanisms"]),
            entry["kind"],
            entry.get("individual", False),
            MappingProxyType(entry.get("when", {})),
            MappingProxyType(entry.get("unless", {})),
            FollowUp(entry["follow_up"], entry.get("days"), entry["source"]),
        )
        for entry in data["kind"]
    )


def kind_for(mechanism_id: str, facets: Facets) -> Kind:
    """The first kind that names the mechanism and fits the case. A test shows that every mechanism has one."""
    return next(kind for kind in load_kinds() if kind.fits(mechanism_id, facets))
