"""From facets to mechanisms: gates first, then every rule that applies, then rank and say why.

Rules kept here: pure and deterministic; missing data says "check" and never removes a mechanism; a mechanism that a
rule calls primary is never dropped for lack of room; at most five primaries, but for the body that the person dealt
with. A reviewer decides; nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from portal.mechanisms import gates
from portal.mechanisms.digest import catalogue_digest
from portal.mechanisms.facets import Facets
from portal.mechanisms.kinds import kind_for
from portal.mechanisms.results import Reason, Recommendation, Recommendations
from portal.mechanisms.rules import ROLES, Give, Ranking, Role, Rule, load_ranking, load_rules


@dataclass(slots=True)
class Claim:
    """What the rules together say about one mechanism."""

    weight: int = 0
    role: Role = "referral"
    body: bool = False
    reasons: list[Reason] = field(default_factory=list)

    def add(self, rule: Rule, give: Give) -> None:
        """Take one more rule into account: weights add up, the strongest role stands."""
        self.weight += give.weight
        self.role = min(self.role, give.role, key=ROLES.index)
        self.body = self.body or give.body
        self.reasons.append(Reason(rule.reason, rule.id, rule.source))


def recommend(facets: Facets) -> Recommendations:
    """The mechanisms for a case, with roles, kinds, reasons and what is missing."""
    everything = [_item(name, claim, facets) for name, claim in _ranked(claims(facets))]
    blocked = [item for item in everything if _blocked(item, facets)]
    open_items = [item for item in everything if item not in blocked]
    referrals = [item for item in open_items if item.role == "referral"]
    if gates.hold(facets):
        return _answer(facets, _held(referrals, facets), [i for i in everything if i.role != "referral"], [])
    chosen, further = _choose([item for item in open_items if item.role != "referral"], claims(facets))
    emergency = [item for item in referrals if item.kind == "emergency help"]
    others = [item for item in referrals if item not in emergency]
    return _answer(facets, [*emergency, *chosen, *others], blocked, further)


def claims(facets: Facets) -> dict[str, Claim]:
    """Every mechanism that some rule names, but for those a gate takes out, in the order of the rules."""
    found: dict[str, Claim] = {}
    for rule in load_rules():
        if not rule.applies(facets):
            continue
        for give in rule.gives:
            for mechanism_id in rule.targets(give, facets):
                if not gates.barred(mechanism_id, facets):
                    found.setdefault(mechanism_id, Claim()).add(rule, give)
    for mechanism_id, claim in found.items():
        if facets.treaty_status.get(mechanism_id) == "not_party" and not claim.body:
            claim.role, claim.weight = max(claim.role, "secondary", key=ROLES.index), claim.weight // 2
    return found


def _ranked(found: dict[str, Claim]) -> list[tuple[str, Claim]]:
    """Heaviest first; equal weights in the order of the rules, which is the order of the table."""
    return sorted(found.items(), key=lambda pair: -pair[1].weight)


def _item(mechanism_id: str, claim: Claim, facets: Facets) -> Recommendation:
    kind = kind_for(mechanism_id, facets)
    return Recommendation(
        id=mechanism_id,
        role=claim.role,
        kind=kind.kind if claim.role != "referral" or kind.kind == "emergency help" else "referral",
        reasons=tuple(claim.reasons),
        missing=gates.missing(mechanism_id, claim.role, kind, facets),
        follow_up=kind.follow_up,
        weight=claim.weight,
    )


def _blocked(item: Recommendation, facets: Facets) -> bool:
    return item.role != "referral" and gates.blocked(kind_for(item.id, facets), facets)


def _held(referrals: list[Recommendation], facets: Facets) -> list[Recommendation]:
    """On hold only addresses that the person can turn to are left, each saying that nothing may be sent."""
    hold = gates.load_gates().texts["G2"]["hold"]
    return [replace(item, missing=(hold, *item.missing)) for item in referrals]


def _choose(items: list[Recommendation], found: dict[str, Claim]) -> tuple[list[Recommendation], list[Recommendation]]:
    """At most five primaries (and the body itself); then what is certain; then support while there is room."""
    limits = load_ranking()
    called = [item for item in items if item.role == "primary"]
    primaries = [item for rank, item in enumerate(called) if rank < limits.primaries or found[item.id].body]
    chosen, further = list(primaries), []
    for item in items:
        if item in primaries:
            continue
        if item.weight >= limits.certain or len(chosen) < _room(item, limits):
            chosen.append(replace(item, role="secondary"))
        else:
            further.append(item)
    return chosen, further


def _room(item: Recommendation, limits: Ranking) -> int:
    return limits.slight if item.weight <= limits.strength["slight"] else limits.recommended


def _answer(
    facets: Facets, items: list[Recommendation], blocked: list[Recommendation], further: list[Recommendation]
) -> Recommendations:
    return Recommendations(
        facets=facets,
        items=tuple(items),
        blocked=tuple(blocked),
        further=tuple(further),
        gates=gates.notes(facets),
        hold=gates.hold(facets),
        digest=catalogue_digest(),
    )
