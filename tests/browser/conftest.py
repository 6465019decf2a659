"""Intakes for the browsers of reporters, each started when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.reporters import SpoilableSite, open_site, spoilable_site
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
