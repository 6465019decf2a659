"""`python app.py`, which is what `make run` runs: both sites start with one command and end with one signal."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
from pathlib import Path

import pytest
import requests

from portal.codes import Code
from tests.e2e.conftest import MakeProgram, MakeSite
from tests.e2e.plaindoor import PlainReporter
from tests.e2e.program import check_refused, flask, run
from tests.wire import free_port
from tools.reporter import NotStored, Reporter


def test_one_command_starts_both_sites_and_a_signal_ends_them(make_program: MakeProgram) -> None:
    """It prints both addresses, a token that works once, and a code; SIGTERM ends it with status 0, as does Ctrl-C."""
    program = make_program()
    program.starts()
    intake, desk = program.said("Intake"), program.said("Desk")
    assert intake == f"http://127.0.0.1:{program.intake_port}/"
    assert desk.startswith(f"http://localhost:{program.desk_port}/enter?token=")
    assert Code.parse(program.said("One-time code"))
    assert program.printed.count("Next: ") == 1
    closed = requests.get(intake, timeout=30)
    assert (closed.status_code, "We are not open yet" in closed.text) == (503, True)
    with requests.Session() as visitor:
        assert visitor.get(desk, timeout=30).status_code == 200
    assert requests.get(desk, timeout=30).status_code == 403
    assert program.ends(signal.SIGTERM) == 0
    program.starts()
    assert program.said("Desk") != desk
    assert program.ends(signal.SIGINT) == 0
    assert (program.folder / "errors").read_text() == ""


def test_killing_the_program_outright_ends_both_sites(make_program: MakeProgram) -> None:
    """After kill -9 of the command no site is left behind, and the next start finds its ports free."""
    program = make_program()
    program.starts()
    assert program.ends(signal.SIGKILL) == -signal.SIGKILL
    program.starts()


def test_when_one_site_dies_the_other_is_ended(make_program: MakeProgram) -> None:
    """Half of the program never runs on alone: it ends with status 1 and says so."""
    program = make_program()
    program.starts()
    os.killpg(program.site(program.desk_port), signal.SIGKILL)
    assert program.is_over() == 1
    assert "One of the two sites ended" in (program.folder / "errors").read_text()


@pytest.mark.parametrize("setting", ["UNHINDERED_INTAKE_PORT", "UNHINDERED_DESK_PORT"])
def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path, setting: str) -> None:
    """It names the port and the setting, ends with status 2, and has not begun anything."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ports = {"UNHINDERED_INTAKE_PORT": str(free_port()), "UNHINDERED_DESK_PORT": str(free_port())}
        check_refused(run("app.py", UNHINDERED_DATA=str(tmp_path / "data"), **ports | {setting: port}), port, setting)
    assert not (tmp_path / "data").exists()


WRONG = {
    "UNHINDERED_INTAKE_PORT": "eighty",
    "UNHINDERED_INTAKE_URL": "intake.example",
    "UNHINDERED_DEMO": "yes",
    "UNHINDERED_DATBASE": "sqlite:///x",
}
COMMANDS = {
    "both sites": ("app.py",),
    "the intake": ("-m", "flask", "--app", "app:intake", "status"),
    "the desk": ("-m", "flask", "--app", "app:desk", "list"),
}


@pytest.mark.parametrize("which", COMMANDS)
def test_a_setting_that_cannot_be_used_is_a_sentence(tmp_path: Path, which: str) -> None:
    """A wrong value and an unknown name are told by name, with status 2, before anything is read or written."""
    for name, value in WRONG.items():
        settings = {"UNHINDERED_DATA": str(tmp_path / "data"), name: value}
        check_refused(run(*COMMANDS[which], **settings), name)
    assert not (tmp_path / "data").exists()


def test_the_intake_tells_what_it_needs_before_it_can_work(tmp_path: Path) -> None:
    """Commands on an empty folder say which command comes first; they make nothing by the way."""
    done = flask("intake", "status", UNHINDERED_DATA=str(tmp_path / "data"))
    check_refused(done, "flask --app app:intake db upgrade")


def test_an_intake_that_is_not_open_stores_nothing(make_site: MakeSite) -> None:
    """Before the first key is published both doors say so with status 503, and no row and no file is written."""
    site = make_site()
    site.starts()
    for reporter in (Reporter(site.origin), PlainReporter(site.origin)):
        with pytest.raises(NotStored) as refused:
            reporter.tells({"told": "x"}, [("a", "text/plain", b"x")])
        assert refused.value.status == 503
    for path in ("/files", "/deliver", "/en/plain/send"):
        assert requests.post(site.origin + path, headers={"Tus-Resumable": "1.0.0"}, timeout=30).status_code >= 400
    folder = site.settings.folder
    assert [*(folder / "incoming").iterdir(), *(folder / "blobs").iterdir()] == []
    with sqlite3.connect(folder / "intake.sqlite3") as database:
        for table in ("objects", "payloads", "uploads", "notes"):
            assert database.execute(f"select count(*) from {table}").fetchone() == (0,)
    database.close()
