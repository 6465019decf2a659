"""What a person without scripts does at the intake: start, send, come back.

The only module here that may open an envelope. Rules: receipt, keys, text and opened replies live for one request and
are kept nowhere; the same form posted again makes no second message, for a message's id follows from the form's own
nonce and what is in it; what comes from here looks, once sealed, like what comes from a browser.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crypto.age import encrypt
from crypto.errors import CryptoError
from crypto.receipt import Receipt, ReceiptKeys
from portal.intake import clock
from portal.intake.refusals import NotOpen
from portal.intake.sealing import SealedPart
from portal.intake.store import Delivery, Store
from portal.messages import REPORTER, FileEntry, Message, MessageError, ReporterKeys, Signed, body_hash, seal_plaintext
from portal.note import MOST_SEEN, Note, make_note, read_note
from portal.threads import AlarmKind, Thread, check_thread, open_object

NONCE_SIZE = 16


@dataclass(frozen=True, slots=True)
class Start:
    """What a form begins with: the receipt, shown before anything is written, and the nonce the form carries."""

    receipt: Receipt
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A message is stored. `first` is False when the very same was stored before."""

    first: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A reviewer's message, for the person it was written to."""

    day: str
    text: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a receipt opens. `opened`: a person has opened what was sent. `alarms` are kinds (see portal/threads.py)."""

    messages: tuple[Shown, ...]
    opened: bool
    alarms: tuple[AlarmKind, ...]


def start() -> Start:
    """A new receipt and a new form."""
    return Start(Receipt.generate(), secrets.token_bytes(NONCE_SIZE))


def send(
    store: Store,
    *,
    receipt: Receipt,
    nonce: bytes,
    kind: str,
    content: Mapping[str, Any],
    files: Sequence[SealedPart] = (),
) -> Outcome:
    """Seal a reporter's message to the key in force and keep it, with its files. Durable before it returns.

    Raises NotOpen, Full, and crypto.errors.TooBig when there is more text than a message holds.
    """
    keys = receipt.derive(store.instance)
    key = store.key_in_force()
    if key is None:
        raise NotOpen
    name = _message_id(nonce, kind, content, files)
    if store.holds(name, keys.thread):
        return Outcome(first=False)
    note, thread = _read(store, keys)
    heads = thread.heads("reporter")
    message = Message(
        instance=store.instance.hex(),
        thread=keys.thread.hex(),
        direction="report",
        kind=kind,
        day=clock.today().isoformat(),
        author=REPORTER,
        content=content,
        door="noscript",
        epoch=key.epoch.hex(),
        id=name.hex(),
        prev=note.prev,
        heads=heads,
        keys=ReporterKeys.of(keys),
        files=tuple(_entry(part) for part in files),
    )
    body = message.body()
    sealed = encrypt(seal_plaintext(body, Signed(keys.signing_seed)), [key.recipient])
    after = note.read([entry.hash for entry in thread.entries], heads).sent(body_hash(body))
    arrived = tuple(part.arrived for part in files)
    return Outcome(store.deliver(Delivery(keys.thread, name, sealed, make_note(keys, after), arrived)))


def open_mailbox(store: Store, receipt: Receipt) -> Mailbox:
    """What was written to the person with this receipt. A receipt nobody used opens an empty mailbox like any other."""
    note, thread = _read(store, receipt.derive(store.instance))
    messages = [entry.message for entry in thread.entries]
    alarms = {alarm.kind: None for alarm in thread.alarms}
    opened = [str(message.content["hash"]) for message in messages if message.kind == "opened"]
    # A note has room for so many hashes; before that is reached, what was opened must be among what was sent.
    if len(note.seen) < MOST_SEEN and not set(opened) <= set(note.seen):
        alarms["altered"] = None
    shown = (Shown(message.day, str(message.content["text"])) for message in messages if message.kind == "message")
    return Mailbox(tuple(shown), bool(opened), tuple(alarms))


def _read(store: Store, keys: ReceiptKeys) -> tuple[Note, Thread]:
    """The note of a thread (a new one where there is none, or none that counts) and its replies, checked."""
    note = _note(store.note(keys.thread), keys)
    found = [open_object(reply.id.hex(), reply.sealed, [keys.reply]) for reply in store.replies(keys.thread)]
    thread = check_thread(
        found,
        instance=store.instance.hex(),
        thread=keys.thread.hex(),
        devices={},
        reply_mac=keys.reply_mac,
        known=note.seen,
    )
    return note, thread


def _note(sealed: bytes | None, keys: ReceiptKeys) -> Note:
    if sealed is not None:
        try:
            return read_note(keys, sealed)
        except (CryptoError, MessageError):
            pass  # a chain that begins anew is seen by the desk, and costs the reporter nothing
    return Note(keys.thread.hex())


def _entry(part: SealedPart) -> FileEntry:
    return FileEntry(part.object_id.hex(), part.filename, part.content_type, part.size, part.sha256)


def _message_id(nonce: bytes, kind: str, content: Mapping[str, Any], files: Sequence[SealedPart]) -> bytes:
    """16 bytes that are the same for the same form with the same in it, and for nothing else."""
    told = json.dumps([kind, content, [[part.filename, part.sha256] for part in files]], sort_keys=True).encode()
    return hmac.digest(nonce, hashlib.sha256(told).digest(), hashlib.sha256)[:16]
