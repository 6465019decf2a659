"""What can go wrong at the desk, in sentences a person can act on.

Everything that leaves the desk's facade is a DeskError; `hint` says what to do next.
"""

from __future__ import annotations


class DeskError(Exception):
    """Something the person in front of the desk can be told."""

    def __init__(self, says: str, hint: str = "") -> None:
        super().__init__(says)
        self.hint = hint


class WrongPassphrase(DeskError):
    """The passphrase does not open the identity file. The next try is possible after `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(
            "This passphrase does not open the identity file.",
            f"Try again in {max(1, round(wait))} seconds." if wait else "Check the keyboard and try again.",
        )
        self.wait = wait


class Locked(DeskError):
    """The desk is locked: nothing can be opened, written or signed until it is unlocked."""

    def __init__(self) -> None:
        super().__init__("The desk is locked.", "Unlock it with your passphrase.")


class NotHere(DeskError):
    """No such case, file or person."""


class Unreachable(DeskError):
    """The intake could not be reached or answered with something that is not its own."""


class Untrusted(DeskError):
    """What the intake served does not agree with the signed directory, or is older than what is known."""


class Refused(DeskError):
    """The intake understood a request and refused it. `status` is its HTTP status."""

    def __init__(self, status: int, says: str, hint: str = "") -> None:
        super().__init__(says, hint)
        self.status = status
