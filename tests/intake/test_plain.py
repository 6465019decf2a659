"""Without scripts: begin, send, come back; one report however often it is sent."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from crypto.age import decrypt, encrypt
from crypto.errors import TooBig
from crypto.receipt import Receipt
from portal.intake import plain
from portal.intake.models import ChainNote
from portal.intake.plain import Mailbox, Shown, open_mailbox, send
from portal.intake.sealing import SealedPart
from portal.messages import Maced, Message, ReporterKeys, Sealed, parse, seal_plaintext
from portal.threads import Alarm, check_thread, open_object
from tests.intake.conftest import Intake


class Writer:
    """A person without scripts."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        begun = plain.start()
        self.receipt, self.nonce = begun.receipt, begun.nonce
        self.keys = self.receipt.derive(intake.store.instance)

    def sends(self, text: str, kind: str = "report", files: list[SealedPart] | None = None) -> bool:
        content = {"text": text}
        outcome = send(
            self.intake.store, receipt=self.receipt, nonce=self.nonce, kind=kind, content=content, files=files or ()
        )
        return outcome.first

    def attaches(self, content: bytes, name: str = "a.txt") -> SealedPart:
        part = SealedPart(self.intake.store, name, "text/plain")
        part.write(content)
        part.seek(0)
        return part

    def looks(self) -> Mailbox:
        return open_mailbox(self.intake.store, self.receipt)


def opened(intake: Intake) -> list[Sealed]:
    """Every message that a desk can open."""
    desk, found = intake.steward.desk, []
    for day in desk.asks_json("GET", "/api/days")["days"]:
        for row in desk.asks_json("GET", f"/api/days/{day}")["objects"]:
            sealed = desk.asks("GET", f"/api/objects/{row['id']}").data
            if row["audience"] == "desk":
                plaintext = decrypt(sealed, intake.steward.identities)
                if plaintext.startswith(b"unhindered/1\n"):
                    found.append(parse(plaintext))
    return found


def answers(intake: Intake, writer: Writer, *, key: bytes | None = None, **changes: Any) -> str:
    """A desk writes to the reporter; gives the hash of what it wrote."""
    fields: dict[str, Any] = {
        "instance": intake.store.instance.hex(),
        "thread": writer.keys.thread.hex(),
        "direction": "reply",
        "kind": "message",
        "day": datetime.now(UTC).date().isoformat(),
        "author": os.urandom(16).hex(),
        "content": {"text": "Are you safe?"},
    }
    body = Message(**fields | changes).body()
    plaintext = seal_plaintext(body, Maced(key or writer.keys.reply_mac))
    sealed = encrypt(plaintext, [writer.keys.reply.recipient])
    path = f"/api/objects/{os.urandom(16).hex()}?thread={writer.keys.thread.hex()}&audience=reporter"
    assert intake.steward.desk.asks("PUT", path, sealed).status_code == 201
    return parse(plaintext).hash


def test_what_is_sent_arrives_authenticated(intake: Intake) -> None:
    """A desk opens a message signed by the receipt's key, in its thread, through the door without scripts."""
    writer = Writer(intake)
    assert writer.sends("They took him.", files=[writer.attaches(b"proof")])
    [sealed] = opened(intake)
    sealed.verify_report()
    message = sealed.message
    assert (message.door, message.kind, message.content) == ("noscript", "report", {"text": "They took him."})
    assert message.thread == writer.keys.thread.hex()
    assert message.keys == ReporterKeys.of(writer.keys)
    assert [(entry.name, entry.size) for entry in message.files] == [("a.txt", 5)]


def test_the_same_form_again_is_one_report(intake: Intake) -> None:
    """Cut the answer, come back, send again: one report, and the second time says so."""
    writer = Writer(intake)
    for first in (True, False, False):
        assert writer.sends("once", files=[writer.attaches(b"proof")]) is first
    assert len(opened(intake)) == 1


def test_an_edited_form_is_a_further_message(intake: Intake) -> None:
    """Another text or file under the same receipt is kept as well, and follows the first in the thread's order."""
    writer = Writer(intake)
    assert writer.sends("once")
    assert writer.sends("once, and then again")
    assert writer.sends("once", files=[writer.attaches(b"proof")])
    thread = check_thread(
        [entry for entry in entries(intake) if not isinstance(entry, Alarm)],
        instance=intake.store.instance.hex(),
        thread=writer.keys.thread.hex(),
        devices={},
    )
    assert thread.alarms == ()
    assert [entry.message.content["text"] for entry in thread.entries] == ["once", "once, and then again", "once"]


def entries(intake: Intake) -> list[Any]:
    desk, found = intake.steward.desk, []
    for day in desk.asks_json("GET", "/api/days")["days"]:
        for row in desk.asks_json("GET", f"/api/days/{day}")["objects"]:
            sealed = desk.asks("GET", f"/api/objects/{row['id']}").data
            found.append(open_object(row["id"], sealed, intake.steward.identities))
    return found


def test_two_forms_with_one_text_are_two_messages(intake: Intake) -> None:
    """A new form of the same receipt may say the same again: it is not taken for a repetition."""
    writer = Writer(intake)
    assert writer.sends("yes", kind="message")
    writer.nonce = plain.start().nonce
    assert writer.sends("yes", kind="message")
    assert len(opened(intake)) == 2


def test_a_reply_is_shown_to_its_reporter(intake: Intake) -> None:
    """A message of a reviewer is shown with its day; `opened` becomes true when somebody opened what was sent."""
    writer = Writer(intake)
    writer.sends("help")
    [report] = opened(intake)
    assert writer.looks() == Mailbox((), False, ())
    answers(intake, writer, kind="opened", content={"hash": report.hash}, heads=(report.hash,))
    assert writer.looks() == Mailbox((), True, ())
    answers(intake, writer, heads=(report.hash,))
    today = datetime.now(UTC).date().isoformat()
    assert writer.looks() == Mailbox((Shown(today, "Are you safe?"),), True, ())


def test_an_answer_names_what_its_writer_had_seen(intake: Intake) -> None:
    """The next message of the reporter names the reply, so that a desk sees that nothing was kept back."""
    writer = Writer(intake)
    writer.sends("help")
    reply = answers(intake, writer)
    assert writer.sends("I am", kind="message")
    [last] = [sealed for sealed in opened(intake) if sealed.message.kind == "message"]
    assert last.message.heads == (reply,)


@pytest.mark.claim("C4")
def test_a_forged_reply_is_an_alarm_and_not_shown(intake: Intake) -> None:
    """Whoever has not opened the report cannot write to the reporter, even from within the intake."""
    writer = Writer(intake)
    writer.sends("help")
    answers(intake, writer, key=os.urandom(32))
    assert writer.looks() == Mailbox((), False, ("injected",))


@pytest.mark.claim("C4")
def test_an_opened_that_names_something_else_is_an_alarm(intake: Intake) -> None:
    """If what a reviewer opened is not what was sent, the reporter is told."""
    writer = Writer(intake)
    writer.sends("help")
    answers(intake, writer, kind="opened", content={"hash": os.urandom(32).hex()})
    assert writer.looks().alarms == ("altered",)


@pytest.mark.claim("C4")
def test_a_reply_to_somebody_else_is_an_alarm(intake: Intake) -> None:
    """A reply that was written for another thread is not shown."""
    writer = Writer(intake)
    writer.sends("help")
    answers(intake, writer, thread="00" * 32)
    assert writer.looks() == Mailbox((), False, ("other thread",))


@pytest.mark.claim("C5")
def test_any_receipt_is_a_mailbox(intake: Intake) -> None:
    """A receipt nobody used opens an empty mailbox, and what is sent with it is stored like everything else."""
    writer = Writer(intake)
    assert writer.looks() == Mailbox((), False, ())
    assert writer.sends("first words", kind="message")
    assert [sealed.message.content["text"] for sealed in opened(intake)] == ["first words"]


def test_a_note_that_was_spoiled_costs_nothing(intake: Intake) -> None:
    """If the intake gives back a note that does not open, the reporter can still write."""
    writer, other = Writer(intake), intake.reporter()
    delivery = other.seals("x")
    assert other.delivers(delivery).status_code == 201
    note = intake.store.note(other.keys.thread)
    assert note is not None
    assert writer.sends("first")
    spoiled = replace_note(intake, writer.keys.thread, note)
    assert spoiled
    assert writer.sends("second", kind="message")
    assert len([s for s in opened(intake) if s.message.thread == writer.keys.thread.hex()]) == 2


def replace_note(intake: Intake, thread: bytes, note: bytes) -> bool:
    change = update(ChainNote).where(ChainNote.thread == thread).values(note=note)
    return intake.store.database.write(lambda connection: connection.execute(change).rowcount) == 1


def test_more_than_a_message_holds_is_said(intake: Intake) -> None:
    """A text over 1 MiB is refused as too big, and nothing of it is kept."""
    with pytest.raises(TooBig):
        Writer(intake).sends("x" * (1 << 20))
    assert opened(intake) == []


def test_secrets_are_not_in_what_is_printed() -> None:
    """A start's representation shows neither receipt nor nonce."""
    begun = plain.start()
    assert begun.nonce.hex() not in repr(begun) and repr(begun.nonce) not in repr(begun)
    assert repr(begun.receipt.secret) not in repr(begun)
    assert replace(begun, receipt=Receipt(bytes(14))).receipt.digits.startswith("0000")
