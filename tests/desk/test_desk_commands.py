"""The desk's commands, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.desk.cli import commands
from portal.desk.desk import Desk
from tests.desk.personas import FAST, PASSPHRASE, Office, Reporter, Reviewer, at_desk


def run(desk: Desk, name: str, *arguments: str, text: str | None = None) -> Result:
    (command,) = [one for one in commands(desk) if one.name == name]
    return CliRunner().invoke(command, list(arguments), input=text)


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """A file that holds the passphrase, as an editor leaves it."""
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return file


@pytest.fixture
def locked(ada: Reviewer) -> Iterator[Desk]:
    """Ada's desk as a command finds it: on disk, locked."""
    ada.leaves_the_room()
    desk = at_desk(ada.data, ada.office)
    yield desk
    desk.lock()


def test_init_founds_without_questions_and_saves_the_identity(
    empty_office: Office, tmp_path: Path, passphrase: Path
) -> None:
    """One command, one saved file, an open intake; the printed words are the organisation's."""
    desk, copy = at_desk(tmp_path / "ada", empty_office), tmp_path / "away" / "ada.identity"
    options = ["--name", "Ada", "--passphrase-file", str(passphrase), "--copy", str(copy)]
    result = run(desk, "init", *options, "--code", empty_office.code())
    assert result.exit_code == 0, result.output
    assert Reporter(empty_office).key()
    assert " ".join(desk.fingerprint) in result.output
    assert PASSPHRASE not in result.output
    desk.lock()
    again = Desk(replace(desk.settings, data=tmp_path / "again"), scrypt_log_n=FAST)
    again.restore(copy.read_bytes(), PASSPHRASE)
    again.lock()


def test_init_without_a_place_saves_the_copy_beside_the_desk_and_says_so(
    empty_office: Office, tmp_path: Path, passphrase: Path
) -> None:
    """The three options of the documentation are enough; the sentence names the file that has to be moved away."""
    desk = at_desk(tmp_path / "ada", empty_office)
    options = ["--name", "Ada", "--passphrase-file", str(passphrase), "--code", empty_office.code()]
    result = run(desk, "init", *options)
    assert result.exit_code == 0, result.output
    copy = desk.settings.data / "identity-copy.age"
    assert copy.is_file() and str(copy) in result.output
    assert desk.settings.folder not in copy.parents
    desk.lock()


def test_init_that_could_not_save_the_copy_goes_on_later(
    empty_office: Office, tmp_path: Path, passphrase: Path
) -> None:
    """The intake stays closed until the second try finds a place."""
    desk = at_desk(tmp_path / "ada", empty_office)
    (tmp_path / "file").write_text("")
    options = ["--name", "Ada", "--passphrase-file", str(passphrase), "--code", empty_office.code()]
    result = run(desk, "init", *options, "--copy", str(tmp_path / "file" / "copy"))
    assert result.exit_code == 1, result.output
    assert "cannot be saved" in result.output
    desk.lock()
    again = at_desk(tmp_path / "ada", empty_office)
    result = run(again, "init", *options, "--copy", str(tmp_path / "copy"))
    assert result.exit_code == 0, result.output
    assert Reporter(empty_office).key()
    again.lock()


def test_sync_needs_no_passphrase(locked: Desk, reporter: Reporter) -> None:
    """It fetches sealed files with the API key alone."""
    reporter.tells("It happened.")
    result = run(locked, "sync", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output) == {"fetched": 1, "sent": 0, "days": 1, "alarms": []}
    assert run(locked, "sync").output.startswith("Fetched 0, sent 0.")


def test_list_shows_the_cases(locked: Desk, reporter: Reporter, passphrase: Path) -> None:
    """One line for each, or JSON with every field."""
    reporter.tells("It happened.", danger="yes", acts=["visa_denial"], place_country="NL", behind="same")
    run(locked, "sync")
    plain = run(locked, "list", "--passphrase-file", str(passphrase))
    assert plain.exit_code == 0, plain.output
    assert plain.output.split()[0] == reporter.case[:8]
    assert "NL" in plain.output and "DANGER" in plain.output and "visa_denial" in plain.output
    (row,) = json.loads(run(locked, "list", "--json", "--passphrase-file", str(passphrase)).output)
    assert (row["id"], row["country"], row["danger"]) == (reporter.case, "NL", True)
    assert locked.state == "locked"


def test_list_asks_for_the_passphrase_at_the_terminal(locked: Desk) -> None:
    """It is not echoed; a wrong one ends with status 1 and a sentence."""
    right = run(locked, "list", "--json", text=PASSPHRASE + "\n")
    assert (right.exit_code, json.loads(right.stdout)) == (0, [])
    assert PASSPHRASE not in right.output
    wrong = run(locked, "list", text="another one\n")
    assert wrong.exit_code == 1
    assert "does not open" in wrong.output


@pytest.mark.claim("C12")
def test_open_writes_a_case_into_a_new_folder(
    locked: Desk, reporter: Reporter, passphrase: Path, tmp_path: Path
) -> None:
    """The text, and the files under names that stay in the folder and do not overwrite each other."""
    files = {"../paper.txt": b"one", "..\\paper.txt": b"two", "case.txt": b"three", "CON": b"four"}
    reporter.tells("They took my passport.", files)
    run(locked, "sync")
    folder = tmp_path / "export"
    result = run(locked, "open", reporter.case[:8], str(folder), "--passphrase-file", str(passphrase))
    assert result.exit_code == 0, result.output
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert b"They took my passport." in written.pop("case.txt")
    assert sorted(written.values()) == [b"four", b"one", b"three", b"two"]
    assert {path.parent for path in tmp_path.rglob("*paper*")} == {folder}
    assert folder.stat().st_mode & 0o077 == 0
    again = run(locked, "open", reporter.case[:8], str(folder), "--passphrase-file", str(passphrase))
    assert again.exit_code == 2
    assert "not empty" in again.output


def test_open_says_when_a_case_is_not_here(locked: Desk, passphrase: Path, tmp_path: Path) -> None:
    """No case with these letters: status 2."""
    result = run(locked, "open", "ffff", str(tmp_path / "export"), "--passphrase-file", str(passphrase))
    assert result.exit_code == 2
    assert "No case" in result.output


def test_restore_brings_back_every_case(ada: Reviewer, reporter: Reporter, tmp_path: Path, passphrase: Path) -> None:
    """On an empty machine, from the saved file, syncing included."""
    reporter.tells("It happened.")
    desk = at_desk(tmp_path / "again", ada.office)
    result = run(desk, "restore", str(ada.copy), "--passphrase-file", str(passphrase))
    assert result.exit_code == 0, result.output
    assert "whole again" in result.output
    assert [row.id for row in desk.inbox()] == [reporter.case]
    desk.lock()


def test_restore_without_the_shelf_key_says_what_to_do(
    ada: Reviewer, ben: Reviewer, tmp_path: Path, passphrase: Path
) -> None:
    """It prints the words to read to a colleague."""
    ben.desk.sync()
    ben.copy.write_bytes(ben.desk.save_copy())
    desk = at_desk(tmp_path / "again", ada.office)
    result = run(desk, "restore", str(ben.copy), "--passphrase-file", str(passphrase))
    assert result.exit_code == 0, result.output
    ada.desk.sync()
    (request,) = ada.desk.pending()
    assert " ".join(request.words) in result.output
    desk.lock()


def test_address_leads_into_the_desk_once(locked: Desk) -> None:
    """The printed token is good for one entrance."""
    from portal.desk.web.tokens import redeem

    address = run(locked, "address").output.strip()
    assert address.startswith(f"{locked.settings.url}/enter?token=")
    token = address.rpartition("=")[2]
    assert redeem(locked.settings, token)
    assert not redeem(locked.settings, token)


def test_the_apps_commands_are_these(office: Office, tmp_path: Path) -> None:
    """All of them stand in the app, and building it makes no file."""
    from portal.desk import create_app
    from tests.desk.personas import desk_settings

    app = create_app(desk_settings(tmp_path / "none", office))
    assert {"init", "sync", "list", "open", "restore", "address", "route"} <= set(app.cli.commands)
    assert not (tmp_path / "none").exists()
