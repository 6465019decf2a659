"""What the intake keeps, as tables.

Rules: sealed things, public keys and days; no address, no instant, no counter of reports. Every key is random or a
hash, and SQLite's hidden row numbers, which would tell the order of arrival, do not exist. A message that was sealed
in a browser and one that was sealed on arrival fill the same columns.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

DESK, REPORTER = "desk", "reporter"
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_NO_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)
    __table_args__: Any = _NO_ROWID


class Instance(Base):
    """The one row about this intake itself.

    `enrol_key` is what the one-time code keys; it goes when the first desk enrols. `enrol_request` (a digest) and
    `enrol_answer` let that desk ask again when the answer was lost. `directory` counts publications of the directory.
    """

    __tablename__ = "instance"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    nonce_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    timestamp_seed: Mapped[bytes] = mapped_column(LargeBinary(32))
    enrol_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    enrol_request: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    enrol_answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    directory: Mapped[int]


class StoredObject(Base):
    """A sealed message or file: everything but its payload.

    `size` is the whole sealed length; `epoch` only a hint; `blob` the name of the payload's file, or None when the
    payload is small and has a row.
    """

    __tablename__ = "objects"
    __table_args__ = (
        Index(None, "day"),
        Index(None, "thread", "audience"),
        _NO_ROWID,
    )
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    thread: Mapped[bytes] = mapped_column(LargeBinary(32))
    audience: Mapped[str] = mapped_column(String(8))
    day: Mapped[date] = mapped_column(Date)
    size: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    blob: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    header: Mapped[bytes] = mapped_column(LargeBinary)
    header_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))


class Payload(Base):
    """The payload of a small object."""

    __tablename__ = "payloads"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class Upload(Base):
    """A file on its way in, or arrived and not yet claimed by a message. `day` is that of the last piece."""

    __tablename__ = "uploads"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    length: Mapped[int] = mapped_column(BigInteger)
    header: Mapped[bytes] = mapped_column(LargeBinary)
    day: Mapped[date] = mapped_column(Date)


class ChainNote(Base):
    """A reporter's own note about their thread, of one size, sealed to their receipt."""

    __tablename__ = "notes"
    thread: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    note: Mapped[bytes] = mapped_column(LargeBinary)


class DeskKey(Base):
    """A key that may use the API for desks."""

    __tablename__ = "desks"
    keyid: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    api: Mapped[bytes] = mapped_column(LargeBinary(32))
    admin: Mapped[bool]


class SpentNonce(Base):
    """A nonce of a desk's request that was used. `expires` in seconds since 1970; the row goes soon after."""

    __tablename__ = "nonces"
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    expires: Mapped[int] = mapped_column(BigInteger, index=True)


class DirectoryFile(Base):
    """A file of the public directory. Files of the publication before stay, for desks in the middle of reading."""

    __tablename__ = "directory"
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    publication: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Wrap(Base):
    """The private half of an intake key, sealed to the reviewers' shelf keys."""

    __tablename__ = "wraps"
    epoch: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    version: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Meeting(Base):
    """Where a joining desk and an admin leave sealed letters for each other. `slot` is a hash of what both know."""

    __tablename__ = "meetings"
    slot: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    ask: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)


class ClosedDay(Base):
    """The digest of a day's list, once the day is over and its list stands."""

    __tablename__ = "days"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class Tombstone(Base):
    """A signed word that an object was deleted, kept in its place."""

    __tablename__ = "tombstones"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, index=True)
    signed: Mapped[bytes] = mapped_column(LargeBinary)
