"""The database goes up and down with data in it, and is what the models say."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select

from portal.intake import migrate
from portal.intake.database import Database
from portal.intake.models import Base, DeskKey, Instance, Payload, StoredObject
from portal.intake.store import Store
from portal.settings import IntakeSettings


def database(settings: IntakeSettings) -> Database:
    return Database(settings.database, settings.folder / "write.lock")


def test_the_migrations_make_what_the_models_say(settings: IntakeSettings) -> None:
    """Alembic finds no difference between migrated database and models."""
    migrate.upgrade(settings)
    opened = database(settings)
    with opened.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    opened.close()


def test_the_migrations_are_found_from_any_folder(
    settings: IntakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the program was started from makes no difference."""
    monkeypatch.chdir(tmp_path)
    migrate.upgrade(settings)
    opened = database(settings)
    assert migrate.is_current(opened)
    opened.close()


def test_upgrading_again_changes_nothing(settings: IntakeSettings) -> None:
    """The instance keeps its id and its keys."""
    migrate.upgrade(settings)
    first = Store(settings)
    identity = first.identity
    first.close()
    migrate.upgrade(settings)
    again = Store(settings)
    assert again.identity == identity
    again.close()


def test_down_and_up_keeps_what_older_tables_hold(settings: IntakeSettings) -> None:
    """Going one step back and forth again leaves reports as they were; what the newer tables held is gone."""
    migrate.upgrade(settings)
    row = {
        "id": os.urandom(16),
        "thread": os.urandom(32),
        "audience": "desk",
        "day": date(2026, 11, 24),
        "size": 5,
        "epoch": None,
        "blob": None,
        "header": b"head",
        "header_sha256": os.urandom(32),
    }
    opened = database(settings)
    with opened.engine.begin() as connection:
        connection.execute(insert(StoredObject), row)
        connection.execute(insert(Payload), {"id": row["id"], "payload": b"x"})
        connection.execute(insert(DeskKey), {"keyid": os.urandom(16), "api": os.urandom(32), "admin": True})
        instance = connection.scalar(select(Instance.id))
    opened.close()
    migrate.downgrade(settings, "0001")
    assert "desks" not in tables(settings)
    migrate.upgrade(settings)
    opened = database(settings)
    with opened.read() as connection:
        assert dict(connection.execute(select(StoredObject)).mappings().one()) == row
        assert connection.scalar(select(Payload.payload)) == b"x"
        assert connection.scalar(select(Instance.id)) == instance
        assert connection.execute(select(DeskKey)).all() == []
    opened.close()
    migrate.downgrade(settings, "base")
    assert tables(settings) == ["alembic_version"]


def tables(settings: IntakeSettings) -> list[str]:
    opened = database(settings)
    try:
        return sorted(inspect(opened.engine).get_table_names())
    finally:
        opened.close()


def test_an_older_database_is_told_from_a_current_one(settings: IntakeSettings) -> None:
    """Whether an upgrade is due can be asked."""
    migrate.upgrade(settings, "0001")
    opened = database(settings)
    assert not migrate.is_current(opened)
    opened.close()
    migrate.upgrade(settings)
    opened = database(settings)
    assert migrate.is_current(opened)
    opened.close()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_folder_and_files_are_for_this_user_alone(settings: IntakeSettings) -> None:
    """Nobody else on the machine reads so much as a name: 0700 for folders, 0600 for files, the log included."""
    before = os.umask(0)
    try:
        migrate.upgrade(settings)
        opened = database(settings)
        opened.write(lambda connection: connection.execute(select(1)))
        paths = [settings.data, *settings.data.rglob("*")]
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in paths}
        assert {"intake.sqlite3", "intake.sqlite3-wal", "write.lock", "blobs", "incoming"} <= modes.keys()
        due = {path.name: 0o700 if path.is_dir() else 0o600 for path in paths}
        wrong = {name: oct(mode) for name, mode in modes.items() if mode != due[name]}
        assert wrong == {}
        opened.close()
    finally:
        os.umask(before)


@pytest.mark.claim("C6")
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_no_table_has_hidden_row_numbers(settings: IntakeSettings) -> None:
    """SQLite's rowid would tell the order of arrival; no table of ours has one."""
    migrate.upgrade(settings)
    connection = sqlite3.connect(Path(settings.database.removeprefix("sqlite:///")))
    made = dict(connection.execute("select name, sql from sqlite_master where type = 'table'"))
    connection.close()
    assert [name for name, sql in made.items() if not re.search(r"WITHOUT ROWID\s*$", sql)] == ["alembic_version"]
