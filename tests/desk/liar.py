"""What a compromised intake can do to the objects it keeps: put in, change, swap, repeat, hide.

Each act works on the intake's own tables, below everything that would refuse it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select, update

from crypto import age
from portal.intake.models import Payload, StoredObject
from portal.intake.rows import insert_object, new_object
from tests.desk.personas import Office


def kept(office: Office, thread: str, audience: str = "desk") -> list[str]:
    """Ids of what the intake keeps for a thread."""
    found = select(StoredObject.id).where(
        StoredObject.thread == bytes.fromhex(thread), StoredObject.audience == audience
    )
    with office.store.database.read() as connection:
        return [object_id.hex() for object_id in connection.scalars(found)]


def sealed(office: Office, object_id: str) -> bytes:
    """The bytes of an object."""
    from portal.intake import shelf

    found = shelf.fetch(office.store, bytes.fromhex(object_id))
    return b"".join(found.read(0, found.size))


def puts_in(office: Office, thread: str, data: bytes, audience: str = "desk", object_id: str | None = None) -> str:
    """Lists a sealed object in a thread."""
    name = object_id or secrets.token_hex(16)
    header, payload = age.split(data)
    today = datetime.now(UTC).date()
    row = new_object(bytes.fromhex(name), bytes.fromhex(thread), audience, today, header, payload)
    office.store.database.write(lambda connection: insert_object(connection, row))
    return name


def hides(office: Office, object_id: str) -> None:
    """Forgets an object."""
    name = bytes.fromhex(object_id)

    def act(connection: Connection) -> None:
        connection.execute(delete(Payload).where(Payload.id == name))
        connection.execute(delete(StoredObject).where(StoredObject.id == name))

    office.store.database.write(act)


def changes(office: Office, object_id: str, data: bytes) -> None:
    """Serves other bytes under an id, and lists them as if they had always been there."""
    name = bytes.fromhex(object_id)
    header, payload = age.split(data)
    row = {"header": header, "header_sha256": hashlib.sha256(header).digest(), "size": len(data)}

    def act(connection: Connection) -> None:
        connection.execute(update(StoredObject).where(StoredObject.id == name).values(row))
        connection.execute(update(Payload).where(Payload.id == name).values(payload=payload))

    office.store.database.write(act)
