"""The rules against what really happened: documented cases and the mechanisms that acted in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portal.mechanisms import Recommendations, read_facets, recommend

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))


def unheard(sentence: str) -> None:
    raise AssertionError(f"a documented case uses what nobody knows: {sentence}")


def answer(case: dict[str, Any]) -> Recommendations:
    return recommend(read_facets(case, unheard))


def met(mechanism: str, recommended: tuple[str, ...]) -> bool:
    """`sp-system` stands for "some special procedure acted": any of them meets it."""
    if mechanism == "sp-system":
        return any(name.startswith("sp-") for name in recommended)
    return mechanism in recommended


def line(case: dict[str, Any]) -> str:
    found = answer(case)
    primary, both = found.ids("primary"), found.ids("primary", "secondary")
    acted = case["actual_mechanisms"]
    return (
        f"{case['id']}: {len(primary)} primary, {len(both)} recommended; "
        f"not primary: {[m for m in acted if not met(m, primary)]}; missed: {[m for m in acted if not met(m, both)]}"
    )


LINES = "\n".join(line(case) for case in CASES)


def share(*roles: Any) -> float:
    acted = [(case, mechanism) for case in CASES for mechanism in case["actual_mechanisms"]]
    return sum(met(mechanism, answer(case).ids(*roles)) for case, mechanism in acted) / len(acted)


def test_every_mechanism_that_acted_is_recommended() -> None:
    """In all documented cases, what acted stands among the primaries or secondaries."""
    assert share("primary", "secondary") == 1.0, LINES


def test_four_in_five_that_acted_are_primaries() -> None:
    """At least 80 % of the mechanisms that acted are recommended first."""
    assert share("primary") >= 0.8, LINES


def test_nine_mechanisms_are_enough_on_average() -> None:
    """At most nine are recommended on average, referrals not counted."""
    counts = [len(answer(case).ids("primary", "secondary")) for case in CASES]
    assert sum(counts) / len(counts) <= 9, LINES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_sixth_primary_is_the_very_body_that_the_person_dealt_with(case: dict[str, Any]) -> None:
    """At most five primaries; one more only when rule R2 names the body itself."""
    primaries = [item for item in answer(case).items if item.role == "primary"]
    for item in primaries[5:]:
        assert any(reason.rule.startswith("R2-") for reason in item.reasons), item.id


def test_the_threat_of_march_2019_goes_to_the_four_mechanisms_the_organisations_wrote_to() -> None:
    """A foreign minister threatens visa bans and sanctions against people of the International Criminal Court."""
    case = {
        "country": "US",
        "year": 2019,
        "act_types": ["sanctions_threat", "visa_denial", "threats_intimidation"],
        "victim_profile": ["judge", "prosecutor", "lawyer", "investigator"],
        "un_body_cooperated": ["icc"],
        "urgency": "imminent",
        "perpetrator": "state:foreign_minister",
    }
    found = answer(case)
    assert {"un-asg-reprisals", "sp-hrd", "sp-ijl", "sp-truth"} <= set(found.ids("primary"))
    assert not [name for name in found.ids("primary", "secondary") if name.startswith("tb-")]
    assert not {"sp-wgad", "sp-wgeid"} & set(found.ids())
    kinds = {item.id: item.kind for item in found.items}
    assert kinds["sp-ijl"] == kinds["sp-hrd"] == kinds["sp-truth"] == "urgent appeal"


@pytest.mark.parametrize("acts", [["sanctions_threat"], ["visa_denial"], ["threats_intimidation"], ["other"], []])
def test_the_four_mechanisms_do_not_hang_on_how_the_threat_is_coded(acts: list[str]) -> None:
    """However a reviewer codes the act of March 2019, the four stay primaries."""
    case = {
        "country": "US",
        "act_types": acts,
        "victim_profile": ["judge", "prosecutor", "lawyer", "investigator", "icc_personnel"],
        "un_body_cooperated": ["icc"],
        "urgency": "imminent",
        "perpetrator": "state:foreign_minister",
    }
    assert {"un-asg-reprisals", "sp-hrd", "sp-ijl", "sp-truth"} <= set(answer(case).ids("primary"))
