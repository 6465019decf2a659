"""A receipt: 112 random bits that are a reporter's whole account. No name, no password, nothing to ask the intake for.

Rules: it is written as 36 digits or as 11 English words, and both say the same; a slip of the pen is told at once,
without asking anybody; any spacing, case, separator or digit script will do. Every key of the reporter is derived
from it and from the instance, so one receipt at two instances has nothing in common. See docs/envelope.md.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import ReceiptError
from crypto.hybrid import HybridIdentity
from crypto.signatures import public_key
from crypto.words import index_of, nearest, words_of

SECRET_SIZE = 14
INSTANCE_SIZE = 16
DIGITS = 36
WORDS = 11
_GROUP = 4
_SECRET_BITS = SECRET_SIZE * 8
_CHECK_BITS = 9


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """What one receipt is at one instance. `token` opens the mailbox, `thread` is what the intake knows it by."""

    token: bytes = field(repr=False)
    reply: HybridIdentity = field(repr=False)
    signing_seed: bytes = field(repr=False)
    reply_mac: bytes = field(repr=False)
    thread: bytes
    signing_public: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """The 14 secret bytes. `repr` never shows them."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise ValueError(f"a receipt is {SECRET_SIZE} bytes")

    @classmethod
    def generate(cls) -> Receipt:
        """A new receipt from the system's randomness."""
        return cls(secrets.token_bytes(SECRET_SIZE))

    @classmethod
    def parse(cls, text: str) -> Receipt:
        """Read what a person typed. Raises ReceiptError, which says where it looks wrong."""
        plain = _plain(text)
        digits = sum(letter.isdecimal() for letter in plain)
        letters = sum(letter.isalpha() for letter in plain)
        if not digits and not letters:
            raise ReceiptError("there is nothing to read", "empty")
        return cls(_from_digits(plain) if digits > letters else _from_words(plain))

    @property
    def digits(self) -> str:
        """36 digits, in nine groups of four: 34 of value, then two that check them (ISO 7064 MOD 97-10)."""
        value = int.from_bytes(self.secret, "big")
        text = f"{value:034d}{98 - value * 100 % 97:02d}"
        return " ".join(text[start : start + _GROUP] for start in range(0, DIGITS, _GROUP))

    @property
    def words(self) -> str:
        """11 English words: the secret, then nine bits that check it."""
        bits = int.from_bytes(self.secret, "big") << _CHECK_BITS | _word_check(self.secret)
        return " ".join(words_of(bits, WORDS))

    def derive(self, instance: bytes) -> ReceiptKeys:
        """The keys of this receipt at an instance (its 16-byte id): HKDF-SHA256, one label for each use."""
        if len(instance) != INSTANCE_SIZE:
            raise ValueError(f"an instance id is {INSTANCE_SIZE} bytes")
        token, seed, signing_seed, reply_mac = (
            HKDF(hashes.SHA256(), 32, instance, b"unhindered/1 " + label).derive(self.secret)
            for label in (b"mailbox token", b"reply identity", b"signing seed", b"reply mac")
        )
        return ReceiptKeys(
            token=token,
            reply=HybridIdentity(seed),
            signing_seed=signing_seed,
            reply_mac=reply_mac,
            thread=thread_of(instance, token),
            signing_public=public_key(signing_seed),
        )


def thread_of(instance: bytes, token: bytes) -> bytes:
    """The 32 bytes by which the intake knows a mailbox, and all it stores of a receipt."""
    return hashlib.sha256(b"unhindered/1 mailbox" + instance + token).digest()


def _plain(text: str) -> str:
    """Compatible forms made plain, lower case, without accents and without the marks that copied text carries."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if unicodedata.category(letter) not in ("Cf", "Mn"))


def _from_digits(plain: str) -> bytes:
    found = [letter for letter in plain if letter.isdecimal() or letter.isalpha()]
    for place, letter in enumerate(found):
        if letter.isalpha():
            group = place // _GROUP + 1
            raise ReceiptError(f"group {group} has the letter {letter}", "letter", place=group, given=letter)
    digits = "".join(str(unicodedata.decimal(letter)) for letter in found)
    if len(digits) != DIGITS:
        groups = re.findall(r"\d+", plain)
        odd = [place for place, group in enumerate(groups, 1) if len(group) != _GROUP]
        message = f"there are {len(digits)} digits instead of {DIGITS}"
        raise ReceiptError(message, "digits", place=odd[0] if len(odd) == 1 < len(groups) else None, count=len(digits))
    value = int(digits[:-2])
    if int(digits) % 97 != 1 or value >> _SECRET_BITS:
        raise ReceiptError("these digits do not belong together: at least one is wrong", "checksum")
    return value.to_bytes(SECRET_SIZE, "big")


def _from_words(plain: str) -> bytes:
    # A list that was copied with its numbers ("1. abandon 2. ability") is still the list.
    entries = re.findall(r"[^\W\d_]+", plain)
    if any(len(number) > 2 for number in re.findall(r"\d+", plain)):
        raise ReceiptError("there are words and digits; one form is enough", "mixed")
    bits = 0
    for place, entry in enumerate(entries, 1):
        index = index_of(entry)
        if index is None:
            message = f"word {place}, {entry}, is not in the list"
            raise ReceiptError(message, "word", place=place, given=entry, nearest=nearest(entry))
        bits = bits << 11 | index
    if len(entries) != WORDS:
        raise ReceiptError(f"there are {len(entries)} words instead of {WORDS}", "words", count=len(entries))
    secret = (bits >> _CHECK_BITS).to_bytes(SECRET_SIZE, "big")
    if bits & ((1 << _CHECK_BITS) - 1) != _word_check(secret):
        raise ReceiptError("these words do not belong together: one is wrong, or two changed places", "checksum")
    return secret


def _word_check(secret: bytes) -> int:
    digest = hashlib.sha256(b"unhindered/1 receipt words" + secret).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _CHECK_BITS
