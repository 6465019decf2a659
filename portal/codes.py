"""One-time codes: 128 bits that a person carries from one screen to another, to bring two machines together.

Rules: shown as 26 base32 characters (RFC 4648) in groups; any case, spacing or dashes when typed, and 0, 1 and 8 are
read as the letters they look like. The code itself is never stored or sent: every use has a key of its own.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_SIZE = 16
LETTERS = 26
_GROUP = 5


class CodeError(Exception):
    """A code that was mistyped. `hint` says what a person does next."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.hint = "Compare the code with the screen it came from, group by group."


@dataclass(frozen=True, slots=True)
class Code:
    """The 16 secret bytes. `repr` never shows them; `str` is what a person reads."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise ValueError(f"a code is {SECRET_SIZE} bytes")

    @classmethod
    def generate(cls) -> Code:
        """A new code from the system's randomness."""
        return cls(secrets.token_bytes(SECRET_SIZE))

    @classmethod
    def parse(cls, text: str) -> Code:
        """Read what a person typed. Raises CodeError."""
        letters = re.sub(r"[\s\-–—_.]", "", text).upper().translate(str.maketrans("018", "OIB"))
        if len(letters) != LETTERS:
            raise CodeError(f"A code has {LETTERS} letters and digits; this has {len(letters)}.")
        if not re.fullmatch("[A-Z2-7]+", letters):
            raise CodeError("A code has only the letters A to Z and the digits 2 to 7.")
        secret = base64.b32decode(letters + "=" * 6)
        if base64.b32encode(secret).rstrip(b"=").decode() != letters:
            raise CodeError("The last letter of this code cannot be right.")
        return cls(secret)

    def __str__(self) -> str:
        letters = base64.b32encode(self.secret).decode().rstrip("=")
        return "-".join(letters[start : start + _GROUP] for start in range(0, LETTERS, _GROUP))

    def key(self, label: str, size: int = 32) -> bytes:
        """The key for one use of the code: HKDF-SHA256, `info` = `unhindered/1 code ` and the label."""
        return HKDF(hashes.SHA256(), size, None, b"unhindered/1 code " + label.encode()).derive(self.secret)

    @property
    def enrol_key(self) -> bytes:
        """Keys the MACs by which the first desk and the intake know each other."""
        return self.key("enrol")

    @property
    def slot(self) -> bytes:
        """16 bytes that name the place at the intake where a joining desk and an admin meet."""
        return self.key("slot", 16)

    @property
    def mac_key(self) -> bytes:
        """Keys the MAC over what a joining desk and an admin tell each other."""
        return self.key("mac")

    @property
    def passphrase(self) -> str:
        """The passphrase under which they tell it. It has the code's 128 bits, so scrypt need not be slow."""
        return self.key("passphrase").hex()
