"""The first admin: how a desk and an empty intake come to know each other, and what is published then.

Order, so that a crash or a bad intake leaves nothing half trusted: keys; enrolment with the one-time code that the
intake printed (a MAC over both sides' keys, in both directions); the identity saved elsewhere; root, roster and
snapshot published; the first intake key made, read back, opened and only then announced.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from crypto.errors import CryptoError, SignatureError
from crypto.signatures import mac, verify_mac
from portal.codes import Code
from portal.desk.archive import Archive
from portal.desk.client import Client
from portal.desk.directory import first_root, steward_signer
from portal.desk.errors import DeskError, Refused, Untrusted
from portal.desk.framing import parse_object
from portal.desk.home import Home
from portal.desk.identity import open_identity
from portal.desk.keyring import Keyring
from portal.desk.roster import Roster, member_of, seal_roster
from portal.desk.rotation import instance_of, rotate
from portal.desk.standing import Standing, next_directory, publish, read_standing, today
from portal.desk.trust import Trust


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What the intake said of itself, under the code's MAC."""

    instance: bytes
    timestamp_key: bytes


def request_of(keys: Keyring) -> str:
    """What this desk tells the intake about itself: public keys only. Kept, so that the same can be said again."""
    return json.dumps({**keys.identity.publics, "nonce": secrets.token_hex(16)}, sort_keys=True)


def enrol(client: Client, request: str, code: Code) -> Enrolled:
    """Make the intake know this desk as its first. Asking again with the same request is safe."""
    body = {"desk": request, "mac": mac(code.enrol_key, "enrol desk", request.encode()).hex()}
    try:
        answer = parse_object("answer", client.plain("POST", "/api/enrol", json.dumps(body).encode()))
    except Refused as refusal:
        raise DeskError(
            "The intake does not accept this one-time code.",
            "Compare it with what the intake printed. `flask --app app:intake enrolment-code` prints a new one.",
        ) from refusal
    try:
        said = str(answer["intake"])
        verify_mac(code.enrol_key, "enrol intake", (request + said).encode(), bytes.fromhex(answer["mac"]))
        value = parse_object("answer", said.encode())
        return Enrolled(bytes.fromhex(value["instance"]), bytes.fromhex(value["timestamp_key"]))
    except (KeyError, TypeError, ValueError, SignatureError) as error:
        raise Untrusted(
            "What answered does not know the one-time code: it is not your intake.",
            "Check UNHINDERED_INTAKE_URL and whoever stands between; do not go on.",
        ) from error


def settle(home: Home, keys: Keyring, enrolled: Enrolled) -> None:
    """Make this desk's directory key the organisation's first root, and pin it."""
    root = first_root(steward_signer(keys.identity.directory), enrolled.timestamp_key)
    keys.keep(home, instance=enrolled.instance, root=root)
    home.note(stage="enrolled")


def check_copy(keys: Keyring, copy: bytes) -> None:
    """Raise DeskError unless this file would bring this desk back."""
    try:
        identity, shelf = open_identity(copy, keys.passphrase.passphrase)
    except CryptoError as error:
        raise DeskError("This is not the file you were given to save.", "Choose the saved identity file.") from error
    if identity != keys.identity or shelf != keys.shelf:
        raise DeskError("This is another identity file than the one to be saved.", "Save it again, and choose that.")


def publish_first(
    home: Home, keys: Keyring, archive: Archive, client: Client, trust: Trust, organisation: str
) -> Standing:
    """Publish the directory and the first intake key. Goes on where it was interrupted."""
    standing = _published(keys, client, trust)
    if standing is None:
        me = member_of(keys.identity, keys.shelf, ("admin", "reviewer"), today().isoformat())
        state = next_directory(keys.identity, None)
        state.put_roster(seal_roster(Roster(1, organisation, (me,))))
        publish(client, state)
        standing = read_standing(trust.refresh(client.fetch), instance_of(keys), keys.shelf)
    if standing.in_force is None:
        standing = rotate(keys, archive, client, trust, standing)
    home.note(stage="done", enrol=None)
    return standing


def _published(keys: Keyring, client: Client, trust: Trust) -> Standing | None:
    """What was already published before an interruption, if anything."""
    if client.fetch("/directory/metadata/1.root.json")[0] != 200:
        return None
    return read_standing(trust.refresh(client.fetch), instance_of(keys), keys.shelf)
