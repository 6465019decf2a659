"""The pages over a real desk and a running intake: from the one-time code to the draft, as a person goes through it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.desk.paperdesk import Visitor, enters
from tests.desk.personas import PASSPHRASE, Office, Reporter, Reviewer, at_desk

TOLD = "They stopped me at the airport and asked about Geneva."
REPORT: dict[str, Any] = {
    "danger": "yes", "place_country": "NL", "behind": "other", "behind_country": "US", "acts": ["visa_denial"],
    "bodies": ["icc"], "profile": ["judge"], "agreed": "self", "tell_un": "yes", "who": ["government"],
}  # fmt: skip


@pytest.fixture
def visitor(ada: Reviewer) -> Visitor:
    """Ada, at the pages of her unlocked desk."""
    return enters(ada.desk, ada.desk.settings)


def test_the_first_start_opens_the_intake(empty_office: Office, tmp_path: Path) -> None:
    """One-time code, passphrase, saved file: then the intake has a key in force, and not before."""
    desk = at_desk(tmp_path / "desk", empty_office)
    visitor = enters(desk, desk.settings)
    visitor.get("/start/found")
    form = {"name": "Ada", "passphrase": PASSPHRASE, "again": PASSPHRASE, "code": empty_office.code()}
    assert visitor.post("/start/found", form).location == "/start/save"
    copy = visitor.get("/start/identity.age").data
    assert copy.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert visitor.get("/inbox").location == "/start/resume"
    assert Visitor(empty_office.app).client.get("/key").status_code == 503
    visitor.get("/start/save")
    wrong = visitor.post("/start/save", {"identity": (BytesIO(copy[:-1] + b"x"), "x.age")})
    assert wrong.status_code == 422
    assert visitor.post("/start/save", {"identity": (BytesIO(copy), "x.age")}).location == "/welcome"
    assert " ".join(desk.fingerprint) in visitor.get("/welcome").text
    assert empty_office.app.test_client().get("/key").status_code == 200
    assert "In force" in visitor.get("/keys/").text
    desk.lock()


def test_an_interrupted_founding_goes_on_where_it_stood(empty_office: Office, tmp_path: Path) -> None:
    """Closed before the file was saved: the next day's passphrase leads back to saving, and the intake opens then."""
    desk = at_desk(tmp_path / "desk", empty_office)
    desk.found("Ada", PASSPHRASE, empty_office.code())
    desk.lock()
    later = at_desk(tmp_path / "desk", empty_office)
    visitor = enters(later, later.settings)
    assert visitor.get("/start/save").location == "/"
    visitor.get("/unlock")
    assert visitor.post("/unlock", {"passphrase": PASSPHRASE}).location == "/start/resume"
    assert visitor.get("/inbox").location == "/start/resume"
    assert visitor.get("/start/resume").location == "/start/save"
    copy = visitor.get("/start/identity.age").data
    visitor.get("/start/save")
    assert visitor.post("/start/save", {"identity": (BytesIO(copy), "x.age")}).location == "/welcome"
    later.lock()


def test_a_wrong_code_is_told(empty_office: Office, tmp_path: Path) -> None:
    """A mistyped code is a sentence; the next try with the right one goes on."""
    desk = at_desk(tmp_path / "desk", empty_office)
    visitor = enters(desk, desk.settings)
    visitor.get("/start/found")
    form = {"name": "Ada", "passphrase": PASSPHRASE, "again": PASSPHRASE}
    assert visitor.post("/start/found", form | {"code": "ABCD-EFGH"}).status_code == 422
    assert visitor.post("/start/found", form | {"code": empty_office.code()}).status_code == 303
    desk.lock()


def test_a_report_is_read_answered_routed_and_drafted(visitor: Visitor, ada: Reviewer, reporter: Reporter) -> None:
    """The inbox without details, the case in words, a reply that arrives, a decision, a draft."""
    reporter.tells(TOLD, {"../../notes.txt": b"first line\n"}, **REPORT)
    visitor.post("/sync")
    inbox = visitor.get("/inbox").text
    assert "United States" in inbox and "Danger now" in inbox and TOLD not in inbox
    assert not reporter.mailbox().entries
    case = f"/case/{reporter.case}/"
    page = visitor.get(case).text
    assert TOLD in page and "International Criminal Court" in page and "notes.txt" in page
    assert [entry.message.kind for entry in reporter.mailbox().entries] == ["opened"]
    visitor.post(f"{case}reply", {"text": "Are you safe now?"})
    assert "Are you safe now?" in [entry.message.content.get("text") for entry in reporter.mailbox().entries]
    visitor.post(f"{case}note", {"text": "Call the lawyer."})
    visitor.post(f"{case}status", {"status": "waiting", "reason": "asked", "until": "2030-01-01"})
    page = visitor.get(case).text
    assert "Call the lawyer." in page and "Waiting" in page
    assert 'value="sp-ijl|urgent appeal"' not in page.split("Held back")[0]
    chosen = {"chosen": "un-asg-reprisals|confidential letter", "reason": "The person asked for quiet contact."}
    assert visitor.post(f"{case}decide", chosen).status_code == 303
    assert "The person asked for quiet contact." in visitor.get(case).text
    draft = visitor.get(f"{case}draft/un-asg-reprisals?kind=confidential+letter")
    assert draft.status_code == 200 and "Assistant Secretary-General" in draft.text
    assert visitor.get(f"{case}draft/un-asg-reprisals.docx?kind=confidential+letter").data.startswith(b"PK")


@pytest.mark.claim("C10")
def test_without_consent_there_is_no_draft(visitor: Visitor, reporter: Reporter) -> None:
    """Who did not agree that the UN office is told is written about to nobody: a sentence, and no file."""
    reporter.tells(TOLD, **REPORT | {"tell_un": "no"})
    visitor.post("/sync")
    case = f"/case/{reporter.case}/"
    assert 'value="un-asg-reprisals' not in visitor.get(case).text
    refused = visitor.get(f"{case}draft/un-asg-reprisals?kind=confidential+letter")
    assert refused.status_code == 409 and "has not agreed" in refused.text
    assert visitor.get(f"{case}draft/un-asg-reprisals.docx?kind=confidential+letter").status_code == 303


@pytest.mark.claim("C10")
def test_names_that_a_reviewer_lists_stay_out_of_letters(visitor: Visitor, reporter: Reporter) -> None:
    """Somebody named only in the reporter's own words is masked too, once the name stands among the facts."""
    told = "Wanjiru Odhiambo was questioned. They asked Ms ODHIAMBO about the Court."
    reporter.tells(told, **REPORT | {"letter_named": "no", "letter_unnamed": "yes"})
    visitor.post("/sync")
    case = f"/case/{reporter.case}/"
    assert "Wanjiru" in visitor.get(f"{case}draft/sp-ijl").text
    visitor.post(f"{case}facets", {"country": "US", "act_types": "interrogation", "names": "Wanjiru Odhiambo\n"})
    assert "Wanjiru Odhiambo</textarea>" in visitor.get(case).text
    draft = visitor.get(f"{case}draft/sp-ijl")
    assert draft.status_code == 200
    assert "Wanjiru" not in draft.text and "odhiambo" not in draft.text.lower()


def test_a_file_comes_back_byte_for_byte(visitor: Visitor, ada: Reviewer, reporter: Reporter) -> None:
    """Saved as it came under a plain name; plain text can be read on the page."""
    content = "first line\nمرحبا\n".encode()
    reporter.tells(TOLD, {"../../notes.txt": content}, **REPORT)
    visitor.post("/sync")
    (file,) = ada.desk.case(reporter.case).files
    saved = visitor.get(f"/case/{reporter.case}/file/{file.object}")
    assert saved.data == content
    assert saved.headers["Content-Disposition"].startswith("attachment; filename=")
    assert ".." not in saved.headers["Content-Disposition"] and "/" not in saved.headers["Content-Disposition"]
    assert "first line\nمرحبا" in visitor.get(f"/case/{reporter.case}/file/{file.object}/text").text


def test_a_new_key_is_in_force_at_once(visitor: Visitor, ada: Reviewer, reporter: Reporter) -> None:
    """Rotate now: the next report is sealed to the new key, the old one still opens, both are shown."""
    reporter.tells(TOLD, **REPORT)
    old = reporter.key().epoch.hex()
    assert old[:8] in visitor.get("/keys/rotate").text
    visitor.post("/keys/rotate", {"sure": "y"})
    new = reporter.key().epoch.hex()
    assert new != old
    later = Reporter(ada.office)
    later.tells("Another.", **REPORT)
    visitor.post("/sync")
    assert f">{old[:8]}<" in visitor.get(f"/case/{reporter.case}/").text
    assert f">{new[:8]}<" in visitor.get(f"/case/{later.case}/").text
    assert visitor.get("/keys/").text.index(new[:8]) < visitor.get("/keys/").text.index(old[:8])


def test_two_people_meet_over_their_pages(visitor: Visitor, ada: Reviewer, reporter: Reporter, tmp_path: Path) -> None:
    """Invite, join, compare the same words, admit: then the second desk reads the report that came before."""
    reporter.tells(TOLD, **REPORT)
    visitor.get("/people/")
    code = visitor.post("/people/invite").text.split('<span class="words" dir="ltr">')[1].split("<")[0]
    ben = at_desk(tmp_path / "ben", ada.office)
    second = enters(ben, ben.settings)
    second.get("/start/join")
    form = {"name": "Ben", "passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code}
    assert second.post("/start/join", form).location == "/start/wait"
    waiting = visitor.get("/people/")
    words = second.get("/start/wait").text.split('<span class="words" dir="ltr" lang="en">')[1].split("<")[0]
    assert "Ben" in waiting.text and words in waiting.text
    pending = waiting.text.split('action="/people/admit/')[1].split('"')[0]
    assert "Not admitted yet" in second.post("/start/wait").text
    visitor.post(f"/people/admit/{pending}", {f"{pending}-roles": "reviewer", f"{pending}-compared": "y"})
    assert second.post("/start/wait").location == "/welcome"
    second.get("/inbox")
    second.post("/sync")
    assert TOLD in second.get(f"/case/{reporter.case}/").text
    assert "Ben" in visitor.get("/people/").text
    ben.lock()


def test_the_desk_works_on_when_the_intake_is_gone(visitor: Visitor, ada: Reviewer, reporter: Reporter) -> None:
    """What is here can be read and answered; the answer waits, and the page says that there was no sync."""
    reporter.tells(TOLD, **REPORT)
    visitor.post("/sync")
    visitor.get(f"/case/{reporter.case}/")
    ada.office.app.before_request_funcs[None] = [lambda: ("gone", 502)]
    visitor.post("/sync")
    assert "No sync:" in visitor.get("/inbox").text
    assert visitor.post(f"/case/{reporter.case}/reply", {"text": "We are here."}).status_code == 303
    assert "We are here." in visitor.get(f"/case/{reporter.case}/").text
