"""What the desk knows while it is unlocked: every object of the archive, opened once, and every thread, checked.

Rules: it lives in memory only and is built anew from the archive at each unlocking; a thread is judged again when
something of it changes, and not before.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from crypto.hybrid import HybridIdentity
from portal.desk.archive import Archive, Written
from portal.desk.checking import Checked, Known, Objects, Place, check
from portal.desk.opening import SealedFile, open_one
from portal.threads import Alarm, Entry

TEAM_KINDS = ("person", "shelf")


class Index:
    """Opened objects and checked threads of one instance (hexadecimal id)."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._known = Known({}, 0, {})
        self._places: dict[str, Place] = {}
        self._threads: dict[str, set[str]] = {}
        self._entries: dict[str, Entry] = {}
        self._files: dict[str, SealedFile] = {}
        self._epochs: dict[str, str] = {}
        self._faults: dict[str, Alarm] = {}
        self._twice: dict[str, dict[str, Place]] = {}
        self._checked: dict[str, Checked] = {}

    def read(
        self, archive: Archive, live: Mapping[str, HybridIdentity], written: Iterable[Written] | None = None
    ) -> None:
        """Open what is new in the archive, and what did not open before; or only what was written here just now."""
        for object_id, place in _listed(archive) if written is None else map(_place, written):
            for_us = self._take(object_id, place) and place.audience == "desk"
            if for_us and self._wants(object_id) and archive.has(object_id):
                self._open(object_id, archive, live)

    def know(self, known: Known) -> None:
        """Take over what the directory says; threads are judged anew when it says something else."""
        if known != self._known:
            self._known = known
            self._checked.clear()

    def cases(self) -> list[str]:
        """Ids of all threads but those in which desks speak about themselves."""
        return sorted(thread for thread in self._threads if not self._is_team(thread))

    def has(self, thread: str) -> bool:
        return thread in self._threads and not self._is_team(thread)

    def sealed_to(self) -> Counter[str]:
        """How many objects each intake key opens."""
        return Counter(self._epochs.values())

    def team_entries(self) -> list[Entry]:
        """What desks wrote to each other about people, checked as any other thread."""
        return [entry for thread in self._threads if self._is_team(thread) for entry in self.checked(thread).entries]

    def lent_rosters(self) -> list[bytes]:
        """Headers of the roster that colleagues re-sealed for a restored desk. Not verified: see `Standing`."""
        headers = (entry.message.content.get("roster") for entry in self._entries.values())
        return [bytes.fromhex(header) for header in headers if isinstance(header, str) and _is_hex(header)]

    def checked(self, thread: str) -> Checked:
        """One thread, judged; kept until something of it changes."""
        if thread not in self._checked:
            self._checked[thread] = check(thread, self._objects(thread), self._instance, self._known)
        return self._checked[thread]

    def _take(self, object_id: str, place: Place) -> bool:
        """Note where an object stands. False when it already stands in another thread: that is an alarm there."""
        known = self._places.get(object_id)
        if known is not None and known.thread != place.thread:
            if self._twice.setdefault(place.thread, {}).setdefault(object_id, place) is place:
                self._threads.setdefault(place.thread, set())
                self._checked.pop(place.thread, None)
            return False
        if known is None or known.size is None:
            self._places[object_id] = place
            self._threads.setdefault(place.thread, set()).add(object_id)
            self._checked.pop(place.thread, None)
        return True

    def _wants(self, object_id: str) -> bool:
        fault = self._faults.get(object_id)
        return object_id not in self._epochs and (fault is None or fault.kind == "unreadable")

    def _open(self, object_id: str, archive: Archive, live: Mapping[str, HybridIdentity]) -> None:
        found = open_one(object_id, archive.object(object_id), live, self._places[object_id].hint)
        before = self._faults.pop(object_id, None)
        if isinstance(found, Alarm):
            self._faults[object_id] = found
        elif isinstance(found, SealedFile):
            self._files[object_id], self._epochs[object_id] = found, found.epoch
        else:
            self._entries[object_id], self._epochs[object_id] = found
        if found != before:
            self._checked.pop(self._places[object_id].thread, None)

    def _objects(self, thread: str) -> Objects:
        here = sorted(self._threads[thread])
        places = {object_id: self._places[object_id] for object_id in here}
        twice = self._twice.get(thread, {})
        says = "The intake lists the same object in two threads."
        faults = [self._faults[object_id] for object_id in here if object_id in self._faults]
        return Objects(
            places=places,
            entries=tuple(self._entries[object_id] for object_id in here if object_id in self._entries),
            files={object_id: self._files[object_id] for object_id in here if object_id in self._files},
            epochs={object_id: self._epochs[object_id] for object_id in here if object_id in self._epochs},
            faults=(*faults, *(Alarm("replayed", object_id, says) for object_id in twice)),
            days=tuple(sorted(place.day for place in (*places.values(), *twice.values()))),
        )

    def _is_team(self, thread: str) -> bool:
        here = self._threads[thread]
        return bool(here) and all(
            object_id in self._entries and self._entries[object_id].message.kind in TEAM_KINDS for object_id in here
        )


def team_thread(instance: str, device: str, key: bytes) -> str:
    """The thread in which one desk asks for one shelf key: its own, because it cannot read any other."""
    return hashlib.sha256(b"unhindered/1 shelf request" + bytes.fromhex(instance + device) + key).hexdigest()


def _listed(archive: Archive) -> Iterable[tuple[str, Place]]:
    for day in archive.days():
        for row in day.objects:
            yield row.id, Place(row.thread, row.audience, day.day, row.size, row.epoch)
    for batch in archive.outbox():
        yield from map(_place, batch.objects)


def _place(written: Written) -> tuple[str, Place]:
    return written.id, Place(written.thread, written.audience, written.day, None, written.epoch)


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True
