"""Brings the intake's folder and database to what this program expects.

Rules: folders and the database file are for this user alone; running it again changes nothing; an instance gets its
random id and its two online keys once, here, and never others.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, select

from portal.intake.blobs import Blobs
from portal.intake.database import Database
from portal.intake.models import Instance
from portal.settings import IntakeSettings

_TREE = Path(__file__).resolve().parents[2]


def upgrade(settings: IntakeSettings, revision: str = "head") -> None:
    """Make the folders, run the migrations up to `revision`, and found the instance if it is new."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.folder.mkdir(mode=0o700, exist_ok=True)
    Blobs(settings.folder).make_folders()
    _for_this_user_only(settings)
    database = Database(settings.database, settings.folder / "write.lock")
    try:
        with database.engine.begin() as connection:
            command.upgrade(_config(connection), revision)
        if is_current(database):
            database.write(_found)
    finally:
        database.close()


def downgrade(settings: IntakeSettings, revision: str) -> None:
    """Take the schema back to `revision` ("base" for none). What newer tables held is gone."""
    database = Database(settings.database, settings.folder / "write.lock")
    try:
        with database.engine.begin() as connection:
            command.downgrade(_config(connection), revision)
    finally:
        database.close()


def is_current(database: Database) -> bool:
    """Whether the schema is the one that this program expects."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _config(connection: Connection | None) -> Config:
    config = Config(toml_file=_TREE / "pyproject.toml")
    config.attributes["connection"] = connection
    return config


def _found(connection: Connection) -> None:
    if connection.scalar(select(func.count()).select_from(Instance)):
        return
    connection.execute(
        insert(Instance),
        {
            "id": secrets.token_bytes(16),
            "nonce_key": secrets.token_bytes(32),
            "timestamp_seed": secrets.token_bytes(32),
            "directory": 0,
        },
    )


def _for_this_user_only(settings: IntakeSettings) -> None:
    """Make SQLite's file before SQLite does, which would follow the umask; its log takes the mode of the file."""
    if settings.database.startswith("sqlite:///"):
        Path(settings.database.removeprefix("sqlite:///")).touch(mode=0o600)
