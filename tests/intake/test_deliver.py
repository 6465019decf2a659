"""Delivery: a sealed message is kept once, whole and durable, or not at all."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from typing import Any

import pytest

from crypto.age import decrypt, encrypt
from crypto.hybrid import HybridIdentity
from portal.messages import parse
from tests.intake.conftest import Intake


def test_a_report_is_stored_and_opens_at_a_desk(intake: Intake) -> None:
    """What a reporter sealed comes out at a desk byte for byte, with its file."""
    reporter = intake.reporter()
    entry = reporter.attaches("photo.jpg", b"evidence" * 5000)
    assert reporter.tells("They came back.", (entry,)).status_code == 201
    desk = intake.steward.desk
    today = datetime.now(UTC).date().isoformat()
    objects = desk.asks_json("GET", f"/api/days/{today}")["objects"]
    assert {o["thread"] for o in objects} == {reporter.keys.thread.hex()}
    sealed = {found["id"]: desk.asks("GET", f"/api/objects/{found['id']}").data for found in objects}
    opened = {name: decrypt(data, intake.steward.identities) for name, data in sealed.items()}
    file = opened.pop(entry.object)
    assert file[: entry.size] == b"evidence" * 5000
    [message] = [parse(plaintext) for plaintext in opened.values()]
    message.verify_report()
    assert message.message.content == {"text": "They came back."}


def test_the_same_delivery_again_is_one_report(intake: Intake) -> None:
    """A delivery that is repeated because its answer was lost says the same and stores nothing more."""
    reporter = intake.reporter()
    delivery = reporter.seals("Once.", (reporter.attaches("a.txt", b"a"),))
    first, second = reporter.delivers(delivery), reporter.delivers(delivery)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.data == second.data
    assert len(stored(intake)) == 2


def test_a_delivery_names_only_files_that_arrived(intake: Intake) -> None:
    """An unknown or unfinished file stops the whole delivery, and nothing of it is kept."""
    reporter = intake.reporter()
    delivery = reporter.seals("With a file.")
    assert reporter.delivers(delivery | {"files": [os.urandom(16).hex()]}).status_code == 409
    sealed = reporter.seals_file(b"x" * 40000)
    address = reporter.begins_upload(len(sealed)).headers["Location"]
    reporter.sends_piece(address, 0, sealed[:-1])
    refused = reporter.delivers(delivery | {"files": [address.rpartition("/")[2]]})
    assert (refused.status_code, refused.get_json()) == (409, {"error": "files"})
    assert stored(intake) == []
    reporter.sends_piece(address, len(sealed) - 1, sealed[-1:])
    assert reporter.delivers(delivery | {"files": [address.rpartition("/")[2]]}).status_code == 201


def test_a_file_belongs_to_the_thread_that_claimed_it(intake: Intake) -> None:
    """Another receipt cannot claim a file that a message already has."""
    reporter, stranger = intake.reporter(), intake.reporter()
    entry = reporter.attaches("a.txt", b"mine")
    assert reporter.tells("Mine.", (entry,)).status_code == 201
    assert stranger.tells("Mine too.", (entry,)).status_code == 409
    assert reporter.tells("And again.", (entry,)).status_code == 201


def spoiled(sealed: bytes) -> dict[str, bytes]:
    return {
        "not an age file": b"-----BEGIN PGP MESSAGE-----" + sealed[27:],
        "a byte too long": sealed + b"\0",
        "a size that padding never makes": encrypt(bytes(20000), [HybridIdentity.generate().recipient]),
        "two recipients": encrypt(bytes(16384), [HybridIdentity.generate().recipient for _ in range(2)]),
        "a header alone": sealed[:1627],
        "nothing": b"",
    }


@pytest.mark.parametrize("how", sorted(spoiled(bytes(2000))))
def test_what_only_looks_sealed_is_refused(intake: Intake, how: str) -> None:
    """A message that is not a sealed file of an allowed size is refused, whatever it starts with."""
    reporter = intake.reporter()
    delivery = reporter.seals("x")
    message = spoiled(base64.b64decode(delivery["message"]))[how]
    refused = reporter.delivers(delivery | {"message": base64.b64encode(message).decode()})
    assert (refused.status_code, refused.get_json()) == (422, {"error": "sealed"})
    assert stored(intake) == []


def test_a_note_has_one_size(intake: Intake) -> None:
    """A chain note of another size is refused: it would tell how much somebody wrote."""
    reporter = intake.reporter()
    delivery = reporter.seals("x")
    bigger = encrypt(bytes(8192), [HybridIdentity.generate().recipient])
    assert reporter.delivers(delivery | {"note": base64.b64encode(bigger).decode()}).status_code == 422


@pytest.mark.parametrize("size", [10, 100_000, 900_000])
def test_long_messages_are_stored_like_short_ones(intake: Intake, size: int) -> None:
    """A message that is too big for a row comes out of its file as it went in."""
    reporter = intake.reporter()
    delivery = reporter.seals("l" * size)
    assert reporter.delivers(delivery).status_code == 201
    kept = intake.steward.desk.asks("GET", f"/api/objects/{delivery['id']}").data
    assert kept == base64.b64decode(delivery["message"])


def test_an_id_is_one_message(intake: Intake) -> None:
    """A second thread cannot write under the id of another's message."""
    reporter, stranger = intake.reporter(), intake.reporter()
    delivery = reporter.seals("x")
    assert reporter.delivers(delivery).status_code == 201
    assert stranger.delivers(stranger.seals("y") | {"id": delivery["id"]}).status_code == 422


@pytest.mark.parametrize("size", [10, 900_000])
def test_other_words_under_the_same_id_are_not_called_stored(intake: Intake, size: int) -> None:
    """Who changed a message and sends it under the id of the first is not told that the change is here."""
    reporter = intake.reporter()
    first, changed = reporter.seals("x" * size), reporter.seals("y" * size)
    assert reporter.delivers(first).status_code == 201
    assert reporter.delivers(changed | {"id": first["id"]}).status_code == 422
    assert reporter.delivers(first).status_code == 200
    assert len(stored(intake)) == 1


@pytest.mark.parametrize("change", [{"token": "00"}, {"id": "XY"}, {"files": "none"}, {"message": 7}, {"note": "%"}])
def test_a_malformed_delivery_is_a_bad_request(intake: Intake, change: dict[str, Any]) -> None:
    """Fields of another kind are refused, not guessed at."""
    reporter = intake.reporter()
    assert reporter.delivers(reporter.seals("x") | change).status_code == 400


def stored(intake: Intake) -> list[dict[str, Any]]:
    days = intake.steward.desk.asks_json("GET", "/api/days")["days"]
    return [o for day in days for o in intake.steward.desk.asks_json("GET", f"/api/days/{day}")["objects"]]
