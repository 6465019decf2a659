"""The reporter's chain note: one size, one author."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from crypto import age, signatures
from crypto.errors import FormatError, NoMatch, PayloadError
from crypto.hybrid import HybridIdentity
from crypto.receipt import Receipt, ReceiptKeys
from portal.framing import MessageError, frame, write_object
from portal.note import MARK, MOST_HEADS, MOST_SEEN, NOTE_SEALED_SIZE, NOTE_SIZE, Note, make_note, read_note

TABLE = json.loads((Path(__file__).parents[1] / "vectors" / "messages.json").read_text("utf-8"))
KEYS = Receipt(bytes.fromhex(TABLE["receipt"])).derive(bytes.fromhex(TABLE["instance"]))
OTHER = Receipt(bytes(14)).derive(bytes(16))


def name(number: int) -> str:
    return f"{number:064x}"


def sealed(body: bytes, *, keys: ReceiptKeys = KEYS, seed: bytes = KEYS.signing_seed, size: int = NOTE_SIZE) -> bytes:
    text = frame(MARK, body, signatures.sign(seed, "note", body)).ljust(size, b"\0")
    return age.encrypt(text, [keys.reply.recipient])


def test_the_note_of_the_vector_is_read_and_made_the_same() -> None:
    """Body, signature and plaintext are the same bytes in Python and in the scripts."""
    row = TABLE["note"]
    body = row["body"].encode()
    note = read_note(KEYS, sealed(body))
    plaintext = age.decrypt(make_note(KEYS, note), [KEYS.reply])
    assert plaintext == frame(MARK, body, bytes.fromhex(row["signature"])).ljust(row["plaintext_size"], b"\0")
    assert hashlib.sha256(plaintext).hexdigest() == row["plaintext_sha256"]
    assert row["sealed_size"] == NOTE_SEALED_SIZE


def test_a_note_always_has_the_same_size() -> None:
    """The first note and the fullest one are 4,096 bytes before sealing."""
    empty = Note(KEYS.thread.hex())
    full = Note(KEYS.thread.hex(), count=10**9).sent(name(0)).read(map(name, range(90)), map(name, range(30)))
    assert (len(full.seen), len(full.heads)) == (MOST_SEEN, MOST_HEADS)
    for note in (empty, full):
        assert len(make_note(KEYS, note)) == NOTE_SEALED_SIZE
        assert read_note(KEYS, make_note(KEYS, note)) == note


def test_a_note_remembers_what_was_sent_and_read() -> None:
    """After sending and reading, the next message can name its predecessor and the heads."""
    note = (
        Note(KEYS.thread.hex())
        .sent(name(1))
        .read([name(2), name(3)], [name(3)])
        .sent(name(4))
        .read([name(3)], [name(3)])
    )
    assert (note.count, note.prev, note.heads) == (2, name(4), (name(3),))
    assert note.seen == (name(1), name(2), name(3), name(4))


def test_where_there_is_no_note_nothing_opens() -> None:
    """The intake answers for an unknown mailbox with a file to a key that nobody has."""
    decoy = age.encrypt(bytes(NOTE_SIZE), [HybridIdentity.generate().recipient])
    assert len(decoy) == NOTE_SEALED_SIZE
    with pytest.raises(NoMatch):
        read_note(KEYS, decoy)


@pytest.mark.claim("C4")
def test_a_note_that_the_reporter_did_not_write_is_refused() -> None:
    """Whoever opened a report can seal to the receipt's reply key, but not sign as the reporter."""
    body = TABLE["note"]["body"].encode()
    with pytest.raises(MessageError):
        read_note(KEYS, sealed(body, seed=bytes(32)))
    with pytest.raises(NoMatch):
        read_note(OTHER, sealed(body))


@pytest.mark.claim("C4")
def test_an_altered_note_is_refused() -> None:
    """A changed byte in the sealed note, or a note that was cut, is damage and says so."""
    good = make_note(KEYS, Note(KEYS.thread.hex()))
    with pytest.raises(PayloadError):
        read_note(KEYS, good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(PayloadError):
        read_note(KEYS, good[:-20])
    with pytest.raises(FormatError):
        read_note(KEYS, good[:100])


def test_a_note_of_another_shape_is_refused() -> None:
    """Another size, version, thread, or something after the signature."""
    fields = json.loads(TABLE["note"]["body"])
    body = write_object(fields)
    for wrong in (fields | {"v": 2}, fields | {"more": 1}, fields | {"thread": name(0)}, fields | {"seen": ["x"]}):
        with pytest.raises(MessageError):
            read_note(KEYS, sealed(write_object(wrong)))
    for wrong_file in (sealed(body, size=NOTE_SIZE + 1), age.encrypt(b"", [KEYS.reply.recipient])):
        with pytest.raises(MessageError):
            read_note(KEYS, wrong_file)
    text = frame(MARK, body, signatures.sign(KEYS.signing_seed, "note", body) + b"x").ljust(NOTE_SIZE, b"\0")
    with pytest.raises(MessageError):
        read_note(KEYS, age.encrypt(text, [KEYS.reply.recipient]))


def test_a_note_is_made_for_its_own_thread_only() -> None:
    """A mistake in our own program is found before anything is sealed."""
    with pytest.raises(MessageError):
        make_note(KEYS, Note(name(0)))
    with pytest.raises(MessageError):
        make_note(KEYS, Note(KEYS.thread.hex(), seen=tuple(map(name, range(100)))))
