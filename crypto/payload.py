"""The payload of an age file: chunks of 64 KiB, each sealed on its own, in an order that cannot be changed.

Source: c2sp.org/age, "Payload" (the STREAM construction with ChaCha20-Poly1305). Rules: memory stays constant however
long the file; the last chunk is marked, so a cut is seen; what was read before an error is worth nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.errors import FormatError, PayloadError
from crypto.header import derive
from crypto.reader import Reader, Sink

CHUNK_SIZE = 64 * 1024
NONCE_SIZE = 16
TAG_SIZE = 16
_SEALED_CHUNK = CHUNK_SIZE + TAG_SIZE


class PayloadWriter:
    """Seals what is written to it, chunk by chunk. Unfinished until `close`: then, and only then, the file is whole.

    As a context manager it closes when the block ends well, and leaves a cut file, which no one accepts, when not.
    """

    def __init__(self, sink: Sink, file_key: bytes) -> None:
        nonce = secrets.token_bytes(NONCE_SIZE)
        sink.write(nonce)
        self._sink = sink
        self._cipher = _cipher(file_key, nonce)
        self._held = bytearray()
        self._number = 0
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take all of `data`; gives its length."""
        if self._closed:
            raise PayloadError("this file is already closed")
        view = memoryview(data).cast("B")
        start = min(CHUNK_SIZE - len(self._held), len(view)) if self._held else 0
        self._held += view[:start]
        # A full chunk waits until a byte follows it: the last chunk bears a mark, and only an empty file's is empty.
        if start < len(view) and self._held:
            self._seal(self._held, last=False)
            self._held = bytearray()
        while len(view) - start > CHUNK_SIZE:
            self._seal(view[start : start + CHUNK_SIZE], last=False)
            start += CHUNK_SIZE
        self._held += view[start:]
        return len(view)

    def close(self) -> None:
        """Seal the last chunk. A second call does nothing. The sink stays open."""
        if not self._closed:
            self._closed = True
            self._seal(self._held, last=True)
            self._held = bytearray()

    def __enter__(self) -> PayloadWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()

    def _seal(self, chunk: bytearray | memoryview, *, last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_chunk_nonce(self._number, last=last), chunk, None))
        self._number += 1


def read_payload(reader: Reader, file_key: bytes) -> Iterator[bytes]:
    """Open a payload chunk by chunk. Nothing of it may be acted on before the iterator ends without an error.

    Raises FormatError if even the nonce is missing, else PayloadError for damage, a cut, or trailing bytes.
    """
    nonce = reader.read(NONCE_SIZE)
    if len(nonce) != NONCE_SIZE:
        raise FormatError("this file ends before its payload")
    return _chunks(reader, _cipher(file_key, nonce))


def _chunks(reader: Reader, cipher: ChaCha20Poly1305) -> Iterator[bytes]:
    number, last = 0, False
    while not last:
        sealed = reader.read(_SEALED_CHUNK)
        if len(sealed) < TAG_SIZE:
            raise PayloadError("this file was cut")
        chunk, last = _open_chunk(cipher, sealed, number)
        if last and not chunk and number:
            raise PayloadError("the last chunk of this file is empty")
        yield chunk
        number += 1
    if reader.read(1):
        raise PayloadError("something was added to the end of this file")


def _open_chunk(cipher: ChaCha20Poly1305, sealed: bytes, number: int) -> tuple[bytes, bool]:
    """The chunk, and whether it is the last one. A short chunk can only be the last; a full one may be either."""
    if len(sealed) == _SEALED_CHUNK:
        try:
            return cipher.decrypt(_chunk_nonce(number, last=False), sealed, None), False
        except InvalidTag:
            pass
    try:
        return cipher.decrypt(_chunk_nonce(number, last=True), sealed, None), True
    except InvalidTag:
        raise PayloadError("this file was damaged or cut") from None


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive(file_key, nonce, b"payload"))


def _chunk_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
