"""The archive: a folder of age files as they came, and how far reading the intake has come.

    days/<day>.json        the day's list as the intake last told it; a day whose list stands here is known
    objects/<aa>/<id>.age  sealed objects, byte for byte; a name appears only when all its bytes are on the disk
    parts/<id>.part        an object still arriving; the next sync goes on where it ends
    wraps/<epoch>.age      private halves of intake keys, sealed to the reviewers' shelf keys (.new: not opened yet)
    outbox/<name>.json     what was written here and not yet heard of in the intake's lists

Rules: nothing decrypted is ever written; an object is never changed or removed because the intake says otherwise.
A crash at any moment loses nothing that was here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crypto import age
from crypto.padding import padded_file_size
from portal.desk import files
from portal.desk.errors import Untrusted

# What a reporter may attach ends well below: a list cannot make a desk fill its disk with one object.
_LARGEST = age.sealed_size(padded_file_size(1 << 30))
_ID = re.compile(r"[0-9a-f]{32}")
_THREAD = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as the intake lists it. `epoch` is the sender's claim and a hint only; `header` a SHA-256."""

    id: str
    thread: str
    audience: str
    size: int
    epoch: str | None
    header: str

    @classmethod
    def read(cls, value: Any) -> Listed:
        """Check one row of a day's list. Raises Untrusted."""
        try:
            row = cls(**{name: value[name] for name in cls.__slots__})
            if not row._well_formed():
                raise ValueError("not a row")
        except (KeyError, TypeError, ValueError):
            raise Untrusted("The intake's list of a day is not well formed.", "Tell an admin.") from None
        return row

    def _well_formed(self) -> bool:
        ids = [self.id] if self.epoch is None else [self.id, self.epoch]
        return (
            all(_ID.fullmatch(text) for text in ids)
            and all(_THREAD.fullmatch(text) for text in (self.thread, self.header))
            and self.audience in ("desk", "reporter")
            and type(self.size) is int
            and 0 < self.size <= _LARGEST
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One day's list. `gone` are ids that it named once and names no more."""

    day: str
    digest: str
    objects: tuple[Listed, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """An object written at this desk. Until the intake lists it, it stands in the outbox."""

    id: str
    thread: str
    audience: str
    epoch: str | None
    day: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Objects that go out together, in order. `sent` once the intake has taken them all."""

    name: str
    sent: bool
    objects: tuple[Written, ...]


def check_id(text: str) -> str:
    """An object's id, or Untrusted: ids become file names here."""
    if not _ID.fullmatch(text):
        raise Untrusted("The intake named an object in a way that it never does.", "Tell an admin.")
    return text


class Archive:
    """The folder. Made on first writing; safe to open while another thread reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    # Days.
    def days(self) -> list[Day]:
        """Every known day, oldest first."""
        known = (self.day(path.stem) for path in sorted((self.path / "days").glob("*.json")))
        return [day for day in known if day]

    def day(self, day: str) -> Day | None:
        if not _DAY.fullmatch(day):
            raise Untrusted("The intake named a day in a way that it never does.", "Tell an admin.")
        value = files.read_json(self.path / "days" / f"{day}.json")
        if value is None:
            return None
        return Day(day, value["digest"], tuple(Listed.read(row) for row in value["objects"]), tuple(value["gone"]))

    def keep_day(self, day: Day) -> None:
        """Take over a day's list; objects it named before stay known, and are marked as gone."""
        before = self.day(day.day)
        listed = {row.id for row in day.objects}
        lost = [row for row in before.objects if row.id not in listed] if before else []
        value = {
            "v": 1,
            "digest": day.digest,
            "objects": [asdict(row) for row in (*day.objects, *lost)],
            "gone": sorted({*(row.id for row in lost), *day.gone}),
        }
        files.write_json(self.path / "days" / f"{day.day}.json", value)

    # Objects.
    def object(self, object_id: str) -> Path:
        return self.path / "objects" / check_id(object_id)[:2] / f"{object_id}.age"

    def part(self, object_id: str) -> Path:
        return self.path / "parts" / f"{check_id(object_id)}.part"

    def has(self, object_id: str) -> bool:
        return self.object(object_id).exists()

    def keep(self, object_id: str, sealed: bytes) -> None:
        files.write(self.object(object_id), sealed)

    # Wraps. A new one waits beside the one that opened until it was opened itself: the intake cannot spoil a key.
    def wraps(self) -> dict[str, bytes]:
        """Sealed private halves that are in use, by epoch."""
        return {path.stem: path.read_bytes() for path in sorted((self.path / "wraps").glob("*.age"))}

    def new_wraps(self) -> dict[str, bytes]:
        """Wraps that came instead of those in use and were not tried yet, or did not open."""
        return {path.stem: path.read_bytes() for path in sorted((self.path / "wraps").glob("*.new"))}

    def keep_wrap(self, epoch: str, sealed: bytes) -> None:
        known = (self.path / "wraps" / f"{check_id(epoch)}.age").exists()
        files.write(self.path / "wraps" / f"{epoch}.{'new' if known else 'age'}", sealed)

    def use_wrap(self, epoch: str, sealed: bytes) -> None:
        """Put a wrap that was opened in the place of the one in use."""
        files.write(self.path / "wraps" / f"{check_id(epoch)}.age", sealed)
        (self.path / "wraps" / f"{epoch}.new").unlink(missing_ok=True)

    def stamp(self) -> frozenset[tuple[str, int]]:
        """What changes whenever the days or the outbox change, also by the hand of another process."""
        paths = [*(self.path / "days").glob("*.json"), *(self.path / "outbox").glob("*.json")]
        return frozenset((path.name, path.stat().st_mtime_ns) for path in paths)

    # Outbox.
    def write_out(self, batch: Sequence[tuple[Written, bytes]]) -> None:
        """Keep sealed objects and remember to send them: all of them, or, after a crash, none."""
        for written, sealed in batch:
            self.keep(written.id, sealed)
        number = max((int(one.name[:8]) for one in self.outbox()), default=0) + 1
        # A command and a desk that is being served may write at the same moment: each name is its own.
        name = f"{number:08d}-{secrets.token_hex(4)}"
        self._keep_batch(Batch(name, False, tuple(written for written, _ in batch)))

    def outbox(self) -> Iterator[Batch]:
        """Batches in the order of writing."""
        for path in sorted((self.path / "outbox").glob("*.json")):
            value = files.read_json(path)
            if value:
                yield Batch(path.stem, value["sent"], tuple(Written(**one) for one in value["objects"]))

    def mark_sent(self, batch: Batch) -> None:
        self._keep_batch(Batch(batch.name, True, batch.objects))

    def forget_batch(self, batch: Batch) -> None:
        """Remove a batch whose objects all stand in the intake's lists now."""
        self._batch(batch.name).unlink(missing_ok=True)

    def _keep_batch(self, batch: Batch) -> None:
        value = {"v": 1, "sent": batch.sent, "objects": [asdict(one) for one in batch.objects]}
        files.write_json(self._batch(batch.name), value)

    def _batch(self, name: str) -> Path:
        return self.path / "outbox" / f"{name}.json"
