"""What a sealed thing must look like from outside before the intake keeps it.

Rules: exactly one post-quantum stanza, so the header has one length; only sizes that padding makes. The intake opens
nothing: whether a seal holds is for the desk to find out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from crypto.age import inspect, sealed_size
from crypto.errors import CryptoError
from crypto.padding import LARGEST_MESSAGE, is_file_size, is_message_size, padded_file_size, plaintext_size
from crypto.reader import Sink
from portal.intake.refusals import NotSealed
from portal.note import NOTE_SEALED_SIZE

# An empty file's payload is a 16-byte nonce and a 16-byte tag (c2sp.org/age, "Payload").
HEADER_SIZE: Final = sealed_size(0) - 32
MESSAGE_LIMIT: Final = sealed_size(LARGEST_MESSAGE)
FILE_LIMIT: Final = sealed_size(padded_file_size(1024 * 1024 * 1024))
# Above this a payload is a file and not a row.
INLINE_LIMIT: Final = 100 * 1024


def check_header(header: bytes) -> None:
    """Raise NotSealed unless this is a complete header with one hybrid stanza, and nothing besides."""
    try:
        size = inspect(header).size
    except CryptoError:
        raise NotSealed from None
    if not size == len(header) == HEADER_SIZE:
        raise NotSealed


def split_message(sealed: bytes) -> tuple[bytes, bytes]:
    """Header and payload of a sealed message. Raises NotSealed."""
    header, payload = sealed[:HEADER_SIZE], sealed[HEADER_SIZE:]
    check_header(header)
    if len(sealed) > MESSAGE_LIMIT or not is_message_size(_plaintext_size(payload)):
        raise NotSealed
    return header, payload


def check_note(sealed: bytes) -> None:
    """Raise NotSealed unless this is a sealed chain note: they all have one size."""
    check_header(sealed[:HEADER_SIZE])
    if len(sealed) != NOTE_SEALED_SIZE:
        raise NotSealed


def check_file_length(length: int) -> None:
    """Raise NotSealed unless a padded, sealed file can be this long, in bytes."""
    try:
        size = plaintext_size(length - HEADER_SIZE)
    except CryptoError:
        raise NotSealed from None
    if length > FILE_LIMIT or not is_file_size(size):
        raise NotSealed


class Divider:
    """A sink for one sealed file that keeps its header apart and passes on its payload.

    `on_header` is called with the complete header before any of the payload is written.
    """

    def __init__(self, payload: Sink, on_header: Callable[[bytes], object], header: bytes = b"") -> None:
        self._payload = payload
        self._on_header = on_header
        self._header = bytearray(header)

    @property
    def header(self) -> bytes:
        """The header, or as much of it as there is."""
        return bytes(self._header)

    def write(self, data: bytes) -> None:
        missing = HEADER_SIZE - len(self._header)
        if missing > 0:
            self._header += data[:missing]
            if len(self._header) == HEADER_SIZE:
                self._on_header(self.header)
            data = data[missing:]
        if data:
            self._payload.write(data)


def _plaintext_size(payload: bytes) -> int:
    try:
        return plaintext_size(len(payload))
    except CryptoError:
        raise NotSealed from None
