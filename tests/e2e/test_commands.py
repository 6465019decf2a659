"""The whole life of a small organisation by commands alone, and `route`, which needs nothing at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.e2e.conftest import MakeSite
from tests.e2e.program import flask, run, succeeds
from tests.e2e.sites import PASSPHRASE, case_id, instance
from tools.reporter import Reporter

CASE = {
    "country": "US",
    "year": 2019,
    "act_types": ["visa_denial", "threats_intimidation"],
    "victim_profile": ["judge", "prosecutor"],
    "un_body_cooperated": ["icc"],
    "urgency": "imminent",
    "perpetrator": "state:foreign_minister",
}


def test_from_an_empty_folder_to_a_restored_desk(make_site: MakeSite, tmp_path: Path) -> None:
    """Upgrade, code, init, report, sync, list, open, and on another empty folder restore: every case is back.

    Only the newest code counts, and only once.
    """
    site = make_site()
    passphrase, copy = tmp_path / "passphrase", tmp_path / "stick" / "identity.age"
    passphrase.write_text(PASSPHRASE + "\n")
    desk = site.variables | {"UNHINDERED_DATA": str(tmp_path / "desk"), "UNHINDERED_PASSPHRASE_FILE": str(passphrase)}
    assert succeeds("intake", "db", "upgrade", **site.variables) == "The database is up to date.\n"
    older, code = (succeeds("intake", "enrolment-code", **site.variables).strip() for _ in range(2))
    site.starts()
    init = ["init", "--name", "Ada", "--copy", str(copy), "--code"]
    refused = flask("desk", *init, older, **desk)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "Fingerprint: " in succeeds("desk", *init, code, **desk)
    assert "enrolled already" in flask("intake", "enrolment-code", **site.variables).stderr
    assert json.loads(succeeds("intake", "status", "--json", **site.variables))["open"] is True

    photo = os.urandom(200_000)
    receipt = Reporter(site.origin).tells({"language": "en", "told": "They came."}, [("p.jpg", "image/jpeg", photo)])
    Reporter(site.origin).tells({"language": "en", "told": "Another one.", "danger": "yes"})
    case = case_id(instance(site), receipt)
    assert succeeds("desk", "sync", **desk) == "Fetched 3, sent 0.\n"
    listed = json.loads(succeeds("desk", "list", "--json", **desk))
    assert (len(listed), case in [row["id"] for row in listed]) == (2, True)
    assert "DANGER" in succeeds("desk", "list", **desk)
    folder = tmp_path / "opened"
    succeeds("desk", "open", case[:8], str(folder), **desk)
    assert "They came." in (folder / "case.txt").read_text()
    assert (folder / "p.jpg").read_bytes() == photo

    again = desk | {"UNHINDERED_DATA": str(tmp_path / "another machine")}
    assert "whole again" in succeeds("desk", "restore", str(copy), **again)
    ids = [row["id"] for row in json.loads(succeeds("desk", "list", "--json", **again))]
    assert sorted(ids) == sorted(row["id"] for row in listed)
    succeeds("desk", "open", case[:8], str(tmp_path / "opened again"), **again)
    assert (tmp_path / "opened again" / "p.jpg").read_bytes() == photo


NO_NETWORK = """
import runpy, socket, sys
def refuse(*_, **__): raise SystemExit("the network was asked for")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = socket.getaddrinfo = refuse
sys.argv = ["flask", *sys.argv[1:]]
runpy.run_module("flask", run_name="__main__")
"""


@pytest.mark.parametrize("settings", [{}, {"UNHINDERED_INTAKE_PORT": "eighty", "UNHINDERED_NOBODY": "1"}])
def test_route_needs_nothing(tmp_path: Path, settings: dict[str, str]) -> None:
    """With no settings or wrong ones, no network and no data folder it prints JSON and nothing else."""
    settings |= {"UNHINDERED_DATA": str(tmp_path / "data")}
    route = ["-c", NO_NETWORK, "--app", "app:desk", "route", "-", "--json"]
    done = run(*route, text=json.dumps([CASE, CASE]), **settings)
    assert (done.returncode, done.stderr) == (0, "")
    one, same = json.loads(done.stdout)
    assert one == same
    primary = {entry["id"] for entry in one if entry["role"] == "primary"}
    assert {"un-asg-reprisals", "sp-ijl"} <= primary
    assert not (tmp_path / "data").exists()


def test_route_tells_unknown_codes_from_malformed_input() -> None:
    """An unknown code warns on standard error and counts for nothing; what is no JSON object is a sentence and 2."""
    done = flask("desk", "route", "-", "--json", text=json.dumps(CASE | {"act_types": ["never_heard_of"]}))
    assert done.returncode == 0 and "never_heard_of" in done.stderr
    assert isinstance(json.loads(done.stdout), list)
    for text in ("{", "7", '{"act_types": 7}'):
        done = flask("desk", "route", "-", "--json", text=text)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr and "Traceback" not in done.stderr
