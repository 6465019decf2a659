"""The door without scripts: receipt first, then the report; coming back and answering."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from crypto.age import encrypt
from crypto.errors import ReceiptError
from crypto.receipt import Receipt, ReceiptKeys
from portal.intake.forms import MISTYPED, mistyped
from portal.intake.store import Store
from portal.messages import Maced, Message, seal_plaintext
from portal.questions import MAX_AREA, MAX_TEXT
from tests.pages.checker import read_page
from tests.pages.opened import Intake, Visitor, hidden_fields, receipt_on
from tests.pages.test_pages import words

STEP = 32 * 1024
CASE = {
    "danger": "no",
    "told": "They said that we would be stopped at the border.\r\nTwice.",
    "place_country": "NL",
    "behind": "other",
    "behind_country": "US",
    "who": ["government"],
    "acts": ["visa_denial", "sanctions_threat"],
    "bodies": ["icc"],
    "profile": ["judge", "prosecutor"],
    "agreed": "self",
    "tell_un": "yes",
    "letter_named": "yes",
    "letter_unnamed": "yes",
    "publish": "name",
}


def attached(name: str, content: bytes, kind: str = "text/plain") -> FileStorage:
    return FileStorage(io.BytesIO(content), name, content_type=kind)


def keys_of(intake: Intake, visitor: Visitor) -> ReceiptKeys:
    return Receipt.parse(visitor.receipt).derive(intake.store.instance)


def reviewer_writes(intake: Intake, visitor: Visitor, text: str, *, forged: bool = False, **more: Any) -> None:
    """A reply, as a desk leaves it at the intake; `forged` is one by somebody who never opened the report."""
    keys = keys_of(intake, visitor)
    message = Message(
        **{
            "instance": intake.store.instance.hex(),
            "thread": keys.thread.hex(),
            "direction": "reply",
            "kind": "message",
            "day": datetime.now(UTC).date().isoformat(),
            "author": os.urandom(16).hex(),
            "content": {"text": text},
        }
        | more
    )
    mac = bytes(32) if forged else keys.reply_mac
    sealed = encrypt(seal_plaintext(message.body(), Maced(mac)), [keys.reply.recipient])
    path = f"/api/objects/{message.id}?thread={keys.thread.hex()}&audience=reporter"
    assert intake.steward.desk.asks("PUT", path, sealed).status_code == 201


def test_the_door_says_what_it_protects_before_it_opens(intake: Intake) -> None:
    """What this site could read for a moment stands above the button, on both pages that lead in."""
    for path in ("/en/plain", "/en/plain/return"):
        said = words(intake.visitor().sees(path).text)
        assert "it holds your words, your files and your receipt in its memory" in said
        assert "write in your name from then on" in said


def test_the_receipt_comes_before_the_first_question(intake: Intake) -> None:
    """Digits, the same receipt in words, and that it is shown once; each visitor has another one."""
    client = intake.visitor().client
    pages = [client.post("/en/plain/start").text for _ in range(2)]
    receipts = [receipt_on(page) for page in pages]
    assert receipts[0] != receipts[1]
    for page, receipt in zip(pages, receipts, strict=True):
        assert page.index(receipt.split()[0]) < page.index("<form")
        assert Receipt.parse(receipt).words in words(page)
        assert "We cannot send it again." in page
        assert hidden_fields(read_page(page))["receipt"] == receipt


def test_a_report_arrives_as_it_was_told(intake: Intake) -> None:
    """Codes and words are in the sealed message, with the door it came through; the page shows the receipt again."""
    visitor = intake.visitor()
    seen = visitor.reports(**CASE)
    assert seen.status_code == 200 and "Your report is stored" in words(seen.text)
    assert receipt_on(seen.text) == visitor.receipt
    assert "These questions are still open" not in words(seen.text)
    [report] = intake.reports()
    expected = CASE | {"language": "en", "told": "They said that we would be stopped at the border.\nTwice."}
    assert dict(report.message.content) == expected
    assert (report.message.door, report.message.kind) == ("noscript", "report")
    assert report.message.thread == keys_of(intake, visitor).thread.hex()


def test_files_arrive_sealed_and_named(intake: Intake) -> None:
    """Several at once; the message tells their names, true sizes and hashes; each opens, padded."""
    photo, note = os.urandom(40_000), b"two lines\n"
    visitor = intake.visitor()
    seen = visitor.reports(told="See.", files=[attached("a photo.jpg", photo, "image/jpeg"), attached("n.txt", note)])
    assert seen.status_code == 200
    [report] = intake.reports()
    told = [(entry.name, entry.type, entry.size, entry.sha256) for entry in report.message.files]
    assert told == [
        ("a photo.jpg", "image/jpeg", len(photo), hashlib.sha256(photo).hexdigest()),
        ("n.txt", "text/plain", len(note), hashlib.sha256(note).hexdigest()),
    ]
    for entry, content in zip(report.message.files, (photo, note), strict=True):
        opened = intake.file(entry.object)
        assert opened.startswith(content) and not opened[len(content) :].strip(b"\0")


@pytest.mark.parametrize("answers", [{"told": "Only this."}, {"when": "2026"}, {"files": attached("a.txt", b"x")}])
def test_nothing_is_refused_for_a_missing_answer(intake: Intake, answers: dict[str, Any]) -> None:
    """Words or a file are enough: they are stored, and what is open is listed, to be added later."""
    visitor = intake.visitor()
    seen = visitor.reports(**answers)
    assert seen.status_code == 200 and len(intake.reports()) == 1
    said = words(seen.text)
    for question in (
        "Is someone in danger now?",
        "Which State or authority is behind it?",
        "May we tell the UN office",
    ):
        assert question in said
    added = visitor.client.post("/en/plain/mailbox", data=hidden_fields(read_page(seen.text)))
    assert visitor.sends(read_page(added.text), text="It is in the Netherlands.").status_code == 200
    assert sorted(report.message.kind for report in intake.reports()) == ["message", "report"]


def test_with_nothing_told_the_page_says_so_and_keeps_what_was_ticked(intake: Intake) -> None:
    """An error summary with a link to the field; same receipt, same form; nothing is stored."""
    visitor = intake.visitor()
    page = visitor.begins()
    seen = visitor.sends(page, danger="no", acts=["smear", "killing"], place_country="CI", told="  ")
    assert seen.status_code == 422 and intake.objects() == {}
    again = read_page(seen.text)
    assert again.all("title")[0].text.startswith("Error: ")
    [link] = [link for link in again.all("a") if link.attributes["href"] == "#f-told"]
    assert link.text == "Tell what happened, or choose a file."
    assert hidden_fields(again) == hidden_fields(page)
    ticked = {field.attributes["value"] for field in again.all("input") if "checked" in field.attributes}
    assert ticked == {"no", "smear", "killing"}
    chosen = [option.attributes["value"] for option in again.all("option") if "selected" in option.attributes]
    assert chosen == ["CI"]
    assert visitor.sends(again, told="Now.").status_code == 200 and len(intake.reports()) == 1


@pytest.mark.parametrize(("name", "most"), [("told", MAX_AREA), ("person_name", MAX_TEXT)])
def test_a_text_that_is_too_long_comes_back_whole(intake: Intake, name: str, most: int) -> None:
    """Nothing is cut: the page says how much fits, still holds every letter, and asks for the files again."""
    visitor = intake.visitor()
    long = "é" * (most + 1)
    seen = visitor.reports(**{"told": "short", name: long, "files": attached("a.txt", b"x")})
    assert seen.status_code == 422 and intake.objects() == {}
    assert f"This is longer than {most:,} letters." in words(seen.text)
    assert long in seen.text and "Please choose them again." in seen.text


def test_more_text_than_a_message_holds_is_told(intake: Intake) -> None:
    """Each field fits, all together do not: said, and stored nowhere in part."""
    many = dict.fromkeys(("told", "why", "tried", "withhold"), "字" * MAX_AREA)
    seen = intake.visitor().reports(**many)
    assert seen.status_code == 422 and intake.objects() == {}


def test_the_same_form_posted_again_makes_no_second_report(intake: Intake) -> None:
    """The answer was lost, the page is reloaded: one report, and the same page again, byte for byte."""
    visitor = intake.visitor()
    page = visitor.begins()
    first, second = (visitor.sends(page, files=attached("a.txt", b"x"), **CASE) for _ in range(2))
    assert first.data == second.data and len(intake.reports()) == 1 and len(intake.objects()) == 2
    visitor.sends(page, **CASE | {"told": "It was three times."})
    assert len(intake.reports()) == 2


def test_a_form_that_was_cut_on_its_way_is_told(intake: Intake) -> None:
    """Without its last field a form is not whole: 400, a page that says what to do, and nothing stored."""
    visitor = intake.visitor()
    carried = hidden_fields(visitor.begins())
    del carried["end"]
    for path in ("/en/plain/send", "/en/plain/answer"):
        seen = visitor.client.post(path, data=carried | CASE, content_type="multipart/form-data")
        assert seen.status_code == 400
        assert "was cut on its way, so nothing of it was stored" in words(seen.text)
    assert intake.objects() == {}


@pytest.mark.parametrize("change", [{"receipt": "1234"}, {"nonce": "x"}, {"nonce": "ab"}])
def test_a_form_that_we_did_not_make_is_refused(intake: Intake, change: dict[str, str]) -> None:
    """What a form carries along is checked like everything else."""
    visitor = intake.visitor()
    carried = hidden_fields(visitor.begins()) | change | CASE
    assert visitor.client.post("/en/plain/send", data=carried).status_code == 400
    assert intake.objects() == {}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Type your receipt: 36 digits, or 11 words."),
        ("1234 567", "There are 7 digits instead of 36. Look at group 2."),
        ("1" * 35, "There are 35 digits instead of 36."),
        ("1" * 36, "At least one digit or word is wrong."),
        ("123o " * 9, "Group 1 has the letter “o”."),
        ("zoo " * 10, "There are 10 words instead of 11."),
        ("wasp pigeom film", "Word 2, “pigeom”, is not in the list. Is it “pigeon”?"),
        ("wasp <b>", "Word 2, “b”, is not in the list."),
    ],
)
def test_a_mistyped_receipt_is_told_without_asking_the_store(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, typed: str, says: str
) -> None:
    """What is wrong, where, and what was typed stays in the field; the mailbox is not looked for."""
    for method in ("replies", "note"):
        monkeypatch.setattr(Store, method, lambda *_: pytest.fail("the store was asked"))
    seen = intake.visitor().client.post("/en/plain/mailbox", data={"receipt": typed})
    assert seen.status_code == 422 and says in words(seen.text)
    assert read_page(seen.text).all("textarea")[0].text.strip() == typed.strip()


def test_every_slip_has_its_sentence() -> None:
    """Each fault of a receipt is told with everything that it names."""
    for fault in ("empty", "mixed", "letter", "digits", "word", "words", "checksum"):
        for place in (None, 3):
            error = ReceiptError("x", fault, place=place, given="q", nearest=("zoo",) if place else (), count=5)
            said = mistyped(error)
            assert "{" not in said and said.endswith((".", "?"))
    assert len(MISTYPED) == 9


@pytest.mark.claim("C5")
def test_an_unknown_mailbox_looks_like_an_empty_one(intake: Intake) -> None:
    """Same status, headers and bytes, but for the receipt and the form's own nonce; a step of 32 KiB."""
    visitor, nobody = intake.visitor(), intake.visitor()
    visitor.reports(**CASE)
    nobody.receipt = Receipt.generate().digits
    seen = [(visitor.comes_back(), visitor.receipt), (nobody.comes_back(), nobody.receipt)]
    bare = []
    for response, receipt in seen:
        nonce = hidden_fields(read_page(response.text))["nonce"]
        bare.append(response.text.replace(receipt, "").replace(nonce, ""))
        assert response.status_code == 200 and len(response.data) == STEP
        assert "No news. If the code is right, your report is here." in words(response.text)
    assert bare[0] == bare[1]
    assert list(seen[0][0].headers) == list(seen[1][0].headers)


def test_the_receipt_may_be_typed_in_any_way(intake: Intake) -> None:
    """Words, digits without spaces, another script's digits: all open the same mailbox."""
    visitor = intake.visitor()
    visitor.reports(**CASE)
    reviewer_writes(intake, visitor, "We have read it.")
    arabic = visitor.receipt.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    forms = [visitor.receipt.replace(" ", ""), Receipt.parse(visitor.receipt).words.upper(), arabic]
    for form in forms:
        assert "We have read it." in words(visitor.comes_back(form).text)


def test_answers_are_shown_as_they_were_written(intake: Intake) -> None:
    """Text and day, in its own direction and as text; that a person has opened the report; in steps of 32 KiB."""
    visitor = intake.visitor()
    visitor.reports(**CASE)
    [report] = intake.reports()
    reviewer_writes(intake, visitor, "Are you <b>safe</b>?\nهل أنت بأمان؟")
    reviewer_writes(intake, visitor, "", kind="opened", content={"hash": report.hash})
    seen = visitor.comes_back()
    assert "Are you &lt;b&gt;safe&lt;/b&gt;?\nهل أنت بأمان؟" in seen.text
    assert "A person has opened what you sent." in words(seen.text) and "No news" not in seen.text
    assert "Be careful" not in seen.text
    assert len(seen.data) % STEP == 0


@pytest.mark.claim("C4")
def test_a_forged_answer_is_an_alarm_and_is_not_shown(intake: Intake) -> None:
    """Only who opened the report can write to the reporter."""
    visitor = intake.visitor()
    visitor.reports(**CASE)
    reviewer_writes(intake, visitor, "Come to the station.", forged=True)
    seen = visitor.comes_back()
    assert "Be careful" in words(seen.text) and "station" not in seen.text


def test_the_reporter_answers_and_adds_files(intake: Intake) -> None:
    """The answer follows the report in its chain, and the page says that it is stored."""
    visitor = intake.visitor()
    visitor.reports(**CASE)
    [report] = intake.reports()
    seen = visitor.sends(read_page(visitor.comes_back().text), text="Yes.", files=attached("b.txt", b"yy"))
    assert "It is stored." in words(seen.text)
    [answer] = [sealed for sealed in intake.reports() if sealed.message.kind == "message"]
    assert answer.message.content == {"text": "Yes."} and answer.message.prev == report.hash
    assert [entry.name for entry in answer.message.files] == ["b.txt"]


def test_an_empty_answer_is_told(intake: Intake) -> None:
    """Words or a file; nothing is stored otherwise, and the mailbox stays open."""
    visitor = intake.visitor()
    visitor.reports(**CASE)
    seen = visitor.sends(read_page(visitor.comes_back().text), text=" ")
    assert seen.status_code == 422 and "Write something, or choose a file." in words(seen.text)
    assert len(intake.reports()) == 1


def test_an_answer_that_is_too_long_comes_back_whole(intake: Intake) -> None:
    """The page still holds every letter."""
    visitor = intake.visitor()
    visitor.reports(**CASE)
    seen = visitor.sends(read_page(visitor.comes_back().text), text="y" * (MAX_AREA + 1))
    assert seen.status_code == 422 and "y" * (MAX_AREA + 1) in seen.text and len(intake.reports()) == 1


def test_a_report_can_be_taken_back(intake: Intake) -> None:
    """A message of its own kind, with or without a reason; the page says what that can and cannot do."""
    visitor = intake.visitor()
    visitor.reports(**CASE)
    mailbox = visitor.comes_back()
    assert "What was sent already cannot be called back." in words(mailbox.text)
    assert visitor.sends(read_page(mailbox.text), kind="withdraw").status_code == 200
    assert sorted(report.message.kind for report in intake.reports()) == ["report", "withdraw"]


def test_every_receipt_is_a_mailbox(intake: Intake) -> None:
    """What is posted to a receipt that was never used is stored the same way, and starts its thread."""
    visitor = intake.visitor()
    visitor.receipt = Receipt.generate().digits
    assert visitor.sends(read_page(visitor.comes_back().text), text="First word.").status_code == 200
    [message] = intake.reports()
    assert message.message.kind == "message" and message.message.prev is None
