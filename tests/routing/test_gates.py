"""The gates: danger, link, consent, identity, time, actor, treaty, duplication; and that missing data only asks."""

from __future__ import annotations

from typing import Any

import pytest

from portal.mechanisms import SCOPES, Facets, Recommendation, Recommendations, load_catalogue, read_facets, recommend

INDIVIDUAL = {
    "urgent appeal",
    "allegation letter",
    "urgent action",
    "opinion",
    "prompt intervention",
    "standard procedure",
    "interim measures",
    "focal-point letter",
    "complaint",
}
CASE: dict[str, Any] = {
    "country": "EG",
    "year": 2024,
    "act_types": ["arrest_detention", "disappearance", "torture_ill_treatment"],
    "victim_profile": ["lawyer", "relative_of_disappeared"],
    "un_body_cooperated": ["tb-cat", "sp-wgeid", "hrc", "upr"],
    "urgency": "ongoing",
    "perpetrator": "state:security",
}


def unheard(sentence: str) -> None:
    raise AssertionError(sentence)


def route(**change: Any) -> Recommendations:
    return recommend(read_facets({**CASE, **change}, unheard))


def item(found: Recommendations, mechanism: str) -> Recommendation:
    return next(i for i in found.items if i.id == mechanism)


def gates(found: Recommendations) -> list[str]:
    return [note.gate for note in found.gates]


# G0
def test_in_danger_emergency_help_stands_first() -> None:
    """Before any letter: help that comes within hours or days."""
    found = route(danger=True)
    assert found.ids()[:3] == ("protectdefenders", "fld-emergency", "omct-fidh-observatory")
    assert {i.role for i in found.items[:3]} == {"referral"}
    assert gates(found)[0] == "G0"


def test_an_imminent_act_counts_as_danger_until_somebody_says_no() -> None:
    """Not asked is not safe; a clear no is heard."""
    assert "protectdefenders" in route(urgency="imminent").ids()
    assert "protectdefenders" not in route(urgency="imminent", danger=False).ids()


# G1
def test_without_a_link_to_the_un_defenders_and_the_act_remain() -> None:
    """Outside resolution 12/2: no senior official, no report, but the mandates on the act and on defenders."""
    found = route(un_body_cooperated=["none"])
    assert not {"un-asg-reprisals", "un-sg-annual-report"} & set(found.ids())
    assert {"sp-hrd", "sp-wgad", "sp-wgeid"} <= set(found.ids("primary"))
    assert "G1" in gates(found)
    assert "outside resolution 12/2" in found.why_not("un-asg-reprisals")


def test_contact_with_a_regional_body_alone_is_for_that_body() -> None:
    """The Council of Europe protects those who turn to it; with a UN body beside it, the senior official is back."""
    alone = route(country="AL", un_body_cooperated=["council_of_europe"], nexus="actual")
    assert "un-asg-reprisals" not in alone.ids()
    assert {"coe-private-office", "osce-odihr"} <= set(alone.ids("referral"))
    both = route(country="AL", un_body_cooperated=["council_of_europe", "hrc"])
    assert "un-asg-reprisals" in both.ids("primary")


def test_a_link_nobody_knows_yet_is_asked_for_and_excludes_nothing() -> None:
    """An unknown body leaves the senior official in, with a question."""
    found = route(un_body_cooperated=[])
    assert any("link to cooperation" in words for words in item(found, "un-asg-reprisals").missing)


@pytest.mark.parametrize("nexus", ["actual", "attempted", "perceived", "association"])
def test_attempted_presumed_and_borrowed_contact_count(nexus: str) -> None:
    """Resolution 12/2 protects those who tried, those who were thought to, and those close to them."""
    assert route(nexus=nexus).ids() == route().ids()


# G2
@pytest.mark.claim("C10")
def test_without_consent_c_there_is_no_letter_about_a_person() -> None:
    """What is left speaks in confidence or of a pattern; what waits for C is listed and says so."""
    found = route(consents={"C": False})
    assert not INDIVIDUAL & {i.kind for i in found.items if i.role != "referral"}
    assert item(found, "un-asg-reprisals").kind == "confidential letter"
    assert item(found, "sp-hrd").kind == "other letter"
    blocked = {i.id for i in found.blocked}
    assert {"sp-wgad", "sp-wgeid", "tb-cat", "hrc-president-bureau"} <= blocked
    assert "Consent C" in found.why_not("sp-wgad")
    assert all(any(w.startswith("Consent C") for w in i.missing) for i in found.items if i.role != "referral")


@pytest.mark.claim("C10")
def test_without_consents_c_and_d_only_confidence_is_left() -> None:
    """Neither a letter with the name nor one on the pattern: no special procedure at all."""
    found = route(consents={"C": False, "D": False})
    assert set(found.ids("primary", "secondary")) == {"un-asg-reprisals", "un-sg-annual-report"}


@pytest.mark.claim("C10")
@pytest.mark.parametrize("scope", ["A", "B"])
def test_without_consent_b_all_is_on_hold(scope: str) -> None:
    """Nothing is sent; only addresses that the person can turn to are left, and they say why."""
    found = route(consents={scope: False}, danger=True)
    assert found.hold
    assert {i.role for i in found.items} == {"referral"}
    assert all("without consent B nothing is sent" in i.missing[0] for i in found.items)
    assert "sp-wgad" in {i.id for i in found.blocked}


@pytest.mark.claim("C10")
@pytest.mark.parametrize("answer", [None, "unknown", "", "no"])
def test_a_consent_nobody_could_ask_for_is_not_given(answer: str | None) -> None:
    """Kept and read, not transmitted: asked and not known counts as no."""
    assert route(consents={"B": answer}).hold


def test_consents_that_nobody_mentions_count_as_given() -> None:
    """A case without the key is routed as if all scopes were there; a list names those that are."""
    assert route().items == route(consents=list(SCOPES)).items == route(consents=None).items
    assert route(consents=["A", "B"]).ids("primary") == ("un-asg-reprisals",)


def test_each_other_scope_is_named_where_it_is_missing() -> None:
    """E for the public report, F for contact back, G for referrals."""
    found = route(consents={"E": False, "F": False, "G": False})
    assert any(w.startswith("Consent E") for w in item(found, "un-sg-annual-report").missing)
    assert any(w.startswith("Consent F") for w in item(found, "sp-wgeid").missing)
    assert any(w.startswith("Consent G") for w in item(found, "achpr-srhrd").missing)


# G3
def test_an_anonymous_source_lets_the_organisation_stand_in_where_that_is_enough() -> None:
    """Letters keep their place with a note; what needs the author's own name waits."""
    found = route(source_identity="anonymous", treaty_status={"tb-ced": "party"}, complaint_pending=True)
    assert any("let the organisation be the named" in w for w in item(found, "sp-hrd").missing)
    assert {"tb-ced", "tb-cat"} <= {i.id for i in found.blocked}
    assert "G3" in gates(found)


# G4
@pytest.mark.parametrize(
    ("urgency", "acts", "kind"),
    [
        ("imminent", ["smear"], "urgent appeal"),
        ("ongoing", ["arrest_detention"], "urgent appeal"),
        ("ongoing", ["smear"], "allegation letter"),
        ("past", ["arrest_detention"], "allegation letter"),
        ("ongoing", ["restrictive_law"], "other letter"),
        ("ongoing", ["restrictive_law", "arrest_detention"], "urgent appeal"),
    ],
)
def test_the_timing_decides_the_kind_of_letter(urgency: str, acts: list[str], kind: str) -> None:
    """About to happen or going on: urgent appeal; over: allegation letter; law: other letter."""
    assert item(route(urgency=urgency, act_types=acts), "sp-hrd").kind == kind


@pytest.mark.parametrize(
    ("within", "kind"), [(True, "urgent action"), (None, "urgent action"), (False, "standard procedure")]
)
def test_three_months_open_the_urgent_procedure_on_disappearances(within: bool | None, kind: str) -> None:
    """Not known keeps the urgent procedure, with a check."""
    found = item(route(within_three_months=within), "sp-wgeid")
    assert found.kind == kind
    assert any("last three months" in words for words in found.missing) is (within is None)


def test_without_a_disappearance_the_working_group_intervenes_for_those_who_search() -> None:
    """A targeted relative gets a prompt intervention letter."""
    assert item(route(act_types=["threats_intimidation"]), "sp-wgeid").kind == "prompt intervention"


def test_a_pending_complaint_asks_for_interim_measures() -> None:
    """The committee that has the complaint protects the complainant."""
    assert item(route(), "tb-cat").kind == "focal-point letter"
    assert item(route(complaint_pending=True), "tb-cat").kind == "interim measures"
    assert item(route(victim_profile=["petitioner"]), "tb-cat").kind == "interim measures"


def test_a_detention_that_is_over_goes_for_an_opinion() -> None:
    """The regular procedure of the Working Group remains."""
    assert item(route(urgency="past"), "sp-wgad").kind == "opinion"
    assert item(route(), "sp-wgad").kind == "urgent action"


# G5
def test_an_armed_group_makes_the_disappearance_groups_ask_for_state_support() -> None:
    """It is asked, not excluded."""
    found = item(route(perpetrator="armed_group"), "sp-wgeid")
    assert any("supported or tolerated" in words for words in found.missing)


def test_retaliation_inside_the_un_is_not_for_letters_to_a_state() -> None:
    """Only a UN insider: no special procedure, no committee, and a reason."""
    found = route(perpetrator="un_insider")
    assert not [m for m in found.ids() if m.startswith(("sp-", "tb-"))]
    assert "un-ethics-office" in found.ids("primary")
    assert "not the way" in found.why_not("sp-wgad")
    assert "sp-wgad" in route(perpetrator="state+un_insider").ids()


def test_two_states_mean_two_letters() -> None:
    """Where it happened elsewhere than in the State responsible, both are written to."""
    assert any("letters to both" in note.says for note in route(territory="GB").gates)


# G6
@pytest.mark.parametrize("status", ["unknown", "not_party", "party"])
def test_treaty_status_never_removes_a_committee(status: str) -> None:
    """Unknown and "not a party" add a check; only "party" is quiet."""
    found = item(route(treaty_status={"tb-cat": status}), "tb-cat")
    assert any("party to the treaty" in words for words in found.missing) is (status != "party")


def test_a_state_that_is_not_a_party_lowers_a_committee_the_person_never_dealt_with() -> None:
    """It moves down, it stays in view."""
    party = route(treaty_status={"tb-ced": "party"})
    not_party = route(treaty_status={"tb-ced": "not_party"})
    assert "tb-ced" in {i.id for i in (*not_party.items, *not_party.further)}
    weights = [{i.id: i.weight for i in (*f.items, *f.further)}["tb-ced"] for f in (not_party, route(), party)]
    assert weights == sorted(weights)
    assert weights[0] < weights[1] < weights[2]


# G7
def test_a_case_before_another_procedure_is_recorded_and_complaint_procedures_are_warned() -> None:
    """Letters do not mind; what dislikes two tracks says so."""
    found = route(already_before=["iachr"], complaint_pending=True)
    assert "G7" in gates(found)
    assert any("already before another procedure" in w for w in item(found, "tb-cat").missing)
    assert not any("already before another procedure" in w for w in item(found, "sp-hrd").missing)


# Missing data
@pytest.mark.parametrize("facet", ["country", "year", "urgency", "perpetrator"])
def test_missing_data_never_excludes_who_acts_whatever_it_says(facet: str) -> None:
    """Without a fact, the mechanisms of act, body and profile stay; the question is added."""
    full, less = route(), route(**{facet: None})
    keep = {m for m in full.ids("primary", "secondary") if not m.startswith("sp-country-")}
    assert keep <= {i.id for i in (*less.items, *less.further)}
    assert sum(len(i.missing) for i in less.items) > 0


def test_a_case_of_which_nothing_is_known_still_has_a_way() -> None:
    """An empty case goes to the senior official and the mandate on defenders, and asks for nearly everything."""
    found = recommend(Facets())
    assert found.ids("primary") == ("un-asg-reprisals", "sp-hrd")
    assert len(item(found, "sp-hrd").missing) >= 4


def test_a_country_mandate_and_an_unverified_entry_say_check() -> None:
    """What is renewed every year, or is from memory, is to be looked up first."""
    found = route(country="SY", act_types=["surveillance"], un_body_cooperated=["hrc"], victim_profile=["defender"])
    assert any("still in force" in words for words in item(found, "sp-country-SY").missing)
    assert any("from memory" in words for words in item(found, "sp-privacy").missing)


def test_why_not_knows_every_mechanism_and_no_other() -> None:
    """For each of the 102 there is a sentence; an unknown id is an error."""
    found = route(consents={"C": False})
    for mechanism in load_catalogue():
        assert found.why_not(mechanism).endswith((".", "]"))
    with pytest.raises(KeyError):
        found.why_not("sp-nobody")


def test_follow_up_has_days_only_where_a_source_gives_them() -> None:
    """Sixty days for the Working Group's procedure, two weeks for the Committee's urgent action, none for a note."""
    found = route(treaty_status={"tb-ced": "party"})
    days = {i.id: i.follow_up.days for i in found.items}
    assert (days["sp-wgad"], days["tb-ced"], days["un-asg-reprisals"]) == (60, 14, None)
