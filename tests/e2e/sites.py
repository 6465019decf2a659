"""The intake as it runs for people: migrations, gunicorn with several processes, a data folder of its own.

Rules: everything a site writes, and everything its libraries put into temporary files, lies in one folder of the test;
what it says is kept in a file; only what was started here is ended, by its process group.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

import app
from crypto.receipt import Receipt
from portal.desk.desk import Desk
from portal.intake.enrolment import fresh_code
from portal.intake.migrate import upgrade
from portal.settings import DeskSettings, IntakeSettings, load_desk, load_intake
from tests.wire import free_port
from tools.reporter import Reporter

PASSPHRASE = "seven words that nobody else knows"
FAST_SCRYPT = 10
PATIENCE = 30.0


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Return as soon as it is true; fail when it does not become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:g} seconds: {what}"
        time.sleep(0.02)


def group(leader: int) -> list[int]:
    """The living processes of a process group, the leader first."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgrp = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # ended while we looked
            continue
        if int(pgrp) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def clean_environment() -> dict[str, str]:
    """This process's environment without any setting of the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UNHINDERED_")}


@dataclass(slots=True)
class IntakeSite:
    """An intake in `folder`. It is started, ended and killed as often as a test likes, always on the same port."""

    folder: Path
    port: int = field(default_factory=free_port)
    workers: int = 2
    options: dict[str, str] = field(default_factory=dict)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The settings of the program, as its environment has them."""
        return {
            "UNHINDERED_DATA": str(self.folder / "data"),
            "UNHINDERED_INTAKE_PORT": str(self.port),
            **self.options,
        }

    @property
    def settings(self) -> IntakeSettings:
        return load_intake(self.variables)

    @property
    def desk_settings(self) -> DeskSettings:
        """Those of a desk that has a machine of its own."""
        return load_desk(self.variables | {"UNHINDERED_DATA": str(self.folder / "desk")})

    @property
    def origin(self) -> str:
        return self.settings.url

    @property
    def temporary(self) -> Path:
        """Where every library of the site puts its temporary files."""
        return self.folder / "tmp"

    @property
    def said(self) -> Path:
        """What the site wrote to standard output and standard error."""
        return self.folder / "said"

    @property
    def processes(self) -> list[int]:
        """The living processes of this site: gunicorn's arbiter first, then its workers."""
        return group(self._server.pid) if self._server else []

    def starts(self) -> None:
        """Migrate, serve, and return when it can do its work."""
        assert self._server is None, "it runs already"
        self.temporary.mkdir(parents=True, exist_ok=True)
        upgrade(self.settings)
        command = app.gunicorn("intake", self.port, workers=self.workers, threads=32)
        environment = clean_environment() | self.variables | app.SCRUBBED_MEMORY | {"TMPDIR": str(self.temporary)}
        with self.said.open("ab") as output:
            self._server = subprocess.Popen(
                command, cwd=app.HERE, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        wait_until(self._runs, f"the intake answers; it said: {self.said.read_text()}")

    def ends(self) -> None:
        """End it in order, as an operator does."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(PATIENCE)
            self._gone()

    def is_killed(self) -> None:
        """kill -9 of all its processes at once: nothing can be finished or tidied up."""
        assert self._server is not None, "it does not run"
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait(PATIENCE)
        self._gone()

    def _gone(self) -> None:
        wait_until(lambda: self.processes == [], "every process of the site is gone")
        self._server = None

    def _runs(self) -> bool:
        assert self._server is not None and self._server.poll() is None, self.said.read_text()
        return app.answers(self.port)


def found(site: IntakeSite) -> Desk:
    """The organisation's first reviewer: an unlocked desk. From then on the intake takes reports."""
    desk = Desk(site.desk_settings, scrypt_log_n=FAST_SCRYPT)
    founding = desk.found("Ada", PASSPHRASE, str(fresh_code(site.settings)))
    founding.finish(founding.copy())
    return desk


def instance(site: IntakeSite, session: requests.Session | None = None) -> bytes:
    """The id of an intake that is open, as its own scripts are told it."""
    return Reporter(site.origin, session).key().instance


def case_id(instance_id: bytes, receipt: Receipt) -> str:
    """The id of the case of a receipt at the desks."""
    return receipt.derive(instance_id).thread.hex()
