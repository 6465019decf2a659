"""Files on their way in, piece by piece (tus 1.0, core and creation): already sealed by the reporter's browser.

Rules: an offset is told only when everything before it is durable; the header is checked as soon as it is complete,
so that something that only looks sealed is not taken in; the id of an upload becomes the id of the object; what nobody
claims within a week is removed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from sqlalchemy import Row, delete, insert, select, update

from portal.intake import clock
from portal.intake.blobs import Blobs, blur_time
from portal.intake.framing import HEADER_SIZE, Divider, check_file_length, check_header
from portal.intake.models import StoredObject, Upload
from portal.intake.refusals import FilesMissing, NotOpen, NotSealed, Refusal, Unknown
from portal.intake.store import Arrived, Store

KEPT_UNCLAIMED = timedelta(days=7)
# A part that is being sealed has no row yet, and no request lasts two days.
KEPT_WITHOUT_ROW = timedelta(days=2)


class WrongOffset(Refusal):
    """The piece does not follow on what arrived."""


class TooLong(Refusal):
    """The piece goes past the length that was announced."""


class Busy(Refusal):
    """Another piece of the same file is arriving at this moment."""


@dataclass(frozen=True, slots=True)
class UploadState:
    """How much of a file is here, durable, and how long it will be, in bytes of the sealed file."""

    offset: int
    length: int


def create(store: Store, length: int) -> bytes:
    """Begin an upload of a sealed file of this length; gives its id. Raises NotOpen, NotSealed and Full."""
    if store.key_in_force() is None:
        raise NotOpen
    check_file_length(length)
    store.blobs.check_room(length)
    if store.swept != clock.today():
        store.swept = clock.today()
        sweep(store)
    upload_id = secrets.token_bytes(16)
    begin = insert(Upload).values(id=upload_id, length=length, header=b"", day=clock.today())
    store.database.write(lambda connection: connection.execute(begin))
    return upload_id


def state(store: Store, upload_id: bytes) -> UploadState:
    """How far an upload is. Raises Unknown."""
    row = _row(store, upload_id)
    return UploadState(len(row.header) + (store.blobs.arrived_size(upload_id) or 0), row.length)


def append(store: Store, upload_id: bytes, offset: int, pieces: Iterable[bytes]) -> int:
    """Add what follows at `offset`; gives the new offset.

    What arrived before a connection broke is kept. Raises Unknown, Busy, WrongOffset, TooLong, Full, and NotSealed,
    which also removes the upload.
    """
    _row(store, upload_id)
    with _alone(store.blobs, upload_id) as file:
        row = _row(store, upload_id)
        here = len(row.header) + os.fstat(file.fileno()).st_size
        if offset != here:
            raise WrongOffset
        divider = Divider(file, lambda header: _save_header(store, upload_id, header), row.header)
        try:
            for piece in pieces:
                if here + len(piece) > row.length:
                    raise TooLong
                store.blobs.check_room(len(piece))
                divider.write(piece)
                here += len(piece)
        except NotSealed:
            _remove(store, upload_id)
            raise
        finally:
            file.flush()
            blur_time(file, clock.today())
            os.fsync(file.fileno())
            _save_progress(store, row, divider.header)
    return here


def arrived(store: Store, thread: bytes, names: Sequence[bytes]) -> tuple[Arrived, ...]:
    """The complete uploads of these names; those that this thread has already are left out. Raises FilesMissing."""
    if not names:
        return ()
    with store.database.read() as connection:
        claimed = select(StoredObject.id).where(StoredObject.id.in_(names), StoredObject.thread == thread)
        wanted = set(names) - set(connection.scalars(claimed))
        rows = connection.execute(select(Upload).where(Upload.id.in_(wanted))).all()
    if len(rows) != len(wanted):
        raise FilesMissing
    _keep_from_sweeping(store, [row.id for row in rows if row.day != clock.today()])
    for row in rows:
        if len(row.header) + (store.blobs.arrived_size(row.id) or 0) != row.length:
            raise FilesMissing
    return tuple(Arrived(row.id, row.header, row.length) for row in rows)


def sweep(store: Store) -> None:
    """Remove uploads that nobody finished or claimed, and payloads that no row speaks of."""
    last = clock.today() - KEPT_UNCLAIMED
    stale = delete(Upload).where(Upload.day < last).returning(Upload.id)
    for name in store.database.write(lambda connection: list(connection.scalars(stale))):
        store.blobs.discard(name)
    before = clock.today() - KEPT_WITHOUT_ROW
    names = {name for name, day in store.blobs.all_days() if day < before}
    with store.database.read() as connection:
        names -= set(connection.scalars(select(Upload.id)))
        names -= set(connection.scalars(select(StoredObject.blob).where(StoredObject.blob.is_not(None))))
    for name in names:
        store.blobs.discard(name)


def _keep_from_sweeping(store: Store, names: Sequence[bytes]) -> None:
    """Give old uploads that a message is about to claim this day. Raises FilesMissing for one that was just removed."""
    if names:
        touch = update(Upload).where(Upload.id.in_(names)).values(day=clock.today())
        if store.database.write(lambda connection: connection.execute(touch).rowcount) != len(names):
            raise FilesMissing


def _row(store: Store, upload_id: bytes) -> Row[Any]:
    with store.database.read() as connection:
        row = connection.execute(select(Upload).where(Upload.id == upload_id)).one_or_none()
    if row is None:
        raise Unknown
    return row


@contextmanager
def _alone(blobs: Blobs, upload_id: bytes) -> Iterator[BinaryIO]:
    """The payload's file, for this request alone among all processes of this host."""
    with blobs.open_incoming(upload_id) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield file


def _save_header(store: Store, upload_id: bytes, header: bytes) -> None:
    check_header(header)
    save = update(Upload).where(Upload.id == upload_id).values(header=header)
    store.database.write(lambda connection: connection.execute(save))


def _save_progress(store: Store, before: Row[Any], header: bytes) -> None:
    """Write down what the row does not know yet: a part of a header, another day."""
    incomplete = len(header) < HEADER_SIZE and header != before.header
    if incomplete or before.day != clock.today():
        save = update(Upload).where(Upload.id == before.id).values(header=header, day=clock.today())
        store.database.write(lambda connection: connection.execute(save))


def _remove(store: Store, name: bytes) -> None:
    store.database.write(lambda connection: connection.execute(delete(Upload).where(Upload.id == name)))
    store.blobs.discard(name)
