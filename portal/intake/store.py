"""The store: takes in what is sealed, gives it out again, and knows which key is in force.

Rules: nothing is taken in while no key is in force; `deliver` returns only when everything it was given is durable, and
does it all or nothing; doing it again changes nothing. Nothing here opens an envelope, and nothing imports Flask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, delete, select

from portal.intake import clock
from portal.intake.blobs import Blobs
from portal.intake.database import Database, insert_or_replace
from portal.intake.directory import Directory
from portal.intake.framing import HEADER_SIZE, INLINE_LIMIT, check_note, split_message
from portal.intake.models import DESK, REPORTER, ChainNote, Instance, Payload, StoredObject, Upload
from portal.intake.refusals import FilesMissing, NotOpen, Taken
from portal.intake.rows import NewObject, holds, insert_object, new_object
from portal.keynote import KeyNote
from portal.settings import IntakeSettings


@dataclass(frozen=True, slots=True)
class Identity:
    """What this instance is: its public id, and the keys of its nonces and of its online signature."""

    id: bytes
    nonce_key: bytes
    timestamp_seed: bytes


@dataclass(frozen=True, slots=True)
class Arrived:
    """A complete sealed file whose payload lies among what is incoming. `size` is the whole sealed length."""

    id: bytes
    header: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reporter's sealed message with its files, and the new chain note of its thread."""

    thread: bytes
    id: bytes
    message: bytes
    note: bytes
    files: tuple[Arrived, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A sealed message for the reporter."""

    id: bytes
    sealed: bytes


_SEALED = select(StoredObject.id, StoredObject.header, StoredObject.blob, Payload.payload).outerjoin(
    Payload, Payload.id == StoredObject.id
)
_REPLIES = _SEALED.where(StoredObject.thread == bindparam("thread"), StoredObject.audience == REPORTER).order_by(
    StoredObject.id
)
_NOTE = select(ChainNote.note).where(ChainNote.thread == bindparam("thread"))


class Store:
    """One intake's database and blobs, and the directory that desks published."""

    def __init__(self, settings: IntakeSettings) -> None:
        self.database = Database(settings.database, settings.folder / "write.lock")
        self.blobs = Blobs(settings.folder)
        self.directory = Directory(self.database)
        self.swept: date | None = None
        self._identity: Identity | None = None

    @property
    def identity(self) -> Identity:
        """This instance, as the first migration founded it."""
        if self._identity is None:
            with self.database.read() as connection:
                row = connection.execute(select(Instance.id, Instance.nonce_key, Instance.timestamp_seed)).one()
            self._identity = Identity(*row)
        return self._identity

    @property
    def instance(self) -> bytes:
        """The 16-byte id of this instance."""
        return self.identity.id

    def key_in_force(self, today: date | None = None) -> KeyNote | None:
        """The key note to seal to, or None while the intake is closed."""
        return self.directory.key_in_force(self.instance, today or clock.today())

    def root(self) -> bytes | None:
        """The bytes of 1.root.json, whose fingerprint is the organisation's; None before the first publication."""
        return self.directory.file("metadata/1.root.json")

    def deliver(self, delivery: Delivery) -> bool:
        """Keep a message, its files and its note. True the first time, False when it was here already.

        Raises NotOpen, NotSealed, FilesMissing, Full, and Taken when the id is another message's.
        """
        key = self.key_in_force()
        if key is None:
            raise NotOpen
        check_note(delivery.note)
        day = clock.today()
        header, payload = split_message(delivery.message)
        message = new_object(delivery.id, delivery.thread, DESK, day, header, payload, key.epoch)
        if (message.blob or delivery.files) and self.holds(message.id, message.thread):
            return False
        self.blobs.check_room(message.size + sum(file.size for file in delivery.files))
        files = [self._settle(file, message) for file in delivery.files]
        first = self.keep(message, lambda connection: self._take_along(connection, delivery, files))
        for file in files:
            if first and file.blob is None:
                self.blobs.discard(file.id)
        return first

    def keep(self, new: NewObject, along: Callable[[Connection], None] = lambda _: None) -> bool:
        """Keep one object whose payload is in memory, and do what goes `along` with it in the same transaction.

        False when it was here already, and nothing was done.
        """

        def act(connection: Connection) -> bool:
            if not insert_object(connection, new):
                return False
            along(connection)
            return True

        if new.blob is None:
            return self.database.write(act)
        first = False
        self.blobs.write(new.blob, new.payload or b"", new.day)
        try:
            first = self.database.write(act)
        finally:
            if not first:
                self.blobs.discard(new.blob)
        return first

    def holds(self, message_id: bytes, thread: bytes) -> bool:
        """Whether a reporter's message is here. Raises Taken if its id is something else's."""
        with self.database.read() as connection:
            return holds(connection, message_id, thread, DESK)

    def replies(self, thread: bytes) -> tuple[Reply, ...]:
        """What desks wrote to the reporter of this thread. None for a thread that never was."""
        with self.database.read() as connection:
            rows = connection.execute(_REPLIES, {"thread": thread}).all()
        return tuple(Reply(row.id, row.header + self._payload(row.payload, row.blob)) for row in rows)

    def note(self, thread: bytes) -> bytes | None:
        """The sealed chain note of a thread."""
        with self.database.read() as connection:
            return connection.scalar(_NOTE, {"thread": thread})

    def discard_unclaimed(self, names: Iterable[bytes]) -> None:
        """Remove the payloads of these files, unless a message has claimed them."""
        wanted = set(names)
        with self.database.read() as connection:
            claimed = connection.scalars(select(StoredObject.id).where(StoredObject.id.in_(wanted)))
            wanted -= set(claimed)
        for name in wanted:
            self.blobs.discard(name)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def _settle(self, file: Arrived, message: NewObject) -> NewObject:
        """Bring a file's payload to where its row will look for it."""
        payload, blob = None, None
        try:
            if file.size - HEADER_SIZE <= INLINE_LIMIT:
                payload = self.blobs.read_arrived(file.id)
            else:
                self.blobs.keep(file.id, message.day)
                blob = file.id
        except FileNotFoundError:
            raise FilesMissing from None
        return NewObject(
            file.id, message.thread, DESK, message.day, file.size, message.epoch, file.header, payload, blob
        )

    def _take_along(self, connection: Connection, delivery: Delivery, files: list[NewObject]) -> None:
        try:
            for file in files:
                insert_object(connection, file)
        except Taken:
            raise FilesMissing from None
        if files:
            connection.execute(delete(Upload).where(Upload.id.in_([file.id for file in files])))
        insert_or_replace(connection, ChainNote, {"thread": delivery.thread, "note": delivery.note})

    def _payload(self, inline: bytes | None, blob: bytes | None) -> bytes:
        if inline is not None or blob is None:
            return inline or b""
        with self.blobs.open_kept(blob) as file:
            return file.read()
