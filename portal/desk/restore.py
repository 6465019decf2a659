"""Coming back: a saved identity file on an empty machine brings back every case.

The identity gives the signing, directory and API keys; the archive comes from the intake. What opens it are the shelf
keys: a sole reviewer's file carries the current one. Everybody else's desk makes a new shelf key and asks, in a signed
entry sealed to the intake key in force; a colleague compares eight words, and their desk then seals the live intake
keys to the new key. If that colleague is an admin, the roster is published with the new key. If not, they lend the
roster: its header sealed anew, which can lead to nothing but the payload that stewards signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crypto import age
from crypto.errors import NoMatch
from crypto.fingerprint import words
from crypto.passphrase import PassphraseRecipient
from portal.desk.archive import Archive
from portal.desk.client import Client
from portal.desk.errors import DeskError, Untrusted
from portal.desk.framing import unb64
from portal.desk.home import Home
from portal.desk.identity import ShelfKey, new_shelf, open_identity
from portal.desk.index import Index, team_thread
from portal.desk.join import publish_roster
from portal.desk.keyring import Keyring, settle_in
from portal.desk.roster import Member, Roster, Shelf, padded, public_shelf
from portal.desk.rotation import instance_of, reseal_live
from portal.desk.standing import Standing, today
from portal.desk.trust import ROSTER, Trust
from portal.desk.writing import Pen, Sheet, seal_entry


@dataclass(frozen=True, slots=True)
class ShelfRequest:
    """A colleague's restored desk asks for the keys. `object` is the entry's."""

    object: str
    member: Member
    shelf: Shelf

    @property
    def words(self) -> tuple[str, ...]:
        return shelf_words(self.shelf)


def bring_back(home: Home, copy: bytes, passphrase: str, log_n: int) -> Keyring:
    """Settle a saved identity on an empty machine. Raises DeskError; nothing is written then."""
    try:
        identity, shelf = open_identity(copy, passphrase)
    except NoMatch as error:
        raise DeskError("This passphrase does not open this file.", "Check the keyboard and try again.") from error
    if identity.root is None or identity.instance is None:
        raise DeskError("This file was saved before it belonged to an organisation.", "Found or join one anew.")
    keys = Keyring(identity, shelf or (new_shelf(today()),), PassphraseRecipient(passphrase, log_n=log_n))
    settle_in(home, keys, "done", unsynced=True, new_shelf=not shelf)
    return keys


def shelf_words(shelf: Shelf) -> tuple[str, ...]:
    """Eight words for a shelf key, compared before the keys are given to it."""
    return tuple(words(unb64(shelf.recipient)))


def request_shelf(pen: Pen) -> Sheet:
    """The entry in which a restored desk asks for the keys. In a thread of its own: it can read no other."""
    shelf = public_shelf(pen.keys.identity, pen.keys.shelf[-1])
    thread = team_thread(instance_of(pen.keys).hex(), pen.keys.me, unb64(shelf.recipient))
    content = {"quarter": shelf.quarter, "recipient": shelf.recipient, "sig": shelf.sig}
    return seal_entry(pen, thread, "shelf", content)


def requests(index: Index, roster: Roster, *, admin: bool) -> list[ShelfRequest]:
    """Requests of people in the roster that are open. What a colleague lent is still open for an admin to publish."""
    found = {}
    entries = index.team_entries()
    granted = {entry.message.content.get("granted") for entry in entries}
    for entry in entries:
        if entry.object in granted and not admin:
            continue
        content, member = entry.message.content, roster.find(entry.message.author)
        if entry.message.kind != "shelf" or "recipient" not in content or member is None or not member.active:
            continue
        try:
            shelf = Shelf(str(content["quarter"]), str(content["recipient"]), str(content["sig"]))
            replace(member, shelf=(shelf,)).check()
            thread = team_thread(entry.message.instance, member.id, unb64(shelf.recipient))
        except (KeyError, Untrusted):
            continue
        if shelf not in member.shelf and thread == entry.message.thread:
            found[member.id] = ShelfRequest(entry.object, member, shelf)
    return list(found.values())


def grant(
    request: ShelfRequest, pen: Pen, archive: Archive, client: Client, trust: Trust, index: Index, now: Standing
) -> tuple[Standing, list[Sheet]]:
    """Give the keys to a restored desk: by the roster if this is an admin, else by lending it."""
    member = replace(request.member, shelf=(request.shelf,))
    roster = now.people.with_member(member)
    if "admin" in now.people.get(pen.keys.me).roles:
        now = publish_roster(pen.keys, client, trust, now, roster)
    reseal_live(pen.keys, archive, client, roster)
    if now.people.version == roster.version:
        return now, []
    thread = index.checked(team_thread(instance_of(pen.keys).hex(), member.id, unb64(request.shelf.recipient)))
    content = {"roster": lend_roster(now, pen.keys.shelf, roster).hex(), "granted": request.object}
    previous = thread.thread.prev(pen.keys.me, "desk")
    return now, [seal_entry(pen, thread.id, "shelf", content, previous, thread.thread.heads("desk"))]


def lend_roster(now: Standing, shelf: Sequence[ShelfKey], roster: Roster) -> bytes:
    """A header before which the published roster's payload opens for everybody in `roster`."""
    header = age.split(now.directory.targets[ROSTER])[0]
    everybody = [member.shelf[-1].key for member in roster.people if member.active]
    return age.reseal(header, [key.identity for key in shelf], padded(everybody))
