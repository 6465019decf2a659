"""When an unlocked desk locks itself: fifteen minutes after the last touch, by either of two clocks.

The monotonic clock cannot be set back; the wall clock goes on while the machine sleeps. Whichever says that the time
is over is believed, and so is a wall clock that was set back by more than a minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

IDLE_SECONDS = 15 * 60.0
SET_BACK_SECONDS = 60.0
LOOK_SECONDS = 15.0


class AutoLock:
    """Counts the time since the last touch, and calls `lock` when it is over."""

    def __init__(
        self,
        lock: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._lock = lock
        self._monotonic, self._wall = monotonic, wall
        self._touched = (monotonic(), wall())
        self._ended = threading.Event()

    def touch(self) -> None:
        """Somebody is here. Does not revive a desk whose time is over."""
        if not self.over:
            self._touched = (self._monotonic(), self._wall())

    @property
    def over(self) -> bool:
        idle, passed = self._monotonic() - self._touched[0], self._wall() - self._touched[1]
        return idle >= IDLE_SECONDS or passed >= IDLE_SECONDS or passed < idle - SET_BACK_SECONDS

    def watch(self) -> None:
        """Look from time to time, so that keys leave the memory also when nobody comes."""
        threading.Thread(target=self._look, name="desk-autolock", daemon=True).start()

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            if self.over:
                self._lock()
                return
