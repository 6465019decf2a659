"""How a JSON object stands in a plaintext before it is sealed: a mark, its length, the object, what follows it.

Rules: the mark says what it is, so that one kind is never taken for another; what is signed are the body's bytes as
they stand, never made again from their parts; one reading for one text (no name twice, no NaN, whole characters).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

LENGTH_SIZE = 4
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class MessageError(Exception):
    """Not a message, note or other thing of this format. `hint` says what a person does next."""

    def __init__(
        self, message: str, hint: str = "Do not act on it. Keep it, and tell an admin that it does not read."
    ) -> None:
        super().__init__(message)
        self.hint = hint


def frame(mark: bytes, body: bytes, after: bytes) -> bytes:
    """Mark, length of the body (4 bytes, big-endian), body, and what follows it; not yet padded."""
    return mark + len(body).to_bytes(LENGTH_SIZE, "big") + body + after


def unframe(mark: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
    """The body, and everything after it. Raises MessageError."""
    start = len(mark) + LENGTH_SIZE
    end = start + int.from_bytes(plaintext[len(mark) : start], "big")
    if not plaintext.startswith(mark) or end > len(plaintext):
        raise MessageError("this does not begin as it should, or ends too early")
    return plaintext[start:end], plaintext[end:]


def is_zeros(padding: bytes) -> bool:
    """Whether this is nothing but zero bytes."""
    return padding == bytes(len(padding))


def write_object(value: dict[str, Any]) -> bytes:
    """A JSON object as UTF-8, short and with its names in order. Raises MessageError for what JSON cannot hold."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise MessageError("this cannot be written as JSON", "Write it again without the unusual characters.") from None


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises MessageError for what two readers might read differently."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_refuse)
        if _SURROGATE.search(body):
            # Half of a pair passes the JSON reader and breaks every page that shows it.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise MessageError("the body is not a JSON object that reads in one way only") from None
    if not isinstance(value, dict):
        raise MessageError("the body is not a JSON object")
    return value


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
