"""Reporting with scripts: sealed before it leaves, resumed where it stopped, read again with the receipt."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from playwright.sync_api import expect
from werkzeug.datastructures import MultiDict

from portal.questions import content_from_form
from tests.browser.reporters import ANSWERS, CANARY, READY, Scripted, SpoilableSite
from tests.browsers import Kind, Visit
from tests.e2e.sites import IntakeSite, wait_until
from tests.pages.opened import Intake, Visitor
from tests.pages.test_plain_door import reviewer_writes
from tests.wire import Seen, Wire

KINDS: tuple[Kind, ...] = ("chromium", "firefox")
Served = tuple[IntakeSite, Intake]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def forms_of(word: str) -> list[bytes]:
    """How a word could cross a wire without being sealed."""
    raw = word.encode()
    # base64 of a word depends on where it begins; the middle of each is always there.
    shifted = [base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)]
    texts = [quote(word), quote_plus(word), json.dumps(word)[1:-1], raw.hex(), word.encode("utf-16-le").hex()]
    return [raw, raw.lower(), word.encode("utf-16-le"), *shifted, *(text.encode() for text in texts)]


def leaks(requests: list[Seen], *words: str) -> list[str]:
    """Requests in which a word can be read anywhere: address, header or body."""
    found = []
    for seen in requests:
        whole = b"\n".join([seen.target.encode(), str(seen.headers).encode(), seen.body])
        if any(form in whole for word in words for form in forms_of(word)):
            found.append(f"{seen.method} {seen.target}")
    return found


@pytest.mark.claim("C2")
def test_what_is_told_leaves_the_browser_only_sealed(
    kind: Kind, served_intake: Served, visit: Visit, wire: Wire, tmp_path: Path
) -> None:
    """On an onion address as on any other: the receipt comes first, nothing readable crosses the wire, all arrives."""
    site, intake = served_intake
    wire.names["report.onion"] = site.port
    photo, paper = tmp_path / f"{CANARY}.jpg", tmp_path / "paper.txt"
    photo.write_bytes(CANARY.encode() * 200_000)
    paper.write_bytes(b"")
    before = {report.message.id for report in intake.reports()}
    visitor = visit(kind)
    reporter = Scripted(visitor, "http://report.onion").opens().answers(ANSWERS | {"held": "no"})
    # The last question stands open; files are chosen there.
    receipt = reporter.attaches(photo, paper).reads_receipt()
    assert {seen.method for seen in visitor.requests()} == {"GET"}, "something was sent before the receipt was shown"
    reporter.sends().is_told_that_it_is_stored()

    requests = visitor.requests()
    secrets = (CANARY, receipt.digits, receipt.digits.replace(" ", ""), receipt.words, receipt.secret.hex())
    assert leaks(requests, *secrets) == []
    visitor.sent_no_cookie_to("http://report.onion")
    assert visitor.page.locator("textarea, input[name], select").count() == 0, "what was written is gone from the page"
    assert visitor.page.evaluate("document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)") == ""

    [report] = [report for report in intake.reports() if report.message.id not in before]
    assert report.message.content == content_from_form(MultiDict(ANSWERS | {"held": "no"}), "en")
    assert (report.message.door, report.message.thread) == (
        "script",
        receipt.derive(intake.store.instance).thread.hex(),
    )
    names = [(entry.name, entry.size, entry.sha256) for entry in report.message.files]
    assert names == [(f.name, f.stat().st_size, hashlib.sha256(f.read_bytes()).hexdigest()) for f in (photo, paper)]
    for entry, file in zip(report.message.files, (photo, paper), strict=True):
        assert intake.file(entry.object).startswith(file.read_bytes())


def test_the_search_for_what_leaks_finds_it(tmp_path: Path) -> None:
    """A word in a body is seen however it is written: the test above would not stay silent."""
    for form in forms_of(CANARY):
        assert leaks([Seen("x", "POST", "/", {}, b"...." + form + b"....")], CANARY), form
    assert leaks([Seen("x", "POST", "/", {}, base64.b64encode(b"ab" + CANARY.encode() + b"c"))], CANARY)
    assert leaks([Seen("x", "GET", "/?q=" + CANARY, {}, b"")], CANARY)


def test_a_person_comes_back_reads_and_answers(kind: Kind, served_intake: Served, visit: Visit) -> None:
    """With the words of the receipt: the answer is read, “opened by a person” stands there, more is added."""
    site, intake = served_intake
    reporter = Scripted(visit(kind), site.origin).opens().answers({"told": "First."})
    receipt = reporter.reads_receipt()
    reporter.sends().is_told_that_it_is_stored()
    thread = receipt.derive(intake.store.instance).thread.hex()
    [report] = [found for found in intake.reports() if found.message.thread == thread]
    owner = Visitor(None)
    owner.receipt = receipt.digits
    reviewer_writes(intake, owner, "Are you <b>safe</b>?\nهل أنت بأمان؟")
    reviewer_writes(intake, owner, "", kind="opened", content={"hash": report.hash})

    again = Scripted(visit(kind), site.origin).comes_back(receipt)
    assert again.page.locator(".message p").nth(1).inner_text() == "Are you <b>safe</b>?\nهل أنت بأمان؟"
    expect(again.page.locator("#opened")).to_be_visible()
    for hidden in ("#alarm", "#no-news", "#stored"):
        expect(again.page.locator(hidden)).to_be_hidden()
    for text in ("Yes.", "And one more thing."):
        again.page.locator("#f-text").fill(text)
        again.page.locator("#send").click()
        expect(again.page.locator("#stored")).to_be_visible(timeout=READY)
    here = [found for found in intake.reports() if found.message.thread == thread and found.message.kind == "message"]
    own = {found.message.content["text"]: found for found in here}
    assert own["Yes."].message.prev == report.hash
    assert own["And one more thing."].message.prev == own["Yes."].hash
    assert len(own["Yes."].message.heads) == 2
    assert leaks(again.visitor.requests(), "And one more thing.", receipt.words, receipt.digits) == []


@pytest.mark.claim("C4")
def test_a_forged_answer_is_an_alarm_in_the_browser(served_intake: Served, visit: Visit) -> None:
    """It is not shown, and the page says to be careful."""
    site, intake = served_intake
    reporter = Scripted(visit(), site.origin).opens().answers({"told": "First."})
    receipt = reporter.reads_receipt()
    reporter.sends().is_told_that_it_is_stored()
    owner = Visitor(None)
    owner.receipt = receipt.digits
    reviewer_writes(intake, owner, "Come to the station.", forged=True)
    again = Scripted(visit(), site.origin).comes_back(receipt)
    expect(again.page.locator("#alarm")).to_be_visible()
    assert "station" not in again.page.content()


def test_a_mistyped_receipt_is_told_without_asking_anybody(kind: Kind, served_intake: Served, visit: Visit) -> None:
    """The same sentences as at the plain door, and no request."""
    site, _ = served_intake
    back = Scripted(visit(kind), site.origin).opens("/en/return")
    asked = len(back.visitor.requests())
    for typed, says in (
        ("1234 567", "There are 7 digits instead of 36. Look at group 2."),
        ("wasp pigeom film", "Word 2, “pigeom”, is not in the list. Is it “pigeon”?"),
        ("1" * 36, "At least one digit or word is wrong."),
    ):
        back.page.locator("#f-receipt").fill(typed)
        back.page.locator("#open").click()
        expect(back.page.locator("#receipt-error")).to_contain_text(says)
        assert back.page.title() == "Error: Come back"
    assert len(back.visitor.requests()) == asked


def test_questions_come_one_by_one_and_can_be_changed(kind: Kind, served_intake: Served, visit: Visit) -> None:
    """Back, by our button and by the browser's; a look at all answers; Change leads to the question and back."""
    site, _ = served_intake
    visitor = visit(kind)
    page = Scripted(visitor, site.origin).opens().page
    seen = page.locator("#questions > section:visible h2").first
    expect(page.locator("#step")).to_have_text("Question 1 of 11")
    page.locator("[name=danger][value=unknown]").check()
    page.locator("#next").click()
    expect(seen).to_be_focused()
    page.locator("#f-told").fill("One.\nTwo.")
    page.locator("#next").click()
    expect(page.locator("#step")).to_have_text("Question 3 of 11")
    page.locator("#back").click()
    expect(page.locator("#f-told")).to_have_value("One.\nTwo.")
    page.go_back()
    expect(seen).to_have_text("Is someone in danger now?")
    for _ in range(11):
        page.locator("#next").click()
    expect(page.locator("#check h2")).to_be_focused()
    rows = page.locator("#answers").inner_text()
    assert "I do not know" in rows and "One.\nTwo." in rows and "Not answered" in rows
    page.get_by_role("button", name="Change What was done?").click()
    expect(seen).to_have_text("What was done?")
    page.locator("#back").click()
    expect(page.locator("#check")).to_be_visible()
    assert visitor.complaints == []


def test_a_consent_is_looked_at_with_its_question(served_intake: Served, visit: Visit) -> None:
    """Among the answers, “yes” stands under what it is a yes to."""
    site, _ = served_intake
    page = Scripted(visit(), site.origin).opens().answers({"told": "x", "agreed": "self", "tell_un": "yes"}).page
    page.locator("#next").click()
    expect(page.locator("#answers")).to_contain_text("May we tell the UN office in confidence?Yes")


def test_with_nothing_told_the_page_says_so(served_intake: Served, visit: Visit) -> None:
    """An error summary, focused, with a way to the question; no receipt is made and nothing is sent."""
    site, _ = served_intake
    visitor = visit()
    page = Scripted(visitor, site.origin).opens().answers({"danger": "no"}).page
    page.locator("#next").click()
    page.locator("#next").click()
    expect(page.locator("#errors")).to_be_focused()
    assert page.title() == "Error: Your report"
    expect(page.locator("#receipt")).to_be_hidden()
    page.locator("#errors button").click()
    expect(page.locator("#f-told")).to_be_focused()
    assert page.title() == "Your report"
    page.locator("#f-told").fill("é" * 100_001)
    for _ in range(11):
        page.locator("#next").click()
    expect(page.locator("#errors")).to_contain_text("This is longer than 100000 letters.")
    assert {seen.method for seen in visitor.requests()} == {"GET"}


def test_the_receipt_is_asked_for_once_and_never_forced(served_intake: Served, visit: Visit) -> None:
    """Not typed, or typed wrongly: said; the same press again sends all the same."""
    site, _ = served_intake
    reporter = Scripted(visit(), site.origin).opens().answers({"told": "x"})
    receipt = reporter.reads_receipt()
    page = reporter.page
    page.locator("#send").click()
    expect(page.locator("#kept-error")).to_contain_text("You have not typed it.")
    page.locator("#kept").fill("0000")
    page.locator("#send").click()
    expect(page.locator("#kept-error")).to_contain_text("This is not the last group or word")
    page.locator("#kept").fill(receipt.words.split()[-1].upper())
    page.locator("#send").click()
    reporter.is_told_that_it_is_stored()
    assert page.locator("#sent .digits").inner_text().split() == receipt.digits.split()


def test_a_lost_connection_costs_nothing(kind: Kind, spoilable: SpoilableSite, visit: Visit, tmp_path: Path) -> None:
    """Answers to a piece and to the message are lost on the way; it goes on by itself, and one report is stored."""
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(3_000_000))
    reporter = Scripted(visit(kind), spoilable.origin).opens().answers({"told": "Lost and found."}).attaches(big)
    receipt = reporter.reads_receipt()
    with spoilable.with_fault("PATCH", "unanswered"), spoilable.with_fault("/deliver", "unanswered"):
        reporter.sends()
        expect(reporter.page.locator("#said")).to_contain_text("No connection.", timeout=READY)
        expect(reporter.page.locator("#sent")).to_be_hidden()
        wait_until(lambda: len(spoilable.intake.objects()) >= 2, "the message arrived, and its answer did not")
    reporter.is_told_that_it_is_stored()
    thread = receipt.derive(spoilable.intake.store.instance).thread.hex()
    [report] = [found for found in spoilable.intake.reports() if found.message.thread == thread]
    assert spoilable.intake.file(report.message.files[0].object).startswith(big.read_bytes())
    assert "HEAD" in {seen.method for seen in reporter.visitor.requests()}


def test_when_sending_fails_the_receipt_stays_and_a_button_tries_again(spoilable: SpoilableSite, visit: Visit) -> None:
    """“Stored” is not said, nothing is typed again, and the next press stores it."""
    reporter = Scripted(visit(), spoilable.origin).opens().answers({"told": "Full."})
    receipt = reporter.reads_receipt()
    with spoilable.with_fault("/deliver", "full"):
        reporter.sends()
        expect(reporter.page.locator("#said")).to_contain_text("It is not stored: there is no room at the moment.")
        expect(reporter.page.locator("#sent")).to_be_hidden()
        assert reporter.page.locator("#sending .digits").inner_text().split() == receipt.digits.split()
    reporter.page.locator("#retry").click()
    reporter.is_told_that_it_is_stored()
