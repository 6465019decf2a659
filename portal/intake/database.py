"""The intake's database: one way to read, one way to write.

Rules: every SQLite connection is set up the same and says so, or is not used; one writer at a time on a host (SQLite's
own waiting starves writers), and writers who wait meanwhile share the next commit. PostgreSQL orders its writers
itself. `write` returns only after the commit is durable.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from sqlite3 import SQLITE_FULL
from sqlite3 import Connection as SqliteConnection
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase

from portal.intake.refusals import Full

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
_WRITES = "unhindered_writes"


class DatabaseError(Exception):
    """The database is not what the intake needs. The message is a sentence for the operator."""


class Database:
    """An engine that is not asked to connect before it is first used."""

    def __init__(self, url: str, lock_file: Path) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = create_engine(url, pool_size=16, max_overflow=-1, hide_parameters=True)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
            self._writer: _Writer | None = _Writer(self.engine, lock_file)
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
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class _Job(Generic[T]):
    """An act that waits for its commit, and then what came of it."""

    def __init__(self, act: Callable[[Connection], T]) -> None:
        self.act = act
        self.done = False
        self.error: BaseException | None = None
        self.value: T

    def finish(self, error: BaseException | None = None) -> None:
        self.error = error
        self.done = True

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        return self.value


class _Writer:
    """Whoever holds the lock commits for all who wait: no thread of its own, no hand-over when there is no crowd."""

    def __init__(self, engine: Engine, lock_file: Path) -> None:
        self._engine = engine
        self._lock_file = lock_file
        self._lock = threading.Lock()
        self._waiting: deque[_Job[Any]] = deque()
        self._connection: Connection | None = None
        self._descriptor: int | None = None

    def run(self, act: Callable[[Connection], T]) -> T:
        job = _Job(act)
        self._waiting.append(job)
        with self._lock:
            if not job.done:
                self._commit_waiting()
        return job.result()

    def close(self) -> None:
        with self._lock:
            self._drop_connection()
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _commit_waiting(self) -> None:
        jobs: list[_Job[Any]] = []
        while self._waiting:
            jobs.append(self._waiting.popleft())
        try:
            with self._alone_on_this_host():
                if not self._commit(jobs):
                    for job in jobs:
                        self._commit([job])
        except BaseException as error:
            # Nobody may wait for a job that no one will do, nor take it for done.
            for job in jobs:
                if not job.done:
                    job.finish(error)
            if not isinstance(error, Exception):
                raise

    def _commit(self, jobs: list[_Job[Any]]) -> bool:
        """Do these jobs in one transaction. False if one of several failed and nothing was done."""
        connection = self._connected()
        try:
            with connection.begin():
                for job in jobs:
                    job.value = job.act(connection)
        except Exception as error:
            if connection.invalidated or connection.in_transaction():
                self._drop_connection()
            if len(jobs) > 1:
                return False
            jobs[0].finish(error)
            return True
        for job in jobs:
            job.finish()
        return True

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(**{_WRITES: True})
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _alone_on_this_host(self) -> Iterator[None]:
        if self._descriptor is None:
            self._descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
