"""Where the stories begin: an empty intake, and one that its first admin has founded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.intake.migrate import upgrade
from portal.settings import load_intake
from tests.desk.personas import Office, Reporter, Reviewer, copy_folder, served


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An intake's data folder as the migrations leave it."""
    data = tmp_path_factory.mktemp("empty") / "intake"
    upgrade(load_intake({"UNHINDERED_DATA": str(data)}))
    return data


@pytest.fixture(scope="session")
def founded_data(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an intake and the desk of its first admin, Ada; nobody is running."""
    base = tmp_path_factory.mktemp("founded")
    copy_folder(empty_data, base / "intake")
    with served(base / "intake") as office:
        ada = Reviewer("Ada", base / "ada", office).founds()
        ada.leaves_the_room()
    return base


@pytest.fixture
def empty_office(empty_data: Path, tmp_path: Path) -> Iterator[Office]:
    """An intake that no desk is enrolled at."""
    with served(copy_folder(empty_data, tmp_path / "intake")) as office:
        yield office


@pytest.fixture
def office(founded_data: Path, tmp_path: Path) -> Iterator[Office]:
    """An intake that is open."""
    with served(copy_folder(founded_data / "intake", tmp_path / "intake")) as office:
        yield office


@pytest.fixture
def ada(founded_data: Path, tmp_path: Path, office: Office) -> Iterator[Reviewer]:
    """The first admin-and-reviewer, unlocked."""
    copy_folder(founded_data / "ada", tmp_path / "ada")
    (tmp_path / "ada.identity").write_bytes((founded_data / "ada.identity").read_bytes())
    ada = Reviewer("Ada", tmp_path / "ada", office).unlocks()
    yield ada
    ada.leaves_the_room()


@pytest.fixture
def ben(ada: Reviewer, tmp_path: Path) -> Iterator[Reviewer]:
    """A second reviewer, who is no admin, at a desk of their own."""
    ben = ada.invites("Ben", tmp_path / "ben")
    yield ben
    ben.leaves_the_room()


@pytest.fixture
def reporter(office: Office) -> Reporter:
    return Reporter(office)
