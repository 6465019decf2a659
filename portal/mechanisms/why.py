"""Why a mechanism is not recommended, in sentences for the reviewer who expected it."""

from __future__ import annotations

from typing import Any

from portal.mechanisms import conditions, gates
from portal.mechanisms.catalogue import load_catalogue
from portal.mechanisms.facets import Facets
from portal.mechanisms.places import country_name, load_areas
from portal.mechanisms.results import Recommendation, Recommendations
from portal.mechanisms.rules import BODY, COUNTRY_MANDATE, Give, Rule, load_rules
from portal.mechanisms.vocabulary import load_vocabulary

WORDS = {
    "act": ("the act is one of", "act_types"),
    "body": ("the contact was with one of", "un_body_cooperated"),
    "profile": ("somebody affected is one of", "victim_profile"),
    "only_profile": ("all affected are among", "victim_profile"),
    "perpetrator": ("behind it is one of", "perpetrator"),
    "urgency": ("the timing is", "urgency"),
    "nexus": ("the link to the UN is", "nexus"),
    "party": ("the State is a party to the treaty of", "un_body_cooperated"),
}
FLAG_WORDS = {
    "in_danger": "somebody may be in danger",
    "country_mandate": "a country mandate covers the country",
    "within_three_months": "it began within three months",
    "complaint_pending": "a complaint is pending",
}


def why_not(answer: Recommendations, mechanism_id: str) -> str:
    """See `Recommendations.why_not`."""
    name = load_catalogue()[mechanism_id].name
    for items, says in (
        (answer.items, "is recommended, as {role}: "),
        (answer.blocked, "fits, but a consent or a name is missing: {missing} It fits because: "),
        (answer.further, "fits, but stronger ones fill the list; it can be added by hand: "),
    ):
        if found := _find(items, mechanism_id):
            start = says.format(role=found.role, missing=" ".join(found.missing))
            return f"{name} {start}{' '.join(reason.text for reason in found.reasons)}"
    if gates.barred(mechanism_id, answer.facets):
        gate, text = ("G5", "un_insider") if gates.only_un_insider(answer.facets) else ("G1", "says")
        return f"{name} is not recommended: {gates.load_gates().texts[gate][text]}"
    return f"{name} is not recommended: {_unmet(mechanism_id)}"


def _find(items: tuple[Recommendation, ...], mechanism_id: str) -> Recommendation | None:
    return next((item for item in items if item.id == mechanism_id), None)


def _unmet(mechanism_id: str) -> str:
    """No rule that could name it applies: say what each would need."""
    wants = [words for rule in load_rules() for give in rule.gives if (words := _needs(rule, give, mechanism_id))]
    if not wants:
        return "no rule names it; a reviewer can still add it."
    return "no rule for this case names it. It would be named when " + "; or when ".join(dict.fromkeys(wants)) + "."


def _needs(rule: Rule, give: Give, mechanism_id: str) -> str:
    """What a rule would need to name this mechanism, in words; empty when it never names it."""
    when, unless = dict(rule.when), dict(rule.unless)
    start = []
    if give.id == BODY:
        if not conditions.LISTS["body"](Facets(un_body_cooperated=(mechanism_id,)), tuple(when.pop("body"))):
            return ""
        unless.pop("body", None)
        start = ["the contact was with it"]
    elif give.id == COUNTRY_MANDATE:
        country = mechanism_id.removeprefix("sp-country-")
        if country == mechanism_id:
            return ""
        del when["country_mandate"]
        start = [f"the country is {country_name(country)}"]
    elif give.id != mechanism_id:
        return ""
    parts = [*start, *(describe(key, wanted) for key, wanted in when.items())]
    parts += [f"not ({describe(key, wanted)})" for key, wanted in unless.items()]
    return " and ".join(parts) or "nothing stands against it"


def describe(key: str, wanted: Any) -> str:
    """One key of a condition in words."""
    if key in FLAG_WORDS:
        return FLAG_WORDS[key] if wanted else f"not: {FLAG_WORDS[key]}"
    if key == "area":
        return "the place is among the " + " or the ".join(load_areas()[area].label for area in wanted)
    if key in WORDS:
        start, facet = WORDS[key]
        return f"{start}: " + ", ".join(load_vocabulary().label(facet, code) for code in wanted)
    return f"{key.replace('_', ' ')}: {', '.join(wanted)}"
