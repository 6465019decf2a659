"""The keys of an unlocked desk. They exist in memory only, and are dropped when it is locked.

Python cannot promise that dropped bytes are overwritten: whoever can read this machine's memory reads what was
unlocked. So a desk locks itself, and the machine's disk and swap belong under the owner's control.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from crypto.errors import NoMatch
from crypto.hybrid import HybridIdentity
from crypto.passphrase import PassphraseRecipient
from portal.desk import files
from portal.desk.errors import DeskError, WrongPassphrase
from portal.desk.home import Home
from portal.desk.identity import (
    Identity,
    ShelfKey,
    open_identity,
    open_shelf,
    seal_identity,
    seal_shelf,
)

SCRYPT_LOG_N = 17
LONGEST_WAIT = 300.0


@dataclass(slots=True)
class Keyring:
    """Who this desk is while it is unlocked. `live` are the intake keys it can open, by epoch."""

    identity: Identity
    shelf: tuple[ShelfKey, ...]
    passphrase: PassphraseRecipient = field(repr=False)
    live: dict[str, HybridIdentity] = field(default_factory=dict, repr=False)

    @property
    def me(self) -> str:
        return self.identity.id

    def keep(self, home: Home, **changes: object) -> None:
        """Change the identity and write it, under the passphrase it was opened with."""
        self.identity = replace(self.identity, **changes)  # type: ignore[arg-type]
        files.write(home.identity, seal_identity(self.identity, self.passphrase))

    def keep_shelf(self, home: Home, shelf: tuple[ShelfKey, ...]) -> None:
        self.shelf = shelf
        files.write(home.shelf, seal_shelf(self.identity, shelf))

    def copy(self, *, with_shelf: bool) -> bytes:
        """The identity file to save elsewhere."""
        return seal_identity(self.identity, self.passphrase, self.shelf if with_shelf else ())


def settle_in(home: Home, keys: Keyring, stage: str, **progress: object) -> None:
    """Write a new desk's keys. The progress comes last: until it stands there, this is still a new desk."""
    files.write(home.shelf, seal_shelf(keys.identity, keys.shelf))
    files.write(home.api_key, keys.identity.api.hex().encode())
    files.write(home.identity, seal_identity(keys.identity, keys.passphrase))
    home.note(stage=stage, **progress)


def open_keyring(home: Home, passphrase: str, log_n: int) -> Keyring:
    """Unlock the identity and the shelf. Raises crypto.errors.NoMatch for another passphrase."""
    try:
        sealed, shelf = home.identity.read_bytes(), home.shelf.read_bytes()
    except FileNotFoundError as error:
        raise DeskError("A file of this desk is missing.", "Restore this desk from the saved identity file.") from error
    identity, _ = open_identity(sealed, passphrase)
    return Keyring(identity, open_shelf(identity, shelf), PassphraseRecipient(passphrase, log_n=log_n))


class Turnstile:
    """Slows down guessing at the passphrase: one second after the first wrong one, twice as long after each more."""

    def __init__(self) -> None:
        self._wrong = 0
        self._until = 0.0

    def open(self, home: Home, passphrase: str, log_n: int) -> Keyring:
        """The keyring, or WrongPassphrase, which says how long the next try must wait."""
        left = self._until - time.monotonic()
        if left > 0:
            raise WrongPassphrase(left)
        try:
            keys = open_keyring(home, passphrase, log_n)
        except NoMatch:
            wait = min(2.0**self._wrong, LONGEST_WAIT)
            self._wrong += 1
            self._until = time.monotonic() + wait
            raise WrongPassphrase(wait) from None
        self._wrong = 0
        return keys
