"""docs/key-ceremony.md, followed line by line: its commands exist, take these options, and do what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner, Result

from portal.desk.cli import commands
from portal.desk.desk import Desk
from tests.desk.personas import PASSPHRASE, Office, Reporter, Reviewer, at_desk

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "key-ceremony.md").read_text(encoding="utf-8")
LINES = re.findall(r"^ {4,}flask --app app:(\w+) (.+)$", PAGE, re.MULTILINE)


def line(site: str, name: str) -> list[str]:
    """The page's line for a command, as words."""
    (found,) = [shlex.split(text) for where, text in LINES if where == site and text.split()[0] == name]
    return found


def at(desk: Desk, words: list[str], **values: str) -> Result:
    """Type the page's line at a desk, with real values for the words in capitals."""
    name, *arguments = [values.get(word, word) for word in words]
    (command,) = [one for one in commands(desk) if one.name == name]
    return CliRunner().invoke(command, arguments)


def test_every_command_of_the_page_exists(office: Office, tmp_path: Path) -> None:
    """No line of the page names something that is not there."""
    desk = {command.name for command in commands(at_desk(tmp_path / "none", office))}
    intake = set(office.app.cli.commands)
    assert LINES
    for site, text in LINES:
        assert text.split()[0] in (desk if site == "desk" else intake), text


def test_the_first_day_as_the_page_has_it(empty_office: Office, tmp_path: Path) -> None:
    """The code that the intake's command prints founds the organisation; the copy brings everything back."""
    (printed,) = [
        empty_office.app.test_cli_runner().invoke(args=shlex.split(text)).output.strip()
        for where, text in LINES
        if where == "intake"
    ]
    passphrase, copy = tmp_path / "passphrase", tmp_path / "copy"
    passphrase.write_text(PASSPHRASE + "\n")
    values = {"FILE": str(passphrase), "COPY": str(copy)}
    desk = at_desk(tmp_path / "ada", empty_office)
    founded = at(desk, line("desk", "init"), CODE=printed, **values)
    assert founded.exit_code == 0, founded.output
    reporter = Reporter(empty_office)
    reporter.tells("It happened.")
    desk.lock()
    again = at_desk(tmp_path / "again", empty_office)
    restored = at(again, line("desk", "restore"), **values)
    assert restored.exit_code == 0, restored.output
    assert again.case(reporter.case).messages[0].text == "It happened."
    again.lock()


def test_a_lost_machine_with_others_there_as_the_page_has_it(
    ada: Reviewer, ben: Reviewer, reporter: Reporter, tmp_path: Path
) -> None:
    """Words are printed, a colleague who is no admin compares and admits, `sync` ends it."""
    reporter.tells("It happened.")
    ada.desk.sync()
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    ada.copy.write_bytes(ada.desk.save_copy())
    again = at_desk(tmp_path / "again", ada.office)
    printed = at(again, line("desk", "restore"), COPY=str(ada.copy), FILE=str(passphrase))
    assert printed.exit_code == 0, printed.output
    ben.desk.sync()
    (request,) = ben.desk.pending()
    assert " ".join(request.words) in printed.output
    ben.desk.admit(request.id, ())
    synced = at(again, line("desk", "sync"))
    assert synced.exit_code == 0, synced.output
    assert again.case(reporter.case).messages[0].text == "It happened."
    assert again.people()
    again.lock()
