"""The header of an age file: who can open it, and a MAC that holds it together.

Source: c2sp.org/age, "File header". Rules: parsing is strict (one encoding for one header, so a header that parsed
can be kept as the bytes it was); base64 is unpadded and canonical; a header is at most 1 MiB.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import FormatError, HeaderAuthError, MixedRecipients, NoMatch
from crypto.reader import Reader

VERSION_LINE = b"age-encryption.org/v1\n"
FILE_KEY_SIZE = 16
HEADER_LIMIT = 1 << 20
MAC_LINE_SIZE = 4 + 43 + 1
PASSPHRASE_STANZA = "scrypt"
HYBRID_STANZA = "mlkem768x25519"
_COLUMNS = 64
_FIRST_LINE = re.compile(rb"->(?: [\x21-\x7e]+)+\n")


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key, wrapped for one recipient. `arguments` do not repeat the `kind`."""

    kind: str
    arguments: tuple[str, ...]
    body: bytes

    def encode(self) -> bytes:
        """The stanza's lines. A body that fills its last line is followed by an empty one, as the spec asks."""
        encoded = to_base64(self.body)
        lines = [encoded[start : start + _COLUMNS] for start in range(0, len(encoded) + 1, _COLUMNS)]
        return "\n".join([" ".join(("->", self.kind, *self.arguments)), *lines, ""]).encode("ascii")


@dataclass(frozen=True, slots=True)
class Header:
    """A header that parsed. `encoded` is every byte of it, through the newline of the MAC line."""

    encoded: bytes
    stanzas: tuple[Stanza, ...]
    mac: bytes

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.encoded)


class Recipient(Protocol):
    """Someone a file can be sealed to."""

    def wrap(self, file_key: bytes) -> Stanza: ...


class Identity(Protocol):
    """Someone who can open files. `unwrap` gives the file key, or None when no stanza is for this identity."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None: ...


def read_header(reader: Reader) -> Header:
    """Read and parse one header, leaving the reader at the payload. Raises FormatError."""
    lines = _Lines(reader)
    if lines.next() != VERSION_LINE:
        raise FormatError("this is not an age v1 file")
    stanzas: list[Stanza] = []
    while not (first := lines.next()).startswith(b"---"):
        stanzas.append(_stanza(first, _body(lines)))
    if not stanzas:
        raise FormatError("a header has at least one recipient")
    if not first.startswith(b"--- "):
        raise FormatError("the last line of a header is three dashes, a space and its MAC")
    mac = from_base64(first[4:-1])
    if len(mac) != 32:
        raise FormatError("the MAC of a header is 32 bytes")
    return Header(b"".join(lines.taken), tuple(stanzas), mac)


def make_header(file_key: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Wrap `file_key` for each recipient. Raises MixedRecipients unless all are of one kind (a passphrase alone)."""
    stanzas = [recipient.wrap(file_key) for recipient in recipients]
    if not stanzas:
        raise FormatError("a file is sealed to at least one recipient")
    if len({stanza.kind for stanza in stanzas}) > 1:
        raise MixedRecipients("recipients of different kinds cannot share a file")
    _check_passphrase_is_alone(stanzas)
    text = VERSION_LINE + b"".join(stanza.encode() for stanza in stanzas) + b"---"
    return text + b" " + to_base64(_mac(file_key, text)).encode("ascii") + b"\n"


def unwrap(header: Header, identities: Sequence[Identity]) -> tuple[bytes, Identity]:
    """The file key and the identity that opened it, the header's MAC checked.

    Raises NoMatch, HeaderAuthError, and FormatError for a stanza that breaks its own rules.
    """
    _check_passphrase_is_alone(header.stanzas)
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is None:
            continue
        text = header.encoded[: len(header.encoded) - MAC_LINE_SIZE + 3]
        if not hmac.compare_digest(_mac(file_key, text), header.mac):
            raise HeaderAuthError("the header of this file was changed")
        return file_key, identity
    raise NoMatch("none of the given keys opens this file")


def refuse_mixed(stanzas: Sequence[Stanza]) -> None:
    """Raise MixedRecipients if a post-quantum stanza stands beside one of any other kind."""
    kinds = {stanza.kind for stanza in stanzas}
    if HYBRID_STANZA in kinds and len(kinds) > 1:
        raise MixedRecipients("this file was sealed to a post-quantum key and to something else besides")


def derive(file_key: bytes, salt: bytes | None, label: bytes) -> bytes:
    """The 32-byte key for one use of a file key: HKDF-SHA256 (c2sp.org/age)."""
    return HKDF(hashes.SHA256(), 32, salt, label).derive(file_key)


def to_base64(data: bytes) -> str:
    """Standard base64 without padding."""
    return base64.b64encode(data).rstrip(b"=").decode("ascii")


def from_base64(text: bytes) -> bytes:
    """Canonical unpadded base64 only: one text for one value. Raises FormatError."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise FormatError("a line of the header is not base64") from None
    if base64.b64encode(data).rstrip(b"=") != text:
        raise FormatError("a line of the header is not canonical base64")
    return data


def _mac(file_key: bytes, text: bytes) -> bytes:
    return hmac.digest(derive(file_key, None, b"header"), text, hashlib.sha256)


class _Lines:
    """The lines of one header, kept as they came, and no more of them than HEADER_LIMIT allows."""

    def __init__(self, reader: Reader) -> None:
        self.taken: list[bytes] = []
        self._reader = reader
        self._room = HEADER_LIMIT

    def next(self) -> bytes:
        line = self._reader.line(self._room)
        if not line.endswith(b"\n"):
            raise FormatError("the header of this file is cut short")
        self._room -= len(line)
        self.taken.append(line)
        return line


def _body(lines: _Lines) -> bytes:
    parts: list[bytes] = []
    while True:
        line = lines.next()[:-1]
        if len(line) > _COLUMNS:
            raise FormatError("a line of a recipient's stanza is longer than 64 characters")
        parts.append(from_base64(line))
        if len(line) < _COLUMNS:
            return b"".join(parts)


def _stanza(first: bytes, body: bytes) -> Stanza:
    if not _FIRST_LINE.fullmatch(first):
        raise FormatError("a recipient's stanza starts with an arrow and words of visible characters")
    _, kind, *arguments = first[:-1].decode("ascii").split(" ")
    return Stanza(kind, tuple(arguments), body)


def _check_passphrase_is_alone(stanzas: Sequence[Stanza]) -> None:
    if len(stanzas) > 1 and any(stanza.kind == PASSPHRASE_STANZA for stanza in stanzas):
        raise FormatError("a passphrase cannot share a file with another recipient")
