"""The intake keeps no word about who came: no log line, no cookie, no instant; and what fails does not tell either."""

from __future__ import annotations

import errno
import io
import logging
import os
import re
import sqlite3
from typing import Any

import pytest
from flask import Response
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal import headers
from portal.intake import refusals
from portal.intake.blobs import Blobs
from portal.intake.database import Database
from portal.intake.models import Base
from tests.intake.conftest import Intake

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
CANARY = "Qv7Zt-canary-9Lk2"


def visits(intake: Intake) -> list[TestResponse]:
    """Every kind of request that can carry something personal, each with the canary wherever it fits."""
    client = intake.app.test_client()
    said = {"User-Agent": CANARY, "X-Forwarded-For": CANARY, "Referer": f"http://{CANARY}/", "Cookie": f"a={CANARY}"}
    tus = said | {"Tus-Resumable": "1.0.0", "Upload-Length": "18043", "Upload-Metadata": f"name {CANARY}"}
    begun = re.findall(r'name="(receipt|nonce)" value="([^"]+)"', client.post("/en/plain/start", headers=said).text)
    form = dict(begun) | {"told": CANARY, "end": "1"}
    return [
        client.get(f"/en/{CANARY}", headers=said),
        client.get(f"/en/?{CANARY}", headers=said),
        client.get(f"/api/days/{CANARY}", headers=said),
        client.post("/deliver", data=CANARY, headers=said),
        client.post("/mailbox", json={"token": CANARY}, headers=said),
        client.post("/mailbox", json={"token": os.urandom(32).hex()}, headers=said),
        client.post("/files", headers=tus),
        client.post("/en/plain/send", data=form, headers=said),
        client.post("/en/plain/send", data=form | {"end": CANARY}, headers=said),
        client.post("/en/plain/mailbox", data={"receipt": CANARY}, headers=said),
    ]


@pytest.mark.claim("C6")
def test_the_log_does_not_speak_of_visitors(intake: Intake, caplog: pytest.LogCaptureFixture) -> None:
    """Requests of every kind, refused and served, leave no line at all, at any level."""
    caplog.set_level(logging.DEBUG)
    answers = visits(intake)
    assert {answer.status_code for answer in answers} >= {200, 201, 400, 401, 404, 422}
    assert caplog.records == []


@pytest.mark.claim("C6")
def test_an_error_is_logged_without_the_request(
    intake: Intake, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program gives one line with its kind and place, and no word of what was sent or asked."""

    def fail(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError(f"something about {CANARY}")

    monkeypatch.setattr(Database, "write", fail)
    monkeypatch.setattr(Database, "read", fail)
    caplog.set_level(logging.DEBUG)
    answers = visits(intake)
    assert 500 in {answer.status_code for answer in answers}
    assert CANARY not in caplog.text
    assert caplog.records
    for record in caplog.records:
        assert re.fullmatch(r"RuntimeError at .*test_silence\.py:\d+", record.getMessage())
        assert record.exc_info is None
    failed = [answer.text for answer in answers if answer.status_code == 500]
    assert not any(CANARY in text or "RuntimeError" in text for text in failed)


@pytest.mark.claim("C6")
def test_nothing_about_visitors_is_stored(intake: Intake) -> None:
    """Address, agent, referrer, cookie and moment of a visit are in no row."""
    visits(intake)
    with intake.store.database.read() as connection:
        rows = [row for table in Base.metadata.tables.values() for row in connection.execute(select(table))]
    kept = [value for row in rows for value in row]
    assert not [value for value in kept if isinstance(value, bytes) and CANARY.encode() in value]
    assert not [value for value in kept if isinstance(value, str) and (CANARY in value or "127.0.0.1" in value)]
    assert not any(hasattr(value, "hour") for value in kept)


@pytest.mark.claim("C6")
def test_no_answer_sets_a_cookie(intake: Intake) -> None:
    """Not even a library that tries to: the intake has no cookies."""

    def eager(response: Response) -> Response:
        response.set_cookie("session", "1")
        return response

    intake.app.after_request_funcs.setdefault(None, []).append(eager)
    for answer in visits(intake):
        assert "Set-Cookie" not in answer.headers


def test_every_answer_carries_the_headers(intake: Intake) -> None:
    """Refusals, errors and files too; the values are those of the one place."""
    answers = [*visits(intake), intake.app.test_client().get("/healthz"), intake.app.test_client().options("/files")]
    answers.append(intake.app.test_client().get("/static/css/desk.css"))
    for answer in answers:
        assert {name: answer.headers.get(name) for name in headers.HEADERS} == dict(headers.HEADERS)
        assert "Strict-Transport-Security" not in answer.headers


def test_a_disk_that_fills_up_on_the_way_is_told_as_full(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC in a file and SQLITE_FULL in the database are 507, not an error of the program; other faults are."""
    reporter = intake.reporter()
    long = reporter.seals("x" * 200_000)

    def no_room(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Blobs, "open_incoming", no_room)
        assert reporter.delivers(long).status_code == 507
        file = FileStorage(io.BytesIO(b"x"), "a.txt")
        form = {"receipt": reporter.receipt.digits, "nonce": "0" * 32, "files": file, "end": "1"}
        boundary, body = encode_multipart(form)
        kind = f"multipart/form-data; boundary={boundary}"
        assert intake.app.test_client().post("/en/plain/send", data=body, content_type=kind).status_code == 507
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def act(_connection: Any) -> None:
        raise OperationalError("insert", {}, full)

    with pytest.raises(refusals.Full):
        intake.store.database.write(act)
    full.sqlite_errorcode = sqlite3.SQLITE_IOERR
    with pytest.raises(OperationalError):
        intake.store.database.write(act)
    assert reporter.delivers(long).status_code == 201
