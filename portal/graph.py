"""The graph of a thread: each message names its author's previous one, and the heads that its author had seen.

A message that is kept back leaves a hole that others point at; an author who went on twice from one place made a fork.
Only the newest messages of all, which nobody has answered yet, can be kept back unseen.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence

from portal.entries import Alarm, Entry
from portal.messages import REPORTER


def holes_and_forks(entries: Sequence[Entry], known: Collection[str]) -> Iterator[Alarm]:
    """Alarms for messages that are named but neither there nor known, and for forks."""
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


def ordered(entries: Sequence[Entry], stands_for: Mapping[str, str] | None = None) -> Iterator[Entry]:
    """Each message after those it names; by day where they do not say. Hashes cannot name each other in a circle.

    `stands_for` maps hashes of messages that are not here to one that is here instead (a desk's record of a reply).
    Whoever writes such a record can make a circle; its messages are then left out.
    """
    at = {entry.hash: entry for entry in entries}
    instead = stands_for or {}
    names = {e.hash: {instead.get(str(name), name) for name in (*e.message.heads, e.message.prev)} for e in entries}
    waits_for = {name: {before for before in named if before in at} for name, named in names.items()}
    followers: dict[str, list[str]] = {name: [] for name in at}
    for name, before in waits_for.items():
        for earlier in before:
            followers[str(earlier)].append(name)
    ready = [(at[name].rank, name) for name, before in waits_for.items() if not before]
    heapq.heapify(ready)
    while ready:
        _, name = heapq.heappop(ready)
        yield at[name]
        for follower in followers[name]:
            waits_for[follower].discard(name)
            if not waits_for[follower]:
                heapq.heappush(ready, (at[follower].rank, follower))
