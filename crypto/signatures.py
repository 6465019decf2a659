"""Who wrote it: Ed25519 signatures (RFC 8032), and MACs (HMAC-SHA256) where no signature should be left behind.

Rules: what is signed is always `unhindered/1 `, a context, a zero byte and the exact bytes, so that a signature made
for one use is worth nothing in another. A context holds no zero byte.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto.errors import FormatError, SignatureError

SIGNATURE_SIZE = 64
MAC_SIZE = 32
KEY_SIZE = 32


def public_key(seed: bytes) -> bytes:
    """The 32-byte public key of a 32-byte seed. Raises FormatError."""
    return _private(seed).public_key().public_bytes_raw()


def sign(seed: bytes, context: str, data: bytes) -> bytes:
    """The 64-byte signature over `data` in this context. Raises FormatError for a seed that is not 32 bytes."""
    return _private(seed).sign(_framed(context, data))


def verify(public: bytes, context: str, data: bytes, signature: bytes) -> None:
    """Raises SignatureError unless the owner of `public` (32 bytes) signed exactly this in this context."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _framed(context, data))
    except (InvalidSignature, ValueError):
        raise SignatureError("the signature does not fit") from None


def mac(key: bytes, context: str, data: bytes) -> bytes:
    """The 32-byte MAC over `data` in this context."""
    return hmac.digest(key, _framed(context, data), hashlib.sha256)


def verify_mac(key: bytes, context: str, data: bytes, tag: bytes) -> None:
    """Raises SignatureError unless a holder of `key` made this tag for exactly this in this context."""
    if not hmac.compare_digest(mac(key, context, data), tag):
        raise SignatureError("the authentication code does not fit")


def _private(seed: bytes) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError:
        raise FormatError("the seed of a signing key is 32 bytes") from None


def _framed(context: str, data: bytes) -> bytes:
    return b"unhindered/1 " + context.encode("utf-8") + b"\0" + data
