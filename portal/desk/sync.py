"""Bringing the archive up to date, unlocked or locked: only the API key is needed, and nothing is opened.

Rules: what was written here goes out first. Then the digests of all days are compared and only days that differ are
read; only objects that are not here are fetched, small ones first, each checked against the list and kept in one
step. An interrupted fetch goes on where it stopped. The intake can add, withhold and forget; it cannot change or
remove what is here: each such attempt is an alarm.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from crypto import age
from crypto.errors import CryptoError
from portal.desk import files
from portal.desk.archive import Archive, Day, Listed, Written, check_id
from portal.desk.client import Client
from portal.desk.errors import Refused, Unreachable
from portal.desk.model import Alarm

HEADER_LIMIT = 1 << 20


@dataclass(slots=True)
class Visit:
    """What one visit brought: objects fetched and sent, days read, keys that came, alarms."""

    fetched: list[str] = field(default_factory=list)
    sent: int = 0
    days: int = 0
    wraps: list[str] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)


def visit(archive: Archive, client: Client) -> Visit:
    """One whole visit. Raises Unreachable or Refused when it could not be ended; what came until then is kept."""
    report = Visit()
    _send(archive, client, report)
    _read_days(archive, client, report)
    for day in archive.days():
        for row in sorted(day.objects, key=lambda row: row.size):
            if row.id not in day.gone and not archive.has(row.id):
                _fetch_or_tell(archive, client, row, report)
    _read_wraps(archive, client, report)
    report.alarms += standing_alarms(archive)
    return report


def standing_alarms(archive: Archive) -> Iterator[Alarm]:
    """What the lists themselves show, at any time: objects that the intake named once and names no more."""
    for day in archive.days():
        threads = {row.id: row.thread for row in day.objects}
        for object_id in day.gone:
            says = f"The intake listed this object on {day.day} and does not list it any more."
            yield Alarm("missing", object_id, says, threads.get(object_id))


def push(archive: Archive, client: Client) -> Visit:
    """Send what waits in the outbox, and nothing else."""
    report = Visit()
    _send(archive, client, report)
    return report


def _send(archive: Archive, client: Client, report: Visit) -> None:
    for batch in list(archive.outbox()):
        if batch.sent:
            continue
        try:
            for written in batch.objects:
                sealed = archive.object(written.id).read_bytes()
                query = f"?thread={written.thread}&audience={written.audience}"
                client.ask("PUT", f"/api/objects/{written.id}{query}", sealed)
                report.sent += 1
        except Refused as refusal:
            says = f"What was written here could not be sent. {refusal}"
            report.alarms += [Alarm("not sent", one.id, says, one.thread) for one in batch.objects]
            continue
        archive.mark_sent(batch)


def _read_days(archive: Archive, client: Client, report: Visit) -> None:
    served = client.ask_json("GET", "/api/days").get("days")
    if not isinstance(served, dict):
        raise Unreachable("The intake's list of days is not well formed.", "Tell an admin.")
    for day, about in sorted(served.items()):
        digest = str(about.get("digest") if isinstance(about, dict) else None)
        before = archive.day(day)
        if before is None or before.digest != digest:
            listed = client.ask_json("GET", f"/api/days/{day}")
            _take_day(archive, before, Day(day, digest, _rows(listed), ()), report)
            report.days += 1
    for day in archive.days():
        if day.day not in served and set(day.gone) != {row.id for row in day.objects}:
            archive.keep_day(Day(day.day, "", (), day.gone))
    _settle_outbox(archive, report)


def _rows(listed: dict[str, object]) -> tuple[Listed, ...]:
    rows = listed.get("objects")
    if not isinstance(rows, list):
        raise Unreachable("The intake's list of a day is not well formed.", "Tell an admin.")
    return tuple(Listed.read(row) for row in rows)


def _take_day(archive: Archive, before: Day | None, now: Day, report: Visit) -> None:
    """Keep a day's list. A row that changed under an id we hold does not replace the row we know.

    Such a day counts as not read: as long as the intake says otherwise, each visit tells it.
    """
    known = {row.id: row for row in before.objects} if before else {}
    rows, agreed = [], True
    for row in now.objects:
        old = known.get(row.id) or _as_here(archive, row)
        if row != old and archive.has(row.id):
            says = "The intake describes this object otherwise than the one kept here, which stays."
            report.alarms.append(Alarm("altered", row.id, says, old.thread))
            row, agreed = old, False
        rows.append(row)
    archive.keep_day(Day(now.day, now.digest if agreed else "", tuple(rows), ()))


def _as_here(archive: Archive, row: Listed) -> Listed:
    """A row that is new, as it would have to be for what was written here."""
    if not archive.has(row.id):
        return row
    path = archive.object(row.id)
    return replace(row, size=path.stat().st_size, header=_header_of(path))


def _header_of(path: Path) -> str:
    """SHA-256 of a sealed file's header, as lists have it. Raises crypto.errors.CryptoError."""
    with path.open("rb") as source:
        return hashlib.sha256(age.split(source.read(HEADER_LIMIT))[0]).hexdigest()


def _settle_outbox(archive: Archive, report: Visit) -> None:
    """Forget batches that the intake lists; complain about what it took and does not list."""
    listed = {row.id for day in archive.days() for row in day.objects if row.id not in day.gone}
    for batch in list(archive.outbox()):
        missing = [written for written in batch.objects if written.id not in listed]
        if not missing and batch.sent:
            archive.forget_batch(batch)
        elif batch.sent:
            report.alarms += [_not_listed(written) for written in missing]


def _not_listed(written: Written) -> Alarm:
    says = "The intake took what was written here, and does not list it."
    return Alarm("missing", written.id, says, written.thread)


def _fetch_or_tell(archive: Archive, client: Client, row: Listed, report: Visit) -> None:
    """One object that breaks off must not keep all later ones away; a line that is down ends the visit."""
    try:
        _fetch(archive, client, row, report)
    except Unreachable:
        client.hello()
        says = "This object breaks off while the intake sends it. What came is kept; the next visit goes on there."
        report.alarms.append(Alarm("missing", row.id, says, row.thread))


def _fetch(archive: Archive, client: Client, row: Listed, report: Visit) -> None:
    """Fetch one object and keep it if it is what the list says."""
    part = archive.part(row.id)
    files.folder(part.parent)
    have = part.stat().st_size if part.exists() else 0
    if have < row.size:
        try:
            _continue(client, row, archive, have)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            says = "The intake lists this object and does not hand it out."
            report.alarms.append(Alarm("missing", row.id, says, row.thread))
            return
    fault = _fault(archive, row)
    if fault:
        part.unlink(missing_ok=True)
        report.alarms.append(Alarm("altered", row.id, fault, row.thread))
        return
    final = archive.object(row.id)
    files.folder(final.parent)
    os.replace(part, final)
    files.settle(final.parent)
    report.fetched.append(row.id)


def _continue(client: Client, row: Listed, archive: Archive, have: int) -> None:
    with (
        client.download(f"/api/objects/{row.id}", have) as (start, pieces),
        files.private(archive.part(row.id), append=start > 0) as sink,
    ):
        size = start
        for piece in pieces:
            size += len(piece)
            if size > row.size:
                break
            sink.write(piece)
        sink.flush()
        os.fsync(sink.fileno())


def _fault(archive: Archive, row: Listed) -> str | None:
    """Why the fetched bytes are not the listed object, or None."""
    part = archive.part(row.id)
    if part.stat().st_size != row.size:
        return "The intake handed out an object of another size than it lists."
    try:
        header = _header_of(part)
    except CryptoError:
        return "The intake handed out something that is not a sealed file."
    return None if header == row.header else "The intake handed out an object with another header than it lists."


def _read_wraps(archive: Archive, client: Client, report: Visit) -> None:
    """Fetch wraps that are new or were re-sealed. Whether they open is seen when the desk is unlocked."""
    served = client.ask_json("GET", "/api/wraps").get("wraps")
    if not isinstance(served, dict):
        raise Unreachable("The intake's list of keys is not well formed.", "Tell an admin.")
    here = {hashlib.sha256(sealed).hexdigest() for sealed in (*archive.wraps().values(), *archive.new_wraps().values())}
    for epoch, about in served.items():
        expected = about.get("sha256") if isinstance(about, dict) else None
        if expected in here:
            continue
        sealed = client.ask("GET", f"/api/wraps/{check_id(epoch)}")
        if hashlib.sha256(sealed).hexdigest() == expected:
            archive.keep_wrap(epoch, sealed)
            report.wraps.append(epoch)
        else:
            report.alarms.append(Alarm("altered", None, "The intake handed out another wrap than it lists."))
