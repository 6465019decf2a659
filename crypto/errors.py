"""What can go wrong with sealed files, and what a person does next.

Each class answers one question: is it not for this key (`NoMatch`), is it not such a file (`FormatError`), or was it
changed on the way (`HeaderAuthError`, `PayloadError`)? `hint` is a sentence for the person in front of the screen.
"""

from __future__ import annotations

from typing import Literal


class CryptoError(Exception):
    """Anything this package refuses. `hint` says what a person does next."""

    default_hint = "Do not use this file. Ask for it again."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint: str = self.default_hint if hint is None else hint


class Unsupported(CryptoError):
    """This build of `cryptography` lacks what the format needs."""

    default_hint = "Install the wheel of cryptography that the requirements name; it brings its own OpenSSL."


class FormatError(CryptoError):
    """Not a well-formed file: its header, key or encoding breaks the age specification."""

    default_hint = "This is not a sealed file of this kind, or it was damaged. Ask for it again."


class ArmorError(FormatError):
    """The text form (-----BEGIN AGE ENCRYPTED FILE-----) is not well formed."""

    default_hint = "Copy the whole text again, from the BEGIN line to the END line."


class MixedRecipients(FormatError):
    """Post-quantum and other recipients in one file: it would be only as strong as the weakest."""

    default_hint = "Seal it again, to the published age1pq… key and to no other."


class NoMatch(CryptoError):
    """None of the given identities opens the file. Says nothing about damage."""

    default_hint = "It was sealed to another key, or the passphrase is wrong."


class HeaderAuthError(CryptoError):
    """The file key was found, but the header's MAC is wrong: the header was changed."""

    default_hint = "Somebody or something changed this file. Do not use it; keep it, and tell an admin."


class PayloadError(CryptoError):
    """The header is good, but the payload was damaged, cut or lengthened."""

    default_hint = "This file was damaged or cut on its way. Discard what was read of it, and fetch it again."


class SignatureError(CryptoError):
    """A signature or MAC does not fit its bytes, its key or its context."""

    default_hint = "This was not written by whom it claims, or it was changed. Do not act on it; tell an admin."


class TooBig(CryptoError):
    """More bytes than the format has room for."""

    default_hint = "Make it shorter, or attach the long part as a file."


ReceiptFault = Literal["empty", "mixed", "digits", "letter", "word", "words", "checksum"]


class ReceiptError(CryptoError):
    """A receipt that was mistyped.

    `fault` says how (a page translates it): "empty", "mixed" (digits and words), "digits" (not 36 of them),
    "letter" (a letter among digits), "word" (not in the list), "words" (not 11 of them), "checksum" (they do not
    belong together). `place` is the 1-based group of four digits or word that looks wrong, where one can be named;
    `given` is what stood there; `nearest` are words of the list that look like it, the likeliest first; `count` is
    how many digits or words there were.
    """

    default_hint = "Compare it with what you wrote down, group by group."

    def __init__(
        self,
        message: str,
        fault: ReceiptFault,
        *,
        place: int | None = None,
        given: str | None = None,
        nearest: tuple[str, ...] = (),
        count: int | None = None,
    ) -> None:
        super().__init__(message)
        self.fault: ReceiptFault = fault
        self.place = place
        self.given = given
        self.nearest = nearest
        self.count = count
