"""Reporting without scripts: Chromium with scripts off, and Firefox as Tor Browser's "Safest" sets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.reporters import CANARY, Unscripted
from tests.browser.test_report_sealed import Served, leaks
from tests.browsers import Kind, Visit, Visitor
from tests.pages.opened import Visitor as Client
from tests.pages.test_plain_door import reviewer_writes

KINDS: tuple[Kind, ...] = ("chromium", "firefox")


def goes_back(visitor: Visitor) -> None:
    """The browser's Back, wherever it leads: also to a page that the browser refuses to show again."""
    try:
        visitor.page.go_back(timeout=3000)
    except Exception as refused:
        # Chromium and Firefox say in these words that a page from a form is gone.
        assert re.search("ERR_CACHE_MISS|NOT_CACHED|Timeout", str(refused)), refused
    visitor.page.wait_for_timeout(200)


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_without_scripts_reports_and_comes_back(
    kind: Kind, served_intake: Served, visit: Visit, tmp_path: Path
) -> None:
    """From the first page to the answer: the receipt first, words and files stored, read and answered; no cookie."""
    site, intake = served_intake
    file = tmp_path / "paper.txt"
    file.write_text(CANARY * 1000)
    visitor = visit(kind, scripts=False)
    reporter = Unscripted(visitor, site.origin).opens("/en/report")
    assert "scripts are off or blocked" in reporter.reads()
    assert visitor.page.locator("#work").get_attribute("hidden") == ""
    visitor.clicks(visitor.page.locator("#other-door a"))
    visitor.page.wait_for_url("**/en/plain")
    assert "it holds your words" in reporter.reads()
    reporter.presses("Start", "/en/plain/start")
    receipt = reporter.reads_receipt()
    reporter.tells(f"They came. {CANARY}", file).presses("Send this report", "/en/plain/send")
    assert "Your report is stored" in reporter.reads() and reporter.reads_receipt() == receipt
    thread = receipt.derive(intake.store.instance).thread.hex()
    [report] = [found for found in intake.reports() if found.message.thread == thread]
    assert report.message.content == {"language": "en", "danger": "yes", "told": f"They came. {CANARY}"}
    assert intake.file(report.message.files[0].object).startswith(file.read_bytes())
    owner = Client(None)
    owner.receipt = receipt.digits
    reviewer_writes(intake, owner, "Are you safe?")

    back = visit(kind, scripts=False)
    again = Unscripted(back, site.origin).opens("/en/plain/return")
    again.presses("Continue", "/en/plain/return")
    back.page.locator("#f-receipt").wait_for()
    back.types(back.page.locator("#f-receipt"), receipt.words)
    again.presses("Continue", "/en/plain/mailbox")
    assert "Are you safe?" in again.reads()
    back.types(back.page.locator("#f-text"), "Yes.")
    again.presses("Send", "/en/plain/answer")
    assert "It is stored." in again.reads()
    mine = [found for found in intake.reports() if found.message.thread == thread]
    assert {found.message.kind for found in mine} == {"report", "message"}

    # Here the words do cross the wire, in the one post that the page warned of, and nowhere else.
    assert leaks(visitor.requests(), CANARY) == ["POST /en/plain/send"]
    for someone in (visitor, back):
        someone.sent_no_cookie_to(site.origin)
        assert someone.complaints == []


@pytest.mark.parametrize("kind", KINDS)
def test_without_scripts_leaving_brings_nothing_back(kind: Kind, served_intake: Served, visit: Visit) -> None:
    """The link, then Back: neither a report nor a receipt that was typed stands there again."""
    site, _ = served_intake
    visitor = visit(kind, scripts=False)
    reporter = Unscripted(visitor, site.origin).opens("/en/plain").presses("Start", "/en/plain/start")
    visitor.types(visitor.page.locator("#f-told"), CANARY)
    visitor.clicks(visitor.page.locator("#leave"))
    visitor.page.wait_for_url(re.compile("localhost"))
    goes_back(visitor)
    assert CANARY not in visitor.page.content() and typed_in(visitor, "#f-told") != CANARY
    reporter.opens("/en/plain/return").presses("Continue", "/en/plain/return")
    visitor.page.locator("#f-receipt").wait_for()
    visitor.types(visitor.page.locator("#f-receipt"), CANARY)
    visitor.clicks(visitor.page.locator("#leave"))
    visitor.page.wait_for_url(re.compile("localhost"))
    goes_back(visitor)
    assert typed_in(visitor, "#f-receipt") == ""


def typed_in(visitor: Visitor, field: str) -> str:
    """What stands in a field; nothing where there is none."""
    found = visitor.page.locator(field)
    return found.input_value() if found.count() else ""
