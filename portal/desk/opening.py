"""Opening what the archive holds, in memory: messages are read, files are recognised, the rest is an alarm.

Rules: the epoch that came with an object is a hint only; every live key is tried, and the one that opens it is
recorded. What no live key opens is an alarm, and is tried again when a key comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crypto import age
from crypto.errors import CryptoError, NoMatch
from crypto.hybrid import HybridIdentity
from crypto.padding import LARGEST_MESSAGE, SMALLEST
from portal.threads import Alarm, Entry, open_object

HEAD = 64 * 1024
_MESSAGE_SIZES = frozenset(
    age.sealed_size(SMALLEST << step) for step in range((LARGEST_MESSAGE // SMALLEST).bit_length())
)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """An object that opens and is no message: a file of some message, or nothing that belongs here.

    `doubt` is what is wrong with it if no message names it.
    """

    object: str
    epoch: str
    doubt: Alarm


Opened = tuple[Entry, str] | SealedFile | Alarm


def open_one(object_id: str, path: Path, live: Mapping[str, HybridIdentity], hint: str | None) -> Opened:
    """A message with the epoch that opened it, a file, or an alarm."""
    order = sorted(live, key=lambda epoch: epoch != hint)
    identities = [live[epoch] for epoch in order]
    if path.stat().st_size not in _MESSAGE_SIZES:
        return _file(object_id, path, live, identities)
    found = open_object(object_id, path.read_bytes(), identities)
    if isinstance(found, Entry):
        return found, next(epoch for epoch in order if live[epoch] is found.identity)
    if found.kind == "altered":
        file = _file(object_id, path, live, identities, found)
        return file if isinstance(file, SealedFile) else found
    return found


def _file(
    object_id: str,
    path: Path,
    live: Mapping[str, HybridIdentity],
    identities: list[HybridIdentity],
    doubt: Alarm | None = None,
) -> SealedFile | Alarm:
    """What the header alone tells: the payload of a file is opened when somebody asks for the file."""
    with path.open("rb") as source:
        head = source.read(HEAD)
    try:
        identity = age.match(head, identities)
    except NoMatch:
        return Alarm("unreadable", object_id, "No key that is still alive opens this file.")
    except CryptoError as error:
        return Alarm("altered", object_id, f"This file is not as it was sealed: {error}.")
    epoch = next(epoch for epoch, key in live.items() if key is identity)
    stray = Alarm("injected", object_id, "This file lies in the thread, and no message of the thread names it.")
    return SealedFile(object_id, epoch, doubt or stray)
