"""Reading the fields of a message or note, each of exactly its kind. What is not raises MessageError by its name."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from portal.framing import MessageError

ID = re.compile(r"[0-9a-f]{32}")
HASH = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Fields:
    """A JSON object whose names are known beforehand: none may be missing, and none may be there besides."""

    def __init__(self, value: Any, names: Collection[str], what: str) -> None:
        if not isinstance(value, dict) or value.keys() != set(names):
            raise MessageError(f"{what} does not have exactly the fields it should have")
        self._value: Mapping[str, Any] = value

    def raw(self, name: str) -> Any:
        return self._value[name]

    def text(self, name: str) -> str:
        value = self._value[name]
        if not isinstance(value, str):
            raise _wrong(name)
        return value

    def match(self, name: str, pattern: re.Pattern[str]) -> str:
        """Text of this pattern."""
        value = self.text(name)
        if not pattern.fullmatch(value):
            raise _wrong(name)
        return value

    def match_or_none(self, name: str, pattern: re.Pattern[str]) -> str | None:
        return None if self._value[name] is None else self.match(name, pattern)

    def number(self, name: str) -> int:
        """A whole number from 0 on."""
        value = self._value[name]
        if type(value) is not int or value < 0:
            raise _wrong(name)
        return value

    def day(self, name: str) -> str:
        """YYYY-MM-DD, a day that exists."""
        value = self.match(name, _DAY)
        try:
            date.fromisoformat(value)
        except ValueError:
            raise _wrong(name) from None
        return value

    def hashes(self, name: str) -> tuple[str, ...]:
        """A list of message hashes."""
        value = self._value[name]
        if not isinstance(value, list) or not all(isinstance(item, str) and HASH.fullmatch(item) for item in value):
            raise _wrong(name)
        return tuple(value)

    def base64(self, name: str, size: int) -> bytes:
        """So many bytes in standard base64, padded and canonical."""
        text = self.text(name)
        try:
            value = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise _wrong(name) from None
        if len(value) != size or base64.b64encode(value).decode("ascii") != text:
            raise _wrong(name)
        return value


def _wrong(name: str) -> MessageError:
    return MessageError(f"the field {name} is not what it should be")
