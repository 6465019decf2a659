"""A reviewer's work with a case: reading, answering, deciding; and what the reporter sees of it."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from portal.desk.errors import DeskError, NotHere
from tests.desk.personas import Reporter, Reviewer

ANSWERS: dict[str, Any] = {
    "danger": "yes",
    "place_country": "NL",
    "behind": "other",
    "behind_country": "US",
    "acts": ["visa_denial", "threats_intimidation"],
    "bodies": ["icc"],
    "profile": ["judge", "lawyer"],
    "who": ["government"],
    "agreed": "self",
    "tell_un": "yes",
    "letter_named": "no",
    "letter_unnamed": "yes",
    "person_name": "Amina Idris",
}


def test_opening_a_case_tells_the_reporter_that_a_person_opened_it(ada: Reviewer, reporter: Reporter) -> None:
    """The reporter gets an authenticated "opened", with the hash of what arrived, once for each message."""
    first = reporter.tells("It began in May.")
    assert ada.sees(reporter).summary.unread == 1
    assert reporter.was_opened() == []
    ada.opens(reporter)
    assert reporter.was_opened() == [first]
    second = reporter.writes("It goes on.")
    case = ada.opens(reporter)
    ada.opens(reporter)
    assert reporter.was_opened() == [first, second]
    assert case.summary.unread == 0
    assert case.alarms == ()


def test_a_conversation_is_heard_on_both_sides(ada: Reviewer, reporter: Reporter) -> None:
    """Question, answer, question: each side reads the other's words, in order, without an alarm."""
    reporter.tells("They took my passport.")
    ada.opens(reporter)
    ada.desk.reply(reporter.case, "Are you safe now?")
    assert reporter.hears() == ["Are you safe now?"]
    reporter.writes("Yes, with friends.")
    case = ada.opens(reporter)
    ada.desk.reply(reporter.case, "Good. Keep your receipt.")
    assert reporter.hears() == ["Are you safe now?", "Good. Keep your receipt."]
    said = [(message.who_name, message.text) for message in case.messages if message.text]
    assert said == [
        ("reporter", "They took my passport."),
        ("Ada", "Are you safe now?"),
        ("reporter", "Yes, with friends."),
    ]
    assert ada.sees(reporter).alarms == ()


def test_a_note_is_for_colleagues_only(ada: Reviewer, reporter: Reporter) -> None:
    """Nothing that the reporter's mailbox gives out holds it, and nothing there counts it."""
    reporter.tells("They took my passport.")
    ada.opens(reporter)
    before = len(reporter.mailbox().entries)
    ada.desk.note(reporter.case, "I know this court.")
    assert len(reporter.mailbox().entries) == before
    (note,) = ada.sees(reporter).notes
    assert (note.text, note.to_reporter) == ("I know this court.", False)


def test_a_file_is_given_whole_under_a_safe_name(ada: Reviewer, reporter: Reporter) -> None:
    """True size and content come back, whatever the file was called."""
    data = secrets.token_bytes(300_000)
    reporter.tells("See the paper.", {"../../orders\u202efdp.exe": data, "empty.txt": b""})
    case = ada.opens(reporter)
    assert [(file.name, file.size) for file in case.files] == [("_.._ordersfdp.exe", 300_000), ("empty.txt", 0)]
    opened = ada.desk.open_file(reporter.case, case.files[0].object)
    assert b"".join(opened.chunks) == data
    assert b"".join(ada.desk.open_file(reporter.case, case.files[1].object).chunks) == b""


def test_a_file_of_another_case_is_not_given(ada: Reviewer, reporter: Reporter) -> None:
    """A file is asked for through its own case."""
    reporter.tells("See the paper.", {"a.txt": b"paper"})
    other = Reporter(reporter.office)
    other.tells("Something else.")
    case = ada.opens(reporter)
    with pytest.raises(NotHere):
        ada.desk.open_file(other.case, case.files[0].object)


def test_facets_come_from_the_reporters_codes(ada: Reviewer, reporter: Reporter) -> None:
    """Country is the State behind it, not the place where it happened."""
    reporter.tells("The minister announced it.", **ANSWERS)
    row = ada.reads()[0]
    assert (row.country, row.danger, row.acts) == ("US", True, ("visa_denial", "threats_intimidation"))
    facets = ada.opens(reporter).facets
    assert (facets["country"], facets["territory"], facets["urgency"]) == ("US", "NL", "imminent")


def test_a_reviewer_corrects_facets_but_never_consents(ada: Reviewer, reporter: Reporter) -> None:
    """The last correction counts; what the reporter agreed to is the reporter's."""
    reporter.tells("The minister announced it.", **ANSWERS)
    case = ada.opens(reporter)
    ada.desk.set_facets(reporter.case, {**case.facets, "year": 2019, "consents": {"C": True}})
    corrected = ada.sees(reporter)
    assert corrected.facets["year"] == 2019
    assert corrected.facets["consents"]["C"] is False
    with pytest.raises(DeskError, match="year"):
        ada.desk.set_facets(reporter.case, {"year": "soon"})


def test_answers_that_are_no_answers_stop_nothing(ada: Reviewer, reporter: Reporter) -> None:
    """A stranger's program can send anything: numbers for texts, texts for lists, countries that do not exist."""
    reporter.tells("Odd.", acts="visa_denial", place_country="../x", behind=7, who=[{"a": 1}], danger=["yes"])
    case = ada.opens(reporter)
    assert case.report == {"language": "en", "told": "Odd.", "who": []}
    assert ada.desk.recommend(reporter.case) is not None


def test_later_answers_are_added_to_the_first(ada: Reviewer, reporter: Reporter) -> None:
    """What was missing is sent with the receipt; the case shows both together."""
    reporter.tells("They stopped me.")
    reporter.sends("report", {"language": "en", "place_country": "FR", "behind": "same"}, {})
    case = ada.opens(reporter)
    assert case.report["told"] == "They stopped me."
    assert case.facets["country"] == "FR"


def test_the_rules_recommend_and_the_decision_is_kept(ada: Reviewer, reporter: Reporter) -> None:
    """What was recommended, on which facets and catalogue, and what a person chose, stand in the case."""
    reporter.tells("The minister announced it.", **ANSWERS)
    ada.opens(reporter)
    named = {suggestion.id: suggestion for suggestion in ada.desk.recommend(reporter.case)}
    assert named["un-asg-reprisals"].role == "primary"
    assert named["un-asg-reprisals"].drafted
    chosen = [{"id": "un-asg-reprisals", "kind": named["un-asg-reprisals"].kind}]
    ada.desk.decide(reporter.case, chosen, "It is announced policy.")
    (decision,) = ada.sees(reporter).decisions
    assert decision.chosen == tuple(chosen)
    assert "un-asg-reprisals" in decision.recommended
    assert len(decision.catalogue) == 64
    assert decision.facets["country"] == "US"
    with pytest.raises(DeskError, match="catalogue"):
        ada.desk.decide(reporter.case, [{"id": "nobody", "kind": "letter"}], "")


@pytest.mark.claim("C10")
def test_a_draft_keeps_to_the_consents(ada: Reviewer, reporter: Reporter) -> None:
    """Without consent C no name goes to a State; without B nothing is drafted, and the scope is named."""
    reporter.tells("Amina Idris was told to leave by Otto Blum.", **ANSWERS)
    ada.opens(reporter)
    draft = ada.desk.draft(reporter.case, "sp-ijl", "")
    assert draft.refused is None
    assert "Amina" not in draft.text and "Idris" not in draft.text and "Blum" in draft.text
    assert "Example Watch" in draft.text
    ada.desk.set_facets(reporter.case, {"names": ["Otto Blum"]})
    assert "Blum" not in ada.desk.draft(reporter.case, "sp-ijl", draft.kind).text
    assert ada.desk.draft_docx(reporter.case, "sp-ijl", draft.kind).startswith(b"PK")
    reporter.sends("report", {"language": "en", "tell_un": "no"}, {})
    ada.opens(reporter)
    refused = ada.desk.draft(reporter.case, "sp-ijl", draft.kind)
    assert refused.text == ""
    assert refused.refused is not None and "Consent B" in refused.refused
    with pytest.raises(DeskError, match="Consent B"):
        ada.desk.draft_docx(reporter.case, "sp-ijl", draft.kind)


@pytest.mark.claim("C10")
def test_a_withdrawal_takes_every_consent_back(ada: Reviewer, reporter: Reporter) -> None:
    """After it nothing is drafted; the case stays readable."""
    reporter.tells("The minister announced it.", **ANSWERS)
    reporter.sends("withdraw", {"text": "Please stop."}, {})
    case = ada.opens(reporter)
    assert not any(case.consents.values())
    assert ada.desk.draft(reporter.case, "sp-ijl", "").refused is not None


def test_status_needs_its_reason_and_its_day(ada: Reviewer, reporter: Reporter) -> None:
    """Waiting without a day, and closing without a reason, are refused; what is set shows in the views."""
    reporter.tells("It happened.")
    assert [row.id for row in ada.reads()] == [reporter.case]
    assert ada.desk.inbox("new")[0].status == "new"
    assert ada.opens(reporter).summary.status == "reading"
    with pytest.raises(DeskError, match="reason"):
        ada.desk.set_status(reporter.case, "closed")
    with pytest.raises(DeskError, match="day"):
        ada.desk.set_status(reporter.case, "waiting", "asked for a date")
    with pytest.raises(DeskError, match="no such status"):
        ada.desk.set_status(reporter.case, "done")
    ada.desk.set_status(reporter.case, "waiting", "asked for a date", "2999-01-01")
    assert [row.status for row in ada.desk.inbox("waiting")] == ["waiting"]
    ada.desk.set_status(reporter.case, "closed", "a duplicate")
    assert ada.desk.inbox("waiting") == ()
    assert [row.until for row in ada.desk.inbox("closed")] == [None]
    assert [change.status for change in ada.sees(reporter).statuses] == ["waiting", "closed"]


def test_a_case_is_given_to_a_reviewer_or_to_nobody(ada: Reviewer, reporter: Reporter) -> None:
    """Assignment shows in "mine", and can be taken back."""
    reporter.tells("It happened.")
    ada.opens(reporter)
    ada.desk.assign(reporter.case, ada.desk.me.id)
    assert [row.assigned_name for row in ada.desk.inbox("mine")] == ["Ada"]
    ada.desk.assign(reporter.case, None)
    assert ada.desk.inbox("mine") == ()
    with pytest.raises(DeskError, match="reviewer"):
        ada.desk.assign(reporter.case, "00" * 16)


def test_people_in_danger_stand_first(ada: Reviewer, reporter: Reporter) -> None:
    """The inbox lists them before everybody else, and has a view of their own."""
    reporter.tells("Quiet.")
    urgent = Reporter(reporter.office)
    urgent.tells("They are at the door.", danger="yes")
    assert [row.id for row in ada.reads()] == [urgent.case, reporter.case]
    assert [row.id for row in ada.desk.inbox("danger")] == [urgent.case]


def test_empty_words_are_not_sent(ada: Reviewer, reporter: Reporter) -> None:
    """A reply or note of blanks is a mistake."""
    reporter.tells("It happened.")
    ada.opens(reporter)
    for act in (ada.desk.reply, ada.desk.note):
        with pytest.raises(DeskError, match="nothing written"):
            act(reporter.case, " \n")


def test_a_case_that_is_not_here_is_a_sentence(ada: Reviewer) -> None:
    """An id nobody knows."""
    with pytest.raises(NotHere, match="no such case"):
        ada.desk.open_case("00" * 32)
