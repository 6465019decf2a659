"""What desks fetch and bring: the objects of each day.

Rules: nothing has a running number; a day is a list sorted by id, and its digest is that of the list's bytes as they
are served. What a desk brings is looked at like everything else: one post-quantum stanza, a size that padding makes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select, union

from portal.intake import clock
from portal.intake.blobs import PIECE
from portal.intake.database import insert_new
from portal.intake.framing import split_message
from portal.intake.models import ClosedDay, Payload, StoredObject, Tombstone
from portal.intake.refusals import Taken, Unknown
from portal.intake.rows import new_object
from portal.intake.store import Store

# Until then a transaction that began on a day may still end, and clocks of several hosts differ.
SETTLING = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored object to read from. `size` is its whole length in bytes."""

    store: Store
    size: int
    header: bytes
    payload: bytes | None
    blob: bytes | None

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`, in pieces."""
        inline = self.header + (self.payload or b"")
        if start < len(inline):
            yield inline[start:stop]
            start = len(inline)
        if self.blob is None or start >= stop:
            return
        with self.store.blobs.open_kept(self.blob) as file:
            file.seek(start - len(self.header))
            while start < stop and (piece := file.read(min(PIECE, stop - start))):
                start += len(piece)
                yield piece


def days(store: Store) -> dict[str, str]:
    """Every day on which something is kept, with the hex digest of its list."""
    with store.database.read() as connection:
        kept = union(select(StoredObject.day), select(Tombstone.day))
        closed = {row.day: row.digest for row in connection.execute(select(ClosedDay.day, ClosedDay.digest))}
        known = sorted(connection.scalars(kept))
        fresh = {day: hashlib.sha256(_listing(connection, day)).digest() for day in known if day not in closed}
    over = [day for day in fresh if day <= clock.today() - SETTLING]
    if over:
        store.database.write(lambda connection: _close(connection, {day: fresh[day] for day in over}))
    return {day.isoformat(): (closed | fresh)[day].hex() for day in known}


def listing(store: Store, day: date) -> bytes:
    """The list of one day, as bytes of JSON: objects sorted by id, and tombstones."""
    with store.database.read() as connection:
        return _listing(connection, day)


def fetch(store: Store, object_id: bytes) -> Kept:
    """One object. Raises Unknown."""
    found = (
        select(StoredObject.size, StoredObject.header, Payload.payload, StoredObject.blob)
        .outerjoin(Payload, Payload.id == StoredObject.id)
        .where(StoredObject.id == object_id)
    )
    with store.database.read() as connection:
        row = connection.execute(found).one_or_none()
    if row is None:
        raise Unknown
    return Kept(store, *row)


def bring(store: Store, object_id: bytes, thread: bytes, audience: str, sealed: bytes) -> bool:
    """Keep a desk's sealed message. False when the very same was here already.

    Raises NotSealed, Full, and Taken when the id is that of something else.
    """
    header, payload = split_message(sealed)
    store.blobs.check_room(len(sealed))
    if store.keep(new_object(object_id, thread, audience, clock.today(), header, payload)):
        return True
    check_same(store, object_id, sealed)
    return False


def check_same(store: Store, object_id: bytes, sealed: bytes) -> None:
    """Raise Taken unless the object of this id is, byte for byte, this one."""
    kept = fetch(store, object_id)
    if b"".join(kept.read(0, kept.size)) != sealed:
        raise Taken


def _listing(connection: Connection, day: date) -> bytes:
    rows = connection.execute(
        select(
            StoredObject.id,
            StoredObject.thread,
            StoredObject.audience,
            StoredObject.size,
            StoredObject.epoch,
            StoredObject.header_sha256,
        )
        .where(StoredObject.day == day)
        .order_by(StoredObject.id)
    )
    objects = [
        {
            "id": row.id.hex(),
            "thread": row.thread.hex(),
            "audience": row.audience,
            "size": row.size,
            "epoch": row.epoch and row.epoch.hex(),
            "header": row.header_sha256.hex(),
        }
        for row in rows
    ]
    signed = connection.scalars(select(Tombstone.signed).where(Tombstone.day == day).order_by(Tombstone.id))
    lists = {"objects": objects, "tombstones": [json.loads(word) for word in signed]}
    return json.dumps(lists, separators=(",", ":")).encode()


def _close(connection: Connection, digests: dict[date, bytes]) -> None:
    for day, digest in digests.items():
        insert_new(connection, ClosedDay, {"day": day, "digest": digest})
