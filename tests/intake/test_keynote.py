"""The key note: it counts with enough stewards' signatures over its exact bytes, and only then."""

from __future__ import annotations

import base64
import json
import os
from datetime import date, timedelta
from typing import Any

import pytest

from crypto.hybrid import HybridIdentity
from crypto.signatures import public_key
from portal.keynote import (
    KeyNote,
    NoteError,
    check_note,
    in_force,
    make_note,
    note_file,
    parse_note,
    read_file,
    sign_note,
)

INSTANCE = bytes(range(16))
RECIPIENT = HybridIdentity(bytes(32)).recipient
DAY = date(2026, 11, 24)
SEEDS = {f"{number:064x}": bytes([number]) * 32 for number in range(1, 4)}
STEWARDS = {keyid: public_key(seed) for keyid, seed in SEEDS.items()}


def note(serial: int = 1, first: date = DAY, **changes: Any) -> bytes:
    days = {
        "publish_from": first,
        "publish_until": first + timedelta(7),
        "accept_until": first + timedelta(21),
        "destroy_after": first + timedelta(90),
    }
    return make_note(RECIPIENT, instance=INSTANCE, serial=serial, **days | changes)


def signed(raw: bytes, *keyids: str) -> bytes:
    return note_file(raw, {keyid: sign_note(raw, SEEDS[keyid]) for keyid in keyids})


def test_a_signed_note_counts() -> None:
    """What was made, signed and filed is read back as it was."""
    raw, [first, *_] = note(), SEEDS
    read = check_note(signed(raw, first), STEWARDS, 1, INSTANCE)
    assert read == KeyNote(INSTANCE, RECIPIENT, 1, DAY, date(2026, 12, 1), date(2026, 12, 15), date(2027, 2, 22), raw)
    assert read.epoch == RECIPIENT.key_id
    assert read_file(signed(raw, first))[0] == raw


def test_a_threshold_counts_different_stewards() -> None:
    """Two of three needs two; one who signs under two names is one, and strangers are none."""
    raw, [first, second, _third] = note(), SEEDS
    assert check_note(signed(raw, first, second), STEWARDS, 2, INSTANCE)
    with pytest.raises(NoteError, match="1 good signatures of the 2"):
        check_note(signed(raw, first), STEWARDS, 2, INSTANCE)
    twice = note_file(raw, {first: sign_note(raw, SEEDS[first]), "ff" * 32: sign_note(raw, SEEDS[first])})
    with pytest.raises(NoteError):
        check_note(twice, STEWARDS | {"ff" * 32: STEWARDS[first]}, 2, INSTANCE)
    stranger = note_file(raw, {first: sign_note(raw, os.urandom(32)), "ee" * 32: sign_note(raw, SEEDS[first])})
    with pytest.raises(NoteError):
        check_note(stranger, STEWARDS, 1, INSTANCE)


def test_no_threshold_is_no_trust() -> None:
    """A threshold of nought does not make an unsigned note count."""
    with pytest.raises(NoteError):
        check_note(note_file(note(), {}), STEWARDS, 0, INSTANCE)


def test_the_signature_is_over_the_exact_bytes() -> None:
    """The same content in other bytes is another note."""
    raw, [first, *_] = note(), SEEDS
    spaced = json.dumps(json.loads(raw), indent=1).encode()
    assert parse_note(spaced).serial == 1
    with pytest.raises(NoteError):
        check_note(note_file(spaced, {first: sign_note(raw, SEEDS[first])}), STEWARDS, 1, INSTANCE)


def test_a_note_belongs_to_one_instance() -> None:
    """Another instance's note is refused, however well it is signed."""
    [first, *_] = SEEDS
    with pytest.raises(NoteError, match="another instance"):
        check_note(signed(note(), first), STEWARDS, 1, bytes(16))


@pytest.mark.parametrize(
    "change",
    [
        {"type": "note"},
        {"v": 2},
        {"instance": "00"},
        {"epoch": "00" * 16},
        {"serial": -1},
        {"serial": True},
        {"key": base64.b64encode(bytes(1216)).decode()},
        {"key": "AAAA"},
        {"publish_until": "2026-11-23"},
        {"destroy_after": "soon"},
        {"destroy_after": None},
    ],
)
def test_what_is_no_note_is_refused(change: dict[str, Any]) -> None:
    """Other types, versions, keys that are none, a name that is another key's, dates out of order."""
    fields = json.loads(note()) | change
    with pytest.raises(NoteError):
        parse_note(json.dumps({name: value for name, value in fields.items() if value is not None}).encode())


@pytest.mark.parametrize(
    "file", [b"", b"[]", b"{}", b'{"note":"%","signatures":[]}', b'{"note":"","signatures":[7]}', b"[" * 9999]
)
def test_what_is_no_file_is_refused(file: bytes) -> None:
    """Nonsense is refused with our own error."""
    with pytest.raises(NoteError):
        check_note(file, STEWARDS, 1, INSTANCE)


def test_dates_out_of_order_are_not_made() -> None:
    """A steward's desk cannot make a note that would be refused."""
    with pytest.raises(NoteError):
        note(accept_until=DAY)


def test_the_newest_published_note_is_in_force() -> None:
    """Of those in publication today the highest serial; the first and the last day belong to it."""
    old, new, later = (
        parse_note(note(serial, DAY + timedelta(offset))) for serial, offset in ((1, 0), (2, 5), (3, 20))
    )
    notes = [new, later, old]
    expected = {-1: None, 0: old, 4: old, 5: new, 7: new, 12: new, 13: None, 20: later, 28: None}
    assert {offset: in_force(notes, DAY + timedelta(offset)) for offset in expected} == expected
