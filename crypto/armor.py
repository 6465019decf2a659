"""The text form of an age file, for channels that carry only text.

Source: c2sp.org/age, "ASCII armor". Rules: strict: lines of 64 characters, canonical padded base64, LF or CRLF, and
only white space before and after; everything else is an ArmorError.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator

from crypto.errors import ArmorError, FormatError
from crypto.reader import Reader, Source

_BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
_END = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS = 64
_LINE_LIMIT = 1024
_WHITE = b" \t\r\n"
_SPACE_LIMIT = 1024


def armor(sealed: bytes) -> str:
    """The text form, with a final newline."""
    lines = [base64.b64encode(sealed[start : start + 48]) for start in range(0, len(sealed), 48)]
    return b"\n".join([_BEGIN, *lines, _END, b""]).decode("ascii")


def dearmor(text: bytes) -> bytes:
    """The binary file. Raises ArmorError."""
    return b"".join(_decoded_lines(Reader(io.BytesIO(text))))


class ArmorReader:
    """A source of the binary file behind a source of its text form, read as it is needed. `read` raises ArmorError."""

    def __init__(self, source: Source) -> None:
        self._lines = _decoded_lines(Reader(source))
        self._held = b""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none only at the end, where everything after the END line was checked as well."""
        if not self._held:
            self._held = next(self._lines, b"")
        part, self._held = self._held[:size], self._held[size:]
        return part


def _decoded_lines(reader: Reader) -> Iterator[bytes]:
    if _first_line(reader) != _BEGIN:
        raise ArmorError("the text does not begin with the BEGIN line")
    short = False
    while (line := _content(reader)) != _END:
        if short:
            raise ArmorError("a line before the last one is short")
        yield _decode(line)
        short = len(line) < _COLUMNS or line.endswith(b"=")
    _only_white(reader)


def _first_line(reader: Reader) -> bytes:
    skipped = 0
    while not (line := _raw_line(reader)).strip(_WHITE):
        skipped += len(line)
        if not line or skipped > _SPACE_LIMIT:
            raise ArmorError("there is no BEGIN line")
    return _without_newline(line)


def _content(reader: Reader) -> bytes:
    line = _raw_line(reader)
    if not line:
        raise ArmorError("there is no END line")
    return _without_newline(line)


def _raw_line(reader: Reader) -> bytes:
    try:
        return reader.line(_LINE_LIMIT)
    except FormatError:
        raise ArmorError("a line is too long") from None


def _without_newline(line: bytes) -> bytes:
    return line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")


def _decode(line: bytes) -> bytes:
    if not 0 < len(line) <= _COLUMNS:
        raise ArmorError("a line is empty or longer than 64 characters")
    try:
        data = base64.b64decode(line, validate=True)
    except binascii.Error:
        raise ArmorError("a line is not base64") from None
    if base64.b64encode(data) != line:
        raise ArmorError("a line is not canonical base64")
    return data


def _only_white(reader: Reader) -> None:
    rest = reader.read(_SPACE_LIMIT + 1)
    if len(rest) > _SPACE_LIMIT or rest.strip(_WHITE):
        raise ArmorError("something follows the END line")
