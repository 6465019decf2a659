"""A thread: the messages of one mailbox, put in order, and an alarm for everything that is not as it should be.

Rules: a message counts only if it opens, reads, belongs here and is authentic; what does not count is told as an alarm
and never shown as content. A thread is a small graph (each message names its author's previous one and the heads it
had seen), so a message that is kept back leaves a hole that others point at. The order in which messages are handed in
changes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crypto.age import unseal
from crypto.errors import CryptoError, NoMatch
from crypto.header import Identity
from portal.messages import REPORTER, Direction, Message, MessageError, ReporterKeys, Sealed, parse

AlarmKind = Literal["altered", "other thread", "replayed", "injected", "missing", "forked", "unreadable"]
Audience = Literal["reporter", "desk"]
_VISIBLE: Mapping[Audience, Collection[Direction]] = {
    "reporter": ("report", "reply"),
    "desk": ("report", "reply", "desk"),
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something in a thread that somebody should look at. `object` is the id of the sealed object that shows it."""

    kind: AlarmKind
    object: str
    says: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A message and the sealed object it came in; `identity` opened it. Not verified until `check_thread` took it."""

    object: str
    sealed: Sealed
    identity: Identity | None = None

    @property
    def message(self) -> Message:
        return self.sealed.message

    @property
    def hash(self) -> str:
        return self.sealed.hash


@dataclass(frozen=True, slots=True)
class Thread:
    """What of a thread is authentic, in order: each message after those it had seen. And what is wrong."""

    entries: tuple[Entry, ...]
    alarms: tuple[Alarm, ...]
    keys: ReporterKeys | None

    def heads(self, audience: Audience) -> tuple[str, ...]:
        """Sorted hashes of the newest message of each author that this audience can see: a new message names them."""
        newest = {
            (entry.message.direction, entry.message.author): entry.hash
            for entry in self.entries
            if entry.message.direction in _VISIBLE[audience]
        }
        return tuple(sorted(newest.values()))

    def prev(self, author: str, direction: Direction) -> str | None:
        """The hash of this author's newest message in this direction: his next one names it."""
        own = [e.hash for e in self.entries if (e.message.author, e.message.direction) == (author, direction)]
        return own[-1] if own else None


def open_object(object_id: str, sealed: bytes, identities: Sequence[Identity]) -> Entry | Alarm:
    """Open and read one sealed object of a thread; what cannot be is an alarm."""
    try:
        plaintext, identity = unseal(sealed, identities)
        return Entry(object_id, parse(plaintext), identity)
    except NoMatch:
        return Alarm("unreadable", object_id, "No key that is still alive opens this message.")
    except (CryptoError, MessageError) as error:
        return Alarm("altered", object_id, f"This message is not as it was sealed: {error}.")


def check_thread(
    found: Iterable[Entry | Alarm],
    *,
    instance: str,
    thread: str,
    devices: Mapping[str, bytes],
    keys: ReporterKeys | None = None,
    reply_mac: bytes | None = None,
    known: Collection[str] = (),
) -> Thread:
    """Verify and order the messages of one thread.

    `instance` and `thread` are where they were found (hexadecimal). `devices` maps the ids of all desks, past ones
    too, to their signing keys. `keys` are the reporter's if they are known from before, else those of the thread's
    first message hold for all. `reply_mac` stands in for `keys` where there are no messages of the reporter (in the
    reporter's own mailbox). `known` are hashes that may be named without being there: removed after their time, or
    seen earlier by the reader.
    """
    items = list(found)
    alarms = [item for item in items if isinstance(item, Alarm)]
    entries = sorted((item for item in items if isinstance(item, Entry)), key=_rank)
    keys = keys or _first_keys(entries, instance, thread)
    judge = _Judge(instance, thread, devices, keys, keys.mac if keys else reply_mac)
    good: list[Entry] = []
    for entry in entries:
        alarm = judge.alarm(entry)
        if alarm:
            alarms.append(alarm)
        else:
            good.append(entry)
    alarms.extend(_links(good, known))
    return Thread(tuple(_ordered(good)), tuple(alarms), keys)


class _Judge:
    """Says of one message after another whether it counts."""

    def __init__(
        self,
        instance: str,
        thread: str,
        devices: Mapping[str, bytes],
        keys: ReporterKeys | None,
        reply_mac: bytes | None,
    ) -> None:
        self._place = instance, thread
        self._devices = devices
        self._keys = keys
        self._reply_mac = reply_mac
        self._seen: set[str] = set()

    def alarm(self, entry: Entry) -> Alarm | None:
        """What is wrong with it, or None; a message that counts is remembered, so that a second one is a replay."""
        message = entry.message
        if (message.instance, message.thread) != self._place:
            return Alarm("other thread", entry.object, "This message was written for another thread.")
        stranger = self._stranger(message)
        if stranger:
            return Alarm("injected", entry.object, stranger)
        try:
            self._verify(entry.sealed)
        except MessageError as error:
            # Under the reply key a wrong code cannot tell a changed reply from one of a stranger.
            kind: AlarmKind = "injected" if message.direction == "reply" else "altered"
            return Alarm(kind, entry.object, f"This message is not what its author wrote: {error}.")
        if {message.id, entry.hash} & self._seen:
            return Alarm("replayed", entry.object, "This message is here a second time.")
        self._seen |= {message.id, entry.hash}
        return None

    def _stranger(self, message: Message) -> str | None:
        if message.direction == "report" and message.keys != self._keys:
            return "This message was written with another receipt than the thread's first one."
        if message.direction == "desk" and message.author not in self._devices:
            return "This entry comes from a desk that is not in the roster."
        if message.direction == "reply" and self._reply_mac is None:
            return "This reply stands alone: there is no report that it could answer."
        return None

    def _verify(self, sealed: Sealed) -> None:
        if sealed.message.direction == "report":
            sealed.verify_report()
        elif sealed.message.direction == "desk":
            sealed.verify_desk(self._devices[sealed.message.author])
        else:
            sealed.verify_reply(self._reply_mac or b"")


def _rank(entry: Entry) -> tuple[str, bool, str, bool, str]:
    """By day, beginnings first; then the same for whoever sorts. An object under its message's own id goes first."""
    message = entry.message
    return message.day, message.prev is not None, entry.hash, entry.object != message.id, entry.object


def _first_keys(entries: Iterable[Entry], instance: str, thread: str) -> ReporterKeys | None:
    """The keys that the earliest genuine message of a reporter brings along."""
    for entry in entries:
        if entry.message.direction == "report" and (entry.message.instance, entry.message.thread) == (instance, thread):
            try:
                entry.sealed.verify_report()
            except MessageError:
                continue
            return entry.message.keys
    return None


def _links(entries: Sequence[Entry], known: Collection[str]) -> Iterator[Alarm]:
    """Alarms for messages that are named but not there, and for authors who went on twice from the same place."""
    writers = {entry.hash: (entry.message.direction, entry.message.author) for entry in entries}
    followed: set[tuple[str, str, str | None]] = set()
    for entry in entries:
        message = entry.message
        own = message.direction, message.author
        if any(name not in writers and name not in known for name in message.heads):
            yield Alarm("missing", entry.object, "Its author had seen a message that is not here.")
        if message.prev is not None and writers.get(message.prev, own if message.prev in known else None) != own:
            yield Alarm("missing", entry.object, "Its author's message before this one is not here.")
        step = (*own, message.prev)
        # A reporter who comes back on a new device, or with scripts off, may begin again: that is no fork.
        if step in followed and (message.prev is not None or message.author != REPORTER):
            yield Alarm("forked", entry.object, "Its author wrote two messages after the same one.")
        followed.add(step)


def _ordered(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Each message after those it names; by day where they do not say."""
    waiting = {entry.hash: entry for entry in entries}
    names = {e.hash: {*e.message.heads, e.message.prev} & waiting.keys() for e in entries}
    named_by: dict[str, list[str]] = {}
    for follower, befores in names.items():
        for before in befores:
            named_by.setdefault(before, []).append(follower)
    ready = [(_rank(waiting[name]), name) for name, befores in names.items() if not befores]
    heapq.heapify(ready)
    while ready:
        _, name = heapq.heappop(ready)
        yield waiting[name]
        for follower in named_by.get(name, ()):
            names[follower].discard(name)
            if not names[follower]:
                heapq.heappush(ready, (_rank(waiting[follower]), follower))
