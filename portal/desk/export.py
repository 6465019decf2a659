"""A case written into a folder because a person asked for it: readable, so no longer protected by this program.

Rules: the folder is private to its owner; names are safe and never overwrite each other; a file whose seal or hash is
wrong leaves nothing behind.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from portal import questions
from portal.desk import files
from portal.desk.model import Case

if TYPE_CHECKING:
    from portal.desk.desk import Desk


def write_case(desk: Desk, case: Case, folder: Path) -> int:
    """Write `case.txt` and the case's files; gives how many files were written. Raises DeskError."""
    files.folder(folder)
    files.write(folder / "case.txt", _text(case).encode())
    taken = {"case.txt"}
    for file in case.files:
        opened = desk.open_file(case.summary.id, file.object)
        name = _free(opened.name, taken)
        path = folder / name
        try:
            with files.private(path) as sink:
                for chunk in opened.chunks:
                    sink.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return len(taken)


def _free(name: str, taken: set[str]) -> str:
    """A name that no other file of the folder has, also where capitals do not count."""
    stem, dot, ending = name.rpartition(".")
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"
    taken.add(candidate.casefold())
    return candidate


def _text(case: Case) -> str:
    """The case for reading: the answers, then the thread, then what is wrong with it."""
    lines = [f"Case {case.summary.id}", f"Day: {case.summary.day}", f"Status: {case.summary.status}", ""]
    for answer in questions.describe(case.report):
        lines += [f"{answer.label}:", *(f"  {value}" for value in answer.values)]
    for message in case.messages:
        lines += ["", f"{message.day}  {message.who_name}  {message.kind}", message.text]
        lines += [f"  file: {file.name} ({file.size} bytes)" for file in message.files]
    lines += ["", *(f"ALARM, {alarm.kind}: {alarm.says}" for alarm in case.alarms)]
    return "\n".join(lines).rstrip() + "\n"
