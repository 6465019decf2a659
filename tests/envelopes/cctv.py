"""Reads the C2SP/CCTV age vectors, and the one recipient type that only they need: X25519 (never in `crypto/`)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto import bech32
from crypto.errors import FormatError
from crypto.header import Identity, Stanza, from_base64, to_base64
from crypto.hybrid import HybridIdentity
from crypto.passphrase import PassphraseIdentity

FOLDER = Path(__file__).parents[1] / "vectors" / "age"


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector: what to try, with what, and what must come of it. `payload` is a SHA-256 in hexadecimal."""

    name: str
    expect: str
    sealed: bytes
    armored: bool
    payload: str | None
    identities: tuple[Identity, ...]


def vectors() -> Iterator[Vector]:
    """All of them, by name."""
    for path in sorted(FOLDER.iterdir()):
        if path.suffix != ".md":
            yield read_vector(path)


def read_vector(path: Path) -> Vector:
    """Split a vector into its text header and its age file."""
    head, _, sealed = path.read_bytes().partition(b"\n\n")
    pairs = [(key, value) for key, _, value in (line.partition(": ") for line in head.decode("utf-8").splitlines())]
    fields = dict(pairs)
    return Vector(
        name=path.name,
        expect=fields["expect"],
        sealed=zlib.decompress(sealed) if fields.get("compressed") == "zlib" else sealed,
        armored=fields.get("armored") == "yes",
        payload=fields.get("payload"),
        identities=tuple(_identities(pairs)),
    )


def _identities(pairs: Sequence[tuple[str, str]]) -> Iterator[Identity]:
    for key, value in pairs:
        if key == "passphrase":
            yield PassphraseIdentity(value)
        elif key == "identity" and value.startswith("AGE-SECRET-KEY-PQ-"):
            yield HybridIdentity.from_string(value)
        elif key == "identity":
            yield X25519Identity(bech32.decode(value)[1])


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """The classical recipient of age (c2sp.org/age, "The X25519 recipient type")."""

    public: bytes

    def wrap(self, file_key: bytes) -> Stanza:
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.public))
        body = _cipher(secret, share, self.public).encrypt(bytes(12), file_key, None)
        return Stanza("X25519", (to_base64(share),), body)


@dataclass(frozen=True, slots=True)
class X25519Identity:
    """Its private half."""

    scalar: bytes

    @property
    def recipient(self) -> X25519Recipient:
        return X25519Recipient(X25519PrivateKey.from_private_bytes(self.scalar).public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        for stanza in stanzas:
            if stanza.kind == "X25519" and (file_key := self._open(stanza)):
                return file_key
        return None

    def _open(self, stanza: Stanza) -> bytes | None:
        if len(stanza.arguments) != 1 or len(stanza.body) != 32:
            raise FormatError("an X25519 stanza has one argument and a body of 32 bytes")
        share = from_base64(stanza.arguments[0].encode("ascii"))
        try:
            secret = X25519PrivateKey.from_private_bytes(self.scalar).exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError:
            raise FormatError("the share is not 32 bytes, or of low order") from None
        try:
            return _cipher(secret, share, self.recipient.public).decrypt(bytes(12), stanza.body, None)
        except InvalidTag:
            return None


def _cipher(secret: bytes, share: bytes, public: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, share + public, b"age-encryption.org/v1/X25519").derive(secret))
