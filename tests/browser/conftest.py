"""Intakes for the browsers of reporters, each started when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.intake.migrate import upgrade
from portal.settings import load_intake
from tests.browser.reporters import SpoilableSite, open_site, spoilable_site
from tests.desk import personas
from tests.desk.personas import Office
from tests.e2e.sites import IntakeSite
from tests.pages.opened import Intake


@pytest.fixture(scope="session")
def served_intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IntakeSite, Intake]]:
    """The intake under gunicorn, for all tests of this run; what they store stays."""
    with open_site(tmp_path_factory.mktemp("served")) as site:
        yield site


@pytest.fixture(scope="session")
def spoilable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpoilableSite]:
    """The intake in this process, whose answers can be spoiled."""
    with spoilable_site(tmp_path_factory.mktemp("spoilable") / "data") as site:
        yield site


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An intake that nobody has opened yet."""
    data = tmp_path / "intake"
    upgrade(load_intake({"UNHINDERED_DATA": str(data)}))
    with personas.served(data) as office:
        yield office
