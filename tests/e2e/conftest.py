"""An intake of a test's own, under gunicorn, and one that is open for reports with the desk that reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.desk.desk import Desk
from tests.e2e.program import Program
from tests.e2e.sites import IntakeSite, found

MakeSite = Callable[..., IntakeSite]
MakeProgram = Callable[..., Program]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An open intake and its first desk, unlocked."""

    site: IntakeSite
    desk: Desk


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[MakeSite]:
    """`make_site(folder, **options)`: an intake that is not started yet; one that runs at the end is killed."""
    sites: list[IntakeSite] = []

    def make(folder: Path = tmp_path, **options: str) -> IntakeSite:
        sites.append(IntakeSite(folder, options=options))
        return sites[-1]

    yield make
    for site in sites:
        if site.processes:
            site.is_killed()


@pytest.fixture
def organisation(make_site: MakeSite) -> Iterator[Organisation]:
    """An intake that takes reports."""
    site = make_site()
    site.starts()
    desk = found(site)
    yield Organisation(site, desk)
    desk.lock()


@pytest.fixture
def make_program(tmp_path: Path) -> Iterator[MakeProgram]:
    """`make_program(*options, **settings)`: not started yet; whatever runs at the end is killed."""
    programs: list[Program] = []

    def make(*options: str, **settings: str) -> Program:
        programs.append(Program(tmp_path / "program", options, settings))
        return programs[-1]

    yield make
    for program in programs:
        program.cleans_up()
