"""Turn a list of mechanisms (JSON) into the catalogue's files, one a mechanism, checked against the schema.

    python -m tools.import_mechanisms mechanisms.json [folder]

Nothing is dropped and nothing added: a channel's status "sourced (older guide)" becomes the status "sourced" with the
note "older guide". Files that already hold the same facts are left alone. Existing files that differ are refused
unless --replace is given: corrections made by hand would be lost.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from portal.mechanisms.catalogue import FOLDER, CatalogueError, read_mechanism
from portal.mechanisms.schema import LISTS, SCHEMA, TABLES

NOT_LISTED = ("not listed here", "not listed")
STATUS = re.compile(r"(sourced|partly sourced|legacy|inferred|unverified)(?:[:\s]+(?P<note>.*))?", re.DOTALL)


def toml_text(value: str) -> str:
    """A TOML basic string. JSON's escapes are a subset of TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def toml_list(values: list[str]) -> str:
    return "[]" if not values else "[\n" + "".join(f"  {toml_text(value)},\n" for value in values) + "]"


def split_status(status: str) -> tuple[str, str]:
    """("sourced", "older guide") from "sourced (older guide)". Raises ValueError for a status nobody knows."""
    if status in NOT_LISTED:
        return "not listed", ""
    found = STATUS.fullmatch(status)
    if not found:
        raise ValueError(f"the channel status {status!r} is not known")
    note = (found["note"] or "").strip()
    return found[1], note[1:-1] if note.startswith("(") and note.endswith(")") else note


def channel_lines(channel: dict[str, str]) -> list[str]:
    status, note = split_status(channel["status"])
    lines = ["", "[[channels]]", f"type = {toml_text(channel['type'])}", f"value = {toml_text(channel['value'])}"]
    lines.append(f"status = {toml_text(status)}")
    if note:
        lines.append(f"status_note = {toml_text(note)}")
    if "last_verified" in channel:
        lines.append(f"last_verified = {channel['last_verified']}")
    return lines


def as_toml(entry: dict[str, Any]) -> str:
    """One mechanism as the text of its file."""
    lines = [f"schema = {toml_text(SCHEMA)}"]
    for key in ("id", "name", "category", "confidence", "mandate", "protects", "urgency_handling", "follow_up"):
        lines.append(f"{key} = {toml_text(entry[key])}")
    lines += [f"{key} = {toml_list(entry[key])}" for key in LISTS]
    lines += [f"{key} = []" for key in ("channels", "sources") if not entry[key]]
    for key in TABLES:
        lines += ["", f"[{key}]", *(f"{name} = {toml_text(value)}" for name, value in entry[key].items())]
    for channel in entry["channels"]:
        lines += channel_lines(channel)
    for source in entry["sources"]:
        lines += ["", "[[sources]]", *(f"{key} = {toml_text(value)}" for key, value in source.items())]
    return "\n".join(lines) + "\n"


def write_catalogue(source: Path, folder: Path, *, replace: bool) -> int:
    """Write every mechanism of `source` into `folder`; the number of files written."""
    written = 0
    for entry in json.loads(source.read_text(encoding="utf-8"))["mechanisms"]:
        path = folder / f"{entry['id']}.toml"
        text = as_toml(entry)
        read_mechanism(text, path.name)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if path.exists() and not replace:
            raise ValueError(f"{path.name} exists and holds something else; give --replace to write over it")
        path.write_text(text, encoding="utf-8")
        written += 1
    return written


def main() -> int:
    parser = argparse.ArgumentParser(description="Turn a list of mechanisms into the catalogue's files.")
    parser.add_argument("source", type=Path, help="JSON with a list under the key mechanisms")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--replace", action="store_true", help="write over files that hold something else")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        written = write_catalogue(options.source, options.folder, replace=options.replace)
    except (OSError, ValueError, KeyError, CatalogueError) as error:
        print(f"Nothing more was written: {error}", file=sys.stderr)
        return 2
    print(f"{written} files written to {options.folder}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
