"""Until a key is in force the intake takes nothing in, and says so."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.intake import clock
from portal.intake.models import Base, StoredObject, Upload
from portal.intake.plain import send, start
from portal.intake.refusals import NotOpen
from tests.intake.conftest import Intake
from tests.intake.people import Reporter

TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "18043"}


def takes_nothing(intake: Intake) -> None:
    client, token = intake.app.test_client(), os.urandom(32).hex()
    delivery = {"token": token, "id": os.urandom(16).hex(), "message": "", "files": [], "note": ""}
    answers = [
        client.get("/key"),
        client.get("/stewards.js"),
        client.post("/files", headers=TUS),
        client.post("/deliver", json=delivery),
    ]
    for answer in answers:
        assert (answer.status_code, answer.get_json()) == (503, {"error": "closed"})
    begun = start()
    with pytest.raises(NotOpen):
        send(intake.store, receipt=begun.receipt, nonce=begun.nonce, kind="report", content={"text": "x"})
    with intake.store.database.read() as connection:
        for table in (StoredObject, Upload):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
    assert list(intake.store.blobs.incoming.iterdir()) == []


def test_a_new_intake_is_closed(new_intake: Intake) -> None:
    """Before the first desk enrols."""
    takes_nothing(new_intake)


def test_an_intake_without_a_key_is_closed(new_intake: Intake) -> None:
    """Enrolled, and a directory without a key."""
    new_intake.steward.enrols(new_intake.code())
    assert new_intake.steward.publishes().status_code == 200
    takes_nothing(new_intake)


def test_a_key_that_is_not_yet_published_is_none(new_intake: Intake) -> None:
    """A key for next week does not open the intake today."""
    new_intake.steward.enrols(new_intake.code())
    new_intake.steward.makes_key(datetime.now(UTC).date() + timedelta(days=7))
    assert new_intake.steward.publishes().status_code == 200
    takes_nothing(new_intake)


def test_a_key_past_its_time_closes_the_intake(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last key is out of publication."""
    later = datetime.now(UTC) + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    takes_nothing(intake)


def test_reading_goes_on_while_it_is_closed(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mailboxes and desks' reading do not depend on a key in force."""
    reporter: Reporter = intake.reporter()
    assert reporter.tells("x").status_code == 201
    later = datetime.now(UTC) + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert reporter.asks_mailbox().status_code == 200
    monkeypatch.undo()
    assert intake.steward.desk.asks("GET", "/api/days").status_code == 200


def test_every_table_is_known_to_this_test() -> None:
    """Where reporters' bytes can be is these tables; a new one must be thought about here."""
    of_reporters = {"objects", "payloads", "uploads", "notes"}
    others = {"instance", "desks", "nonces", "directory", "wraps", "meetings", "days", "tombstones"}
    assert set(Base.metadata.tables) == of_reporters | others, json.dumps(sorted(Base.metadata.tables))
