"""One writer at a time on a host, and one commit for all who wait meanwhile.

Rules: SQLite's own waiting sleeps and retries, and starves writers; here a lock (of this process, then of the host)
gives everybody a turn. Whoever holds it commits for all who wait: no thread of its own, and no hand-over when there is
no crowd. Each act succeeds or fails on its own, also where it shares a transaction.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
# The execution option of a connection whose transactions begin as writing ones.
WRITES = "unhindered_writes"


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


class Writer:
    """The queue of acts for one database. `lock_file` is what the processes of a host take turns by."""

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
            self._connection = self._engine.connect().execution_options(**{WRITES: True})
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
