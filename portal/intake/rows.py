"""A sealed object on its way into the database, the same for every door and for desks."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, insert, select

from portal.intake.database import insert_new
from portal.intake.framing import INLINE_LIMIT
from portal.intake.models import Payload, StoredObject
from portal.intake.refusals import Taken

_NEW_PAYLOAD = insert(Payload)
_OWNER = select(StoredObject.thread, StoredObject.audience).where(StoredObject.id == bindparam("object_id"))


@dataclass(frozen=True, slots=True)
class NewObject:
    """All of a row, and the payload where that is small. `blob` names the file of a bigger one."""

    id: bytes
    thread: bytes
    audience: str
    day: date
    size: int
    epoch: bytes | None
    header: bytes
    payload: bytes | None
    blob: bytes | None


def new_object(
    object_id: bytes, thread: bytes, audience: str, day: date, header: bytes, payload: bytes, epoch: bytes | None = None
) -> NewObject:
    """An object whose payload is in memory. A big payload gets the name of a new blob; writing it is the caller's."""
    blob = secrets.token_bytes(16) if len(payload) > INLINE_LIMIT else None
    return NewObject(object_id, thread, audience, day, len(header) + len(payload), epoch, header, payload, blob)


def insert_object(connection: Connection, new: NewObject) -> bool:
    """Insert an object. False if it is here already; raises Taken if its id is, but elsewhere."""
    row = {
        "id": new.id,
        "thread": new.thread,
        "audience": new.audience,
        "day": new.day,
        "size": new.size,
        "epoch": new.epoch,
        "blob": new.blob,
        "header": new.header,
        "header_sha256": hashlib.sha256(new.header).digest(),
    }
    if not insert_new(connection, StoredObject, row):
        holds(connection, new.id, new.thread, new.audience)
        return False
    if new.blob is None:
        connection.execute(_NEW_PAYLOAD, {"id": new.id, "payload": new.payload})
    return True


def holds(connection: Connection, object_id: bytes, thread: bytes, audience: str) -> bool:
    """Whether this object is here. Raises Taken if its id is, but in another thread or for others to read."""
    owner = connection.execute(_OWNER, {"object_id": object_id}).one_or_none()
    if owner is not None and tuple(owner) != (thread, audience):
        raise Taken
    return owner is not None
