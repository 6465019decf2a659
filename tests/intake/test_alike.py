"""What is stored does not tell which door it came through (claim C5), and nothing stored can be read (claim C1)."""

from __future__ import annotations

import base64
import io
import logging
import os
import re
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from crypto.padding import padded_file_size
from portal.intake import plain
from portal.intake.models import Base
from tests.intake.conftest import Intake
from tests.intake.people import Reporter

CANARY = "Qv7Zt-canary-9Lk2"


def plain_form(intake: Intake, fields: dict[str, str], files: list[tuple[str, bytes]]) -> plain.Start:
    """Send a report through the door without scripts."""
    begun = plain.start()
    form: MultiDict[str, Any] = MultiDict({"receipt": begun.receipt.digits, "nonce": begun.nonce.hex()} | fields)
    form.setlist("files", [FileStorage(io.BytesIO(data), name, content_type="text/plain") for name, data in files])
    form["end"] = "1"
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    response = intake.app.test_client().post("/en/plain/send", data=body, content_type=kind)
    assert response.status_code == 200, response.text
    return begun


def rows(intake: Intake) -> dict[str, list[dict[str, Any]]]:
    with intake.store.database.read() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in Base.metadata.tables.items()
        }


def shape(rows_of: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What an observer sees of rows: which columns are filled, with what kind, how long, on which day."""
    seen = []
    for row in rows_of:
        values = {
            name: ("bytes", len(value)) if isinstance(value, bytes) else ("value", value) for name, value in row.items()
        }
        seen.append(tuple(sorted(values.items())))
    return sorted(seen, key=repr)


@pytest.mark.claim("C5")
@pytest.mark.parametrize("files", [[], [100], [100, 20_000, 300_000]])
def test_rows_and_files_of_both_doors_are_alike(intake: Intake, files: list[int]) -> None:
    """The same report sent with and without scripts fills the same tables, columns, lengths, days and files."""
    contents = [("a.txt", os.urandom(size)) for size in files]

    def left(act: Any) -> dict[str, Any]:
        before = rows(intake), set(intake.store.blobs.kept.iterdir())
        act()
        after = rows(intake), set(intake.store.blobs.kept.iterdir())
        new = {name: [row for row in after[0][name] if row not in before[0][name]] for name in after[0]}
        stats = sorted(
            (path.stat().st_size, path.stat().st_mode, path.stat().st_mtime, len(path.name))
            for path in after[1] - before[1]
        )
        assert list(intake.store.blobs.incoming.iterdir()) == []
        return {name: shape(found) for name, found in new.items() if found} | {"files": stats}

    def with_scripts() -> None:
        reporter = intake.reporter()
        entries = tuple(reporter.attaches(name, data) for name, data in contents)
        assert reporter.tells("The same words.", entries).status_code == 201

    script = left(with_scripts)
    noscript = left(lambda: plain_form(intake, {"told": "The same words."}, contents))
    assert script == noscript
    assert len(script["objects"]) == 1 + len(files)


@pytest.mark.claim("C5")
def test_sealed_bytes_of_both_doors_are_framed_alike(intake: Intake) -> None:
    """Headers have one length and one stanza; payloads have the lengths of padded plaintexts and nothing else."""
    reporter = intake.reporter()
    reporter.tells("x", (reporter.attaches("a", b"1"),))
    plain_form(intake, {"told": "x"}, [("a", b"1")])
    found = rows(intake)
    assert {len(row["header"]) for row in found["objects"]} == {1627}
    assert {row["header"][:40] for row in found["objects"]} == {found["objects"][0]["header"][:40]}
    assert {len(row["payload"]) for row in found["payloads"]} == {16 + padded_file_size(1) + 16}
    assert {row["epoch"] for row in found["objects"]} == {intake.steward.identities[0].recipient.key_id}


def needles() -> list[bytes]:
    """The canary as it might stand somewhere: as it is, and as encodings that a program uses without thinking."""
    raw = CANARY.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)]
    return [raw, raw.hex().encode(), raw[::-1], CANARY.encode("utf-16-le"), *shifted]


def places(intake: Intake, *more: Path) -> dict[Path, bytes]:
    """Everything on the disk that this intake can have written."""
    found = [path for folder in (intake.settings.data, *more) for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in found}


@pytest.mark.claim("C1")
def test_a_canary_in_every_field_is_found_nowhere(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After reports through both doors with a canary in every field, file and name, no stored byte and no log has it:
    database, its log (looked at before it is folded in), blobs, uploads under way, temporary folder, log records."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    caplog.set_level(logging.DEBUG)
    reporter: Reporter = intake.reporter()
    big, small = (CANARY.encode() * 30_000, CANARY.encode())
    entries = tuple(reporter.attaches(f"{CANARY}.txt", data) for data in (big, small))
    assert reporter.tells(CANARY, entries).status_code == 201
    begun = plain_form(intake, dict.fromkeys(form_fields(intake), CANARY), [(CANARY, big), (f"{CANARY}.jpg", small)])
    plain.open_mailbox(intake.store, begun.receipt)
    reporter.asks_mailbox()
    secrets = [reporter.keys.token, begun.receipt.secret, begun.receipt.derive(intake.store.instance).token]
    searched = needles() + [form for secret in secrets for form in (secret, secret.hex().encode())]
    searched += [begun.receipt.digits.encode(), begun.receipt.digits.replace(" ", "").encode()]
    kept = places(intake, temporary) | {Path("log"): caplog.text.encode(), Path("dump"): dump(intake)}
    assert any(path.name.endswith("-wal") for path in kept) or intake.settings.database.startswith("postgresql")
    assert sum(map(len, kept.values())) > 1_000_000
    assert [(str(path), needle) for path, content in kept.items() for needle in searched if needle in content] == []


def form_fields(intake: Intake) -> list[str]:
    """The names of all fields of text in the form without scripts."""
    page = intake.app.test_client().post("/en/plain/start").text
    names = re.findall(r'<(?:input|textarea|select)[^>]*?\bname="([^"]+)"', page)
    assert len(names) > 10
    return sorted(set(names) - {"receipt", "nonce", "end", "files"})


def dump(intake: Intake) -> bytes:
    """All rows of all tables as the database gives them."""
    return b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for found in rows(intake).values()
        for row in found
        for value in row.values()
    )


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_search_would_find_a_canary(intake: Intake) -> None:
    """Written into the database on purpose, the canary is found: the search above can fail."""
    path = Path(intake.settings.database.removeprefix("sqlite:///"))
    connection = sqlite3.connect(path)
    connection.execute("update instance set enrol_answer = ?", (CANARY.encode(),))
    connection.commit()
    connection.close()
    assert any(needle in content for content in places(intake).values() for needle in needles())
