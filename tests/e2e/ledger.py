"""What reporters attempted, and what was confirmed to them: compared with what the desk can open after a fault."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from portal.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Told:
    """One report: its case, what it tells, and the bytes of its file by name."""

    case: str
    text: str
    files: dict[str, bytes]


@dataclass(slots=True)
class Ledger:
    """Written by several reporters at once. A report is attempted before it is sent, confirmed by its receipt page."""

    attempted: dict[str, Told] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, told: Told) -> None:
        with self._lock:
            self.attempted[told.case] = told

    def confirm(self, told: Told) -> None:
        with self._lock:
            self.confirmed.append(told.case)

    def check(self, desk: Desk) -> None:
        """What was confirmed is there once and opens; what is there was attempted, and is whole."""
        report = desk.sync()
        assert report.alarms == ()
        present = {summary.id for summary in desk.inbox()}
        assert set(self.confirmed) - present == set(), "lost: confirmed and not there"
        assert present - set(self.attempted) == set(), "phantom: there and never attempted"
        for case in sorted(present):
            self._check_case(desk, self.attempted[case])
        assert desk.alarms() == ()

    def _check_case(self, desk: Desk, told: Told) -> None:
        case = desk.case(told.case)
        assert [alarm.says for alarm in case.alarms] == []
        reports = [message for message in case.messages if message.who == "reporter"]
        assert Counter(message.content["told"] for message in reports) == Counter([told.text])
        found = {}
        for file in reports[0].files:
            found[file.name] = b"".join(desk.open_file(told.case, file.object).chunks)
        assert found == told.files
