"""The door without scripts seals as bytes arrive: no plaintext on the disk, constant memory, nothing left behind."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from crypto.age import decrypt
from crypto.padding import padded_file_size
from portal.intake import plain
from portal.intake.sealing import FORM_TEXT, SealedPart
from tests.intake.conftest import Intake

MARK = b"CANARY-IN-A-FILE-"


def form(**fields: Any) -> dict[str, Any]:
    begun = plain.start()
    return {"receipt": begun.receipt.digits, "nonce": begun.nonce.hex(), "told": "It happened."} | fields | {"end": "1"}


def posts(intake: Intake, fields: Mapping[str, Any], **options: Any) -> Any:
    """Post a form. The body is made in memory: the test client would spool a big one to a temporary file."""
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return intake.app.test_client().post("/en/plain/send", data=body, content_type=kind, **options)


def file(content: bytes, name: str = "a.bin") -> FileStorage:
    return FileStorage(io.BytesIO(content), name, content_type="application/x-thing")


def objects(intake: Intake) -> dict[str, bytes]:
    desk = intake.steward.desk
    days = desk.asks_json("GET", "/api/days")["days"]
    names = [found["id"] for day in days for found in desk.asks_json("GET", f"/api/days/{day}")["objects"]]
    return {name: desk.asks("GET", f"/api/objects/{name}").data for name in names}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process would put temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def no_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes a temporary file, even one without a name, fails the test."""

    def refuse(*_args: Any, **_options: Any) -> None:
        raise AssertionError("a temporary file was made")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)


@pytest.mark.parametrize("size", [0, 1, 16384, 16385, 65536, 3_000_000])
def test_a_file_is_sealed_and_padded(intake: Intake, size: int) -> None:
    """What a desk opens is the file, then zeros up to the padded size; the message tells its size and hash."""
    content = os.urandom(size)
    assert posts(intake, form(files=file(content))).status_code == 200
    opened = [decrypt(sealed, intake.steward.identities) for sealed in objects(intake).values()]
    assert content.ljust(padded_file_size(size), b"\0") in opened
    [message] = [plaintext for plaintext in opened if plaintext.startswith(b"unhindered/1\n")]
    assert hashlib.sha256(content).hexdigest().encode() in message
    assert b'"size":%d' % size in message


@pytest.mark.claim("C1")
def test_no_plaintext_touches_the_disk(intake: Intake, temporary: Path, no_temporary_files: None) -> None:
    """A file far over Werkzeug's spooling limit leaves no readable byte in folder or temporary files."""
    content = MARK * (3_000_000 // len(MARK))
    seen: list[str] = []
    original = SealedPart.write

    def look(part: SealedPart, data: bytes) -> int:
        written = original(part, data)
        if part.size > 2_000_000 and not seen:
            seen.extend(hits(intake.settings.folder, temporary))
            seen.append("looked")
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SealedPart, "write", look)
        assert posts(intake, form(files=file(content))).status_code == 200
    assert seen == ["looked"]
    assert hits(intake.settings.folder, temporary) == []
    assert list(temporary.iterdir()) == []


def hits(*folders: Path) -> list[str]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files if MARK in path.read_bytes()]


def test_several_files_and_fields_left_empty(intake: Intake) -> None:
    """Every chosen file is kept; the empty part of a field left alone is none."""
    fields = MultiDict(form())
    fields.setlist("files", [file(b"one", "1.txt"), file(b"two", "2.txt"), file(b"", "")])
    end = fields.pop("end")
    fields["end"] = end
    assert posts(intake, fields).status_code == 200
    assert len(objects(intake)) == 3


def test_what_no_message_claims_is_removed(intake: Intake) -> None:
    """A form that is refused, or a repetition, leaves no sealed file behind."""
    fields = form(files=file(b"x" * 200_000))
    without_receipt = {**form(files=file(b"x" * 200_000)), "receipt": "1234"}
    assert posts(intake, without_receipt).status_code == 400
    assert payload_files(intake) == []
    assert posts(intake, fields).status_code == 200
    assert len(payload_files(intake)) == 1
    assert posts(intake, fields | {"files": file(b"x" * 200_000)}).status_code == 200
    assert len(payload_files(intake)) == 1
    assert len(objects(intake)) == 2


def payload_files(intake: Intake) -> list[str]:
    return [path.name for folder in (intake.store.blobs.incoming, intake.store.blobs.kept) for path in folder.iterdir()]


@pytest.mark.parametrize("end", [None, "0", ""])
def test_a_form_without_its_end_is_refused(intake: Intake, end: str | None) -> None:
    """A cut body parses as a shorter form; without the last field nothing of it is kept."""
    fields = form(files=file(b"x"))
    del fields["end"]
    if end is not None:
        fields["end"] = end
    assert posts(intake, fields).status_code == 400
    assert objects(intake) == {}
    assert payload_files(intake) == []


@pytest.mark.parametrize("kept", [0.2, 0.7, 0.95, 0.999])
def test_a_body_cut_anywhere_is_refused(intake: Intake, kept: float) -> None:
    """Wherever the body ends early, it is a page that says so, and nothing is stored."""
    boundary = "b" * 30
    fields = form()
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.insert(-1, 'Content-Disposition: form-data; name="files"; filename="a"\r\n\r\n' + "x" * 100_000)
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    cut = body[: int(len(body) * kept)].encode()
    response = intake.app.test_client().post(
        "/en/plain/send", data=cut, content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert response.status_code == 400
    assert objects(intake) == {}
    assert payload_files(intake) == []


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded"])
def test_the_text_of_a_form_is_limited_as_a_whole(intake: Intake, kind: str) -> None:
    """Many fields below a field's limit are too much together, however they are encoded."""
    fields = {f"field{number}": "x" * 100_000 for number in range(FORM_TEXT // 100_000 + 8)} | form()
    boundary, body = encode_multipart(fields)
    if kind == "multipart/form-data":
        kind += f"; boundary={boundary}"
    else:
        body = urlencode(fields).encode()
    response = intake.app.test_client().post("/en/plain/send", data=body, content_type=kind)
    assert response.status_code == 413
    assert objects(intake) == {}


def test_a_body_over_the_limit_is_refused_by_its_length(intake: Intake) -> None:
    """500 MB are announced to be the most; more is refused before it is read."""
    response = posts(intake, form(files=file(b"x")), environ_overrides={"CONTENT_LENGTH": str(501 * 1024 * 1024)})
    assert response.status_code == 413


def test_a_closed_intake_seals_nothing(new_intake: Intake) -> None:
    """Without a key there is nothing to seal to: the form is refused and no file is begun."""
    assert posts(new_intake, form(files=file(b"x" * 100_000))).status_code == 503
    assert payload_files(new_intake) == []


class Long(io.RawIOBase):
    """A multipart body with one file of `size` bytes, made while it is read."""

    def __init__(self, size: int, fields: dict[str, Any], boundary: str) -> None:
        last = fields.pop("end")
        part = f"--{boundary}\r\nContent-Disposition: form-data; name="
        head = "".join(f'{part}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
        head += f'{part}"files"; filename="long.bin"\r\n\r\n'
        tail = f'\r\n{part}"end"\r\n\r\n{last}\r\n--{boundary}--\r\n'
        self.length = len(head) + size + len(tail)
        self._pieces = self._made(head.encode(), size, tail.encode())
        self._held = b""

    def _made(self, head: bytes, size: int, tail: bytes) -> Iterator[bytes]:
        block = MARK * (1 << 16)
        yield head
        for start in range(0, size, len(block)):
            yield block[: size - start]
        yield tail

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = piece
        size = min(len(buffer), len(self._held))
        buffer[:size], self._held = self._held[:size], self._held[size:]
        return size


def resident() -> int:
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.claim("C1")
def test_200_mb_are_sealed_in_constant_memory(
    intake: Intake, temporary: Path, no_temporary_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of 200 MB adds less than 16 MiB of memory, and none of it is readable on the disk."""
    posts(intake, form(files=file(b"warm up")))
    size, boundary = 200 * 1024 * 1024, "b" * 30
    body, before, peak = Long(size, form(), boundary), resident(), 0
    original = SealedPart.write

    def measure(part: SealedPart, data: bytes) -> int:
        nonlocal peak
        peak = max(peak, resident())
        return original(part, data)

    monkeypatch.setattr(SealedPart, "write", measure)
    environ = {
        "wsgi.input": io.BufferedReader(body),
        "CONTENT_LENGTH": str(body.length),
        "CONTENT_TYPE": f"multipart/form-data; boundary={boundary}",
    }
    response = intake.app.test_client().post("/en/plain/send", environ_overrides=environ)
    assert response.status_code == 200
    assert peak and peak - before < 16 * 1024 * 1024
    [kept] = [path for path in intake.store.blobs.kept.iterdir() if path.stat().st_size > size]
    with kept.open("rb") as sealed:
        while piece := sealed.read(1 << 20):
            assert MARK not in piece
    assert list(temporary.iterdir()) == []
