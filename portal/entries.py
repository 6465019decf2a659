"""One sealed object of a thread, opened: either a message, or an alarm that says why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crypto.age import unseal
from crypto.errors import CryptoError, NoMatch
from crypto.header import Identity
from portal.messages import Message, MessageError, Sealed, parse

AlarmKind = Literal["altered", "other thread", "replayed", "injected", "missing", "forked", "unreadable", "old key"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something in a thread that somebody should look at. `object` is the id of the sealed object that shows it."""

    kind: AlarmKind
    object: str
    says: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A message and the sealed object it came in; `identity` opened it. Not verified until a thread took it."""

    object: str
    sealed: Sealed
    identity: Identity | None = None

    @property
    def message(self) -> Message:
        return self.sealed.message

    @property
    def hash(self) -> str:
        return self.sealed.hash

    @property
    def rank(self) -> tuple[str, bool, str, bool, str]:
        """By day, beginnings first; then alike for whoever sorts. The object under its message's own id goes first."""
        message = self.message
        return message.day, message.prev is not None, self.hash, self.object != message.id, self.object


def open_object(object_id: str, sealed: bytes, identities: Sequence[Identity]) -> Entry | Alarm:
    """Open and read one sealed object; what cannot be is an alarm."""
    try:
        plaintext, identity = unseal(sealed, identities)
        return Entry(object_id, parse(plaintext), identity)
    except NoMatch:
        return Alarm("unreadable", object_id, "No key that is still alive opens this message.")
    except (CryptoError, MessageError) as error:
        return Alarm("altered", object_id, f"This message is not as it was sealed: {error}.")
