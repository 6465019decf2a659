"""Post-quantum hybrid recipients: ML-KEM-768 and X25519 together, so that both must fall before a file does.

Source: c2sp.org/age, "The mlkem768x25519 recipient type": HPKE (RFC 9180) in base mode with the KEM MLKEM768-X25519
(X-Wing), HKDF-SHA256 and ChaCha20-Poly1305. The key encapsulation and HPKE are the library's. A stanza names no
recipient: the only way to know whom it is for is to try.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from crypto import bech32
from crypto.errors import FormatError
from crypto.header import FILE_KEY_SIZE, HYBRID_STANZA, Stanza, from_base64, to_base64

RECIPIENT_SIZE = 1216
SEED_SIZE = 32
_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_CIPHERTEXT_SIZE = 1088
_ENCAPSULATED_SIZE = 1120
_BODY_SIZE = FILE_KEY_SIZE + 16
_INFO = b"age-encryption.org/mlkem768x25519"
_RECIPIENT_HRP = "age1pq"
_IDENTITY_HRP = "AGE-SECRET-KEY-PQ-"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
# Clamping makes every X25519 scalar a multiple of 8, so one key finds all points of low order.
_ANY_KEY = X25519PrivateKey.from_private_bytes(bytes(32))


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """A public key: 1,184 bytes of ML-KEM-768, then 32 of X25519. Raises FormatError for a key nobody can use."""

    raw: bytes
    _key: MLKEM768X25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.raw) != RECIPIENT_SIZE:
            raise FormatError(f"a public key is {RECIPIENT_SIZE} bytes")
        share = self.raw[_MLKEM_PUBLIC_SIZE:]
        if _is_low_order(share):
            raise FormatError("the X25519 half of this key is a point of low order")
        try:
            lattice = MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_PUBLIC_SIZE])
        except ValueError:
            raise FormatError("the ML-KEM half of this key is not a key") from None
        key = MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(share))
        object.__setattr__(self, "_key", key)

    @classmethod
    def from_string(cls, text: str) -> HybridRecipient:
        """Parse `age1pq1…` (1,959 characters). Costs over a millisecond: store the raw bytes."""
        hrp, raw = bech32.decode(text)
        if hrp != _RECIPIENT_HRP:
            raise FormatError("a public key starts with age1pq1")
        return cls(raw)

    def __str__(self) -> str:
        return bech32.encode(_RECIPIENT_HRP, self.raw)

    @property
    def key_id(self) -> bytes:
        """16 bytes that name this key: the start of SHA-256 of the raw key."""
        return hashlib.sha256(self.raw).digest()[:16]

    def wrap(self, file_key: bytes) -> Stanza:
        """The stanza that only this recipient's identity opens. Never the same twice."""
        sealed = _SUITE.encrypt(file_key, self._key, info=_INFO)
        return Stanza(HYBRID_STANZA, (to_base64(sealed[:_ENCAPSULATED_SIZE]),), sealed[_ENCAPSULATED_SIZE:])


@dataclass(frozen=True, slots=True)
class HybridIdentity:
    """A private key, kept as its 32-byte seed. `repr` never shows it."""

    seed: bytes = field(repr=False)
    _key: MLKEM768X25519PrivateKey = field(init=False, repr=False, compare=False)
    _public: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_SIZE:
            raise FormatError(f"the seed of a private key is {SEED_SIZE} bytes")
        expanded = hashlib.shake_256(self.seed).digest(96)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = X25519PrivateKey.from_private_bytes(expanded[64:])
        object.__setattr__(self, "_key", MLKEM768X25519PrivateKey(lattice, curve))
        public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        object.__setattr__(self, "_public", public)

    @classmethod
    def generate(cls) -> HybridIdentity:
        """A new identity from the system's randomness."""
        return cls(secrets.token_bytes(SEED_SIZE))

    @classmethod
    def from_string(cls, text: str) -> HybridIdentity:
        """Parse `AGE-SECRET-KEY-PQ-1…`. Raises FormatError."""
        hrp, seed = bech32.decode(text)
        if hrp != _IDENTITY_HRP:
            raise FormatError("a private key starts with AGE-SECRET-KEY-PQ-1")
        return cls(seed)

    def to_string(self) -> str:
        """`AGE-SECRET-KEY-PQ-1…`: whoever has this text opens everything sealed to the key."""
        return bech32.encode(_IDENTITY_HRP, self.seed)

    @property
    def recipient(self) -> HybridRecipient:
        """The public half."""
        return HybridRecipient(self._public)

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None if no stanza is for this identity. Raises FormatError for a stanza none can open."""
        for stanza in stanzas:
            if stanza.kind != HYBRID_STANZA:
                continue
            sealed = _encapsulated(stanza) + stanza.body
            try:
                return _SUITE.decrypt(sealed, self._key, info=_INFO)
            except InvalidTag:
                # HPKE says the same for "not for you" and for a low-order share; age calls the second a broken header.
                check_hybrid_stanza(stanza)
        return None


def check_hybrid_stanza(stanza: Stanza) -> None:
    """Raise FormatError unless somebody could open this stanza: its sizes, and an X25519 share of full order."""
    if _is_low_order(_encapsulated(stanza)[_MLKEM_CIPHERTEXT_SIZE:]):
        raise FormatError("a post-quantum stanza carries an X25519 share of low order")


def _encapsulated(stanza: Stanza) -> bytes:
    if len(stanza.arguments) != 1 or len(stanza.body) != _BODY_SIZE:
        raise FormatError("a post-quantum stanza has one argument and a body of 32 bytes")
    encapsulated = from_base64(stanza.arguments[0].encode("ascii"))
    if len(encapsulated) != _ENCAPSULATED_SIZE:
        raise FormatError("the argument of a post-quantum stanza is 1,120 bytes")
    return encapsulated


@lru_cache(maxsize=64)
def _is_low_order(share: bytes) -> bool:
    """Whether any private key makes the all-zero secret of this share (RFC 7748, section 6.1).

    Cached because a desk tries many keys on one header; shares are public.
    """
    try:
        _ANY_KEY.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        return True
    return False
