"""The gates that stand before the rules: what they say, what they block, what they find missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from portal.mechanisms import conditions
from portal.mechanisms.catalogue import load_catalogue
from portal.mechanisms.facets import Facets
from portal.mechanisms.kinds import Kind
from portal.mechanisms.results import GateNote
from portal.mechanisms.rules import FOLDER, Role

STATE_LIKE = frozenset({"state", "other_state", "de_facto_authority", "unknown"})
# Contact with these alone is no cooperation with the UN; the regional bodies protect their own.
NOT_THE_UN = frozenset(
    {
        "none",
        "council_of_europe",
        "coe-private-office",
        "osce",
        "osce-odihr",
        "inter_american_system",
        "iachr",
        "african_commission",
        "achpr-srhrd",
    }
)
# What speaks of a pattern, a law or a group, without names: consent D is enough.
PATTERN_KINDS = frozenset({"other letter", "early warning"})
# What asks for the author's own identity: no organisation can stand in for a person who is not named.
AUTHOR_KINDS = frozenset({"complaint", "interim measures", "urgent action"})
# What dislikes, or refuses, a case that is already before another procedure.
SINGLE_TRACK_KINDS = frozenset({"complaint", "interim measures"})


@dataclass(frozen=True, slots=True)
class Need:
    """Information that some mechanisms want. Without `facet` it is a standing reminder."""

    mechanisms: tuple[str, ...]
    facet: str
    says: str
    acts: tuple[str, ...] = ()

    def wanting(self, mechanism_id: str, facets: Facets) -> bool:
        """Whether this is missing for this mechanism in this case."""
        if not any(conditions.like(mechanism_id, pattern) for pattern in self.mechanisms):
            return False
        if self.acts and not set(self.acts) & set(facets.act_types):
            return False
        return not self.facet or getattr(facets, self.facet) in (None, ())


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates' texts by id, the consents in words, and the list of needs."""

    texts: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]
    needs: tuple[Need, ...]

    def note(self, gate: str, text: str = "says") -> GateNote:
        entry = self.texts[gate]
        return GateNote(gate, entry["title"], entry[text], entry["source"])


@cache
def load_gates() -> Gates:
    """The gates, read once."""
    data = tomllib.loads((FOLDER / "gates.toml").read_text(encoding="utf-8"))
    needs = tuple(Need(tuple(n["mechanisms"]), n["facet"], n["says"], tuple(n.get("acts", ()))) for n in data["need"])
    texts = MappingProxyType({gate["id"]: MappingProxyType(gate) for gate in data["gate"]})
    return Gates(texts, MappingProxyType(data["words"]), needs)


def outside(facets: Facets) -> bool:
    """Gate G1: there is said to be no link to cooperation with the UN."""
    bodies = set(facets.un_body_cooperated)
    return facets.nexus == "none" or bool(bodies and bodies <= NOT_THE_UN)


def only_un_insider(facets: Facets) -> bool:
    """Gate G5: only somebody inside the UN is behind it, so letters to a State miss their aim."""
    return facets.perpetrator.kinds == ("un_insider",)


def hold(facets: Facets) -> bool:
    """Gate G2: without consent B, or A, nothing is sent."""
    return not (facets.consents.given("A") and facets.consents.given("B"))


def notes(facets: Facets) -> tuple[GateNote, ...]:
    """What the gates say about a case, in their order; nothing where all is known and open."""
    gates, found = load_gates(), []
    if conditions.in_danger(facets):
        found.append(gates.note("G0"))
    if outside(facets):
        found.append(gates.note("G1"))
    elif not facets.un_body_cooperated:
        found.append(gates.note("G1", "unknown"))
    if hold(facets):
        found.append(gates.note("G2", "hold"))
    elif not facets.consents.given("C"):
        found.append(gates.note("G2", "no_letter"))
    if facets.source_identity == "anonymous":
        found.append(gates.note("G3"))
    found.append(gates.note("G4", "says" if facets.urgency else "unknown"))
    found += _actor_notes(facets)
    if facets.already_before:
        found.append(gates.note("G7"))
    return tuple(found)


def _actor_notes(facets: Facets) -> list[GateNote]:
    gates, kinds = load_gates(), set(facets.perpetrator.kinds)
    found = []
    if not kinds - {"unknown"}:
        found.append(gates.note("G5", "unknown"))
    if only_un_insider(facets):
        found.append(gates.note("G5", "un_insider"))
    if "other_state" in kinds or (facets.territory and facets.territory != facets.country):
        found.append(gates.note("G5", "two_states"))
    return found


def barred(mechanism_id: str, facets: Facets) -> bool:
    """Whether gate G1 or G5 takes a mechanism out, whatever the rules say."""
    if only_un_insider(facets):
        return mechanism_id.startswith(("sp-", "tb-"))
    return outside(facets) and mechanism_id in ("un-asg-reprisals", "un-sg-annual-report")


def blocked(kind: Kind, facets: Facets) -> bool:
    """Whether this communication may not be prepared yet: a consent (G2) or the author's own name (G3) is missing."""
    given = facets.consents.given
    if kind.individual and not given("C"):
        return True
    if kind.kind in PATTERN_KINDS and not (given("C") or given("D")):
        return True
    return kind.kind in AUTHOR_KINDS and facets.source_identity == "anonymous"


def missing(mechanism_id: str, role: Role, kind: Kind, facets: Facets) -> tuple[str, ...]:
    """Information and consents that this mechanism still wants, in words, in the order of the gates."""
    found = [need.says for need in load_gates().needs if need.wanting(mechanism_id, facets)]
    found += _missing_link(mechanism_id, facets)
    found += _missing_consents(mechanism_id, role, kind, facets)
    gates = load_gates().texts
    if facets.source_identity == "anonymous" and role != "referral":
        found.append(gates["G3"]["says"])
    if mechanism_id.startswith("sp-") and not facets.urgency:
        found.append(gates["G4"]["unknown"])
    if mechanism_id.startswith("sp-") and not set(facets.perpetrator.kinds) - {"unknown"}:
        found.append(gates["G5"]["unknown"])
    if mechanism_id in ("sp-wgeid", "tb-ced") and facets.perpetrator.kinds:
        found += [gates["G5"]["not_state"]] if not STATE_LIKE & set(facets.perpetrator.kinds) else []
    if mechanism_id.startswith("tb-"):
        status = facets.treaty_status.get(mechanism_id, "unknown")
        found += [gates["G6"][status]] if status in ("unknown", "not_party") else []
    if facets.already_before and kind.kind in SINGLE_TRACK_KINDS:
        found.append(gates["G7"]["says"])
    if load_catalogue()[mechanism_id].confidence == "unverified" and role != "referral":
        found.append("Check that this mechanism still exists under this name: the entry is from memory.")
    return tuple(found)


def _missing_link(mechanism_id: str, facets: Facets) -> list[str]:
    """The link to cooperation matters to those who act because of it."""
    wants = mechanism_id in ("un-asg-reprisals", "un-sg-annual-report") or mechanism_id.startswith("tb-")
    if wants and (not facets.un_body_cooperated or facets.nexus == "unknown"):
        return [load_gates().texts["G1"]["unknown"]]
    return []


def _missing_consents(mechanism_id: str, role: Role, kind: Kind, facets: Facets) -> list[str]:
    given, words = facets.consents.given, load_gates().words
    scopes: dict[str, Any] = {
        "B": role != "referral" and not given("B"),
        "C": role != "referral" and not given("C"),
        "D": kind.kind in PATTERN_KINDS and not given("D"),
        "E": mechanism_id == "un-sg-annual-report" and not given("E"),
        "F": mechanism_id in ("sp-wgeid", "un-asg-reprisals") and not given("F"),
        "G": role == "referral" and not given("G"),
    }
    return [words[scope] for scope, is_missing in scopes.items() if is_missing]
