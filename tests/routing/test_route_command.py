"""`route`: JSON in, JSON out; a sentence and status 2 for what cannot be read; a warning for what is not known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from portal.mechanisms import Facets, FacetsError, read_facets
from portal.mechanisms.cli import RouteInputError, route_json
from portal.mechanisms.command import route

SEED: dict[str, Any] = {
    "id": "seed",
    "facts": "ignored",
    "country": "US",
    "year": 2019,
    "act_types": ["sanctions_threat"],
    "victim_profile": ["judge", "prosecutor", "lawyer", "investigator"],
    "un_body_cooperated": ["icc"],
    "urgency": "imminent",
    "perpetrator": "state:foreign_minister",
}
KEYS = {"id", "role", "kind", "reasons", "missing"}


def routed(case: Any) -> tuple[Any, list[str]]:
    heard: list[str] = []
    return json.loads(route_json(json.dumps(case), heard.append)), heard


def test_an_object_gives_a_list_and_a_list_gives_lists_in_the_same_order() -> None:
    """One case or many, each with the five keys and nothing else."""
    one, heard = routed(SEED)
    other = {**SEED, "un_body_cooperated": ["tb-cat"]}
    many, _ = routed([SEED, other])
    assert many == [one, routed(other)[0]]
    assert one != many[1]
    assert heard == []
    assert {frozenset(item) for item in one} == {frozenset(KEYS)}
    assert {item["role"] for item in one} <= {"primary", "secondary", "referral"}
    assert routed([])[0] == []


@pytest.mark.parametrize(
    "change",
    [
        {"country": "us"},
        {"country": " US "},
        {"year": "2019"},
        {"year": 2019.0},
        {"act_types": "sanctions_threat"},
        {"act_types": ["sanctions_threat", "sanctions_threat", "", None]},
        {"victim_profile": ["investigator", "lawyer", "prosecutor", "judge"]},
        {"urgency": ["imminent"]},
        {"perpetrator": "state"},
        {"perpetrator": ["state"]},
        {"perpetrator": "state+state:foreign_minister"},
        {"consents": None},
        {"consents": {}},
        {"consents": {"a": True, "B": "yes", "c": "true", "E": "initials"}},
        {"nexus": None},
        {"nexus": "unknown"},
        {"treaty_status": {}},
        {"something": ["else"]},
    ],
    ids=str,
)
def test_what_can_be_read_in_only_one_way_is_read(change: dict[str, Any]) -> None:
    """Lower case, quotes, single codes, repeated codes, null and extra keys change nothing."""
    answer, heard = routed({**SEED, **change})
    assert {item["id"]: item["role"] for item in answer} == {item["id"]: item["role"] for item in routed(SEED)[0]}
    assert heard == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"country": 7}, "country must be a text, not 7."),
        ({"country": "USA"}, 'country must be a country code of two letters (ISO 3166-1), not "USA".'),
        ({"year": "soon"}, 'year must be a year of four digits, not "soon".'),
        ({"year": True}, "year must be a year of four digits, not true."),
        ({"year": 99999}, "year must be a year of four digits, not 99999."),
        ({"act_types": 5}, "act_types must be a list of codes, not 5."),
        ({"act_types": {"a": 1}}, 'act_types must be a list of codes, not {"a": 1}.'),
        ({"act_types": [["smear"]]}, 'each code of act_types must be a text, not ["smear"].'),
        ({"urgency": 3}, "urgency must be a text, not 3."),
        ({"urgency": ["past", "ongoing"]}, 'urgency must be a text, not ["past", "ongoing"].'),
        ({"perpetrator": {}}, "perpetrator must be a text, not {}."),
        ({"consents": "all"}, 'consents must be an object with the scopes A to G, not "all".'),
        ({"consents": {"C": 2}}, "consents.C must be true, false or null, not 2."),
        ({"danger": "perhaps"}, 'danger must be true, false or null, not "perhaps".'),
        ({"treaty_status": "party"}, "treaty_status must be an object"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_sentence(change: dict[str, Any], sentence: str) -> None:
    """A wrong type names the key, what is wanted and what was found; in a list also which case."""
    with pytest.raises(RouteInputError) as refused:
        routed({**SEED, **change})
    assert str(refused.value).startswith(sentence)
    with pytest.raises(RouteInputError) as refused:
        routed([SEED, {**SEED, **change}])
    assert str(refused.value).startswith(f"Case 2: {sentence}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"act_types": ["sanctions_threat", "zzz"]}, 'act_types: the code "zzz" is not known'),
        ({"un_body_cooperated": ["icc", "moon"]}, 'un_body_cooperated: the code "moon" is not known'),
        ({"urgency": "whenever"}, 'urgency: the code "whenever" is not known'),
        ({"perpetrator": "state+goblins:x"}, 'perpetrator: the code "goblins" is not known'),
        ({"country": "QQ"}, 'country: the country code "QQ" is not known'),
        ({"consents": {"Z": True}}, 'consents: the scope "Z" is not known'),
        ({"act_types": ["sanctions_threat", "\ud800"]}, '"\\ud800" is not known'),
    ],
    ids=str,
)
def test_an_unknown_code_warns_and_stops_nothing(change: dict[str, Any], words: str) -> None:
    """The case is routed on what is known; each unknown code is told once."""
    answer, heard = routed({**SEED, **change})
    assert {"un-asg-reprisals", "sp-hrd", "sp-ijl"} <= {item["id"] for item in answer}
    assert len(heard) == 1
    assert words in heard[0]
    assert heard[0].isascii()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing to read"),
        (" \n", "nothing to read"),
        ("{", "not JSON: Expecting property name enclosed in double quotes at line 1"),
        ("[1]", "Case 1: A case must be a JSON object with facets, not 1."),
        ("null", "A case must be a JSON object with facets, not null."),
        ('"text"', "A case must be a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"year": ' + "9" * 5000 + "}", "huge number"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_case_is_a_sentence(text: str, words: str) -> None:
    """No traceback: what was found and what is wanted."""
    with pytest.raises(RouteInputError, match=r".") as refused:
        route_json(text, print)
    assert words in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FACETS = st.dictionaries(
    st.sampled_from([*Facets.__dataclass_fields__, "other"]),
    JSON | st.sampled_from(["state", "icc", "past"]),
    max_size=6,
)


@given(FACETS | st.lists(FACETS, max_size=2) | JSON)
def test_any_json_is_either_routed_or_refused_in_a_sentence(case: Any) -> None:
    """Nothing but RouteInputError ever comes out, and what comes out otherwise is JSON."""
    heard: list[str] = []
    try:
        answer = route_json(json.dumps(case), heard.append)
    except RouteInputError as refused:
        assert str(refused).endswith(".")
    else:
        assert isinstance(json.loads(answer), list)


def test_facets_survive_being_written_and_read() -> None:
    """What a decision stores of the facets is read back to the same facets."""
    full = {
        **SEED,
        "consents": {"C": False, "E": None},
        "treaty_status": {"tb-cat": "party"},
        "danger": True,
        "territory": "NL",
        "nexus": "perceived",
        "contact_kind": ["information"],
        "already_before": ["iachr"],
    }
    facets = read_facets(full, print)
    assert read_facets(json.loads(json.dumps(facets.as_dict())), print) == facets
    assert read_facets({}, print) == Facets() == read_facets(Facets().as_dict(), print)
    with pytest.raises(FacetsError):
        read_facets({"country": []}, print)


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    result = CliRunner().invoke(route, arguments, input=stdin)
    return result.exit_code, result.stdout, result.stderr


def test_the_command_reads_a_file_or_standard_input_and_prints_only_json(tmp_path: Path) -> None:
    """The same answer both ways, also with a byte order mark; warnings go to standard error, status 0."""
    file = tmp_path / "case.json"
    file.write_text(json.dumps({**SEED, "act_types": ["sanctions_threat", "zzz"]}), encoding="utf-8-sig")
    status, out, err = run(str(file), "--json")
    assert (status, json.loads(out)) == (0, routed(SEED)[0])
    assert err == 'warning: act_types: the code "zzz" is not known; no rule looks at it.\n'
    assert run("-", "--json", stdin=json.dumps(SEED).encode()) == (0, out, "")


def test_without_json_the_command_prints_lines_for_reading(tmp_path: Path) -> None:
    """Role, mechanism, kind; then why and what is missing."""
    status, out, _ = run("-", stdin=json.dumps([{**SEED, "consents": {"C": False}}]).encode())
    assert status == 0
    assert "primary   sp-ijl: other letter\n          because: " in out
    assert "          missing: Consent C" in out


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (("/no/such/file", "--json"), b"", "/no/such/file cannot be read: No such file or directory.\n"),
        (("/", "--json"), b"", "/ cannot be read: Is a directory.\n"),
        (("-", "--json"), b"\xff\xfe", "Standard input is not text in UTF-8.\n"),
        (("-", "--json"), b"{]", "This is not JSON: "),
        (("-", "--json"), b'{"year": []}', "year must be a year of four digits, not [].\n"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_malformed_input_ends_with_status_two_and_a_sentence(
    arguments: tuple[str, ...], stdin: bytes, sentence: str
) -> None:
    """Nothing on standard output, one sentence on standard error."""
    status, out, err = run(*arguments, stdin=stdin)
    assert (status, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
