"""Runs the migrations of the intake's database: on the connection it is handed, or on the one the settings name."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

from portal.intake.database import Database
from portal.intake.models import Base
from portal.settings import load_intake


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    settings = load_intake(os.environ)
    database = Database(settings.database, settings.folder / "write.lock")
    with database.engine.begin() as own:
        run(own)
    database.close()
