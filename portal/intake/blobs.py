"""Payloads that are too big for the database: files, always ciphertext, under random names.

Rules: a payload is complete and on the disk, and so is its name in the folder, before a row speaks of it; the time of
a file is the midnight of its day; nothing but these two folders is written to.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from portal.intake.refusals import Full

PIECE = 256 * 1024


class Blobs:
    """Two folders beside each other on one file system: `incoming` for what is under way, `blobs` for what arrived."""

    # What stays free for the database, its log and the operator.
    floor = 512 * 1024 * 1024

    def __init__(self, folder: Path) -> None:
        self.incoming = folder / "incoming"
        self.kept = folder / "blobs"

    def make_folders(self) -> None:
        """Make both folders, for this user only."""
        for folder in (self.incoming, self.kept):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def free(self) -> int:
        """Bytes that can still be taken in. Negative when the floor is passed."""
        return shutil.disk_usage(self.incoming).free - self.floor

    def check_room(self, size: int) -> None:
        """Raise Full if `size` more bytes would pass the floor."""
        if self.free() < size:
            raise Full

    def open_incoming(self, name: bytes) -> BinaryIO:
        """The payload under way with this id, made if it is not there; at its end."""
        descriptor = os.open(self._arriving(name), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return os.fdopen(descriptor, "ab")

    def arrived_size(self, name: bytes) -> int | None:
        """Bytes of a payload that is under way or was kept already, all of them durable; None if there is no file."""
        for path in (self._arriving(name), self._kept(name)):
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                os.fsync(descriptor)
                return os.fstat(descriptor).st_size
            finally:
                os.close(descriptor)
        return None

    def read_arrived(self, name: bytes) -> bytes:
        """A payload under way, whole: for small ones. Raises FileNotFoundError."""
        return self._arriving(name).read_bytes()

    def keep(self, name: bytes, day: date) -> None:
        """Move a complete payload from `incoming` to its place. Doing it again changes nothing.

        Raises FileNotFoundError if there is none.
        """
        source, target = self._arriving(name), self._kept(name)
        if source.exists():
            _set_day(source, day)
            _sync(source)
            os.rename(source, target)
            _sync(self.incoming)
        elif not target.exists():
            raise FileNotFoundError(target.name)
        _sync(self.kept)

    def write(self, name: bytes, payload: bytes, day: date) -> None:
        """Keep a payload that is in memory, under a new name."""
        with self.open_incoming(name) as file:
            file.write(payload)
        self.keep(name, day)

    def open_kept(self, name: bytes) -> BinaryIO:
        """A kept payload, to be read. Raises FileNotFoundError."""
        return self._kept(name).open("rb")

    def discard(self, name: bytes) -> None:
        """Remove the payload of this id, wherever it is."""
        self._arriving(name).unlink(missing_ok=True)
        self._kept(name).unlink(missing_ok=True)

    def all_days(self) -> Iterator[tuple[bytes, date]]:
        """Every payload that is under way or kept, with the day of its last change."""
        for folder in (self.incoming, self.kept):
            for entry in os.scandir(folder):
                try:
                    changed = entry.stat().st_mtime
                except FileNotFoundError:  # kept or removed by another request since its name was read
                    continue
                yield bytes.fromhex(entry.name), datetime.fromtimestamp(changed, UTC).date()

    def _arriving(self, name: bytes) -> Path:
        return self.incoming / name.hex()

    def _kept(self, name: bytes) -> Path:
        return self.kept / name.hex()


def blur_time(file: BinaryIO, day: date) -> None:
    """Give an open file the time of its day's midnight."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    os.utime(file.fileno(), (moment, moment))


def _set_day(path: Path, day: date) -> None:
    with path.open("rb") as file:
        blur_time(file, day)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
