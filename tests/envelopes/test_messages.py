"""Messages inside the seal: one reading for one plaintext, and nobody else's hand in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import signatures
from crypto.errors import FormatError, TooBig
from crypto.padding import is_message_size
from crypto.receipt import Receipt
from portal.bodies import read_body
from portal.messages import (
    KINDS,
    LARGEST_BODY,
    Maced,
    Message,
    MessageError,
    ReporterKeys,
    Signed,
    body_hash,
    parse,
    seal_plaintext,
)

TABLE = json.loads((Path(__file__).parents[1] / "vectors" / "messages.json").read_text("utf-8"))
INSTANCE = bytes.fromhex(TABLE["instance"])
KEYS = Receipt(bytes.fromhex(TABLE["receipt"])).derive(INSTANCE)
DESK_SEED = bytes.fromhex(TABLE["desk"]["seed"])
DESK_PUBLIC = bytes.fromhex(TABLE["desk"]["public"])


written = st.text(st.characters(exclude_categories=["Cs"]))


def author_of(direction: str) -> Signed | Maced:
    """What a message of this direction is authenticated by, in the vectors."""
    if direction == "reply":
        return Maced(KEYS.reply_mac)
    return Signed(KEYS.signing_seed if direction == "report" else DESK_SEED)


def reply(**changes: Any) -> Message:
    fields: dict[str, Any] = {
        "instance": INSTANCE.hex(),
        "thread": KEYS.thread.hex(),
        "direction": "reply",
        "kind": "message",
        "day": "2026-11-24",
        "author": "5e" * 16,
        "content": {"text": "Thank you."},
    }
    return Message(**fields | changes)


@pytest.mark.parametrize("row", TABLE["messages"], ids=lambda row: row["says"])
def test_a_message_is_framed_and_authenticated_as_the_vector_has_it(row: dict[str, Any]) -> None:
    """Body, hash, authentication and padded plaintext are the same bytes in Python and in the scripts."""
    body = row["body"].encode()
    message = read_body(body)
    assert message.body() == body
    assert body_hash(body) == row["hash"]
    plaintext = seal_plaintext(body, author_of(message.direction))
    assert (len(plaintext), hashlib.sha256(plaintext).hexdigest()) == (row["plaintext_size"], row["plaintext_sha256"])
    sealed = parse(plaintext)
    assert (sealed.message, sealed.hash) == (message, row["hash"])
    assert (sealed.auth_type[0], sealed.auth.hex()) == (row["auth_type"], row["auth"])


@pytest.mark.parametrize("row", TABLE["refused"], ids=lambda row: row["says"])
def test_a_body_that_reads_in_two_ways_or_makes_no_sense_is_refused(row: dict[str, str]) -> None:
    """Every such body is a MessageError with a hint, and never anything else."""
    with pytest.raises(MessageError) as told:
        read_body(row["body"].encode())
    assert told.value.hint


@pytest.mark.parametrize("row", TABLE["signatures"], ids=lambda row: row["context"])
def test_signatures_and_macs_are_those_of_the_vector(row: dict[str, str]) -> None:
    """The framing of contexts is the same in Python and in the scripts."""
    data = bytes.fromhex(row["data"])
    assert signatures.sign(KEYS.signing_seed, row["context"], data).hex() == row["signature"]
    assert signatures.mac(KEYS.reply_mac, row["context"], data).hex() == row["mac"]


@pytest.mark.claim("C4")
def test_no_byte_of_a_plaintext_can_change() -> None:
    """Whichever byte of a message is changed, it no longer reads or no longer verifies."""
    body = reply(id="04" * 16).body()
    plaintext = seal_plaintext(body, Maced(KEYS.reply_mac))
    used = len(plaintext.rstrip(b"\0"))
    parse(plaintext).verify_reply(KEYS.reply_mac)
    for place in (*range(used), used, len(plaintext) - 1):
        changed = bytearray(plaintext)
        changed[place] ^= 1
        with pytest.raises(MessageError):
            parse(bytes(changed)).verify_reply(KEYS.reply_mac)


@pytest.mark.parametrize("change", [lambda p: p[:-1], lambda p: p + b"\0", lambda p: p + bytes(len(p)), lambda p: b""])
def test_a_message_has_exactly_its_padded_size(change: Any) -> None:
    """A shorter, longer or empty plaintext is refused, so padding carries nothing."""
    plaintext = seal_plaintext(reply().body(), Maced(KEYS.reply_mac))
    with pytest.raises(MessageError):
        parse(change(plaintext))


def test_an_unknown_kind_of_authentication_is_refused() -> None:
    """A message whose authentication is missing, or of a kind that is not known, does not read."""
    body = reply().body()
    framed = b"unhindered/1\n" + len(body).to_bytes(4, "big") + body
    for after in (b"", b"\0", b"\x03" + bytes(64), b"\x01" + bytes(63)):
        with pytest.raises(MessageError):
            parse((framed + after).ljust(16384, b"\0") if len(after) != 64 else framed + after)


@pytest.mark.claim("C4")
def test_authentication_of_one_direction_is_worth_nothing_in_another() -> None:
    """A reply is not a report, a desk entry is not a reply, and a signature is not a MAC."""
    sealed = {
        row["says"]: parse(seal_plaintext(row["body"].encode(), author_of(json.loads(row["body"])["direction"])))
        for row in TABLE["messages"]
    }
    by_direction = {entry.message.direction: entry for entry in sealed.values()}
    by_direction["report"].verify_report()
    by_direction["reply"].verify_reply(KEYS.reply_mac)
    by_direction["desk"].verify_desk(DESK_PUBLIC)
    for direction, entry in by_direction.items():
        if direction != "report":
            with pytest.raises(MessageError):
                entry.verify_report()
        if direction != "reply":
            with pytest.raises(MessageError):
                entry.verify_reply(KEYS.reply_mac)
        if direction != "desk":
            with pytest.raises(MessageError):
                entry.verify_desk(DESK_PUBLIC)
    report = by_direction["report"].body
    with pytest.raises(MessageError, match="not an entry of a desk"):
        parse(seal_plaintext(report, Signed(DESK_SEED))).verify_desk(DESK_PUBLIC)
    with pytest.raises(MessageError, match="not a reply"):
        parse(seal_plaintext(report, Maced(KEYS.reply_mac))).verify_reply(KEYS.reply_mac)
    with pytest.raises(MessageError, match="not a reply"):
        parse(seal_plaintext(reply().body(), Signed(DESK_SEED))).verify_reply(KEYS.reply_mac)
    with pytest.raises(MessageError, match="not signed"):
        parse(seal_plaintext(report, Maced(KEYS.reply_mac))).verify_report()
    with pytest.raises(MessageError):
        by_direction["desk"].verify_desk(signatures.public_key(bytes(32)))


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_any_text_in_any_script_comes_back(content: dict[str, str]) -> None:
    """What people write comes back letter for letter."""
    message = reply(content=content | {"text": "x"})
    plaintext = seal_plaintext(message.body(), Maced(KEYS.reply_mac))
    assert is_message_size(len(plaintext))
    assert parse(plaintext).message == message


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever was sealed, the answer is a message or a MessageError."""
    for plaintext in (data, (b"unhindered/1\n" + len(data).to_bytes(4, "big") + data).ljust(16384, b"\0")):
        with pytest.raises(MessageError):
            parse(plaintext)


def test_deeply_nested_json_is_refused() -> None:
    """A body made to exhaust the reader's stack is a MessageError."""
    with pytest.raises(MessageError):
        read_body(b"[" * 200_000)


def test_a_message_has_at_most_a_mebibyte() -> None:
    """The largest body fits into 1 MiB with everything around it; one byte more is TooBig."""
    room = LARGEST_BODY - len(reply(content={"text": ""}).body())
    largest = reply(content={"text": "x" * room}).body()
    assert len(largest) == LARGEST_BODY
    assert len(seal_plaintext(largest, Signed(DESK_SEED))) == 1 << 20
    with pytest.raises(TooBig):
        seal_plaintext(largest + b" ", Maced(KEYS.reply_mac))


def test_a_message_that_would_not_be_read_is_not_written() -> None:
    """A mistake in our own program is found before anything is sealed."""
    for wrong in ({"kind": "summons"}, {"author": "reporter"}, {"day": "24.11.2026"}, {"content": {"text": "\ud800"}}):
        with pytest.raises(MessageError):
            reply(**wrong).body()


def test_every_kind_can_be_written() -> None:
    """The table of kinds has no row that the rules of its direction forbid."""
    for direction, kinds in KINDS.items():
        for kind, texts in kinds.items():
            from_reporter = direction == "report"
            message = reply(
                direction=direction,
                kind=kind,
                author="reporter" if from_reporter else "5e" * 16,
                door="script" if from_reporter else None,
                keys=ReporterKeys.of(KEYS) if from_reporter else None,
                epoch=None if direction == "reply" else "e1" * 16,
                content=dict.fromkeys(texts, "x"),
            )
            assert read_body(message.body()) == message


def test_a_reply_key_that_is_none_is_told_when_it_is_used() -> None:
    """A reporter's program may send any 1,216 bytes; sealing to them is a FormatError, not a crash."""
    bad = ReporterKeys(b"\xff" * 1216, KEYS.signing_public, KEYS.reply_mac)
    with pytest.raises(FormatError):
        bad.recipient()
    assert ReporterKeys.of(KEYS).recipient() == KEYS.reply.recipient


def test_keys_are_not_shown() -> None:
    """A traceback with an author's keys in it gives nothing away."""
    for shown in (repr(Signed(b"secret")), repr(Maced(b"secret")), repr(ReporterKeys(b"a", b"b", b"secret"))):
        assert "secret" not in shown
