"""The roster: who the people are, with their public keys. The public never sees it: it is a sealed target.

Rules: it is sealed to everybody's current shelf key and padded like a message; throwaway recipients fill the stanzas
up to a multiple of eight, so that the file does not tell how many people there are. A shelf key counts only with its
owner's signature, and the owner's signing key is what people compared when they met.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from crypto import age
from crypto.errors import CryptoError, NoMatch
from crypto.hybrid import HybridIdentity, HybridRecipient
from crypto.signatures import verify
from portal.desk.errors import NotHere, Untrusted
from portal.desk.framing import b64, frame, unb64, unframe
from portal.desk.identity import Identity, ShelfKey, person_words, shelf_bytes, shelf_signature

STANZAS = 8
ROLES = ("admin", "reviewer")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The public half of a person's shelf key, with that person's signature."""

    quarter: str
    recipient: str
    sig: str

    @property
    def key(self) -> HybridRecipient:
        return HybridRecipient(unb64(self.recipient))


@dataclass(frozen=True, slots=True)
class Member:
    """One person. `sign`, `api`, `directory` are hexadecimal public keys; `shelf` oldest first."""

    id: str
    name: str
    roles: tuple[str, ...]
    sign: str
    api: str
    directory: str
    shelf: tuple[Shelf, ...]
    since: str
    status: str

    @property
    def active(self) -> bool:
        return self.status == "active"

    @property
    def words(self) -> tuple[str, ...]:
        return person_words({"sign": self.sign, "directory": self.directory, "api": self.api})

    def check(self) -> None:
        """Raise Untrusted unless the person's own signature stands under every shelf key."""
        for shelf in self.shelf:
            signed = shelf_bytes(self.id, shelf.quarter, unb64(shelf.recipient))
            try:
                verify(bytes.fromhex(self.sign), "shelf", signed, bytes.fromhex(shelf.sig))
            except (CryptoError, ValueError):
                raise Untrusted(
                    f"A key in the roster is not signed by {self.name}.", "Do not rely on the roster; tell an admin."
                ) from None


@dataclass(frozen=True, slots=True)
class Roster:
    """One version of the roster."""

    version: int
    organisation: str
    people: tuple[Member, ...]

    def find(self, device: str) -> Member | None:
        return next((member for member in self.people if member.id == device), None)

    def get(self, device: str) -> Member:
        member = self.find(device)
        if member is None:
            raise NotHere("Nobody of this name is in the roster.")
        return member

    @property
    def signers(self) -> dict[str, bytes]:
        """Signing keys by device, of everybody who is or was here: what they wrote stays theirs."""
        return {member.id: bytes.fromhex(member.sign) for member in self.people}

    @property
    def reviewers(self) -> tuple[Member, ...]:
        return tuple(member for member in self.people if member.active and "reviewer" in member.roles)

    def with_member(self, member: Member) -> Roster:
        """The next version, with this person added or replaced."""
        others = tuple(one for one in self.people if one.id != member.id)
        return replace(self, version=self.version + 1, people=(*others, member))


def member_of(identity: Identity, shelf: Sequence[ShelfKey], roles: Iterable[str], since: str) -> Member:
    """How a person stands in the roster."""
    shelves = tuple(public_shelf(identity, key) for key in shelf)
    name, publics = identity.name, identity.publics
    return Member(identity.id, name, _roles(roles), **publics, shelf=shelves, since=since, status="active")


def public_shelf(identity: Identity, key: ShelfKey) -> Shelf:
    """A shelf key's public half, signed by its owner."""
    return Shelf(key.quarter, b64(key.identity.recipient.raw), shelf_signature(identity, key).hex())


def member_from(value: dict[str, Any]) -> Member:
    """Read a person from JSON and check the shelf signatures. Raises Untrusted."""
    try:
        shelf = tuple(Shelf(one["quarter"], one["recipient"], one["sig"]) for one in value["shelf"])
        keys = {use: bytes.fromhex(value[use]).hex() for use in ("sign", "api", "directory")}
        member = Member(
            id=bytes.fromhex(value["id"]).hex(),
            name=str(value["name"]),
            roles=_roles(value["roles"]),
            **keys,
            shelf=shelf,
            since=str(value["since"]),
            status=str(value["status"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Untrusted("An entry of the roster is not well formed.", "Tell an admin.") from None
    member.check()
    return member


def seal_roster(roster: Roster) -> bytes:
    """The roster as it is published."""
    value = {"v": 1, "version": roster.version, "organisation": roster.organisation}
    people = [asdict(member) for member in roster.people]
    everybody = [member.shelf[-1].key for member in roster.people if member.active and member.shelf]
    return age.encrypt(frame("roster", {**value, "people": people}), padded(everybody))


def open_roster(sealed: bytes, shelf: Sequence[ShelfKey]) -> Roster:
    """Read a published roster. Raises crypto.errors.NoMatch when it is sealed to none of these keys, or Untrusted."""
    try:
        value = unframe("roster", age.decrypt(sealed, [key.identity for key in shelf]))
    except NoMatch:
        raise
    except CryptoError as error:
        raise Untrusted("The roster is damaged.", error.hint) from error
    try:
        people = tuple(member_from(one) for one in value["people"])
        return Roster(int(value["version"]), str(value["organisation"]), people)
    except (KeyError, TypeError, ValueError):
        raise Untrusted("The roster is not well formed.", "Tell an admin.") from None


def padded(recipients: Sequence[HybridRecipient]) -> list[HybridRecipient]:
    """The recipients and throwaway ones, shuffled, up to a multiple of eight."""
    spare = -len(recipients) % STANZAS if recipients else STANZAS
    everybody = [*recipients, *(HybridIdentity.generate().recipient for _ in range(spare))]
    secrets.SystemRandom().shuffle(everybody)
    return everybody


def _roles(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(role for role in ROLES if role in set(roles))
