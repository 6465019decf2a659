"""What the rules answer: values that only say, and do nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.mechanisms.facets import Facets
    from portal.mechanisms.rules import Role


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a mechanism is named: words, the rule that says so, and the rule's source."""

    text: str
    rule: str
    source: str

    def __str__(self) -> str:
        return f"{self.text} [{self.rule}: {self.source}]"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What to do after sending. `days` is None when no source gives a time."""

    text: str
    days: int | None
    source: str


@dataclass(frozen=True, slots=True)
class GateNote:
    """What a gate has to say about the case."""

    gate: str
    title: str
    says: str
    source: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One mechanism for one case. `missing` are information and consents still wanted, in words."""

    id: str
    role: Role
    kind: str
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    follow_up: FollowUp
    weight: int


@dataclass(frozen=True, slots=True)
class Recommendations:
    """The answer for one case, strongest first within each role; emergency help first when somebody is in danger.

    `blocked` would be recommended but for a consent; `further` fit, but stronger ones fill the list. `hold` says that
    nothing may be sent at all. `digest` names the data that the answer rests on.
    """

    facets: Facets
    items: tuple[Recommendation, ...]
    blocked: tuple[Recommendation, ...]
    further: tuple[Recommendation, ...]
    gates: tuple[GateNote, ...]
    hold: bool
    digest: str

    def ids(self, *roles: Role) -> tuple[str, ...]:
        """Ids of the recommended mechanisms with one of the roles; of all when none is given."""
        return tuple(item.id for item in self.items if not roles or item.role in roles)

    def why_not(self, mechanism_id: str) -> str:
        """Sentences on why a mechanism is not recommended, or that it is. Raises KeyError for an unknown id."""
        from portal.mechanisms.why import why_not

        return why_not(self, mechanism_id)
