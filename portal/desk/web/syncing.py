"""Visits to the intake that a page starts: at most one at a time, never holding a page up for long.

A desk that cannot reach the intake still shows what it has; the line on every page says so.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from portal.desk.desk import Desk
from portal.desk.errors import DeskError
from portal.desk.model import Alarm

EVERY = 60.0
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class SyncLine:
    """What the page says: `ago` in whole minutes, None before the first visit that succeeded."""

    running: bool
    ago: int | None
    trouble: DeskError | None
    alarms: tuple[Alarm, ...]


class Syncing:
    """Starts `Desk.sync` in a thread of its own and remembers how it went."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._tried: float | None = None
        self._succeeded: float | None = None
        self._trouble: DeskError | None = None
        self._alarms: tuple[Alarm, ...] = ()

    def start(self, patience: float = PATIENCE) -> None:
        """Begin a visit unless one is under way, and wait at most `patience` seconds for its end."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._tried = time.monotonic()
                self._thread = threading.Thread(target=self._visit, name="desk-sync", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(patience)

    def start_if_due(self) -> None:
        """The same, when the last visit began more than a minute ago."""
        if self._tried is None or time.monotonic() - self._tried > EVERY:
            self.start()

    def _visit(self) -> None:
        try:
            report = self._desk.sync()
        except DeskError as error:
            self._trouble = error
        else:
            self._trouble, self._succeeded = None, time.monotonic()
            # A case's alarms stand in the case; what concerns the whole desk is said on every page.
            self._alarms = tuple(alarm for alarm in report.alarms if alarm.case is None)

    def line(self) -> SyncLine:
        running = self._thread is not None and self._thread.is_alive()
        ago = None if self._succeeded is None else int((time.monotonic() - self._succeeded) // 60)
        return SyncLine(running, ago, self._trouble, self._alarms)
