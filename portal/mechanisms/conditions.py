"""When a rule applies: the small language of `when` and `unless` in the rule files.

Every key of a `when` must hold; one key of an `unless` that holds stops the rule. A key with a list holds when the case
has one of its codes. A code that ends in "*" stands for all codes that begin so; "$none" for no code at all.
docs/routing.md explains each key for people who review rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from portal.mechanisms.catalogue import load_catalogue
from portal.mechanisms.facets import Facets
from portal.mechanisms.places import load_areas
from portal.mechanisms.vocabulary import load_vocabulary


def _among(codes: Iterable[str], wanted: tuple[str, ...]) -> bool:
    present = tuple(codes)
    if "$none" in wanted and not present:
        return True
    return any(like(code, pattern) for code in present for pattern in wanted)


def like(code: str, pattern: str) -> bool:
    """Whether a code is the pattern, or begins with what stands before its "*"."""
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern


def _optional(code: str | None) -> tuple[str, ...]:
    return () if code is None else (code,)


def _countries(facets: Facets) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in (facets.country, facets.territory) if code))


def country_mandates(facets: Facets) -> tuple[str, ...]:
    """Ids of the country mandates that cover where it happened or the State responsible."""
    found = (f"sp-country-{code}" for code in _countries(facets))
    return tuple(mechanism for mechanism in found if mechanism in load_catalogue())


def in_danger(facets: Facets) -> bool:
    """Gate G0: somebody said so, or nobody denied it and a threat is imminent."""
    if facets.danger is None:
        return facets.urgency == "imminent"
    return facets.danger


def letters(facets: Facets) -> frozenset[str]:
    """The letters that the acts of a case usually lead to."""
    acts = load_vocabulary().facets["act_types"]
    return frozenset(acts[code].letter for code in facets.act_types if code in acts)


def party_to(facets: Facets) -> tuple[str, ...]:
    return tuple(body for body, status in facets.treaty_status.items() if status == "party")


LISTS: Mapping[str, Callable[[Facets, tuple[str, ...]], bool]] = {
    "act": lambda facets, wanted: _among(facets.act_types, wanted),
    "body": lambda facets, wanted: _among(facets.un_body_cooperated, wanted),
    "profile": lambda facets, wanted: _among(facets.victim_profile, wanted),
    "only_profile": lambda facets, wanted: bool(facets.victim_profile) and set(facets.victim_profile) <= set(wanted),
    "perpetrator": lambda facets, wanted: _among(facets.perpetrator.kinds, wanted),
    "only_perpetrator": lambda facets, wanted: (
        bool(facets.perpetrator.kinds) and set(facets.perpetrator.kinds) <= set(wanted)
    ),
    "urgency": lambda facets, wanted: _among(_optional(facets.urgency), wanted),
    "nexus": lambda facets, wanted: _among(_optional(facets.nexus), wanted),
    "country": lambda facets, wanted: _among(_countries(facets), wanted),
    "area": lambda facets, wanted: any(
        code in load_areas()[a].countries for a in wanted for code in _countries(facets)
    ),
    "letter": lambda facets, wanted: _among(letters(facets), wanted),
    "only_letter": lambda facets, wanted: bool(letters(facets)) and letters(facets) <= set(wanted),
    "party": lambda facets, wanted: _among(party_to(facets), wanted),
    "without_consent": lambda facets, wanted: any(not facets.consents.given(scope) for scope in wanted),
}
FLAGS: Mapping[str, Callable[[Facets], bool | None]] = {
    "in_danger": in_danger,
    "country_mandate": lambda facets: bool(country_mandates(facets)),
    "within_three_months": lambda facets: facets.within_three_months,
    "complaint_pending": lambda facets: (
        True if facets.complaint_pending or "petitioner" in facets.victim_profile else facets.complaint_pending
    ),
}
Condition = Mapping[str, Any]


def holds(key: str, wanted: Any, facets: Facets) -> bool:
    """Whether one key of a condition holds for a case."""
    if key in FLAGS:
        return FLAGS[key](facets) is wanted
    return LISTS[key](facets, tuple(wanted))


def applies(when: Condition, unless: Condition, facets: Facets) -> bool:
    """Whether all of `when` and none of `unless` hold."""
    return all(holds(key, wanted, facets) for key, wanted in when.items()) and not any(
        holds(key, wanted, facets) for key, wanted in unless.items()
    )


def problems(condition: Condition) -> list[str]:
    """Sentences for keys and codes of a condition that nobody knows."""
    facet_of = {"act": "act_types", "body": "un_body_cooperated", "profile": "victim_profile"}
    facet_of |= {"only_profile": "victim_profile", "only_perpetrator": "perpetrator", "party": "un_body_cooperated"}
    facet_of |= {key: key for key in ("perpetrator", "urgency", "nexus")} | {"without_consent": "consent"}
    found = []
    for key, wanted in condition.items():
        if key in FLAGS:
            if not isinstance(wanted, bool):
                found.append(f"{key} must be true or false")
        elif key not in LISTS or not isinstance(wanted, list):
            found.append(f"{key!r} is no condition, or not a list")
        elif key == "area":
            found += [f"the area {area!r} is not known" for area in wanted if area not in load_areas()]
        elif key in facet_of:
            codes = [code for code in wanted if not code.endswith("*") and not code.startswith("$")]
            unknown = [code for code in codes if not load_vocabulary().knows(facet_of[key], code)]
            found += [f"{key}: the code {code!r} is not in the vocabulary" for code in unknown]
    return found
