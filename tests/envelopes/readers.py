"""Sources and composition that the envelope tests share."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from crypto.header import Identity, read_header, unwrap
from crypto.payload import read_payload
from crypto.reader import Reader, Source


class OneByte:
    """A source that never gives more than one byte, as a slow connection might."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._data.read(min(size, 1))


def open_any(source: Source, identities: Sequence[Identity]) -> Iterator[bytes]:
    """Open an age file as the specification has it, without the portal's rule against mixed recipients."""
    reader = Reader(source)
    file_key, _ = unwrap(read_header(reader), identities)
    yield from read_payload(reader, file_key)
