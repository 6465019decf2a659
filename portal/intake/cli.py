"""Commands of `flask --app app:intake`: bring the database up to date, print a one-time code, say how things stand.

Rules: a reading command changes nothing; what cannot be done is a sentence on standard error and status 1 or 2.
"""

from __future__ import annotations

import json
import sys
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from portal.intake import enrolment, migrate
from portal.intake.refusals import Taken
from portal.intake.store import Store
from portal.settings import IntakeSettings


def register(app: Flask, settings: IntakeSettings, store: Store) -> None:
    """Put the commands on the app."""
    database = AppGroup("db", help="The intake's database.")

    @database.command("upgrade")
    def upgrade() -> None:
        """Make the folders and tables, or bring them up to date."""
        migrate.upgrade(settings)
        click.echo("The database is up to date.")

    @app.cli.command("enrolment-code")
    def enrolment_code() -> None:
        """Print a fresh one-time code for the first desk. An earlier code is worth nothing from then on."""
        _require_database(store)
        try:
            click.echo(enrolment.new_code(store))
        except Taken:
            _refuse("A desk is enrolled already. Further desks join through an admin's desk (People, Invite).", 1)

    @app.cli.command("status")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def status(as_json: bool) -> None:
        """Say how things stand: instance, desk, key in force, free space."""
        _require_database(store)
        facts = _facts(store)
        if as_json:
            click.echo(json.dumps(facts))
            return
        for name, value in facts.items():
            click.echo(f"{name}: {value}")

    app.cli.add_command(database)


def _facts(store: Store) -> dict[str, str | int | bool | None]:
    key = store.key_in_force()
    publication = store.directory.current()
    return {
        "instance": store.instance.hex(),
        "enrolled": enrolment.is_enrolled(store),
        "open": key is not None,
        "epoch": key.epoch.hex() if key else None,
        "publish_until": key.publish_until.isoformat() if key else None,
        "directory_expires": publication.expires.date().isoformat() if publication else None,
        "free_bytes": max(0, store.blobs.free()),
    }


def _require_database(store: Store) -> None:
    try:
        current = migrate.is_current(store.database)
    except SQLAlchemyError:
        current = False
    if not current:
        _refuse("The database is not up to date. First: flask --app app:intake db upgrade", 2)


def _refuse(sentence: str, status: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(status)
