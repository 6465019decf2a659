"""The key note: the one small signed thing a reporter's script checks before it seals.

Rules: signatures are over the exact bytes that travel, which are kept and never made again from their parts; a note
counts only with enough signatures of different stewards; a key is taken as 1,216 raw bytes and its epoch must be its
own name. Which stewards count is for the caller to know: from TUF's root, never from the note.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crypto.errors import CryptoError, SignatureError
from crypto.hybrid import HybridRecipient
from crypto.signatures import sign, verify

CONTEXT = "key note"
_TYPE = "unhindered key note"
_DAYS = ("publish_from", "publish_until", "accept_until", "destroy_after")
_SIGNATURES_LIMIT = 64


class NoteError(Exception):
    """Not a key note, or not one that counts. `hint` says what a person does next."""

    def __init__(
        self, message: str, hint: str = "Fetch the published key again; if it stays so, tell an admin."
    ) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class KeyNote:
    """An intake key and its four dates, each the last or first day on which something holds (UTC).

    `raw` are the signed bytes.
    """

    instance: bytes
    recipient: HybridRecipient
    serial: int
    publish_from: date
    publish_until: date
    accept_until: date
    destroy_after: date
    raw: bytes

    @property
    def epoch(self) -> bytes:
        """16 bytes that name the key."""
        return self.recipient.key_id

    def in_publication(self, today: date) -> bool:
        """Whether reporters may be given this key today."""
        return self.publish_from <= today <= self.publish_until


def make_note(
    recipient: HybridRecipient,
    *,
    instance: bytes,
    serial: int,
    publish_from: date,
    publish_until: date,
    accept_until: date,
    destroy_after: date,
) -> bytes:
    """The bytes of a note, to be signed by stewards. Raises NoteError for dates out of order."""
    days = {
        "publish_from": publish_from,
        "publish_until": publish_until,
        "accept_until": accept_until,
        "destroy_after": destroy_after,
    }
    fields: dict[str, Any] = {
        "type": _TYPE,
        "v": 1,
        "instance": instance.hex(),
        "key": base64.b64encode(recipient.raw).decode(),
        "epoch": recipient.key_id.hex(),
        "serial": serial,
    } | {name: day.isoformat() for name, day in days.items()}
    raw = json.dumps(fields, separators=(",", ":")).encode()
    parse_note(raw)
    return raw


def sign_note(raw: bytes, seed: bytes) -> bytes:
    """A steward's signature (Ed25519, context `key note`) over the note's exact bytes."""
    return sign(seed, CONTEXT, raw)


def note_file(raw: bytes, signatures: Mapping[str, bytes]) -> bytes:
    """The file form: what `GET /key` gives. `signatures` maps a steward's TUF key id to the signature."""
    listed = [{"keyid": keyid, "sig": signature.hex()} for keyid, signature in sorted(signatures.items())]
    return json.dumps({"note": base64.b64encode(raw).decode(), "signatures": listed}, separators=(",", ":")).encode()


def read_file(file: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The note's bytes and the signatures by key id, nothing checked but the shape. Raises NoteError."""
    try:
        fields = json.loads(file)
        raw = base64.b64decode(fields["note"], validate=True)
        listed = [(str(entry["keyid"]), bytes.fromhex(entry["sig"])) for entry in fields["signatures"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NoteError("this is not a key note's file") from None
    if len(listed) > _SIGNATURES_LIMIT or len(dict(listed)) != len(listed):
        raise NoteError("a key note carries each steward's signature once")
    return raw, dict(listed)


def parse_note(raw: bytes) -> KeyNote:
    """Read a note's bytes, with no word about signatures. Raises NoteError."""
    try:
        fields = json.loads(raw)
        if fields["type"] != _TYPE or fields["v"] != 1 or type(fields["serial"]) is not int or fields["serial"] < 0:
            raise NoteError("this is not a key note of version 1")
        instance = bytes.fromhex(fields["instance"])
        recipient = HybridRecipient(base64.b64decode(fields["key"], validate=True))
        days = [date.fromisoformat(fields[name]) for name in _DAYS]
        epoch, serial = fields["epoch"], fields["serial"]
    except (ValueError, TypeError, KeyError, RecursionError, CryptoError):
        raise NoteError("this is not a key note") from None
    if len(instance) != 16 or epoch != recipient.key_id.hex():
        raise NoteError("the key in this note is not the key that it names")
    if days != sorted(days):
        raise NoteError("the four dates of a key note come one after the other")
    return KeyNote(instance, recipient, serial, days[0], days[1], days[2], days[3], raw)


def check_note(file: bytes, stewards: Mapping[str, bytes], threshold: int, instance: bytes) -> KeyNote:
    """The note in a file, if at least `threshold` of the stewards (key id to Ed25519 public key) signed it.

    Signatures of others are ignored: a steward who has left does not spoil a note. Raises NoteError.
    """
    raw, signatures = read_file(file)
    signed = (keyid for keyid, signature in signatures.items() if _signed(raw, stewards.get(keyid), signature))
    signers = {stewards[keyid] for keyid in signed}
    if threshold < 1 or len(signers) < threshold:
        raise NoteError(f"this key note has {len(signers)} good signatures of the {threshold} it needs")
    note = parse_note(raw)
    if note.instance != instance:
        raise NoteError("this key note belongs to another instance")
    return note


def in_force(notes: Iterable[KeyNote], today: date) -> KeyNote | None:
    """Of checked notes, the one with the highest serial that is in publication today."""
    published = [note for note in notes if note.in_publication(today)]
    return max(published, key=lambda note: note.serial, default=None)


def _signed(raw: bytes, public: bytes | None, signature: bytes) -> bool:
    if public is None:
        return False
    try:
        verify(public, CONTEXT, raw, signature)
    except SignatureError:
        return False
    return True
