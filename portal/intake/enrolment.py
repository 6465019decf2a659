"""How the first desk and this intake come to know each other: one code, one MAC in each direction.

Rules: the code's key is kept until a desk shows that it has the code, and then erased; the same desk may ask again with
the same bytes, for its first answer may be lost on the way; whoever comes later, with whatever code, is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select, update

from crypto.errors import SignatureError
from crypto.signatures import mac, verify_mac
from portal.codes import Code
from portal.intake.models import DeskKey, Instance
from portal.intake.refusals import Malformed, Refusal, Taken
from portal.intake.store import Identity, Store
from portal.settings import IntakeSettings
from portal.wire import keyid_of

# Locked: on PostgreSQL two who hold the same code would otherwise both find it unused.
_ASKED = select(Instance.enrol_key, Instance.enrol_request, Instance.enrol_answer).with_for_update()
DESK_CONTEXT, INTAKE_CONTEXT = "enrol desk", "enrol intake"


class WrongCode(Refusal):
    """The MAC does not fit: another code, or bytes that were changed on the way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The intake's own words, as bytes of JSON, and the MAC over the desk's words and these."""

    intake: bytes
    mac: bytes


def is_enrolled(store: Store) -> bool:
    """Whether a desk is registered here."""
    with store.database.read() as connection:
        return connection.scalar(select(DeskKey.keyid).limit(1)) is not None


def new_code(store: Store) -> Code:
    """A fresh code for the first desk; an earlier one is worth nothing from now on. Raises Taken if one is enrolled."""
    code = Code.generate()

    def act(connection: Connection) -> None:
        if connection.scalar(select(DeskKey.keyid).limit(1)) is not None:
            raise Taken
        connection.execute(update(Instance).values(enrol_key=code.enrol_key))

    store.database.write(act)
    return code


def fresh_code(settings: IntakeSettings) -> Code | None:
    """A fresh code for the first desk, or None when a desk is enrolled already."""
    store = Store(settings)
    try:
        return new_code(store)
    except Taken:
        return None
    finally:
        store.close()


def enrol(store: Store, desk: bytes, tag: bytes) -> Answer:
    """Register the first desk as an admin. `desk` are its words, exactly as they travelled.

    Raises WrongCode, Taken and Malformed.
    """
    request, identity = hashlib.sha256(tag + desk).digest(), store.identity

    def act(connection: Connection) -> Answer:
        row = connection.execute(_ASKED).one()
        if row.enrol_answer is not None and hmac.compare_digest(row.enrol_request, request):
            return Answer(row.enrol_answer[:-32], row.enrol_answer[-32:])
        if row.enrol_key is None:
            raise Taken
        try:
            verify_mac(row.enrol_key, DESK_CONTEXT, desk, tag)
        except SignatureError:
            raise WrongCode from None
        api = _api_key(desk)
        answer = _answer(identity, row.enrol_key, desk)
        connection.execute(insert(DeskKey).values(keyid=bytes.fromhex(keyid_of(api)), api=api, admin=True))
        kept = {"enrol_key": None, "enrol_request": request, "enrol_answer": answer.intake + answer.mac}
        connection.execute(update(Instance).values(kept))
        return answer

    return store.database.write(act)


def _answer(identity: Identity, key: bytes, desk: bytes) -> Answer:
    timestamp_key = Ed25519PrivateKey.from_private_bytes(identity.timestamp_seed).public_key()
    words = {
        "instance": identity.id.hex(),
        "timestamp_key": timestamp_key.public_bytes_raw().hex(),
        "nonce": secrets.token_hex(16),
    }
    intake = json.dumps(words, separators=(",", ":")).encode()
    return Answer(intake, mac(key, INTAKE_CONTEXT, desk + intake))


def _api_key(desk: bytes) -> bytes:
    try:
        api = bytes.fromhex(json.loads(desk)["api"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Malformed("The desk's words are not what enrolment needs.") from None
    if len(api) != 32:
        raise Malformed("An API key has 32 bytes.")
    return api
