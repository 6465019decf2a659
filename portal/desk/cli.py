"""The desk's commands: `flask --app app:desk init | sync | list | open | restore | address | route`.

Rules: no secret stands in an argument: the passphrase comes from UNHINDERED_PASSPHRASE_FILE, from a file that is
named, or from the terminal. What cannot be done is a sentence on standard error and status 1; what was asked in a
way that cannot be understood, status 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from portal.desk import files
from portal.desk.desk import Desk
from portal.desk.errors import DeskError
from portal.desk.export import write_case
from portal.desk.model import Alarm, SyncReport
from portal.mechanisms.command import route

CASE_DIGITS = 8
COPY_NAME = "identity-copy.age"


def commands(desk: Desk) -> list[click.Command]:
    """Every command of this desk. `route` needs no desk at all."""
    make: list[Callable[[Desk], click.Command]] = [_init, _sync, _list, _open, _restore, _address]
    return [*(one(desk) for one in make), route]


def _init(desk: Desk) -> click.Command:
    @click.command("init")
    @click.option("--name", required=True, help="Your name, as colleagues will see it.")
    @click.option("--passphrase-file", type=_file(), help="A file whose first line is your new passphrase.")
    @click.option("--code", required=True, help="The one-time code that the intake printed.")
    @click.option("--copy", "place", type=_new_file(), help="Where to save the identity file [identity-copy.age].")
    def init(name: str, passphrase_file: Path | None, code: str, place: Path | None) -> None:
        """Found the organisation: make the first admin-and-reviewer and publish the first intake key.

        The copy brings this desk back after a loss. Keep it on another medium than this machine; where no place is
        named, it is saved in the data folder, outside the desk's own, and has to be moved away by hand.
        """
        copy = place or desk.settings.data / COPY_NAME
        with _sentences():
            passphrase = _passphrase(desk, passphrase_file, new=True)
            if desk.unfinished == "founding":
                desk.unlock(passphrase)
            founding = desk.founding or desk.found(name, passphrase, code)
            _save_copy(copy, founding.copy())
            founding.finish(copy.read_bytes())
            click.echo(f"Ready. The identity file is saved at {copy}: move it to a place away from this machine.")
            click.echo(f"Fingerprint: {' '.join(founding.words)}")

    return init


def _sync(desk: Desk) -> click.Command:
    @click.command("sync")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
    def sync(as_json: bool) -> None:
        """Fetch what is new from the intake and send what waits. Needs no passphrase; opens nothing."""
        with _sentences():
            report = desk.sync()
        _tell(report, as_json)

    return sync


def _list(desk: Desk) -> click.Command:
    @click.command("list")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
    @click.option("--passphrase-file", type=_file(), help="A file whose first line is your passphrase.")
    def list_cases(as_json: bool, passphrase_file: Path | None) -> None:
        """List the cases that are here."""
        with _unlocked(desk, passphrase_file):
            rows, alarms = desk.inbox(), desk.alarms()
        if as_json:
            click.echo(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=True))
            return
        for row in rows:
            marks = [row.country or "--", row.status, *(["DANGER"] if row.danger else []), *row.acts]
            click.echo(f"{row.id[:CASE_DIGITS]}  {row.last_day}  {'  '.join(marks)}")
        _warn(alarms)

    return list_cases


def _open(desk: Desk) -> click.Command:
    @click.command("open")
    @click.argument("case")
    @click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
    @click.option("--passphrase-file", type=_file(), help="A file whose first line is your passphrase.")
    def open_case(case: str, folder: Path, passphrase_file: Path | None) -> None:
        """Write CASE (the first letters of its id) and its files, readable, into the new FOLDER."""
        with _unlocked(desk, passphrase_file):
            if folder.exists() and any(folder.iterdir()):
                raise click.UsageError(f"{folder} is not empty. Name a new folder.")
            found = [row.id for row in desk.inbox() if row.id.startswith(case.lower())]
            if len(found) != 1:
                how_many = "No case" if not found else "More than one case"
                raise click.UsageError(f"{how_many} here begins with {case}. See `list`.")
            opened = desk.open_case(found[0])
            written = write_case(desk, opened, folder)
        click.echo(f"{written} files are in {folder}. They are not sealed: remove them when they are not needed.")
        _warn(opened.alarms)

    return open_case


def _restore(desk: Desk) -> click.Command:
    @click.command("restore")
    @click.argument("file", type=_file())
    @click.option("--passphrase-file", type=_file(), help="A file whose first line is the passphrase.")
    def restore(file: Path, passphrase_file: Path | None) -> None:
        """Bring a saved identity FILE back on an empty machine, with every case."""
        with _sentences():
            desk.restore(file.read_bytes(), _passphrase(desk, passphrase_file))
            report = desk.sync()
            waiting = desk.waiting_words
        _tell(report, as_json=False)
        if waiting:
            click.echo("This desk asked for the keys. Read these words to a colleague, who then admits it:")
            click.echo(" ".join(waiting))
            click.echo("Then run `sync`.")
        else:
            click.echo("This desk is whole again.")

    return restore


def _address(desk: Desk) -> click.Command:
    @click.command("address")
    def address() -> None:
        """Print an address under which a browser on this machine enters the desk, once."""
        from portal.desk.web.tokens import issue

        click.echo(f"{desk.settings.url}/enter?token={issue(desk.settings)}")

    return address


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except DeskError as error:
        click.echo(f"{error} {error.hint}".strip(), err=True)
        raise click.exceptions.Exit(1) from None


@contextmanager
def _unlocked(desk: Desk, passphrase_file: Path | None) -> Iterator[None]:
    with _sentences():
        desk.unlock(_passphrase(desk, passphrase_file))
        try:
            yield
        finally:
            desk.lock()


def _passphrase(desk: Desk, named: Path | None, *, new: bool = False) -> str:
    file = named or desk.settings.passphrase_file
    if file is None:
        return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True))
    try:
        return file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"The passphrase cannot be read from {file}.") from None


def _save_copy(path: Path, data: bytes) -> None:
    try:
        files.write(path, data)
    except OSError as error:
        raise DeskError(
            f"The identity file cannot be saved at {path}: {error.strerror}.", "Name another place."
        ) from None


def _tell(report: SyncReport, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(report), indent=1))
        return
    click.echo(f"Fetched {report.fetched}, sent {report.sent}.")
    _warn(report.alarms)


def _warn(alarms: tuple[Alarm, ...]) -> None:
    for alarm in alarms:
        where = f" (case {alarm.case[:CASE_DIGITS]})" if alarm.case else ""
        click.echo(f"ALARM, {alarm.kind}{where}: {alarm.says}", err=True)


def _file() -> click.Path:
    return click.Path(path_type=Path, exists=True, dir_okay=False)


def _new_file() -> click.Path:
    return click.Path(path_type=Path, dir_okay=False)
