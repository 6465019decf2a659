"""The desks that may use the API, and the places where a new desk and an admin meet.

Rules: a desk is its API key and whether it is an admin, nothing more; the last admin cannot be removed. A meeting place
is known by a hash, opened by an admin for a week; knowing what was hashed is the right to use it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import Connection, delete, func, select

from portal.intake import clock
from portal.intake.database import insert_new, insert_or_replace
from portal.intake.models import DeskKey, Meeting
from portal.intake.refusals import Taken, Unknown
from portal.intake.store import Store
from portal.wire import keyid_of

MEETING_LIFE = timedelta(days=7)
LETTER_LIMIT = 256 * 1024
Letter = Literal["ask", "answer"]


@dataclass(frozen=True, slots=True)
class Desk:
    """A registered desk. `api` is its Ed25519 public key."""

    keyid: str
    api: bytes
    admin: bool


def find(store: Store, keyid: str) -> Desk | None:
    """The desk with this key id (32 hex digits), if it is registered."""
    try:
        name = bytes.fromhex(keyid)
    except ValueError:
        return None
    with store.database.read() as connection:
        row = connection.execute(select(DeskKey).where(DeskKey.keyid == name)).one_or_none()
    return row and Desk(row.keyid.hex(), row.api, row.admin)


def all_desks(store: Store) -> tuple[Desk, ...]:
    """Every registered desk."""
    with store.database.read() as connection:
        rows = connection.execute(select(DeskKey).order_by(DeskKey.keyid))
        return tuple(Desk(row.keyid.hex(), row.api, row.admin) for row in rows)


def register(store: Store, api: bytes, *, admin: bool) -> str:
    """Let this key use the API, or give it its new role; gives the key id. Raises Taken for the last admin."""
    keyid = keyid_of(api)

    def act(connection: Connection) -> None:
        row = {"keyid": bytes.fromhex(keyid), "api": api, "admin": admin}
        insert_or_replace(connection, DeskKey, row)
        _require_an_admin(connection)

    store.database.write(act)
    return keyid


def remove(store: Store, keyid: str) -> None:
    """Let this key do nothing more. Raises Unknown, and Taken for the last admin."""

    def act(connection: Connection) -> None:
        if not connection.execute(delete(DeskKey).where(DeskKey.keyid == bytes.fromhex(keyid))).rowcount:
            raise Unknown
        _require_an_admin(connection)

    store.database.write(act)


def open_meeting(store: Store, slot: bytes) -> None:
    """Open a meeting place, named by SHA-256 of its id. Opening it again changes nothing. Old ones are removed."""

    def act(connection: Connection) -> None:
        connection.execute(delete(Meeting).where(Meeting.day < clock.today() - MEETING_LIFE))
        insert_new(connection, Meeting, {"slot": slot, "day": clock.today()})

    store.database.write(act)


def letter(store: Store, slot_id: bytes, which: Letter) -> bytes:
    """What was left in a meeting place. Raises Unknown if there is no such place, or nothing in it."""
    with store.database.read() as connection:
        found = _meeting(connection, slot_id)[which]
    if found is None:
        raise Unknown
    return found


def leave_letter(store: Store, slot_id: bytes, which: Letter, sealed: bytes) -> None:
    """Leave a letter. The joining desk's `ask` can be left once. Raises Unknown, and Taken for another `ask`."""

    def act(connection: Connection) -> None:
        meeting = _meeting(connection, slot_id)
        if which == "ask" and meeting["ask"] not in (None, sealed):
            raise Taken
        insert_or_replace(connection, Meeting, dict(meeting) | {which: sealed})

    store.database.write(act)


def _meeting(connection: Connection, slot_id: bytes) -> Mapping[str, bytes | None]:
    slot = hashlib.sha256(slot_id).digest()
    found = select(Meeting).where(Meeting.slot == slot, Meeting.day >= clock.today() - MEETING_LIFE)
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        raise Unknown
    return {name: row[name] for name in ("slot", "day", "ask", "answer")}


def _require_an_admin(connection: Connection) -> None:
    if not connection.scalar(select(func.count()).select_from(DeskKey).where(DeskKey.admin)):
        raise Taken
