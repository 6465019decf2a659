"""The body of a message: which fields it has, and what makes sense together.

Rules: a message names its instance, thread and predecessors, so it says the same nowhere else; unknown fields, kinds
and versions are refused, not guessed at. `content` may hold more than is asked for here; whoever reads it, checks it.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from crypto.hybrid import RECIPIENT_SIZE, HybridRecipient
from crypto.receipt import ReceiptKeys
from crypto.signatures import KEY_SIZE, MAC_SIZE
from portal.fields import HASH, ID, Fields
from portal.framing import MessageError, read_object, write_object

VERSION = 1
REPORTER = "reporter"

Direction = Literal["report", "reply", "desk"]
Door = Literal["script", "noscript", "sealed"]
_DOOR = re.compile("script|noscript|sealed")
_AUTHOR = re.compile(f"{REPORTER}|{ID.pattern}")

# Every kind of message, and which fields of its content are texts that must be there.
KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "report": {"report": (), "message": ("text",), "withdraw": ("text",)},
    "reply": {"opened": ("hash",), "message": ("text",)},
    "desk": {
        "reply": ("text", "hash"),
        "note": ("text",),
        "status": ("status",),
        "assignment": (),
        "decision": (),
        "facets": (),
        "opened": ("hash",),
        "reseal": (),
        "person": (),
        "shelf": (),
    },
}


@dataclass(frozen=True, slots=True)
class ReporterKeys:
    """What every message of a reporter brings along: whom to answer, under which MAC, and who signed."""

    reply: bytes
    sign: bytes
    mac: bytes = field(repr=False)

    @classmethod
    def of(cls, keys: ReceiptKeys) -> ReporterKeys:
        """The keys of a receipt that the desk may have."""
        return cls(keys.reply.recipient.raw, keys.signing_public, keys.reply_mac)

    def recipient(self) -> HybridRecipient:
        """To whom replies are sealed. Raises crypto.errors.FormatError if the reporter's program sent no key."""
        return HybridRecipient(self.reply)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """An attachment: the id of its sealed object, and what it is once opened. `size` in bytes without padding."""

    object: str
    name: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. Ids and hashes are lower-case hexadecimal (16 and 32 bytes); `day` is YYYY-MM-DD."""

    instance: str
    thread: str
    direction: Direction
    kind: str
    day: str
    author: str
    content: Mapping[str, Any]
    door: Door | None = None
    epoch: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    prev: str | None = None
    heads: tuple[str, ...] = ()
    keys: ReporterKeys | None = None
    files: tuple[FileEntry, ...] = ()

    def body(self) -> bytes:
        """The JSON body, ready to be signed. Raises MessageError if it would not be read back."""
        value = {name: getattr(self, name) for name in _SIMPLE} | {
            "v": VERSION,
            "heads": sorted(self.heads),
            "keys": self.keys and {name: _base64(getattr(self.keys, name)) for name in _KEY_SIZES},
            "files": [{name: getattr(entry, name) for name in _FILE} for entry in self.files],
        }
        body = write_object(value)
        read_body(body)
        return body


_SIMPLE = ("instance", "thread", "direction", "kind", "day", "author", "content", "door", "epoch", "id", "prev")
_NAMES = (*_SIMPLE, "v", "heads", "keys", "files")
_KEY_SIZES = {"reply": RECIPIENT_SIZE, "sign": KEY_SIZE, "mac": MAC_SIZE}
_FILE = ("object", "name", "type", "size", "sha256")


def read_body(body: bytes) -> Message:
    """The message that a body holds. Raises MessageError."""
    value = read_object(body)
    if type(value.get("v")) is not int or value["v"] != VERSION:
        raise MessageError("this message was written by another version", "Update this program, then read it again.")
    fields = Fields(value, _NAMES, "a message")
    message = Message(
        instance=fields.match("instance", ID),
        thread=fields.match("thread", HASH),
        direction=cast(Direction, fields.text("direction")),
        kind=fields.text("kind"),
        day=fields.day("day"),
        author=fields.match("author", _AUTHOR),
        content=fields.raw("content"),
        door=cast("Door | None", fields.match_or_none("door", _DOOR)),
        epoch=fields.match_or_none("epoch", ID),
        id=fields.match("id", ID),
        prev=fields.match_or_none("prev", HASH),
        heads=fields.hashes("heads"),
        keys=_keys(fields.raw("keys")),
        files=_files(fields.raw("files")),
    )
    _check_sense(message)
    return message


def _check_sense(message: Message) -> None:
    """What a message of its direction and kind has, and what it must not have."""
    from_reporter = message.direction == "report"
    required = KINDS.get(message.direction, {}).get(message.kind)
    if required is None:
        raise MessageError("this kind of message is not known", "Update this program, then read it again.")
    if not isinstance(message.content, dict) or not all(isinstance(message.content.get(n), str) for n in required):
        raise MessageError("the content of this message is not what its kind asks for")
    if (message.author == REPORTER) != from_reporter:
        raise MessageError("the author of this message does not fit its direction")
    if (message.door is None) == from_reporter or (message.keys is None) == from_reporter:
        raise MessageError("door and keys are in a reporter's messages, and only there")
    if (message.epoch is None) != (message.direction == "reply"):
        raise MessageError("all messages but replies name the key they were sealed to")
    if list(message.heads) != sorted(set(message.heads)):
        raise MessageError("the heads of a message are sorted, each once")


def _keys(value: Any) -> ReporterKeys | None:
    if value is None:
        return None
    fields = Fields(value, _KEY_SIZES, "the keys of a reporter")
    return ReporterKeys(**{name: fields.base64(name, size) for name, size in _KEY_SIZES.items()})


def _files(value: Any) -> tuple[FileEntry, ...]:
    if not isinstance(value, list):
        raise MessageError("the files of a message are a list")
    entries = [Fields(entry, _FILE, "a file") for entry in value]
    return tuple(
        FileEntry(
            object=entry.match("object", ID),
            name=entry.text("name"),
            type=entry.text("type"),
            size=entry.number("size"),
            sha256=entry.match("sha256", HASH),
        )
        for entry in entries
    )


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
