"""A reviewer's first day in a real browser: from the printed address to a new intake key."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.desk import create_app
from tests.browser.desks import Seat, barriers, served
from tests.browsers import Kind, Visit
from tests.desk import personas
from tests.desk.personas import Office, Reporter

PASSPHRASE = "stone river lamp quiet orbit nine walls"
TOLD = "They stopped me at the airport and asked about Geneva.\nقالوا: لا تسافر"
REPORT = {
    "danger": "yes", "place_country": "NL", "behind": "other", "behind_country": "US", "acts": ["visa_denial"],
    "bodies": ["icc"], "profile": ["judge"], "agreed": "self", "tell_un": "yes", "letter_named": "yes",
    "letter_unnamed": "yes", "who": ["government"], "going_on": "ongoing",
}  # fmt: skip


def founds(seat: Seat, office: Office, folder: Path) -> None:
    """Goes through the first start."""
    seat.follows("Found the first desk")
    seat.fills(name="Ada", code=office.code(), passphrase=PASSPHRASE, again=PASSPHRASE)
    seat.presses("Make my keys")
    copy = folder / "desk-identity.age"
    assert seat.saves("link", "Save my identity file", copy).startswith(b"age-encryption.org/v1\n-> scrypt ")
    seat.page.locator("#identity").set_input_files(copy)
    seat.presses("Finish and open the intake")
    assert "Your desk is ready" in seat.reads()


# Playwright cannot type into Firefox with scripts off; the pages are the same as in Chromium.
@pytest.mark.parametrize(("kind", "scripts"), [("chromium", True), ("chromium", False), ("firefox", True)])
def test_a_first_day(kind: Kind, scripts: bool, visit: Visit, office: Office, tmp_path: Path) -> None:
    """Found, read, answer, note, route, draft, rotate, lock, unlock; nothing of the desk reaches the intake's site."""
    settings = personas.desk_settings(tmp_path / "desk", office)
    app = create_app(settings)
    visitor = visit(kind, scripts=scripts)
    seat = Seat(visitor.page)
    with served(app, settings) as address:
        seat.page.goto(address)
        founds(seat, office, tmp_path)
        words = " ".join(app.extensions["desk"].fingerprint)
        assert words in seat.reads()
        seat.follows("Go to the inbox")
        assert "No report has arrived yet" in seat.reads()

        reporter = Reporter(office)
        reporter.tells(TOLD, {"notes.txt": b"written down\n"}, **REPORT)
        seat.presses("Sync now")
        assert "United States" in seat.reads() and "Danger now" in seat.reads() and "airport" not in seat.reads()
        seat.follows("Case ")
        assert TOLD in seat.reads() and "International Criminal Court" in seat.reads()
        assert seat.saves("link", "Save notes", tmp_path / "saved.txt") == b"written down\n"

        seat.fills(reply_text="Are you safe now?").presses("Send to the person")
        seat.fills(note_text="Call the lawyer.").presses("Save the note")
        assert "Call the lawyer." in seat.reads()
        said = [entry.message.content.get("text") for entry in reporter.mailbox().entries]
        assert "Are you safe now?" in said and "Call the lawyer." not in said

        seat.page.get_by_role("checkbox", name="Assistant Secretary-General").check()
        seat.fills(decide_reason="Quiet contact first.").presses("Record the decision")
        assert "Quiet contact first." in seat.reads()
        docx = seat.saves("link", "Draft as DOCX", tmp_path / "draft.docx")
        assert docx.startswith(b"PK")
        seat.follows("Draft as text")
        assert seat.page.locator("h1").inner_text().startswith("Draft: ")

        old = reporter.key().epoch.hex()[:8]
        seat.follows("Keys").follows("Rotate now")
        assert "This is what will happen" in seat.reads()
        seat.page.get_by_role("checkbox").check()
        seat.presses("Rotate now")
        new = reporter.key().epoch.hex()[:8]
        assert new != old and new in seat.reads() and old in seat.reads()

        seat.presses("Lock")
        assert "The desk is locked" in seat.reads() and "Ada" not in seat.reads()
        seat.page.go_back()
        assert "airport" not in seat.reads()
        seat.page.goto(f"{settings.url}/case/{reporter.case}/")
        assert "airport" not in seat.reads()
        seat.fills(passphrase=PASSPHRASE).presses("Unlock")
        assert TOLD in seat.reads()
        if kind == "chromium" and scripts:
            assert barriers(seat.page) == []

        seat.page.goto(f"{office.url}/en/")
        assert words in seat.reads()
    visitor.sent_no_cookie_to(office.url)
    assert visitor.complaints == []
