"""Uploads in pieces (tus 1.0): what is acknowledged is durable, what only looks sealed does not get far."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crypto.age import encrypt
from crypto.hybrid import HybridIdentity
from portal.intake import clock, uploads
from portal.intake.framing import HEADER_SIZE
from tests.intake.conftest import Intake

TUS = {"Tus-Resumable": "1.0.0"}


def test_the_server_says_what_it_speaks(intake: Intake) -> None:
    """OPTIONS names version, extension and limit, as the protocol asks (section "OPTIONS")."""
    response = intake.app.test_client().options("/files")
    assert response.status_code == 204
    assert response.headers["Tus-Version"] == response.headers["Tus-Resumable"] == "1.0.0"
    assert response.headers["Tus-Extension"] == "creation"
    assert int(response.headers["Tus-Max-Size"]) > 1 << 30


def test_another_version_is_refused(intake: Intake) -> None:
    """A request without the version is answered 412 and told the version (section "Tus-Version")."""
    response = intake.app.test_client().post("/files", headers={"Upload-Length": "1"})
    assert (response.status_code, response.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize("cut", [1, HEADER_SIZE - 1, HEADER_SIZE, HEADER_SIZE + 1, 5000])
def test_an_upload_goes_on_where_it_stopped(intake: Intake, cut: int) -> None:
    """Wherever the connection broke, also within the header, HEAD tells the offset and the rest completes the file."""
    reporter = intake.reporter()
    sealed = reporter.seals_file(b"x" * 30000)
    address = reporter.begins_upload(len(sealed)).headers["Location"]
    assert reporter.sends_piece(address, 0, sealed[:cut]).headers["Upload-Offset"] == str(cut)
    told = reporter.client.head(address, headers=TUS)
    assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == (str(cut), str(len(sealed)))
    assert reporter.sends_piece(address, cut, sealed[cut:]).headers["Upload-Offset"] == str(len(sealed))
    assert reporter.delivers(reporter.seals("x") | {"files": [address.rpartition("/")[2]]}).status_code == 201
    kept = intake.steward.desk.asks("GET", "/api/objects/" + address.rpartition("/")[2])
    assert kept.data == sealed


def test_a_piece_must_follow_on_what_arrived(intake: Intake) -> None:
    """A piece for another offset is refused and changes nothing."""
    reporter = intake.reporter()
    sealed = reporter.seals_file(b"x")
    address = reporter.begins_upload(len(sealed)).headers["Location"]
    reporter.sends_piece(address, 0, sealed[:100])
    assert reporter.sends_piece(address, 0, sealed[:100]).status_code == 409
    assert reporter.sends_piece(address, 101, sealed[101:200]).status_code == 409
    assert reporter.client.head(address, headers=TUS).headers["Upload-Offset"] == "100"


def test_nothing_is_taken_beyond_the_announced_length(intake: Intake) -> None:
    """A piece that goes past the end is refused."""
    reporter = intake.reporter()
    sealed = reporter.seals_file(b"x")
    address = reporter.begins_upload(len(sealed)).headers["Location"]
    assert reporter.sends_piece(address, 0, sealed + b"more").status_code == 413


def test_what_only_looks_sealed_is_removed_at_its_header(intake: Intake) -> None:
    """The header is checked as soon as it is complete: the upload is gone, and its bytes with it."""
    reporter = intake.reporter()
    sealed = b"age-encryption.org/v1\n" + os.urandom(5000)
    address = reporter.begins_upload(len(reporter.seals_file(b"x"))).headers["Location"]
    refused = reporter.sends_piece(address, 0, sealed)
    assert (refused.status_code, refused.get_json()) == (422, {"error": "sealed"})
    assert reporter.client.head(address, headers=TUS).status_code == 404
    assert list(intake.store.blobs.incoming.iterdir()) == []


def test_a_file_for_two_keys_is_not_taken(intake: Intake) -> None:
    """A second recipient, whoever it is, is refused."""
    reporter = intake.reporter()
    sealed = encrypt(bytes(16384), [intake.steward.identities[0].recipient, HybridIdentity.generate().recipient])
    address = reporter.begins_upload(len(reporter.seals_file(b"x"))).headers["Location"]
    assert reporter.sends_piece(address, 0, sealed[:-1600]).status_code == 422


@pytest.mark.parametrize("length", [0, 1659, 16384, 18042, 18044, 1 << 40])
def test_only_lengths_that_padding_makes_are_begun(intake: Intake, length: int) -> None:
    """An upload whose length no padded file has is refused before a byte of it is sent."""
    assert intake.reporter().begins_upload(length).status_code == 422


def test_what_a_client_says_of_a_file_is_not_read(intake: Intake) -> None:
    """Upload-Metadata, where clients put names, leaves no trace."""
    reporter = intake.reporter()
    length = str(len(reporter.seals_file(b"x")))
    headers = {**TUS, "Upload-Length": length, "Upload-Metadata": "filename Y2FuYXJ5"}
    assert reporter.client.post("/files", headers=headers).status_code == 201
    kept = b"".join(path.read_bytes() for path in intake.settings.folder.rglob("*") if path.is_file())
    assert b"Y2FuYXJ5" not in kept and b"canary" not in kept


def test_a_second_piece_at_the_same_time_waits(intake: Intake) -> None:
    """Two pieces of one file never mix: the one that comes second is told to come again."""
    reporter = intake.reporter()
    sealed = reporter.seals_file(b"x")
    address = reporter.begins_upload(len(sealed)).headers["Location"]
    name = bytes.fromhex(address.rpartition("/")[2])
    with uploads._alone(intake.store.blobs, name):
        assert reporter.sends_piece(address, 0, sealed).status_code == 423
    assert reporter.sends_piece(address, 0, sealed).status_code == 204


def test_what_nobody_claims_goes_after_a_week(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfinished and unclaimed uploads are removed after seven days; what a message claimed stays."""
    reporter = intake.reporter()
    claimed = reporter.attaches("a.bin", os.urandom(200_000))
    assert reporter.tells("x", (claimed,)).status_code == 201
    unclaimed = reporter.attaches("b.bin", os.urandom(200_000))
    begun = reporter.begins_upload(len(reporter.seals_file(b"c"))).headers["Location"]
    later = datetime.now(UTC) + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    uploads.sweep(intake.store)
    for address, status in ((f"/files/{unclaimed.object}", 404), (begun, 404)):
        assert reporter.client.head(address, headers=TUS).status_code == status
    assert list(intake.store.blobs.incoming.iterdir()) == []
    assert [path.name for path in intake.store.blobs.kept.iterdir()] == [claimed.object]
    assert intake.steward.desk.asks("GET", f"/api/objects/{claimed.object}").status_code == 200


@pytest.mark.claim("C7")
@pytest.mark.parametrize("moment", ["before it is claimed", "while it is claimed"])
def test_an_old_upload_is_claimed_whole_or_not_at_all(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A sweep in the middle of a delivery does not take a file from under a message that is then confirmed."""
    reporter = intake.reporter()
    file = reporter.attaches("a.bin", os.urandom(200_000))
    later = datetime.now(UTC) + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(intake.store, "key_in_force", lambda today=None: reporter.key)
    settle = intake.store._settle

    def swept(*given: Any) -> Any:
        settled = settle(*given)
        uploads.sweep(intake.store)
        return settled

    if moment == "before it is claimed":
        uploads.sweep(intake.store)
        assert reporter.tells("x", (file,)).status_code == 409
    else:
        monkeypatch.setattr(intake.store, "_settle", swept)
        assert reporter.tells("x", (file,)).status_code == 201
        assert (intake.store.blobs.kept / file.object).exists()


def test_a_payload_that_no_row_speaks_of_goes_too(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a crash between file and commit left behind is removed, but not while a request may still be at work."""
    name = os.urandom(16)
    intake.store.blobs.write(name, b"orphan", clock.today())
    uploads.sweep(intake.store)
    assert (intake.store.blobs.kept / name.hex()).exists()
    later = datetime.now(UTC) + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    uploads.sweep(intake.store)
    assert not (intake.store.blobs.kept / name.hex()).exists()


def test_a_full_disk_is_said_before_anything_is_sent(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the floor no upload begins, no piece and no message is taken; above it everything goes on."""
    reporter = intake.reporter()
    sealed = reporter.seals_file(b"x")
    address = reporter.begins_upload(len(sealed)).headers["Location"]
    monkeypatch.setattr(intake.store.blobs, "floor", 1 << 60)
    assert reporter.begins_upload(len(sealed)).status_code == 507
    assert reporter.sends_piece(address, 0, sealed).status_code == 507
    refused = reporter.tells("x")
    assert (refused.status_code, refused.get_json()) == (507, {"error": "full"})
    monkeypatch.undo()
    assert reporter.sends_piece(address, 0, sealed).status_code == 204
    assert reporter.tells("x").status_code == 201


@pytest.mark.claim("C6")
def test_times_of_files_are_midnights(intake: Intake) -> None:
    """The files of attachments tell the day, not the moment, while they arrive and afterwards."""
    reporter = intake.reporter()
    kept = reporter.attaches("a.bin", os.urandom(300_000))
    assert reporter.tells("x", (kept,)).status_code == 201
    reporter.attaches("b.bin", os.urandom(300_000))
    folders = (intake.store.blobs.kept, intake.store.blobs.incoming)
    times = [path.stat().st_mtime for folder in folders for path in folder.iterdir()]
    assert len(times) == 2
    assert all(moment % 86400 == 0 for moment in times)
