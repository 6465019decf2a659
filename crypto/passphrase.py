"""Sealing under a passphrase (scrypt): for the file that holds a reviewer's own identity, and for nothing else.

Source: c2sp.org/age, "The scrypt recipient type". Rules: it is alone in its file; the work factor is capped on
opening, because it is the file that chooses it and a high one would freeze the machine.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crypto.errors import FormatError
from crypto.header import FILE_KEY_SIZE, PASSPHRASE_STANZA, Stanza, from_base64, to_base64
from crypto.words import word_list

_SALT_SIZE = 16
_LABEL = b"age-encryption.org/v1/scrypt"
_WORK_FACTOR = re.compile(r"[1-9][0-9]?")
# Each wrapping key has a fresh salt and seals one file key, so one nonce for all is safe (c2sp.org/age).
_NONCE = bytes(12)


@dataclass(frozen=True, slots=True)
class PassphraseRecipient:
    """Whoever knows the passphrase. `log_n` 17 takes 128 MiB and about half a second."""

    passphrase: str = field(repr=False)
    log_n: int = field(default=17, kw_only=True)

    def wrap(self, file_key: bytes) -> Stanza:
        """The stanza that the passphrase opens."""
        salt = secrets.token_bytes(_SALT_SIZE)
        body = ChaCha20Poly1305(_stretch(self.passphrase, salt, self.log_n)).encrypt(_NONCE, file_key, None)
        return Stanza(PASSPHRASE_STANZA, (to_base64(salt), str(self.log_n)), body)


@dataclass(frozen=True, slots=True)
class PassphraseIdentity:
    """A passphrase to try. Files that ask for more work than 2^max_log_n are refused."""

    passphrase: str = field(repr=False)
    max_log_n: int = field(default=20, kw_only=True)

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None if the passphrase is another. Raises FormatError for a malformed stanza."""
        for stanza in stanzas:
            if stanza.kind == PASSPHRASE_STANZA:
                return self._open(stanza)
        return None

    def _open(self, stanza: Stanza) -> bytes | None:
        if len(stanza.arguments) != 2 or len(stanza.body) != FILE_KEY_SIZE + 16:
            raise FormatError("a passphrase stanza has two arguments and a body of 32 bytes")
        salt = from_base64(stanza.arguments[0].encode("ascii"))
        if len(salt) != _SALT_SIZE or not _WORK_FACTOR.fullmatch(stanza.arguments[1]):
            raise FormatError("a passphrase stanza has a salt of 16 bytes and a work factor in plain digits")
        log_n = int(stanza.arguments[1])
        if log_n > self.max_log_n:
            raise FormatError(f"this file asks for 2^{log_n} steps of scrypt; 2^{self.max_log_n} is the most allowed")
        try:
            return ChaCha20Poly1305(_stretch(self.passphrase, salt, log_n)).decrypt(_NONCE, stanza.body, None)
        except InvalidTag:
            return None


def generate_passphrase(words: int = 7) -> str:
    """Random words joined by hyphens: 11 bits each, 77 for the seven that are usual."""
    return "-".join(secrets.choice(word_list()) for _ in range(words))


def _stretch(passphrase: str, salt: bytes, log_n: int) -> bytes:
    return Scrypt(salt=_LABEL + salt, length=32, n=1 << log_n, r=8, p=1).derive(passphrase.encode("utf-8"))
