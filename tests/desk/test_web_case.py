"""The inbox and the case page: what a reviewer sees, and what each button does."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from portal.desk import model
from portal.desk.desk import Desk
from portal.desk.errors import DeskError, Unreachable
from portal.desk.web.syncing import Syncing
from tests.desk.paperdesk import (
    CASE,
    EPOCH,
    FACETS,
    GRACE,
    ME,
    OTHER,
    PLAIN,
    REPORT,
    SUMMARY,
    WORDS,
    PaperDesk,
    Visitor,
    message,
    visits,
)


@pytest.fixture
def desk() -> PaperDesk:
    return PaperDesk()


@pytest.fixture
def reviewer(desk: PaperDesk, tmp_path: Path) -> Visitor:
    return visits(desk, tmp_path)


def acts(desk: PaperDesk) -> list[tuple[object, ...]]:
    """What was done to cases, without visits to the intake."""
    return [act for act in desk.asked if act[0] not in ("sync", "open")]


def test_the_inbox_shows_codes_in_words_and_no_details(reviewer: Visitor, desk: PaperDesk) -> None:
    """Country, act, status, day and the danger flag; nothing of what was told, and nothing is opened by looking."""
    page = reviewer.get("/inbox").text
    for words in (
        "United States",
        "Visa refused or taken away",
        "New",
        "2026-11-20",
        "Danger now",
        "1 unread",
        "3f9a-2c71",
    ):
        assert words in page
    assert "airport" not in page and "1 case" in page
    assert not [act for act in desk.asked if act[0] == "open"]


def test_views_are_links_and_an_unknown_view_is_not_there(reviewer: Visitor) -> None:
    """Each saved view is an address of its own; the one that is shown says so."""
    page = reviewer.get("/inbox?view=danger").text
    assert 'href="/inbox?view=danger" aria-current="page"' in page
    assert "Nothing in this view" in reviewer.get("/inbox?view=closed").text
    assert reviewer.get("/inbox?view=everything").status_code == 404


def test_an_empty_desk_explains_itself(reviewer: Visitor, desk: PaperDesk) -> None:
    """A first day without reports tells what will happen, and how to try it."""
    desk.cases.clear()
    assert "No report has arrived yet" in reviewer.get("/inbox").text


def test_an_intake_that_cannot_be_reached_hides_nothing(reviewer: Visitor, desk: PaperDesk) -> None:
    """The inbox stays; the line above says what is wrong and what to do."""
    desk.fails = Unreachable("The intake cannot be reached.", "Check the network, then sync again.")
    assert reviewer.post("/sync").status_code == 303
    page = reviewer.get("/inbox").text
    assert "3f9a-2c71" in page
    assert "The intake cannot be reached." in page and "Check the network, then sync again." in page
    desk.fails = None
    reviewer.post("/sync")
    assert "Synced just now" in reviewer.get("/inbox").text


def test_a_wrong_directory_is_said_on_every_page(reviewer: Visitor, desk: PaperDesk) -> None:
    """An alarm of the desk as a whole stands above whatever is shown; a case's own alarm does not."""
    desk.sync_alarms = (
        model.Alarm("directory", None, "The intake served an older directory."),
        model.Alarm("replayed", None, "Twice.", CASE),
    )
    reviewer.post("/sync")
    for path in ("/inbox", f"/case/{CASE}/", "/keys/"):
        page = reviewer.get(path).text
        assert "The intake served an older directory." in page and "Twice." not in page


def test_a_restored_desk_shows_the_words_to_read(reviewer: Visitor, desk: PaperDesk) -> None:
    """Until a colleague has sealed the keys to it, it says whom to call and what to read."""
    desk.waiting_words = WORDS
    page = reviewer.get("/inbox").text
    assert "This desk waits for the keys" in page and " ".join(WORDS) in page


def test_a_slow_intake_holds_no_page_up() -> None:
    """A visit that takes long goes on behind the pages, and no second one starts beside it."""
    slow, visits_begun = threading.Event(), []

    class SlowDesk(PaperDesk):
        def sync(self) -> model.SyncReport:
            visits_begun.append(1)
            slow.wait(10)
            return super().sync()

    syncing = Syncing(cast(Desk, SlowDesk()))
    for _ in range(3):
        syncing.start(patience=0.01)
    assert syncing.line().running and syncing.line().ago is None and len(visits_begun) == 1
    slow.set()
    for thread in threading.enumerate():
        if thread.name == "desk-sync":
            thread.join(10)
    assert not syncing.line().running and syncing.line().ago == 0
    syncing.start_if_due()
    assert len(visits_begun) == 1


def test_opening_a_case_shows_the_report_in_the_readers_words(reviewer: Visitor, desk: PaperDesk) -> None:
    """Codes become words; the person's own words stand as text with their own direction."""
    page = reviewer.get(f"/case/{CASE}/").text
    for words in (
        "International Criminal Court",
        "Netherlands",
        "It is about me, and I agree",
        "&lt;b&gt;Geneva&lt;/b&gt;",
    ):
        assert words in page
    assert '<p class="told" dir="auto">They stopped me at the airport.' in page
    assert ("open", CASE) in desk.asked


def test_every_message_shows_the_key_that_sealed_it(reviewer: Visitor) -> None:
    """The report, each message, and the case as a whole name their intake key."""
    page = reviewer.get(f"/case/{CASE}/").text
    assert page.count(EPOCH[:8]) >= 5


def test_a_reply_and_a_note_cannot_be_confused(reviewer: Visitor, desk: PaperDesk) -> None:
    """Two boxes with their own headings, addresses and buttons; each does only its own act."""
    page = reviewer.get(f"/case/{CASE}/").text
    assert "Reply: the person will read this" in page and "Send to the person" in page
    assert "Internal note: only the team reads this" in page and "Save the note for the team" in page
    assert reviewer.post(f"/case/{CASE}/reply", {"text": "Are you safe?"}).status_code == 303
    assert reviewer.post(f"/case/{CASE}/note", {"text": "Ask the lawyer."}).status_code == 303
    assert acts(desk) == [("reply", CASE, "Are you safe?"), ("note", CASE, "Ask the lawyer.")]


@pytest.mark.parametrize("box", ["reply", "note"])
def test_an_empty_text_is_told_at_the_field_and_at_the_top(reviewer: Visitor, desk: PaperDesk, box: str) -> None:
    """The title says so, the summary links to the field, nothing is sent."""
    answer = reviewer.post(f"/case/{CASE}/{box}", {"text": "  "})
    assert answer.status_code == 422 and "<title>Error: " in answer.text
    assert f'<a href="#{box}-text">' in answer.text and f'id="{box}-text-error"' in answer.text
    assert acts(desk) == []


@pytest.mark.parametrize("box", ["reply", "note"])
def test_a_text_that_could_not_be_sent_is_still_there(reviewer: Visitor, desk: PaperDesk, box: str) -> None:
    """When the desk refuses, the sentence is shown and the box keeps what was written."""
    desk.fails = DeskError("The archive's disk is full.", "Free some space, then send again.")
    answer = reviewer.post(f"/case/{CASE}/{box}", {"text": "A long letter"})
    assert answer.status_code == 422
    assert "The archive&#39;s disk is full." in answer.text and "Free some space" in answer.text
    assert ">\r\nA long letter</textarea>" in answer.text or ">A long letter</textarea>" in answer.text


def test_no_reply_box_without_a_way_to_reply(reviewer: Visitor, desk: PaperDesk) -> None:
    """A thread whose keys never arrived says so instead of taking a text that nobody could read."""
    desk.cases[CASE] = replace(PLAIN, can_reply=False)
    page = reviewer.get(f"/case/{CASE}/").text
    assert "No reply is possible" in page and 'id="reply-text"' not in page


def test_an_alarm_is_an_alarm_and_never_content(reviewer: Visitor, desk: PaperDesk) -> None:
    """Alarms stand at the top, with their kind and object, apart from the conversation."""
    desk.cases[CASE] = replace(
        PLAIN,
        summary=replace(SUMMARY, alarms=1),
        alarms=(model.Alarm("replayed", "77" * 16, "A message came a second time.", CASE),),
    )
    page = reviewer.get(f"/case/{CASE}/").text
    assert "1 alarm: do not take this for what the person said" in page
    assert "Replayed." in page and "A message came a second time." in page
    assert page.index("A message came a second time.") < page.index('id="thread"')
    assert "1 alarm" in reviewer.get("/inbox").text


def test_a_withdrawal_is_said_at_the_top(reviewer: Visitor, desk: PaperDesk) -> None:
    """Nobody sends anything for a person who withdrew without having been told."""
    desk.cases[CASE] = replace(PLAIN, messages=(*PLAIN.messages, message("withdraw", "Please stop.")))
    assert "The person has withdrawn this report" in reviewer.get(f"/case/{CASE}/").text


def test_history_is_told_in_sentences(reviewer: Visitor) -> None:
    """Who did what on which day, in words."""
    page = reviewer.get(f"/case/{CASE}/").text
    assert "opened what the person sent" in page and "set the status to “Reading”" in page
    assert "assigned the case to Grace" in page


def test_a_report_that_has_not_arrived_is_said_so(reviewer: Visitor, desk: PaperDesk) -> None:
    """A thread may begin with a message: the page stands without a report."""
    desk.cases[CASE] = replace(PLAIN, report={}, messages=(message("message", "Hello?"),), files=(), facets={})
    answer = reviewer.get(f"/case/{CASE}/")
    assert answer.status_code == 200 and "No report has arrived in this thread" in answer.text


def test_a_second_report_of_the_same_thread_is_shown_whole(reviewer: Visitor, desk: PaperDesk) -> None:
    """A report sent again with changes does not hide behind the first one."""
    again = REPORT | {"told": "The second account."}
    desk.cases[CASE] = replace(PLAIN, messages=(*PLAIN.messages, message("report", content=again)))
    assert "The second account." in reviewer.get(f"/case/{CASE}/").text


def test_an_unknown_case_is_a_sentence(reviewer: Visitor) -> None:
    """A case that does not exist is not a fault of the program."""
    answer = reviewer.get(f"/case/{OTHER}/")
    assert answer.status_code == 404 and "There is no such case." in answer.text


def test_waiting_and_closed_need_their_reasons(reviewer: Visitor, desk: PaperDesk) -> None:
    """Waiting needs a day and a reason, closed a reason; other states need nothing."""
    post = reviewer.post
    assert post(f"/case/{CASE}/status", {"status": "waiting", "reason": "asked"}).status_code == 422
    assert post(f"/case/{CASE}/status", {"status": "waiting", "until": "2026-12-01"}).status_code == 422
    assert post(f"/case/{CASE}/status", {"status": "closed"}).status_code == 422
    assert post(f"/case/{CASE}/status", {"status": "done"}).status_code == 422
    assert (
        post(f"/case/{CASE}/status", {"status": "waiting", "reason": "asked", "until": "2026-12-01"}).status_code == 303
    )
    assert post(f"/case/{CASE}/status", {"status": "reading"}).status_code == 303
    assert acts(desk) == [("status", CASE, "waiting", "asked", "2026-12-01"), ("status", CASE, "reading", "", None)]


def test_a_case_is_assigned_to_people_of_the_roster_only(reviewer: Visitor, desk: PaperDesk) -> None:
    """To a colleague, to nobody, but to no unknown device."""
    assert reviewer.post(f"/case/{CASE}/assign", {"device": GRACE}).status_code == 303
    assert reviewer.post(f"/case/{CASE}/assign", {"device": ""}).status_code == 303
    assert reviewer.post(f"/case/{CASE}/assign", {"device": "99" * 16}).status_code == 422
    assert acts(desk) == [("assign", CASE, GRACE), ("assign", CASE, None)]


def test_recommendations_show_why_and_what_is_missing(reviewer: Visitor) -> None:
    """Role, kind, reasons, what is missing, and channels marked where nobody has verified them."""
    page = reviewer.get(f"/case/{CASE}/").text
    for words in ("Primary: meant for this", "confidential letter", "counts as cooperation", "consent C", "Danger:"):
        assert words in page
    assert "ohchr-reprisals@un.org" in page and "look up before use" in page


def test_emergency_help_stands_before_every_letter(reviewer: Visitor) -> None:
    """When somebody is in danger, help within hours comes first on the page as well."""
    page = reviewer.get(f"/case/{CASE}/").text
    assert page.index("Emergency help: first") < page.index('value="fld-emergency|emergency help"')
    assert page.index('value="fld-emergency|emergency help"') < page.index("Primary: meant for this")


def test_what_a_consent_holds_back_cannot_be_chosen(reviewer: Visitor, desk: PaperDesk) -> None:
    """It is shown with what is missing, without a box to tick; a forged choice is refused."""
    page = reviewer.get(f"/case/{CASE}/").text
    assert "Held back: a consent is missing" in page and 'value="sp-hrd|urgent appeal"' not in page
    answer = reviewer.post(f"/case/{CASE}/decide", {"chosen": "sp-hrd|urgent appeal", "reason": "x"})
    assert answer.status_code == 422 and acts(desk) == []


def test_the_facts_can_be_corrected_and_unknown_codes_survive(reviewer: Visitor, desk: PaperDesk) -> None:
    """What is ticked is kept, what is not is dropped, and a code of a newer form can be kept too."""
    form = {
        "country": "NL", "year": "2020", "urgency": "past", "perpetrator": ["state", "business"], "detail": "police",
        "act_types": ["arrest_detention", "act_of_2031"], "un_body_cooperated": ["upr"], "names": "Ana Roe\n\n Bo ",
    }  # fmt: skip
    assert reviewer.post(f"/case/{CASE}/facets", form).status_code == 303
    assert acts(desk) == [
        ("facets", CASE, FACETS | {
            "country": "NL", "year": 2020, "urgency": "past", "perpetrator": "state+business:police",
            "act_types": ["arrest_detention", "act_of_2031"], "victim_profile": [], "un_body_cooperated": ["upr"],
            "names": ["Ana Roe", "Bo"],
        }),
    ]  # fmt: skip
    assert reviewer.post(f"/case/{CASE}/facets", form | {"act_types": ["nonsense"]}).status_code == 422
    assert reviewer.post(f"/case/{CASE}/facets", form | {"year": "20"}).status_code == 422


def test_a_decision_needs_a_choice_and_a_reason(reviewer: Visitor, desk: PaperDesk) -> None:
    """The chosen mechanisms with their kinds, one that the reviewer adds, and why."""
    chosen = ["un-asg-reprisals|confidential letter", "sp-ijl|urgent appeal"]
    post = reviewer.post
    assert post(f"/case/{CASE}/decide", {"reason": "because"}).status_code == 422
    assert post(f"/case/{CASE}/decide", {"chosen": chosen}).status_code == 422
    assert post(f"/case/{CASE}/decide", {"chosen": ["nobody|letter"], "reason": "x"}).status_code == 422
    added = {"chosen": chosen, "other": "sp-truth", "other_kind": "other letter", "reason": "A judge is threatened."}
    assert post(f"/case/{CASE}/decide", added).status_code == 303
    assert acts(desk) == [
        ("decide", CASE, [
            {"id": "un-asg-reprisals", "kind": "confidential letter"},
            {"id": "sp-ijl", "kind": "urgent appeal"},
            {"id": "sp-truth", "kind": "other letter"},
        ], "A judge is threatened."),
    ]  # fmt: skip


def test_decisions_are_listed_with_the_rules_they_rest_on(reviewer: Visitor, desk: PaperDesk) -> None:
    """Day, person, mechanisms, reason, digest of rules and catalogue."""
    chosen = ({"id": "sp-ijl", "kind": "urgent appeal"},)
    decision = model.Decision("2026-11-22", ME, "Ada", "feedface" * 8, FACETS, (), chosen, "A judge.")
    desk.cases[CASE] = replace(PLAIN, decisions=(decision,))
    page = reviewer.get(f"/case/{CASE}/").text
    assert "2026-11-22" in page and "(urgent appeal)" in page and "feedfacefeed" in page


def test_a_draft_is_text_and_docx(reviewer: Visitor) -> None:
    """Text as text; DOCX as a download with a plain name."""
    page = reviewer.get(f"/case/{CASE}/draft/sp-ijl?kind=urgent+appeal")
    assert page.status_code == 200 and "we write about &lt;a case&gt;." in page.text and "the date" in page.text
    docx = reviewer.get(f"/case/{CASE}/draft/sp-ijl.docx?kind=urgent+appeal")
    assert docx.data == b"PK docx"
    assert docx.headers["Content-Disposition"] == "attachment; filename=sp-ijl-draft.docx"


@pytest.mark.claim("C10")
def test_a_draft_without_consent_is_a_sentence_and_no_file(reviewer: Visitor, desk: PaperDesk) -> None:
    """The page names the missing scope; the download leads to the same sentence."""
    desk.refused = "Consent B is missing: this may not be passed to the UN office."
    page = reviewer.get(f"/case/{CASE}/draft/sp-ijl?kind=urgent+appeal")
    assert page.status_code == 409 and "Consent B is missing" in page.text
    docx = reviewer.get(f"/case/{CASE}/draft/sp-ijl.docx?kind=urgent+appeal")
    assert docx.status_code == 303 and docx.location.startswith(f"/case/{CASE}/draft/sp-ijl?kind=")
    assert reviewer.get(f"/case/{CASE}/draft/nobody").status_code == 404


def test_shortcuts_can_be_switched_off(reviewer: Visitor) -> None:
    """Without the keys the page does not even load their script."""
    assert "js/desk/keys.js" in reviewer.get("/inbox").text
    reviewer.post("/shortcuts")
    page = reviewer.get("/inbox").text
    assert "js/desk/keys.js" not in page and "Switch the keys on" in page
