"""Writing: desk entries for colleagues, replies for the reporter; sealed here, kept in the archive, then sent.

Rules: an entry is signed inside its seal and sealed to the intake key in force; it names its author's entry before it
and the newest of everybody it had seen, and the newest directory its author knows. A reply is sealed to the thread's
own reply key and carries a MAC that only somebody who opened the report can make; its author is a pseudonym of this
thread alone, so it leaves nothing that could be held against a reviewer. The entry that records a reply goes out
after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crypto import age
from crypto.errors import CryptoError
from crypto.signatures import mac
from portal.desk.archive import Written
from portal.desk.checking import Checked
from portal.desk.errors import DeskError
from portal.desk.keyring import Keyring
from portal.desk.rotation import instance_of
from portal.desk.standing import Standing, today
from portal.keynote import KeyNote
from portal.messages import Maced, Message, MessageError, Signed, body_hash, seal_plaintext
from portal.threads import Entry

Sheet = tuple[Written, bytes]


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, and to which key. `version` is the directory's, named in every entry."""

    keys: Keyring
    note: KeyNote
    version: int

    @property
    def epoch(self) -> str:
        return self.note.epoch.hex()


def take_pen(keys: Keyring, standing: Standing) -> Pen:
    """Ready to write, or a sentence that says why it is impossible now."""
    note = standing.in_force
    if note is None or standing.directory.expired:
        raise DeskError(
            "Nothing can be written: no intake key is in force, or the directory has expired.",
            "Sync; if that does not help, an admin must renew the keys.",
        )
    return Pen(keys, note, standing.directory.version)


def entry(pen: Pen, thread: Checked, kind: str, content: Mapping[str, Any]) -> Sheet:
    """A desk entry of this person. `thread` is what it follows."""
    return seal_entry(
        pen, thread.id, kind, content, thread.thread.prev(pen.keys.me, "desk"), thread.thread.heads("desk")
    )


def seal_entry(
    pen: Pen,
    thread: str,
    kind: str,
    content: Mapping[str, Any],
    prev: str | None = None,
    heads: tuple[str, ...] = (),
) -> Sheet:
    """A signed entry for a thread that is known or, for who asks from outside, is not."""
    message = Message(
        instance=instance_of(pen.keys).hex(),
        thread=thread,
        direction="desk",
        kind=kind,
        day=today().isoformat(),
        author=pen.keys.me,
        content={**content, "directory": pen.version},
        epoch=pen.epoch,
        prev=prev,
        heads=heads,
    )
    plaintext = seal_plaintext(_body(message), Signed(pen.keys.identity.sign))
    return _written(message, "desk"), age.encrypt(plaintext, [pen.note.recipient])


def reply(pen: Pen, thread: Checked, kind: str, content: Mapping[str, Any]) -> tuple[Sheet, str]:
    """A message for the reporter, and its hash. Raises DeskError when the thread has no key to answer to."""
    keys = thread.thread.keys
    if keys is None:
        raise DeskError("This thread has no readable report: there is nobody to answer.")
    message = Message(
        instance=instance_of(pen.keys).hex(),
        thread=thread.id,
        direction="reply",
        kind=kind,
        day=today().isoformat(),
        author=pseudonym(pen.keys, thread.id),
        content=dict(content),
        prev=_newest_replies(thread).get(pen.keys.me),
        heads=reply_heads(thread),
    )
    body = _body(message)
    try:
        sealed = age.encrypt(seal_plaintext(body, Maced(keys.mac)), [keys.recipient()])
    except CryptoError as error:
        raise DeskError("The reporter's program left no usable key to answer to.", error.hint) from error
    return (_written(message, "reporter"), sealed), body_hash(body)


def answer(pen: Pen, thread: Checked, text: str) -> list[Sheet]:
    """A message to the reporter and the entry that records it."""
    sheet, name = reply(pen, thread, "message", {"text": text})
    return [sheet, entry(pen, thread, "reply", {"text": text, "hash": name, "object": sheet[0].id})]


def acknowledge(pen: Pen, thread: Checked, opened: Entry) -> list[Sheet]:
    """Tell the reporter that a person opened this message, and record it."""
    sheet, name = reply(pen, thread, "opened", {"hash": opened.hash})
    record = {"hash": opened.hash, "reply": name, "object": sheet[0].id}
    return [sheet, entry(pen, thread, "opened", record)]


def pseudonym(keys: Keyring, thread: str) -> str:
    """How this person is called towards the reporter of one thread, and of no other."""
    return mac(keys.identity.sign, "pseudonym", bytes.fromhex(thread))[:16].hex()


def reply_heads(thread: Checked) -> tuple[str, ...]:
    """What the reporter can see of what was seen here: their own newest message and each colleague's newest reply."""
    own = [one.hash for one in thread.of("report")][-1:]
    return tuple(sorted({*own, *_newest_replies(thread).values()}))


def _newest_replies(thread: Checked) -> dict[str, str]:
    """The newest reporter-visible message of each device, by hash, as their entries record it."""
    newest = {}
    for one in thread.of("desk", "reply", "opened"):
        name = one.message.content.get("hash" if one.message.kind == "reply" else "reply")
        if isinstance(name, str):
            newest[one.message.author] = name
    return newest


def unopened(thread: Checked) -> Iterator[Entry]:
    """The reporter's messages that nobody is recorded to have opened."""
    opened = {one.message.content.get("hash") for one in thread.of("desk", "opened")}
    return (one for one in thread.of("report") if one.hash not in opened)


def _written(message: Message, audience: str) -> Written:
    return Written(message.id, message.thread, audience, message.epoch, message.day)


def _body(message: Message) -> bytes:
    try:
        return message.body()
    except MessageError as error:
        raise DeskError("This cannot be written down.", error.hint) from error
