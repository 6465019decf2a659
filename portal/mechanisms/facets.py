"""What is known of a case, in codes: the only thing the rules look at. Unknown is None or (), and is never "no"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCOPES = ("A", "B", "C", "D", "E", "F", "G")


@dataclass(frozen=True, slots=True)
class Perpetrator:
    """Kinds of actor, and a detail in free words: `state+business:mining police` has the kinds state and business."""

    kinds: tuple[str, ...] = ()
    detail: str = ""

    def __str__(self) -> str:
        kinds = "+".join(self.kinds)
        return f"{kinds}:{self.detail}" if self.detail else kinds


@dataclass(frozen=True, slots=True)
class Consents:
    """The seven scopes. True was given; False was refused; None was asked for and is not known."""

    A: bool | None = True
    B: bool | None = True
    C: bool | None = True
    D: bool | None = True
    E: bool | None = True
    F: bool | None = True
    G: bool | None = True

    def given(self, scope: str) -> bool:
        """Whether a scope ("A" to "G") was given. Not known is not given."""
        return getattr(self, scope) is True


@dataclass(frozen=True, slots=True)
class Facets:
    """One case in codes of the vocabulary. `country` is the State responsible, ISO 3166-1 alpha-2.

    `territory` is where it happened, when that is elsewhere. `treaty_status` maps a committee ("tb-cat") to party,
    not_party or unknown. None and () mean: not known.
    """

    country: str | None = None
    year: int | None = None
    act_types: tuple[str, ...] = ()
    victim_profile: tuple[str, ...] = ()
    un_body_cooperated: tuple[str, ...] = ()
    urgency: str | None = None
    perpetrator: Perpetrator = Perpetrator()
    consents: Consents = Consents()
    territory: str | None = None
    nexus: str | None = None
    danger: bool | None = None
    contact_kind: tuple[str, ...] = ()
    source_identity: str | None = None
    within_three_months: bool | None = None
    complaint_pending: bool | None = None
    already_before: tuple[str, ...] = ()
    treaty_status: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The facets as JSON takes them: what `read_facets` reads back to an equal value."""
        plain: dict[str, Any] = {"consents": {scope: getattr(self.consents, scope) for scope in SCOPES}}
        plain |= {"perpetrator": str(self.perpetrator) or None, "treaty_status": dict(self.treaty_status)}
        for name in (*LISTS, *SINGLES, *FLAGS, *COUNTRIES, "year"):
            value = getattr(self, name)
            plain[name] = list(value) if isinstance(value, tuple) else value
        return plain


# The codes of `already_before` and `treaty_status` are bodies.
LISTS = {
    "act_types": "act_types",
    "victim_profile": "victim_profile",
    "un_body_cooperated": "un_body_cooperated",
    "contact_kind": "contact_kind",
    "already_before": "un_body_cooperated",
}
SINGLES = ("urgency", "nexus", "source_identity")
FLAGS = ("danger", "within_three_months", "complaint_pending")
COUNTRIES = ("country", "territory")
