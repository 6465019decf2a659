"""The questions of a report: codes, consents and facets."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from portal import questions, text
from portal.mechanisms.vocabulary import load_vocabulary
from portal.wording import every_field


def content(**answers: str | list[str]) -> dict[str, Any]:
    """A report's content as the plain form makes it."""
    return questions.content_from_form(MultiDict(answers), "en")


def test_every_name_and_every_code_is_used_once() -> None:
    """Two questions never share a name, two answers of one question never share a code."""
    names = [field.name for field in every_field()]
    assert len(names) == len(set(names))
    for field in every_field():
        codes = [choice.code for choice in field.choices]
        assert len(codes) == len(set(codes)), field.name


def test_content_holds_only_what_was_answered() -> None:
    """Empty answers leave no trace, line ends are one kind, and unknown codes are dropped."""
    made = content(
        told=" They came.\r\nTwice. ", danger="maybe", acts=["smear", "nonsense"], place_country="xx", when=""
    )
    assert made == {"language": "en", "told": "They came.\nTwice.", "acts": ["smear"]}


def test_an_answer_comes_back_in_plain_words() -> None:
    """A reviewer reads labels and country names, and the person's own words as they stand."""
    answers = questions.describe(content(danger="yes", told="smear", place_country="CI", acts=["smear"]))
    assert [(a.label, a.values, a.own_words) for a in answers] == [
        ("Is someone in danger now?", ("Yes",), False),
        ("What happened?", ("smear",), True),
        ("Country or territory where it happened", ("Côte d’Ivoire",), False),
        ("What was done?", ("Lies or insults in public, such as “traitor”",), False),
    ]


def test_a_code_from_elsewhere_is_shown_as_it_stands() -> None:
    """A report of a newer or older form is never shown with an answer missing."""
    assert questions.describe({"acts": ["act_of_2031"]})[0].values == ("act_of_2031",)


@pytest.mark.parametrize(
    ("given", "country"),
    [
        ({"behind": "same", "place_country": "NL"}, "NL"),
        ({"behind": "other", "place_country": "NL", "behind_country": "US"}, "US"),
        ({"behind": "other", "place_country": "NL"}, None),
        ({"behind": "none", "place_country": "NL"}, None),
        ({"behind": "unknown", "place_country": "NL"}, None),
        ({"place_country": "NL"}, None),
    ],
)
def test_the_country_is_the_state_responsible(given: dict[str, str], country: str | None) -> None:
    """Where it happened and who is behind it are two answers; letters go to the second."""
    found = questions.facets(content(**given))
    assert (found["country"], found["territory"]) == (country, "NL")


def test_facets_of_a_full_report() -> None:
    """The reporter's codes become the keys that routing takes."""
    found = questions.facets(
        content(
            danger="no", place_country="NL", behind="other", behind_country="US", who=["government", "business"],
            acts=["visa_denial", "sanctions_threat"], bodies=["unsure", "icc"], profile=["judge"],
            affected=["group", "organisation"], going_on="will", when="March ٢٠١٩", contact=["thought", "planned"],
        )
    )  # fmt: skip
    assert found == {
        "country": "US",
        "territory": "NL",
        "year": 2019,
        "act_types": ["visa_denial", "sanctions_threat"],
        "victim_profile": ["judge", "ngo", "unnamed_group"],
        "un_body_cooperated": ["icc"],
        "nexus": "attempted",
        "urgency": "imminent",
        "danger": False,
        "perpetrator": "state+business:government",
    }


def test_facets_of_an_empty_report_claim_nothing() -> None:
    """What was not said is None or empty, never a guess."""
    found = questions.facets(content(told="Help."))
    assert not any(found.values())


def test_routing_knows_every_code_of_the_form() -> None:
    """No tick of a reporter is lost on the rules: each code is one of the vocabulary's."""
    known = load_vocabulary()
    facet_of = {"acts": "act_types", "profile": "victim_profile", "bodies": "un_body_cooperated"}
    given = {field.name: [choice.code for choice in field.choices] for field in every_field() if field.many}
    found = questions.facets(given | {"danger": "yes", "acts_other": "x", "contact": ["close"]})
    for facet in facet_of.values():
        assert [code for code in found[facet] if not known.knows(facet, code)] == [], facet
    assert set(found["perpetrator"].split(":")[0].split("+")) <= set(known.facets["perpetrator"])
    for contact in given["contact"]:
        assert known.knows("nexus", questions.facets({"contact": [contact]})["nexus"])


YES = {"tell_un": "yes", "letter_named": "yes", "letter_unnamed": "yes", "publish": "initials", "share": "yes"}


@pytest.mark.claim("C10")
@pytest.mark.parametrize("agreed", ["could_not", "no", ""])
def test_without_the_persons_word_nothing_may_leave(agreed: str) -> None:
    """Ticks by a third person count for nothing until somebody who may agree has agreed."""
    given = questions.consents(content(agreed=agreed, **YES))
    assert given == dict.fromkeys("ABCDEFG", False) | {"A": True, "F": True}


@pytest.mark.claim("C10")
@pytest.mark.parametrize("agreed", ["self", "yes", "family"])
def test_each_consent_is_a_step_of_its_own(agreed: str) -> None:
    """Each scope follows its own answer, and an unanswered one is not given."""
    assert all(questions.consents(content(agreed=agreed, **YES)).values())
    for name, scope in (("tell_un", "B"), ("letter_named", "C"), ("letter_unnamed", "D"), ("publish", "E")):
        given = questions.consents(content(agreed=agreed, **{k: v for k, v in YES.items() if k != name}))
        assert [letter for letter, may in given.items() if not may] == [scope]
    assert questions.publication(content(agreed=agreed, **YES)) == "initials"


def test_missing_names_what_matters_most() -> None:
    """The list is what a mechanism cannot do without, in the order of the questions."""
    names = [field.name for field in questions.missing(content(told="x", tell_un="no"))]
    assert names == [
        "danger", "place_country", "behind", "bodies", "agreed", "letter_unnamed", "letter_named", "publish",
    ]  # fmt: skip


def test_countries_are_iso_codes_in_the_order_of_their_names() -> None:
    """Every State has its two letters; Åland stands among the As."""
    names = text.countries("en")
    assert len(names) == len({code for code, _ in names}) == 250
    assert [code for code, _ in names][:3] == ["AF", "AX", "AL"]
    assert not {"EU", "UN", "ZZ", "XA"} & {code for code, _ in names}


def test_each_context_speaks_its_own_language() -> None:
    """A language is known by its code only, and a message without translation stays English."""
    with pytest.raises(KeyError):
        text.speak("xx")
    assert text.speak("en").direction == "ltr"
    assert text.gettext("What happened?") == "What happened?"
    assert text.ngettext("a day", "days", 2) == "days"
