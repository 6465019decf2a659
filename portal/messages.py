"""What a sealed message is inside its seal, and who wrote it. What the intake, the desk and the scripts share.

Plaintext before sealing: `unhindered/1` and a newline, the body's length, the body (JSON, see portal/bodies.py), one
byte for the kind of authentication, the authentication, zeros up to a padded size. Rule: authentication is over the
body's exact bytes, and nothing is taken as verified before it was asked for. See docs/envelope.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from crypto.errors import SignatureError, TooBig
from crypto.padding import LARGEST_MESSAGE, padded_message_size
from crypto.signatures import MAC_SIZE, SIGNATURE_SIZE, mac, sign, verify, verify_mac
from portal.bodies import KINDS, REPORTER, Direction, Door, FileEntry, Message, ReporterKeys, read_body
from portal.framing import LENGTH_SIZE, MessageError, frame, is_zeros, unframe

__all__ = [
    "KINDS",
    "LARGEST_BODY",
    "REPORTER",
    "Direction",
    "Door",
    "FileEntry",
    "Maced",
    "Message",
    "MessageError",
    "ReporterKeys",
    "Sealed",
    "Signed",
    "body_hash",
    "parse",
    "seal_plaintext",
]

MARK = b"unhindered/1\n"
CONTEXT = "message"
SIGNED, MACED = b"\x01", b"\x02"
LARGEST_BODY = LARGEST_MESSAGE - len(MARK) - LENGTH_SIZE - 1 - SIGNATURE_SIZE
_AUTH_SIZE = {SIGNED: SIGNATURE_SIZE, MACED: MAC_SIZE}


@dataclass(frozen=True, slots=True)
class Signed:
    """Authentication by an Ed25519 signature, for reports and desk entries. The seed is 32 bytes."""

    seed: bytes = field(repr=False)

    def over(self, body: bytes) -> bytes:
        return SIGNED + sign(self.seed, CONTEXT, body)


@dataclass(frozen=True, slots=True)
class Maced:
    """Authentication by the thread's MAC key, for replies: it convinces the reporter and nobody else."""

    key: bytes = field(repr=False)

    def over(self, body: bytes) -> bytes:
        return MACED + mac(self.key, CONTEXT, body)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message that was read, with the exact bytes that were authenticated. Nothing is verified until asked.

    `hash` is SHA-256 of the body in hexadecimal: how other messages refer to this one.
    """

    message: Message
    body: bytes = field(repr=False)
    auth_type: bytes
    auth: bytes = field(repr=False)
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", body_hash(self.body))

    def verify_report(self) -> None:
        """Raise MessageError unless the key it brings along signed it. Whether that is the thread's, threads tell."""
        if self.message.keys is None:
            raise MessageError("this is not a message of a reporter")
        self._verify_signature(self.message.keys.sign)

    def verify_desk(self, public: bytes) -> None:
        """Raise MessageError unless the desk with this signing key (32 bytes) wrote it."""
        if self.message.direction != "desk":
            raise MessageError("this is not an entry of a desk")
        self._verify_signature(public)

    def verify_reply(self, mac_key: bytes) -> None:
        """Raise MessageError unless somebody who opened this thread's report wrote it to the reporter."""
        if self.message.direction != "reply" or self.auth_type != MACED:
            raise MessageError("this is not a reply to a reporter")
        try:
            verify_mac(mac_key, CONTEXT, self.body, self.auth)
        except SignatureError as error:
            raise MessageError(str(error), error.hint) from None

    def _verify_signature(self, public: bytes) -> None:
        if self.auth_type != SIGNED:
            raise MessageError("this message is not signed")
        try:
            verify(public, CONTEXT, self.body, self.auth)
        except SignatureError as error:
            raise MessageError(str(error), error.hint) from None


def body_hash(body: bytes) -> str:
    """How messages refer to each other: SHA-256 of the body in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def seal_plaintext(body: bytes, auth: Signed | Maced) -> bytes:
    """The padded plaintext to seal. Raises crypto.errors.TooBig when the body is over `LARGEST_BODY` bytes."""
    if len(body) > LARGEST_BODY:
        raise TooBig("this message is longer than 1 MiB")
    text = frame(MARK, body, auth.over(body))
    return text.ljust(padded_message_size(len(text)), b"\0")


def parse(plaintext: bytes) -> Sealed:
    """Read an opened message; its authentication is still to be verified. Raises MessageError."""
    body, after = unframe(MARK, plaintext)
    auth_type = after[:1]
    size = 1 + _AUTH_SIZE.get(auth_type, 0)
    if size == 1 or len(after) < size:
        raise MessageError("this message carries no authentication that is known")
    used = len(plaintext) - len(after) + size
    if len(body) > LARGEST_BODY or len(plaintext) != padded_message_size(used) or not is_zeros(after[size:]):
        raise MessageError("something follows this message, or it is not padded as it should be")
    return Sealed(read_body(body), body, auth_type, after[1:size])
