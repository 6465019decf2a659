"""An intake of each kind: new, and open for reports; on SQLite, and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from portal.codes import Code
from portal.intake import create_app, migrate
from portal.intake.enrolment import new_code
from portal.intake.store import Store
from portal.keynote import KeyNote
from portal.settings import IntakeSettings, load_intake
from tests.intake.people import Desk, Reporter, Steward


@dataclass
class Intake:
    """A running intake, and the people who come to it."""

    settings: IntakeSettings
    app: Flask
    store: Store
    steward: Steward
    key: KeyNote | None = None

    def reporter(self) -> Reporter:
        assert self.key is not None
        return Reporter(self.app, self.steward.instance, self.key)

    def second_desk(self, *, admin: bool = False) -> Desk:
        desk = Desk(self.app)
        self.steward.desk.asks_json("POST", "/api/desks", {"api": desk.api.hex(), "admin": admin})
        return desk

    def code(self) -> Code:
        return new_code(self.store)

    def open(self) -> None:
        """Enrol the first desk and publish the first key."""
        assert self.steward.enrols(self.code()).status_code == 200
        self.key = self.steward.makes_key()
        response = self.steward.publishes()
        assert response.status_code == 200, response.get_data(as_text=True)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> IntakeSettings:
    """The settings of an intake with a folder, and where asked a database, of its own."""
    environ = {"UNHINDERED_DATA": str(tmp_path / "instance")}
    if request.param == "postgres":
        environ["UNHINDERED_DATABASE"] = request.getfixturevalue("postgres_url")
    return load_intake(environ)


@pytest.fixture
def new_intake(settings: IntakeSettings) -> Iterator[Intake]:
    """An intake that nobody has enrolled at."""
    migrate.upgrade(settings)
    app = create_app(settings)
    store: Store = app.extensions["store"]
    yield Intake(settings, app, store, Steward(Desk(app)))
    store.close()


@pytest.fixture
def intake(new_intake: Intake) -> Intake:
    """An intake with a desk, a directory and a key in force."""
    new_intake.open()
    return new_intake
