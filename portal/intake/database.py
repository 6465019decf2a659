"""The intake's database: one way to read, one way to write.

Rules: every SQLite connection is set up the same and says so, or is not used; SQLite's writers take turns
(see portal/intake/writer.py), PostgreSQL orders its own; `write` returns only after the commit is durable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from sqlite3 import SQLITE_FULL
from sqlite3 import Connection as SqliteConnection
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase

from portal.intake.refusals import Full
from portal.intake.writer import WRITES, Writer

T = TypeVar("T")
PAGE_SIZE = 8192
# What each must answer with. secure_delete and the others hold for one connection only (sqlite.org/pragma.html).
_PRAGMAS: dict[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "secure_delete": ("ON", 1),
    "foreign_keys": ("ON", 1),
    "temp_store": ("MEMORY", 2),
}


class DatabaseError(Exception):
    """The database is not what the intake needs. The message is a sentence for the operator."""


class Database:
    """An engine that is not asked to connect before it is first used."""

    def __init__(self, url: str, lock_file: Path) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = create_engine(url, pool_size=16, max_overflow=-1, hide_parameters=True)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
            self._writer: Writer | None = Writer(self.engine, lock_file)
        else:
            self._writer = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with; one consistent view on SQLite."""
        with self.engine.connect() as connection:
            yield connection

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in a transaction and return its result once that is durable.

        `act` may run more than once (when another one's failure undid a shared transaction), so it only touches the
        connection. What it raises is raised here, and undone. Raises Full when the disk has no room left.
        """
        try:
            if self._writer is not None:
                return self._writer.run(act)
            with self.engine.begin() as connection:
                return act(connection)
        except OperationalError as error:
            if _is_full(error.orig):
                raise Full from None
            raise

    def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            self._writer.close()
        self.engine.dispose()


def insert_new(connection: Connection, model: type[DeclarativeBase], values: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken. Whether it was inserted."""
    return connection.execute(_insert_new(model, connection.dialect.name), values).rowcount > 0


def insert_or_replace(connection: Connection, model: type[DeclarativeBase], values: dict[str, Any]) -> None:
    """Insert a row, or give the row with its key these values: all columns."""
    connection.execute(_insert_or_replace(model, connection.dialect.name), values)


def _insert(model: type[DeclarativeBase], dialect: str) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)


# Built once each: to build and compile a statement costs more than to run it.
@cache
def _insert_new(model: type[DeclarativeBase], dialect: str) -> sqlite.Insert | postgresql.Insert:
    # Without preserve_rowcount SQLAlchemy closes the cursor of an INSERT before anybody can ask it.
    return _insert(model, dialect).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def _insert_or_replace(model: type[DeclarativeBase], dialect: str) -> sqlite.Insert | postgresql.Insert:
    insert = _insert(model, dialect)
    keys = [column.name for column in model.__table__.primary_key]
    changed = {column.name: insert.excluded[column.name] for column in model.__table__.columns}
    return insert.on_conflict_do_update(index_elements=keys, set_=changed)


def _is_full(error: BaseException | None) -> bool:
    """SQLite's code SQLITE_FULL, PostgreSQL's disk_full (class 53, insufficient resources)."""
    return getattr(error, "sqlite_errorcode", None) == SQLITE_FULL or getattr(error, "sqlstate", None) == "53100"


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: SqliteConnection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where "begin" below says so, and nowhere else
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        cursor.execute("PRAGMA busy_timeout = 5000")
        for name, (value, expected) in _PRAGMAS.items():
            cursor.execute(f"PRAGMA {name} = {value}")
            answer = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if answer != expected:
                raise DatabaseError(f"SQLite answers {name} = {answer} where the intake needs {expected}.")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
