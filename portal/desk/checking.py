"""One thread, judged: what counts, and what must not be taken for content.

Beside the checks of `portal.threads` (authors, chains, copies) stand those that only a desk can make: what the intake
shows the reporter against what desks' signed entries say they sent, the key that opened an object against the key it
was written for, and the directory this desk is shown against the newest that a colleague knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from portal.desk.opening import SealedFile
from portal.graph import ordered
from portal.threads import Alarm, Entry, Thread, check_thread


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands. `day` is when the intake listed it, or when it was written here (then no `size`)."""

    thread: str
    audience: str
    day: str
    size: int | None
    hint: str | None


@dataclass(frozen=True, slots=True)
class Objects:
    """Everything of one thread: places of all its objects, and what opening made of those for desks.

    `days` are those of everything that was listed in it, also of what stands in another thread already.
    """

    places: Mapping[str, Place]
    entries: tuple[Entry, ...]
    files: Mapping[str, SealedFile]
    epochs: Mapping[str, str]
    faults: tuple[Alarm, ...]
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A thread as it stands: what counts, in order; its alarms; files by object; the epoch that opened each object."""

    id: str
    thread: Thread
    alarms: tuple[Alarm, ...]
    files: Mapping[str, SealedFile]
    epochs: Mapping[str, str]
    days: tuple[str, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.thread.entries

    def of(self, direction: str, *kinds: str) -> list[Entry]:
        """Messages of one direction, of these kinds or of all, in order."""
        wanted = (entry for entry in self.entries if entry.message.direction == direction)
        return [entry for entry in wanted if not kinds or entry.message.kind in kinds]


@dataclass(frozen=True, slots=True)
class Known:
    """What the directory says that threads are judged by.

    `signers` are the signing keys of all devices; `newest` the directory version served here; `last_days` for each
    intake key that was replaced, by epoch, the last day on which a report may still be written for it.
    """

    signers: Mapping[str, bytes]
    newest: int
    last_days: Mapping[str, str]


def check(thread_id: str, objects: Objects, instance: str, known: Known) -> Checked:
    """Judge a thread by what is known of the directory."""

    def judge(sent: Iterable[str]) -> Thread:
        devices = known.signers
        return check_thread(objects.entries, instance=instance, thread=thread_id, devices=devices, known=tuple(sent))

    result = judge(())
    sent = list(_sent(result))
    if sent:
        # What desks sent to the reporter is sealed to the receipt: it is named here and never opened here.
        result = _in_order(judge(name for name, _, _ in sent), {name: entry.hash for name, entry, _ in sent})
    named = {file.object for entry in result.entries for file in entry.message.files}
    return Checked(
        id=thread_id,
        thread=result,
        alarms=(
            *result.alarms,
            *objects.faults,
            *(file.doubt for file in objects.files.values() if file.object not in named),
            *_kept_back(result, objects.places),
            *_compare_replies(objects.places, {object_id for _, _, object_id in sent if object_id}),
            *(alarm for entry in result.entries for alarm in _compare(entry, objects.epochs, known)),
        ),
        files={object_id: file for object_id, file in objects.files.items() if object_id in named},
        epochs=objects.epochs,
        days=objects.days,
    )


def _sent(thread: Thread) -> Iterable[tuple[str, Entry, str | None]]:
    """Everything that desks' entries say they sent to the reporter: its hash, the entry, its object."""
    for entry in thread.entries:
        message = entry.message
        if message.direction == "desk" and message.kind in ("reply", "opened"):
            name = message.content.get("hash" if message.kind == "reply" else "reply")
            sent = message.content.get("object")
            if isinstance(name, str):
                yield name, entry, sent if isinstance(sent, str) else None


def _in_order(thread: Thread, records: Mapping[str, str]) -> Thread:
    """A reporter who read a reply wrote after it: the entry that records the reply takes its place in the order.

    A record that says so falsely can make a circle; then it is not believed.
    """
    order = tuple(ordered(thread.entries, records))
    return replace(thread, entries=order) if len(order) == len(thread.entries) else thread


def _kept_back(thread: Thread, places: Mapping[str, Place]) -> Iterable[Alarm]:
    """A message and its files are stored together or not at all."""
    for entry in thread.entries:
        if any(file.object not in places for file in entry.message.files):
            yield Alarm("missing", entry.object, "A file that this message names is not at the intake.")


def _compare_replies(places: Mapping[str, Place], sent: set[str]) -> Iterable[Alarm]:
    """What the intake shows the reporter must be what desks sent, all of it and nothing else."""
    visible = {object_id for object_id, place in places.items() if place.audience == "reporter"}
    for object_id in sorted(visible - sent):
        yield Alarm("injected", object_id, "The intake shows the reporter a message that no desk's entry names.")
    for object_id in sorted(sent - visible):
        yield Alarm("missing", object_id, "A message that a desk sent to the reporter is not at the intake.")


def _compare(entry: Entry, epochs: Mapping[str, str], known: Known) -> Iterable[Alarm]:
    message = entry.message
    if message.direction == "reply":
        yield Alarm("injected", entry.object, "A reply to the reporter lies where only desks read.")
    elif message.epoch != epochs[entry.object]:
        says = "This was written for another key than the one that opens it, and no record says why."
        yield Alarm("altered", entry.object, says)
    last_day = known.last_days.get(message.epoch or "") if message.door in ("script", "noscript") else None
    if last_day is not None and message.day > last_day:
        says = "This was sealed to a key that had been replaced by then: the intake may be handing out the old one."
        yield Alarm("old key", entry.object, says)
    version = message.content.get("directory") if message.direction == "desk" else None
    if isinstance(version, int) and version > known.newest:
        yield Alarm("missing", entry.object, "A colleague knew a newer directory than the intake shows this desk.")
