"""The database: set up the same on every connection, one writer at a time, durable before it answers."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, insert, select

from portal.intake import database as module
from portal.intake import migrate
from portal.intake.database import Database, DatabaseError, insert_new, insert_or_replace
from portal.intake.models import ChainNote
from portal.intake.store import Store
from portal.settings import IntakeSettings

sqlite_only = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def database(settings: IntakeSettings) -> Database:
    migrate.upgrade(settings)
    return Database(settings.database, settings.folder / "write.lock")


def note(content: bytes = b"n") -> dict[str, bytes]:
    return {"thread": os.urandom(32), "note": content}


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(ChainNote)) or 0


@sqlite_only
def test_every_connection_is_set_up(database: Database) -> None:
    """Pragmas hold for one connection only: each of several open at once has all of them."""
    expected = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "temp_store": 2}
    connections = [database.engine.connect() for _ in range(3)]
    for connection in connections:
        for name, value in expected.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
        connection.close()
    database.close()


@sqlite_only
def test_a_connection_that_is_not_as_it_must_be_is_not_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If SQLite answers something else than was asked for, nothing is read or written."""
    monkeypatch.setitem(module._PRAGMAS, "secure_delete", ("OFF", 1))
    database.engine.dispose()
    with pytest.raises(DatabaseError, match="secure_delete"), database.read():
        pass
    database.close()


@sqlite_only
def test_what_is_deleted_is_overwritten(database: Database, settings: IntakeSettings) -> None:
    """After a deletion and a checkpoint the old bytes are not in the file."""
    row = note(b"GONE-" * 400)
    database.write(lambda connection: connection.execute(insert(ChainNote), row))
    insert_over = {"thread": row["thread"], "note": b"new"}
    database.write(lambda connection: insert_or_replace(connection, ChainNote, insert_over))
    with database.read() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = Path(settings.database.removeprefix("sqlite:///")).read_bytes()
    assert b"GONE-GONE" not in kept
    database.close()


def test_an_act_that_raises_leaves_nothing(database: Database) -> None:
    """What an act raises comes out, and what it had written is undone."""

    def act(connection: Connection) -> None:
        connection.execute(insert(ChainNote), note())
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        database.write(act)
    assert count(database) == 0
    assert database.write(lambda connection: insert_new(connection, ChainNote, note()))
    database.close()


def test_one_failure_does_not_undo_the_others(database: Database) -> None:
    """Writers that share a commit fail or succeed each on their own."""
    results: list[str] = []
    begin = threading.Barrier(12)

    def write(number: int) -> None:
        def act(connection: Connection) -> None:
            connection.execute(insert(ChainNote), note())
            time.sleep(0.002)  # lets others queue up behind
            if number % 3 == 0:
                raise ValueError

        begin.wait()
        try:
            database.write(act)
            results.append("kept")
        except ValueError:
            results.append("refused")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["kept"] * 8 + ["refused"] * 4
    assert count(database) == 8
    database.close()


@sqlite_only
def test_writers_who_wait_share_a_commit(database: Database) -> None:
    """While one commit is on its way to the disk others gather, and the next commit is for all of them."""
    commits = 0
    holding, released = threading.Event(), threading.Event()

    def counted(_connection: Connection) -> None:
        nonlocal commits
        commits += 1

    def hold(connection: Connection) -> None:
        holding.set()
        released.wait(5)
        connection.execute(insert(ChainNote), note())

    event.listen(database.engine, "commit", counted)
    threads = [threading.Thread(target=lambda: database.write(hold))]
    threads[0].start()
    holding.wait(5)
    for _ in range(20):
        threads.append(threading.Thread(target=lambda: database.write(lambda c: insert_new(c, ChainNote, note()))))
        threads[-1].start()
    while len(database._writer._waiting) < 20:  # type: ignore[union-attr]
        time.sleep(0.001)
    released.set()
    for thread in threads:
        thread.join()
    assert count(database) == 21
    assert commits == 2
    database.close()


def _write_many(url: str, lock: Path, times: int) -> None:
    database = Database(url, lock)
    for _ in range(times):
        database.write(lambda connection: connection.execute(insert(ChainNote), note()))
    database.close()


@sqlite_only
def test_processes_take_turns(database: Database, settings: IntakeSettings) -> None:
    """Several processes write at once without one "database is locked"."""
    context = multiprocessing.get_context("spawn")
    arguments = (settings.database, settings.folder / "write.lock", 100)
    processes = [context.Process(target=_write_many, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert count(database) == 300
    database.close()


@sqlite_only
def test_sixteen_writers_wait_their_turn_and_not_longer(database: Database) -> None:
    """The slowest of a hundred writes under 16 writers is far from the half second of SQLite's own waiting."""
    waits: list[float] = []

    def write() -> None:
        for _ in range(60):
            start = time.perf_counter()
            database.write(lambda connection: insert_new(connection, ChainNote, note(b"n" * 5755)))
            waits.append(time.perf_counter() - start)

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 960
    assert sorted(waits)[int(len(waits) * 0.99)] < 0.25
    database.close()


def test_a_row_is_new_once(database: Database) -> None:
    """Inserting under a key that is taken says so and changes nothing; replacing changes it."""
    row = note(b"first")
    again = row | {"note": b"second"}
    assert database.write(lambda connection: insert_new(connection, ChainNote, row)) is True
    assert database.write(lambda connection: insert_new(connection, ChainNote, again)) is False
    store_of = select(ChainNote.note).where(ChainNote.thread == row["thread"])
    with database.read() as connection:
        assert connection.scalar(store_of) == b"first"
    database.write(lambda connection: insert_or_replace(connection, ChainNote, again))
    with database.read() as connection:
        assert connection.scalar(store_of) == b"second"
    database.close()


def test_nothing_is_touched_before_it_is_used(settings: IntakeSettings) -> None:
    """A store that is only made makes no file and opens no connection."""
    store = Store(settings)
    assert not settings.data.exists()
    store.close()
