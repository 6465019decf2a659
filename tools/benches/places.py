"""Where benchmarks run: an intake under gunicorn with its data in the tree, on the disk that real data would be on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import app
from portal.desk.desk import Desk
from tests.e2e.sites import IntakeSite, found


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of this run's own, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="instance-bench-", dir=app.HERE) as name:
        yield Path(name)


@contextmanager
def organisation(workers: int = 2) -> Iterator[tuple[IntakeSite, Desk]]:
    """An intake that takes reports, and its first desk, unlocked."""
    with folder() as place:
        site = IntakeSite(place, workers=workers)
        try:
            site.starts()
            desk = found(site)
            yield site, desk
            desk.lock()
        finally:
            if site.processes:
                site.is_killed()


@contextmanager
def open_intake(workers: int = 2) -> Iterator[IntakeSite]:
    """The same, for benchmarks that open nothing."""
    with organisation(workers) as (site, _):
        yield site
