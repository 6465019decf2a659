"""How a desk signs what it asks of the intake, and how the intake checks it: HTTP Message Signatures (RFC 9421).

Rules: one Ed25519 signature, labelled `desk`, over @method, @authority, @target-uri and content-digest (RFC 9530),
with `created`, `keyid`, `nonce` and `tag`; the digest is checked against the bytes that arrived; nothing older than
five minutes or more than two minutes ahead. That a nonce is fresh and used once is for the caller to check.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

LABEL = "desk"
TAG = "unhindered-desk"
NONCE_HEADER = "Unhindered-Nonce"
MAX_AGE = timedelta(minutes=5)
MAX_SKEW = timedelta(minutes=2)
_COVERED = ("@method", "@authority", "@target-uri", "content-digest")


class WireError(Exception):
    """A request that is not signed as it must be. The message is a sentence."""


class UnknownKey(WireError):
    """Signed by a key that is not (or no longer) registered here."""


class ClockDifference(WireError):
    """Signed at an hour that cannot be now. `seconds` is the signer's clock minus ours."""

    def __init__(self, seconds: int) -> None:
        minutes, way = max(1, round(abs(seconds) / 60)), "ahead of" if seconds > 0 else "behind"
        super().__init__(f"This desk's clock is about {minutes} minutes {way} the intake's clock. Set the clock right.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature holds."""

    keyid: str
    nonce: str


def keyid_of(public: bytes) -> str:
    """The name of an API key: 32 hex digits, the start of SHA-256 of the 32-byte public key."""
    return hashlib.sha256(public).hexdigest()[:32]


def sign(
    method: str, url: str, body: bytes, *, seed: bytes, nonce: str, created: datetime | None = None
) -> dict[str, str]:
    """The headers that sign a request: Content-Digest, Signature-Input, Signature.

    `url` is the full address as the intake knows itself; `nonce` the newest it gave; `seed` the API key's 32 bytes.
    """
    key = Ed25519PrivateKey.from_private_bytes(seed)
    message = _Message(method, url, {})
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_OneKey(key))
    signer.sign(
        message,
        key_id=keyid_of(key.public_key().public_bytes_raw()),
        created=created or datetime.now(UTC),
        nonce=nonce,
        label=LABEL,
        tag=TAG,
        covered_component_ids=_COVERED[:-1],
        body=body,
    )
    return dict(message.headers)


def verify(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, find: Callable[[str], bytes | None]
) -> Signed:
    """Check a request. `url` is our configured origin with the request's path and query; `find` gives the 32-byte
    public key for a key id. Raises UnknownKey, ClockDifference, and WireError for the rest.
    """
    registered = _Registered(find)
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=registered)
    message = _Message(method, url, _Lines(tuple(headers)))
    try:
        results = verifier.verify(
            message, max_age=MAX_AGE, expect_tag=TAG, expect_label=LABEL, require_components=_COVERED, body=body
        )
    except HTTPMessageSignaturesException:
        if registered.missing:
            raise UnknownKey("The intake does not know this desk's key. An admin must admit it (again).") from None
        raise WireError("This request is not signed as the intake expects it.") from None
    keyid, nonce = results[0].parameters.get("keyid"), results[0].nonce
    if results[0].body is None or not isinstance(keyid, str) or nonce is None:
        raise WireError("This request's signature leaves something out.")
    return Signed(keyid, nonce)


@dataclass(frozen=True, slots=True)
class _Message:
    method: str
    url: str
    headers: Any


class _Lines:
    """Header lines as they came: a field that came twice stays two lines."""

    def __init__(self, lines: tuple[tuple[str, str], ...]) -> None:
        self._lines = lines

    def items(self) -> Iterable[tuple[str, str]]:
        return self._lines


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._key


class _Registered(HTTPSignatureKeyResolver):
    def __init__(self, find: Callable[[str], bytes | None]) -> None:
        self._find = find
        self.missing = False

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        public = self._find(key_id)
        self.missing = public is None
        return None if public is None else Ed25519PublicKey.from_public_bytes(public)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, but a clock that is off is told apart from a signature that is wrong."""

    max_clock_skew = MAX_SKEW

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        created = sig_input.params.get("created")
        if type(created) is int:
            ahead = created - int(datetime.now(UTC).timestamp())
            if ahead > MAX_SKEW.total_seconds() or -ahead > (MAX_AGE + MAX_SKEW).total_seconds():
                raise ClockDifference(ahead)
        super().validate_created_and_expires(sig_input, max_age=max_age)  # type: ignore[no-untyped-call]
