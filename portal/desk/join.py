"""Joining: a one-time code brings a new person's desk and an admin's desk together at the intake.

The code never travels through the intake. It keys the place where they meet, the passphrase of what they leave there
for each other, and a MAC over both sides' keys in both directions; so the intake can only keep them apart. The admin
compares eight words with the person before admitting: that catches a code that fell into other hands.

Order of admitting: roster published, API access opened, live intake keys sealed to everybody, answer left. Each step
can be done again, so an interrupted admission is finished by admitting once more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from crypto import age
from crypto.errors import CryptoError, SignatureError
from crypto.passphrase import PassphraseIdentity, PassphraseRecipient
from crypto.signatures import mac, verify_mac
from portal.codes import Code, CodeError
from portal.desk import files
from portal.desk.archive import Archive
from portal.desk.client import Client
from portal.desk.errors import DeskError, Refused, Untrusted
from portal.desk.framing import b64, parse_object, unb64
from portal.desk.home import Home
from portal.desk.keyring import Keyring
from portal.desk.roster import Member, Roster, member_from, member_of, seal_roster
from portal.desk.rotation import instance_of, reseal_live
from portal.desk.standing import Standing, next_directory, publish, read_standing, today
from portal.desk.trust import Trust

# The code has 128 random bits: scrypt need not be slow.
LOG_N = 10
MEETING_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asking:
    """What a joining desk left at the meeting place: the exact text under the MAC, and the person in it."""

    code: Code
    said: str
    member: Member

    @property
    def id(self) -> str:
        return slot_name(self.code)[:32]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code that an admin gave out, and when."""

    code: Code
    day: date


# The new person's side.
def ask(client: Client, keys: Keyring, code: Code) -> None:
    """Leave this person's public keys at the meeting place. Doing it again changes nothing."""
    member = member_of(keys.identity, keys.shelf, (), today().isoformat())
    said = json.dumps(asdict(member), sort_keys=True)
    sealed = _seal(code, {"said": said, "mac": mac(code.mac_key, "join ask", said.encode()).hex()})
    try:
        client.plain("PUT", f"/api/meet/{code.slot.hex()}/ask", sealed)
    except Refused as refusal:
        if refusal.status == 409:
            return
        raise DeskError(
            "Nobody waits for this code.", "Ask the admin for a new one: a code is good for seven days, once."
        ) from refusal


def find_answer(client: Client, keys: Keyring, home: Home, code: Code) -> bool:
    """Whether the admin has admitted this desk. If so, the organisation's root is pinned."""
    try:
        sealed = client.plain("GET", f"/api/meet/{code.slot.hex()}/answer")
    except Refused as refusal:
        if refusal.status == 404:
            return False
        raise
    value = _open(code, sealed)
    try:
        answered, said = str(value["asked"]), str(value["said"])
        verify_mac(code.mac_key, "join answer", (answered + said).encode(), bytes.fromhex(value["mac"]))
        about = parse_object("answer", said.encode())
        if member_from(parse_object("answer", answered.encode())).words != keys.identity.words:
            raise ValueError("an answer to somebody else")
        instance, root = bytes.fromhex(about["instance"]), unb64(about["root"])
    except (KeyError, TypeError, ValueError, SignatureError) as error:
        raise Untrusted(
            "The answer was not left by the admin who has the code.", "Do not go on; ask for a new code."
        ) from error
    keys.keep(home, instance=instance, root=root, join=None)
    home.note(stage="done")
    return True


# The admin's side.
def invite(client: Client, keys: Keyring, home: Home) -> str:
    """A new code. The meeting place is open for seven days; the code is remembered sealed to this person's locker."""
    code = Code.generate()
    client.ask_json("POST", "/api/meet", {"slot": slot_name(code)})
    _keep_invitations(home, keys, [*invitations(home, keys), Invitation(code, today())])
    return str(code)


def invitations(home: Home, keys: Keyring) -> list[Invitation]:
    """Codes given out from this desk that were not used and are not too old."""
    try:
        sealed = (home.path / "invitations.age").read_bytes()
        value = parse_object("list of invitations", age.decrypt(sealed, [keys.identity.locker]))
        found = [Invitation(Code.parse(one["code"]), date.fromisoformat(one["day"])) for one in value["codes"]]
    except FileNotFoundError:
        return []
    except (CryptoError, CodeError, KeyError, TypeError, ValueError) as error:
        raise DeskError("The list of invitations is damaged.", "Remove invitations.age; invite again.") from error
    return [one for one in found if today() - one.day <= MEETING_LIFE]


def asked(client: Client, home: Home, keys: Keyring) -> list[Asking]:
    """Who answered an invitation and waits."""
    found = []
    for one in invitations(home, keys):
        try:
            found.append(_asking(one.code, client.plain("GET", f"/api/meet/{one.code.slot.hex()}/ask")))
        except Refused as refusal:
            if refusal.status != 404:
                raise
    return found


def admit(
    asking: Asking,
    roles: Sequence[str],
    keys: Keyring,
    home: Home,
    archive: Archive,
    client: Client,
    trust: Trust,
    now: Standing,
) -> Standing:
    """Take this person in with these roles."""
    member = replace(asking.member, roles=tuple(roles), since=today().isoformat())
    roster = now.people
    known = roster.find(member.id)
    if known is not None and (known.sign, known.api) != (member.sign, member.api):
        raise Untrusted("This person goes by the number of somebody on the roster.", "Do not admit; tell an admin.")
    if known is None:
        roster = roster.with_member(member)
        now = publish_roster(keys, client, trust, now, roster)
    api = {"api": member.api, "admin": "admin" in roles}
    client.ask_json("POST", "/api/desks", api)
    reseal_live(keys, archive, client, roster)
    about = {"instance": instance_of(keys).hex(), "root": b64(keys.identity.root or b"")}
    said = json.dumps(about, sort_keys=True)
    tag = mac(asking.code.mac_key, "join answer", (asking.said + said).encode())
    sealed = _seal(asking.code, {"asked": asking.said, "said": said, "mac": tag.hex()})
    client.plain("PUT", f"/api/meet/{asking.code.slot.hex()}/answer", sealed)
    _keep_invitations(home, keys, [one for one in invitations(home, keys) if one.code != asking.code])
    return now


def publish_roster(keys: Keyring, client: Client, trust: Trust, now: Standing, roster: Roster) -> Standing:
    """Publish a roster; whoever is an admin in it becomes a steward."""
    state = next_directory(keys.identity, now.directory)
    for member in roster.people:
        if member.active and "admin" in member.roles:
            state.admit_steward(bytes.fromhex(member.directory))
    state.put_roster(seal_roster(roster))
    publish(client, state)
    return read_standing(trust.refresh(client.fetch), instance_of(keys), keys.shelf)


def slot_name(code: Code) -> str:
    """What the intake knows of a meeting place before anybody comes: the SHA-256 of its address."""
    return hashlib.sha256(code.slot).hexdigest()


def _asking(code: Code, sealed: bytes) -> Asking:
    value = _open(code, sealed)
    try:
        said = str(value["said"])
        verify_mac(code.mac_key, "join ask", said.encode(), bytes.fromhex(value["mac"]))
    except (KeyError, TypeError, ValueError, SignatureError) as error:
        raise Untrusted(
            "Somebody without the code answered an invitation.", "Invite again, with a new code."
        ) from error
    return Asking(code, said, member_from(parse_object("request to join", said.encode())))


def _seal(code: Code, value: dict[str, Any]) -> bytes:
    return age.encrypt(json.dumps(value).encode(), [PassphraseRecipient(code.passphrase, log_n=LOG_N)])


def _open(code: Code, sealed: bytes) -> dict[str, Any]:
    try:
        plaintext = age.decrypt(sealed, [PassphraseIdentity(code.passphrase, max_log_n=LOG_N)])
    except CryptoError as error:
        raise Untrusted("What lies at the meeting place was not left by anybody with the code.", error.hint) from error
    return parse_object("message", plaintext)


def _keep_invitations(home: Home, keys: Keyring, given: Sequence[Invitation]) -> None:
    codes = [{"code": str(one.code), "day": one.day.isoformat()} for one in given]
    text = json.dumps({"v": 1, "codes": codes})
    files.write(home.path / "invitations.age", age.encrypt(text.encode(), [keys.identity.locker.recipient]))
