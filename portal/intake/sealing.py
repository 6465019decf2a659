"""The door for browsers without scripts: what comes as a file is sealed while it arrives.

Rules: a part of a form is sealed to the key in force byte for byte as it is read, padded with zeros at its end, and
only ciphertext ever touches the disk (Werkzeug would spool the plaintext to a temporary file); a part that no message
claims is removed when the request ends; the text of a form is limited as a whole; a form that was cut on its way is
told from a whole one by its last field.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from typing import IO, Any, BinaryIO, cast

from flask import Request, current_app
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from crypto.age import Sealer
from crypto.padding import padded_file_size
from portal.intake import clock
from portal.intake.blobs import PIECE, blur_time
from portal.intake.framing import HEADER_SIZE, Divider
from portal.intake.refusals import NotOpen
from portal.intake.store import Arrived, Store

FORM_BODY = 500 * 1024 * 1024
FORM_TEXT = 2 * 1024 * 1024
FORM_PARTS = 400
NAME_LIMIT = 255
# The last field of every form. A body that was cut parses as a shorter form, but never has its end.
SENTINEL, SENTINEL_VALUE = "end", "1"


class SealedPart(io.RawIOBase):
    """One file of a form. Write-only: what was written cannot be read back by anybody here.

    `size` and `sha256` are of the plaintext as it was sent; `content_type` and `filename` are the browser's words.
    """

    def __init__(self, store: Store, filename: str, content_type: str) -> None:
        super().__init__()
        self.object_id = secrets.token_bytes(16)
        self.filename = filename[:NAME_LIMIT]
        self.content_type = content_type[:NAME_LIMIT]
        self.size = 0
        self._store = store
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._sealer: Sealer | None = None
        self._divider: Divider | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the plaintext, in hex."""
        return self._hash.hexdigest()

    @property
    def is_file(self) -> bool:
        """Whether somebody chose a file: browsers send an empty part without a name for a field left alone."""
        return bool(self.filename or self.size)

    @property
    def arrived(self) -> Arrived:
        """The complete sealed file, as the store takes it."""
        if self._divider is None or self._sealer is not None:
            raise ValueError("this part is not complete")
        payload = self._store.blobs.arrived_size(self.object_id) or 0
        return Arrived(self.object_id, self._divider.header, HEADER_SIZE + payload)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Seal and store more of the file."""
        if data:
            self._begin().write(data)
            self._hash.update(data)
            self.size += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """The form's parser rewinds a part once, when the part has ended: that completes the file."""
        if self.is_file:
            sealer = self._begin()
            for start in range(self.size, size := padded_file_size(self.size), PIECE):
                sealer.write(bytes(min(PIECE, size - start)))
            sealer.close()
            self._settle()
        return 0

    def close(self) -> None:
        """Let go of the file. One that was not completed stays unreadable, and is removed with the request."""
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()

    def _begin(self) -> Sealer:
        if self._sealer is None:
            key = self._store.key_in_force()
            if key is None:
                raise NotOpen
            self._file = self._store.blobs.open_incoming(self.object_id)
            self._divider = Divider(self._file, on_header=lambda _: None)
            self._sealer = Sealer(self._divider, [key.recipient])
        return self._sealer

    def _settle(self) -> None:
        if self._file is not None:
            self._file.flush()
            blur_time(self._file, clock.today())
            os.fsync(self._file.fileno())
            self._file.close()
        self._file, self._sealer = None, None


class SealingRequest(Request):
    """A request whose files are sealed as they arrive, on every address of the intake."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        store = cast(Store, current_app.extensions["store"])
        store.blobs.check_room(total_content_length or 0)
        part = SealedPart(store, filename or "", content_type or "application/octet-stream")
        self.sealed_parts.append(part)
        return cast(IO[bytes], part)

    @property
    def sealed_parts(self) -> list[SealedPart]:
        """Every part of this request that was or is being sealed, in order."""
        parts: list[SealedPart] = self.__dict__.setdefault("_sealed_parts", [])
        return parts

    def _get_stream_for_parsing(self) -> IO[bytes]:
        return cast(IO[bytes], _TextLimited(super()._get_stream_for_parsing(), self.sealed_parts))

    def chosen_files(self, field: str) -> list[SealedPart]:
        """The files that a person chose in this field, sealed. Reads the form."""
        parts = [cast(SealedPart, file.stream) for file in self.files.getlist(field)]
        return [part for part in parts if part.is_file]

    def whole_form(self) -> None:
        """Raise BadRequest unless the form arrived to its last field."""
        if self.form.getlist(SENTINEL) != [SENTINEL_VALUE]:
            raise BadRequest("The form did not arrive whole.")


class _TextLimited(io.RawIOBase):
    """A body in which everything that is not sealed into a file is at most FORM_TEXT bytes."""

    def __init__(self, body: IO[bytes], parts: list[SealedPart]) -> None:
        super().__init__()
        self._body = body
        self._parts = parts
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(PIECE), b""))
        data = self._body.read(size)
        self._read += len(data)
        # One piece may have been read and not yet parsed.
        if self._read - sum(part.size for part in self._parts) > FORM_TEXT + PIECE:
            raise RequestEntityTooLarge
        return data


def discard_unclaimed(request: Request) -> None:
    """When a request ends: remove what was sealed and that no message claimed."""
    if isinstance(request, SealingRequest):
        for part in request.sealed_parts:
            part.close()
        if request.sealed_parts:
            store = cast(Store, current_app.extensions["store"])
            store.discard_unclaimed(part.object_id for part in request.sealed_parts)
