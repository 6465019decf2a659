"""The command `route`, to be added to a Flask command group: `flask --app app:desk route FILE --json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from portal.mechanisms.cli import RouteInputError, route_json


def warn(sentence: str) -> None:
    click.echo(f"warning: {sentence}", err=True)


def read(file: str) -> str:
    """The text of a file, or of standard input for "-". Raises RouteInputError with a sentence."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise RouteInputError(f"{file} cannot be read: {error.strerror}.") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RouteInputError(f"{'Standard input' if file == '-' else file} is not text in UTF-8.") from None


def as_text(answer: str) -> str:
    """The same answer for reading: one mechanism a line, then why and what is missing."""
    given = json.loads(answer)
    cases = given if given and isinstance(given[0], list) else [given]
    lines = []
    for items in cases:
        for item in items:
            lines.append(f"{item['role']:<9} {item['id']}: {item['kind']}")
            lines += [f"          because: {reason}" for reason in item["reasons"]]
            lines += [f"          missing: {missing}" for missing in item["missing"]]
        lines.append("")
    return "\n".join(lines).rstrip("\n")


@click.command("route")
@click.argument("file")
@click.option("--json", "json_output", is_flag=True, help="Print JSON and nothing else.")
def route(file: str, json_output: bool) -> None:
    """Say which mechanisms can act on the case, or list of cases, in FILE (JSON; "-" reads standard input).

    Needs no settings, database, identity or network. Unknown codes are warned about; what cannot be read ends with
    status 2.
    """
    try:
        answer = route_json(read(file), warn)
    except RouteInputError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(2) from None
    click.echo(answer if json_output else as_text(answer))
