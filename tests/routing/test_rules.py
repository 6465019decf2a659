"""The rules, one by one: who is named when, and who is not when one fact is different.

The table is routing.json: each entry has a sentence, the facets that differ from a plain case, the roles expected
("any" for primary or secondary), and a near miss in which the mechanisms under `absent` are not named at all.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portal.mechanisms import CatalogueError, Facets, Recommendations, load_catalogue, read_facets, recommend
from portal.mechanisms.kinds import kind_for
from portal.mechanisms.rules import FILES, FOLDER, load_ranking, load_rules, read_rules

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "routing.json").read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = TABLE["vectors"]


def unheard(sentence: str) -> None:
    raise AssertionError(sentence)


def facets(change: dict[str, Any]) -> Facets:
    return read_facets({**TABLE["base"], **change}, unheard)


def named(found: Recommendations) -> dict[str, str]:
    return {item.id: item.role for item in (*found.items, *found.further)}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["says"])
def test_who_is_named(vector: dict[str, Any]) -> None:
    """Each mechanism of the entry is named, in the role that the table gives it."""
    found = recommend(facets(vector["facets"]))
    roles = {item.id: item.role for item in found.items}
    for mechanism, role in vector["named"].items():
        assert mechanism in roles, found.why_not(mechanism)
        assert role in (roles[mechanism], "any"), (mechanism, roles[mechanism])
        assert role == "referral" or roles[mechanism] != "referral", mechanism


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["says"])
def test_who_is_not_named_in_the_near_miss(vector: dict[str, Any]) -> None:
    """With one fact different, the mechanism is not named, and `why_not` says what would name it."""
    found = recommend(facets(vector["near_miss"]))
    for mechanism in vector["absent"]:
        assert named(found).get(mechanism) in (None, "referral"), mechanism
        if mechanism not in named(found):
            assert "not recommended" in found.why_not(mechanism)


def test_every_rule_applies_in_some_entry_of_the_table() -> None:
    """No rule is dead: each has a case in the table that it applies to."""
    applied = {rule.id for vector in VECTORS for rule in load_rules() if rule.applies(facets(vector["facets"]))}
    assert [rule.id for rule in load_rules() if rule.id not in applied] == []


def test_every_mechanism_can_be_reached_and_can_be_missed() -> None:
    """Each of the 102 is named in some case of the table, or for cooperation with itself, and not in every case."""
    reached: set[str] = set()
    everywhere = set(load_catalogue())
    for change in [*(v["facets"] for v in VECTORS), *({"un_body_cooperated": [m]} for m in load_catalogue())]:
        names = set(named(recommend(facets(change))))
        reached |= names
        everywhere &= names
    everywhere &= set(named(recommend(facets({"perpetrator": "un_insider", "nexus": "none"}))))
    assert set(load_catalogue()) - reached == set()
    assert everywhere == set()


def test_every_mechanism_has_a_kind_of_communication() -> None:
    """Whatever is recommended has a kind and says what follows."""
    for mechanism in load_catalogue():
        for change in ({}, {"urgency": "past"}, {"urgency": "imminent"}, {"consents": {"C": False}}):
            kind = kind_for(mechanism, facets(change))
            assert kind.kind, mechanism
            assert kind.follow_up.text, mechanism


def test_every_rule_names_its_source_and_says_why() -> None:
    """A reviewer sees for each reason where it comes from."""
    for item in recommend(facets({"country": "BY", "act_types": ["arrest_detention"]})).items:
        for reason in item.reasons:
            assert reason.text.endswith("."), reason
            assert reason.source, reason
            assert str(reason) == f"{reason.text} [{reason.rule}: {reason.source}]"


def test_two_reasons_outrank_one() -> None:
    """A mechanism that two acts call for stands before one that a single act calls for."""
    found = recommend(facets({"act_types": ["torture_ill_treatment", "denial_medical_care", "arrest_detention"]}))
    weight = {item.id: item.weight for item in found.items}
    assert weight["sp-torture"] > weight["sp-wgad"] > weight["sp-foe"]


def test_the_same_facets_give_the_same_answer_in_any_order() -> None:
    """The order in which codes are ticked changes nothing."""
    acts = ["smear", "surveillance", "arrest_detention", "criminal_charges"]
    there, back = recommend(facets({"act_types": acts})), recommend(facets({"act_types": acts[::-1]}))
    assert there.items == back.items


SLIPS = [
    ('act = ["slapp"]', 'act = ["slap"]', "the code 'slap' is not in the vocabulary"),
    (
        'id = "sp-business", role = "primary"',
        'id = "sp-busines", role = "primary"',
        "'sp-busines' is not in the catalogue",
    ),
    ('id = "sp-ucm", role = "primary"', 'id = "sp-ucm", role = "first"', "the role of 'sp-ucm' must be one of"),
    ('strength = "slight"', 'strength = "tiny"', "the strength 'tiny' is not known"),
    ('source = "HRC mandate on adequate housing"', 'source = ""', "source is missing"),
    ('area = ["americas"]', 'area = ["america"]', "the area 'america' is not known"),
    ('perpetrator = ["business"]', 'actor = ["business"]', "'actor' is no condition"),
    ("[[rule]]", '[[rule]]\nnote = "x"', "unknown keys: note"),
]


@pytest.mark.parametrize(("before", "after", "sentence"), SLIPS, ids=[slip[2] for slip in SLIPS])
def test_a_slip_in_a_rule_stops_the_load(before: str, after: str, sentence: str) -> None:
    """A misspelt code would silently never match: it is a sentence at the start instead."""
    text = (FOLDER / "acts.toml").read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(CatalogueError, match=sentence):
        read_rules(text.replace(before, after, 1), "acts.toml")


def test_rule_ids_are_unique_over_all_files() -> None:
    """A reason's rule can be found again by its id."""
    ids = [rule.id for name in FILES for rule in read_rules((FOLDER / name).read_text(encoding="utf-8"), name)]
    assert len(ids) == len(set(ids))
    assert load_ranking().primaries == 5
