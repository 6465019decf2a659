"""Reading lines and exact counts from a source that may hand out a byte at a time.

Rules: nothing past what was asked for is lost: what one part reads ahead, the next part gets. No line is longer than
its caller allows, so a hostile file cannot make us hold it.
"""

from __future__ import annotations

from typing import Protocol

from crypto.errors import FormatError


class Source(Protocol):
    """Anything to read from. `read(n)` gives at most n bytes, and none only at the end."""

    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    """Anything to write to. What `write` returns is not looked at: it takes all bytes or raises."""

    def write(self, data: bytes, /) -> object: ...


class Reader:
    """A source with a small buffer in front."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held = b""

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, or fewer at the end of the source."""
        parts = [self._held[:size]]
        self._held = self._held[size:]
        missing = size - len(parts[0])
        while missing:
            part = self._source.read(missing)
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        return b"".join(parts) if len(parts) > 1 else parts[0]

    def line(self, limit: int) -> bytes:
        """The next line with its newline; without one only at the end of the source; empty when nothing is left.

        Raises FormatError when `limit` bytes hold no newline.
        """
        found = self._held.find(b"\n")
        while found < 0 and len(self._held) < limit:
            part = self._source.read(min(4096, limit))
            if not part:
                line, self._held = self._held, b""
                return line
            start = len(self._held)
            self._held += part
            found = self._held.find(b"\n", start)
        if not 0 <= found < limit:
            raise FormatError("a line is too long")
        line, self._held = self._held[: found + 1], self._held[found + 1 :]
        return line
