"""A thread: the messages of one mailbox, put in order, and an alarm for everything that is not as it should be.

Rules: a message counts only if it opens, reads, belongs here, is authentic and is here once; what does not count is
told as an alarm and never shown as content. The order in which messages are handed in changes nothing. A reporter is
who wrote the first message; where several claim that, it is the one whom a desk's signed entry named first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from portal.entries import Alarm, AlarmKind, Entry, open_object
from portal.graph import holes_and_forks, ordered
from portal.messages import Direction, MessageError, ReporterKeys, Sealed

__all__ = ["Alarm", "AlarmKind", "Audience", "Entry", "Thread", "check_thread", "open_object"]

Audience = Literal["reporter", "desk"]
_VISIBLE: Mapping[Audience, Collection[Direction]] = {
    "reporter": ("report", "reply"),
    "desk": ("report", "reply", "desk"),
}


@dataclass(frozen=True, slots=True)
class Thread:
    """What of a thread is authentic, in order: each message after those it had seen. And what is wrong.

    `keys` are the reporter's, None where no message of a reporter counts.
    """

    entries: tuple[Entry, ...]
    alarms: tuple[Alarm, ...]
    keys: ReporterKeys | None

    def heads(self, audience: Audience) -> tuple[str, ...]:
        """Sorted hashes of the newest message of each author that this audience can see: a new message names them."""
        visible = [entry for entry in self.entries if entry.message.direction in _VISIBLE[audience]]
        return tuple(sorted({_author(entry): entry.hash for entry in visible}.values()))

    def prev(self, author: str, direction: Direction) -> str | None:
        """The hash of this author's newest message in this direction: the next one names it."""
        return {_author(entry): entry.hash for entry in self.entries}.get((direction, author))


def check_thread(
    found: Iterable[Entry | Alarm],
    *,
    instance: str,
    thread: str,
    devices: Mapping[str, bytes],
    reply_mac: bytes | None = None,
    known: Collection[str] = (),
) -> Thread:
    """Verify and order the messages of one thread.

    `instance` and `thread` are where they were found (hexadecimal). `devices` maps the ids of all desks, past ones
    too, to their signing keys. `reply_mac` is given in the reporter's own mailbox, where only replies are, and is then
    what they must be made with. `known` are hashes that may be named without being there: removed after their time,
    or sent or seen earlier by the reader.
    """
    check = _Check(found, instance, thread)
    desk = check.authentic("desk", lambda sealed: _verify_desk(sealed, devices))
    reports = check.authentic("report", Sealed.verify_report)
    keys = _reporter(reports, desk) if reply_mac is None else None
    for stranger in (entry for entry in reports if entry.message.keys != keys):
        check.raises("injected", stranger, "This message was written with another receipt than the thread's first one.")
    own = [entry for entry in reports if entry.message.keys == keys]
    mac = keys.mac if keys else reply_mac
    replies = check.authentic("reply", lambda sealed: _verify_reply(sealed, mac))
    good = check.once(sorted([*desk, *own, *replies], key=lambda entry: entry.rank))
    return Thread(tuple(ordered(good)), (*check.alarms, *holes_and_forks(good, known)), keys)


def _reporter(reports: list[Entry], desk: list[Entry]) -> ReporterKeys | None:
    """The keys of the report that the earliest entry of a desk named; where none did, of the earliest report.

    A desk that is shown a forged beginning names that: the entry of a desk that had read the genuine one came before.
    """
    named: dict[str, int] = {}
    for place, entry in enumerate(ordered(sorted(desk, key=lambda entry: entry.rank))):
        for name in entry.message.heads:
            named.setdefault(name, place)
    first = min(reports, key=lambda entry: (named.get(entry.hash, len(desk)), entry.rank), default=None)
    return first.message.keys if first else None


class _Stranger(MessageError):
    """Written by somebody who has no business in this thread."""


class _Check:
    """What was handed in, by and by taken apart into what counts and alarms."""

    def __init__(self, found: Iterable[Entry | Alarm], instance: str, thread: str) -> None:
        self.alarms: list[Alarm] = []
        self._entries: list[Entry] = []
        for item in found:
            if isinstance(item, Alarm):
                self.alarms.append(item)
            elif (item.message.instance, item.message.thread) == (instance, thread):
                self._entries.append(item)
            else:
                self.raises("other thread", item, "This message was written for another thread.")

    def raises(self, kind: AlarmKind, entry: Entry, says: str) -> None:
        self.alarms.append(Alarm(kind, entry.object, says))

    def authentic(self, direction: Direction, verify: Callable[[Sealed], None]) -> list[Entry]:
        """The entries of this direction whose authentication holds."""
        good = []
        for entry in self._entries:
            if entry.message.direction == direction:
                try:
                    verify(entry.sealed)
                    good.append(entry)
                except _Stranger as error:
                    self.raises("injected", entry, str(error))
                except MessageError as error:
                    self.raises("altered", entry, f"This message is not what its author wrote: {error}.")
        return good

    def once(self, entries: Iterable[Entry]) -> list[Entry]:
        """Each message once; a second one with the same id is a replay (the same body has the same id)."""
        seen: set[str] = set()
        good = []
        for entry in entries:
            if entry.message.id in seen:
                self.raises("replayed", entry, "This message is here a second time.")
            else:
                good.append(entry)
                seen.add(entry.message.id)
        return good


def _verify_desk(sealed: Sealed, devices: Mapping[str, bytes]) -> None:
    public = devices.get(sealed.message.author)
    if public is None:
        raise _Stranger("This entry comes from a desk that is not in the roster.")
    sealed.verify_desk(public)


def _verify_reply(sealed: Sealed, mac: bytes | None) -> None:
    if mac is None:
        raise _Stranger("This reply stands alone: there is no report that it could answer.")
    try:
        sealed.verify_reply(mac)
    except MessageError:
        # A wrong code cannot tell a changed reply from one that a stranger wrote.
        raise _Stranger("This reply was not written by anybody who opened the report.") from None


def _author(entry: Entry) -> tuple[Direction, str]:
    return entry.message.direction, entry.message.author
