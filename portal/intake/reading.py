"""Reading what an address or a JSON body says, each field of exactly its kind; what is not is a bad request."""

from __future__ import annotations

import binascii
import json
import re
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, NotFound


def json_body() -> dict[str, Any]:
    """The JSON object of this request. Raises BadRequest."""
    try:
        value = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise BadRequest from None
    if not isinstance(value, dict):
        raise BadRequest
    return value


def hex_text(value: object, size: int) -> bytes:
    """So many bytes in lower-case hex. Raises BadRequest."""
    if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", value):
        raise BadRequest
    return bytes.fromhex(value)


def base64_text(value: object) -> bytes:
    """Bytes in base64. Raises BadRequest."""
    if not isinstance(value, str):
        raise BadRequest
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError:
        raise BadRequest from None


def text(value: object) -> str:
    """A text. Raises BadRequest."""
    if not isinstance(value, str):
        raise BadRequest
    return value


def list_of(value: object, limit: int) -> list[object]:
    """A list of at most `limit` entries. Raises BadRequest."""
    if not isinstance(value, list) or len(value) > limit:
        raise BadRequest
    return value


def path_id(value: str, size: int) -> bytes:
    """An id in an address: so many bytes in lower-case hex. Raises NotFound."""
    try:
        return hex_text(value, size)
    except BadRequest:
        raise NotFound from None
