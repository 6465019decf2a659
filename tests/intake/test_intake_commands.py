"""The intake's commands, its health, and what its process keeps to itself."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from portal.codes import Code
from portal.intake import create_app, migrate
from portal.settings import IntakeSettings
from tests.intake.conftest import Intake

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def app(settings: IntakeSettings) -> Flask:
    """An intake whose database was not made yet."""
    return create_app(settings)


def test_the_database_is_made_by_a_command(app: Flask) -> None:
    """Before `db upgrade` the other commands say what to do first; afterwards they work."""
    run = app.test_cli_runner().invoke
    for command in (["enrolment-code"], ["status"]):
        refused = run(args=command)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "db upgrade" in refused.stderr
    assert run(args=["db", "upgrade"]).exit_code == 0
    assert run(args=["status"]).exit_code == 0


def test_a_code_is_printed_until_a_desk_is_there(new_intake: Intake) -> None:
    """The printed code enrols; afterwards there is a sentence and status 1."""
    run = new_intake.app.test_cli_runner().invoke
    printed = run(args=["enrolment-code"])
    assert printed.exit_code == 0
    assert new_intake.steward.enrols(Code.parse(printed.stdout)).status_code == 200
    refused = run(args=["enrolment-code"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "enrolled already" in refused.stderr


def test_the_status_says_how_things_stand(new_intake: Intake) -> None:
    """Closed and without a desk at first, then open under a key; the same as JSON."""
    run = new_intake.app.test_cli_runner().invoke
    before = json.loads(run(args=["status", "--json"]).stdout)
    assert (before["enrolled"], before["open"], before["epoch"]) == (False, False, None)
    new_intake.open()
    after = json.loads(run(args=["status", "--json"]).stdout)
    assert new_intake.key is not None
    assert (after["enrolled"], after["open"], after["epoch"]) == (True, True, new_intake.key.epoch.hex())
    assert f"epoch: {after['epoch']}" in run(args=["status"]).stdout


def test_health_tells_alive_from_ready(app: Flask, settings: IntakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alive at once; ready when the database is current and there is room."""
    client, here = app.test_client(), {"Host": "127.0.0.1"}

    def status(path: str) -> int:
        return client.get(path, headers=here).status_code

    assert (status("/healthz"), status("/readyz")) == (204, 503)
    migrate.upgrade(settings)
    assert (status("/healthz"), status("/readyz")) == (204, 204)
    monkeypatch.setattr(app.extensions["store"].blobs, "floor", 1 << 60)
    assert (status("/healthz"), status("/readyz")) == (204, 503)
    app.extensions["store"].close()


def test_memory_stays_out_of_files(app: Flask) -> None:
    """No core dump of a process that ran the intake, and (on Linux) no other process may attach."""
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    asked = (
        "import ctypes, sys; sys.path.insert(0, '.'); from portal.intake.hygiene import keep_memory_private as k; k(); "
    )
    asked += "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    said = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "0\n"


def test_static_files_are_sent_as_they_lie_there(app: Flask) -> None:
    """Plain for whoever takes no gzip, compressed for whoever does, and nothing from outside the folder."""
    client, kept = app.test_client(), (ROOT / "portal/static/vendor/age.js").read_bytes()
    plain = client.get("/static/vendor/age.js", headers={"Accept-Encoding": "identity"})
    packed = client.get("/static/vendor/age.js", headers={"Accept-Encoding": "gzip, br"})
    assert plain.data == kept
    assert plain.content_type == "text/javascript; charset=utf-8"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert len(packed.data) * 2 < len(kept)
    for path in ("../settings.py", "%2e%2e/settings.py", "/etc/passwd", "vendor", "none.js"):
        assert client.get(f"/static/{path}").status_code in (404, 308)


def test_importing_the_intake_reads_nothing(tmp_path: Path, settings: IntakeSettings) -> None:
    """Importing the package neither imports Flask nor makes a file."""
    asked = "import sys, portal.intake; print('flask' in sys.modules, 'sqlalchemy' in sys.modules)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {asked}"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout == "False False\n"
    assert list(tmp_path.iterdir()) == []
