"""Intakes for the tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.opened import Intake, build


@pytest.fixture
def new_intake(tmp_path: Path) -> Iterator[Intake]:
    """An intake that nobody has enrolled at."""
    intake = build(tmp_path / "instance")
    yield intake
    intake.store.close()


@pytest.fixture
def intake(new_intake: Intake) -> Intake:
    """An intake that is open."""
    return new_intake.opens()
