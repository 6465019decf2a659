"""Making an intake key and putting it in force.

Rules: the private half exists on reviewers' desks only. A key comes into force only after its wrap was read back from
the intake, opened with the shelf key and matched to the public half, so nobody can publish a key that only a thief
opens; only then is the key note signed. The key before stays good for reports that are under way.
"""

from __future__ import annotations

from datetime import timedelta

from crypto.errors import CryptoError
from crypto.hybrid import HybridIdentity
from portal.desk.archive import Archive
from portal.desk.client import Client
from portal.desk.directory import steward_signer
from portal.desk.errors import DeskError, Untrusted
from portal.desk.keyring import Keyring
from portal.desk.roster import Roster
from portal.desk.standing import Standing, next_directory, publish, read_standing, today
from portal.desk.trust import Trust
from portal.desk.wraps import open_wrap, seal_wrap
from portal.keynote import make_note, note_file, sign_note

# Days. A form filled in offline a week ago, and a phone whose clock is off, are still read.
PUBLISH = timedelta(days=365)
ACCEPT = timedelta(days=30)
KEEP = timedelta(days=90)


def rotate(keys: Keyring, archive: Archive, client: Client, trust: Trust, now: Standing) -> Standing:
    """A new intake key, in force from today. Gives the standing in which it is; the old key goes on opening."""
    check_may_rotate(keys, now.people)
    key = HybridIdentity.generate()
    epoch = key.recipient.key_id.hex()
    archive.keep_wrap(epoch, put_wrap(keys, client, now.people, key))
    keys.live[epoch] = key
    state = next_directory(keys.identity, now.directory)
    state.put_notes({epoch: signed_note(keys, key, 1 + max((note.serial for note in now.notes), default=0))})
    publish(client, state)
    after = read_standing(trust.refresh(client.fetch), instance_of(keys), keys.shelf)
    if after.in_force is None or after.in_force.epoch.hex() != epoch:
        raise Untrusted("The intake took the new key and does not publish it.", "Tell whoever runs the intake.")
    return after


def check_may_rotate(keys: Keyring, roster: Roster) -> None:
    """An admin orders it, a reviewer's desk carries it out; here one person must be both."""
    me = roster.get(keys.me)
    if "admin" not in me.roles or "reviewer" not in me.roles:
        raise DeskError("Only an admin who is also a reviewer can make a key.", "Ask an admin.")


def put_wrap(keys: Keyring, client: Client, roster: Roster, key: HybridIdentity) -> bytes:
    """Seal a key's private half to every reviewer, upload it, read it back and open what came back."""
    epoch = key.recipient.key_id.hex()
    client.ask("PUT", f"/api/wraps/{epoch}", seal_wrap(key, keys.identity, roster))
    back = client.ask("GET", f"/api/wraps/{epoch}")
    try:
        same = open_wrap(back, epoch, keys.shelf, roster).seed == key.seed
    except CryptoError:
        same = False
    if not same:
        raise Untrusted("The intake does not give back the key that was stored.", "Tell whoever runs the intake.")
    return back


def signed_note(keys: Keyring, key: HybridIdentity, serial: int) -> bytes:
    """The key note's file, signed by this steward."""
    day = today()
    raw = make_note(
        key.recipient,
        instance=instance_of(keys),
        serial=serial,
        publish_from=day,
        publish_until=day + PUBLISH,
        accept_until=day + PUBLISH + ACCEPT,
        destroy_after=day + PUBLISH + ACCEPT + KEEP,
    )
    keyid = steward_signer(keys.identity.directory).public_key.keyid
    return note_file(raw, {keyid: sign_note(raw, keys.identity.directory)})


def reseal_live(keys: Keyring, archive: Archive, client: Client, roster: Roster) -> None:
    """Seal every live intake key to the reviewers of this roster. Safe to do again after an interruption."""
    for epoch, key in keys.live.items():
        archive.use_wrap(epoch, put_wrap(keys, client, roster, key))


def instance_of(keys: Keyring) -> bytes:
    if keys.identity.instance is None:
        raise DeskError("This desk belongs to no organisation yet.", "Found or join one first.")
    return keys.identity.instance
