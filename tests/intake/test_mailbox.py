"""The mailbox: one answer for all, until there is something to say."""

from __future__ import annotations

import base64
import os

import pytest

from crypto.age import decrypt, encrypt
from crypto.errors import NoMatch
from crypto.padding import padded_message_size
from portal.note import read_note
from tests.intake.conftest import Intake
from tests.intake.people import Reporter


def replies_to(intake: Intake, reporter: Reporter, text: bytes) -> str:
    """A desk leaves a sealed message for the reporter; gives its id."""
    sealed = encrypt(text.ljust(padded_message_size(len(text)), b"\0"), [reporter.keys.reply.recipient])
    name = os.urandom(16).hex()
    path = f"/api/objects/{name}?thread={reporter.keys.thread.hex()}&audience=reporter"
    assert intake.steward.desk.asks("PUT", path, sealed).status_code == 201
    return name


@pytest.mark.claim("C5")
def test_an_unknown_mailbox_answers_like_an_empty_one(intake: Intake) -> None:
    """Byte for byte and header for header: whether a receipt was ever used cannot be seen."""
    reporter, nobody = intake.reporter(), intake.reporter()
    assert reporter.tells("x").status_code == 201
    known, unknown = reporter.asks_mailbox(), nobody.asks_mailbox()
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert list(known.headers) == list(unknown.headers)


@pytest.mark.claim("C5")
@pytest.mark.parametrize("news", [0, 1, 2, 5])
def test_answers_come_in_steps_of_32_kib(intake: Intake, news: int) -> None:
    """The length tells at most roughly how much news there is, and for none the same as for nobody."""
    reporter = intake.reporter()
    names = {replies_to(intake, reporter, b"%d" % number) for number in range(news)}
    answer = reporter.asks_mailbox()
    assert len(answer.data) % 32768 == 0
    assert {reply["id"] for reply in answer.get_json()["replies"]} == names
    assert set(intake.reporter().asks_mailbox().headers.keys()) == set(answer.headers.keys())


def test_a_reply_reaches_the_reporter_and_nobody_else(intake: Intake) -> None:
    """What a desk sealed to a receipt is in its mailbox and opens there; another receipt gets nothing."""
    reporter = intake.reporter()
    replies_to(intake, reporter, b"We are here.")
    [reply] = reporter.asks_mailbox().get_json()["replies"]
    assert decrypt(base64.b64decode(reply["sealed"]), [reporter.keys.reply]).startswith(b"We are here.")
    assert intake.reporter().asks_mailbox().get_json()["replies"] == []


def test_what_is_for_desks_is_not_in_the_mailbox(intake: Intake) -> None:
    """A reporter's own message and a desk's note stay out of the mailbox."""
    reporter = intake.reporter()
    assert reporter.tells("x").status_code == 201
    sealed = encrypt(bytes(16384), [intake.steward.identities[0].recipient])
    path = f"/api/objects/{os.urandom(16).hex()}?thread={reporter.keys.thread.hex()}&audience=desk"
    assert intake.steward.desk.asks("PUT", path, sealed).status_code == 201
    assert reporter.asks_mailbox().get_json()["replies"] == []


def test_the_note_comes_back_to_its_owner(intake: Intake) -> None:
    """The newest chain note is given back; where there is none, a sealed file of the same length that nobody opens."""
    reporter, nobody = intake.reporter(), intake.reporter()
    for text in ("first", "second"):
        assert reporter.tells(text).status_code == 201
    answers = [who.client.post("/mailbox/note", json={"token": who.keys.token.hex()}) for who in (reporter, nobody)]
    assert len(answers[0].data) == len(answers[1].data)
    mine, theirs = (base64.b64decode(answer.get_json()["note"]) for answer in answers)
    assert read_note(reporter.keys, mine) == reporter.note
    with pytest.raises(NoMatch):
        read_note(nobody.keys, theirs)


def test_repeating_an_old_delivery_keeps_the_newer_note(intake: Intake) -> None:
    """A late repetition of the first message does not put its old note in place of the newer one."""
    reporter = intake.reporter()
    first = reporter.seals("first")
    reporter.delivers(first)
    assert reporter.tells("second").status_code == 201
    assert reporter.delivers(first).status_code == 200
    answer = reporter.client.post("/mailbox/note", json={"token": reporter.keys.token.hex()})
    assert read_note(reporter.keys, base64.b64decode(answer.get_json()["note"])).count == 2
