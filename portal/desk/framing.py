"""What a desk seals for other desks (roster, wrap) before it is sealed: a JSON object in a padded frame.

Frame: `unhindered/1 <kind>` and a newline, the JSON's length, the JSON, zeros up to a message's padded size. The mark
keeps one kind from being taken for another; anything after the JSON but zeros is refused.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from crypto.padding import padded_message_size
from portal import framing
from portal.desk.errors import Untrusted


def frame(kind: str, value: dict[str, Any]) -> bytes:
    """The padded plaintext of one JSON object. Raises crypto.errors.TooBig."""
    text = framing.frame(_mark(kind), framing.write_object(value), b"")
    return text.ljust(padded_message_size(len(text)), b"\0")


def unframe(kind: str, plaintext: bytes) -> dict[str, Any]:
    """The JSON object of a frame. Raises Untrusted for anything that `frame` would not have written."""
    try:
        body, after = framing.unframe(_mark(kind), plaintext)
    except framing.MessageError as error:
        raise Untrusted(f"What should be a {kind} is not one.", error.hint) from error
    if not framing.is_zeros(after):
        raise Untrusted(f"Something follows what should be a {kind}.", "Do not act on it; tell an admin.")
    return parse_object(kind, body)


def parse_object(kind: str, body: bytes) -> dict[str, Any]:
    """A JSON object, or Untrusted with a sentence that names what it should have been."""
    try:
        return framing.read_object(body)
    except framing.MessageError as error:
        raise Untrusted(f"What should be a {kind} is not readable.", error.hint) from error


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def unb64(text: Any) -> bytes:
    """Strict standard base64. Raises Untrusted."""
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise Untrusted("A field that should be base64 is not.", "Do not act on it; tell an admin.") from None


def _mark(kind: str) -> bytes:
    return f"unhindered/1 {kind}\n".encode("ascii")
