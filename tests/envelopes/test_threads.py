"""A thread shows what is authentic, and raises an alarm for everything that is not as it should be."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from crypto import age, signatures
from crypto.hybrid import HybridIdentity
from crypto.receipt import Receipt, ReceiptKeys
from portal.messages import Maced, Message, ReporterKeys, Signed, parse, seal_plaintext
from portal.threads import Alarm, Entry, Thread, check_thread, open_object
from tests.envelopes.cctv import X25519Identity

pytestmark = pytest.mark.claim("C4")

INSTANCE = bytes(range(16))
INTAKE_KEY = HybridIdentity(bytes(range(32)))
EPOCH = INTAKE_KEY.recipient.key_id.hex()
DESKS = {name * 16: bytes([number]) * 32 for number, name in enumerate(("d0", "d1"), 1)}
DEVICES = {name: signatures.public_key(seed) for name, seed in DESKS.items()}
PSEUDONYM = "5e" * 16


def authentication(message: Message, keys: ReceiptKeys, seeds: Mapping[str, bytes] = DESKS) -> Signed | Maced:
    if message.direction == "report":
        return Signed(keys.signing_seed)
    return Maced(keys.reply_mac) if message.direction == "reply" else Signed(seeds[message.author])


class Case:
    """A thread in the making: `tells`, `answers` and `notes` seal a message each, as the intake would keep it."""

    def __init__(self, receipt: bytes = bytes(14)) -> None:
        self.keys = Receipt(receipt).derive(INSTANCE)
        self.thread = self.keys.thread.hex()
        self.objects: dict[str, bytes] = {}

    def seals(self, message: Message) -> str:
        """Seal and keep it under its id; gives the hash."""
        body = message.body()
        plaintext = seal_plaintext(body, authentication(message, self.keys))
        self.objects[message.id] = age.encrypt(plaintext, [INTAKE_KEY.recipient])
        return parse(plaintext).hash

    def message(self, **fields: Any) -> Message:
        return Message(**{"instance": INSTANCE.hex(), "thread": self.thread, "day": "2026-11-24"} | fields)

    def report(self, text: str = "It happened.", **fields: Any) -> Message:
        return self.message(**{
            "direction": "report", "kind": "message", "author": "reporter", "door": "script", "epoch": EPOCH,
            "keys": ReporterKeys.of(self.keys), "content": {"text": text},
        } | fields)  # fmt: skip

    def tells(self, text: str = "It happened.", **fields: Any) -> str:
        return self.seals(self.report(text, **fields))

    def answers(self, text: str = "Thank you.", **fields: Any) -> str:
        return self.seals(self.message(**{
            "direction": "reply", "kind": "message", "author": PSEUDONYM, "content": {"text": text},
        } | fields))  # fmt: skip

    def notes(self, text: str = "Read it.", desk: str = "d0" * 16, **fields: Any) -> str:
        return self.seals(self.message(**{
            "direction": "desk", "kind": "note", "author": desk, "epoch": EPOCH, "content": {"text": text},
        } | fields))  # fmt: skip

    def opened(self) -> list[Entry | Alarm]:
        return [open_object(name, sealed, [INTAKE_KEY]) for name, sealed in self.objects.items()]

    def checked(self, **more: Any) -> Thread:
        return check_thread(
            self.opened(), **{"instance": INSTANCE.hex(), "thread": self.thread, "devices": DEVICES} | more
        )


def texts(thread: Thread) -> list[str]:
    return [entry.message.content["text"] for entry in thread.entries]


def kinds(thread: Thread) -> list[str]:
    return [alarm.kind for alarm in thread.alarms]


def conversation() -> Case:
    """Two messages of a reporter, two replies, a note of each of two desks."""
    case = Case()
    first = case.tells("one", id="0a" * 16)
    reply = case.answers("two", heads=(first,), id="0b" * 16, day="2026-11-25")
    note = case.notes("three", heads=tuple(sorted((first, reply))), id="0c" * 16, day="2026-11-25")
    second = case.tells("four", prev=first, heads=(reply,), id="0d" * 16, day="2026-11-26")
    answer = case.answers("five", prev=reply, heads=tuple(sorted((reply, second))), id="0e" * 16, day="2026-11-26")
    case.notes("six", "d1" * 16, heads=tuple(sorted((second, note, answer))), id="0f" * 16, day="2026-11-26")
    return case


def test_a_whole_thread_is_in_order_and_without_alarm() -> None:
    """Whatever the order in which objects come in, the thread reads the same."""
    case = conversation()
    for seed in range(20):
        names = list(case.objects)
        random.Random(seed).shuffle(names)
        case.objects = {name: case.objects[name] for name in names}
        thread = case.checked()
        assert texts(thread) == ["one", "two", "three", "four", "five", "six"]
        assert thread.alarms == ()
        assert thread.keys == ReporterKeys.of(case.keys)


def test_a_message_follows_what_it_had_seen_even_against_the_calendar() -> None:
    """A wrong clock does not put an answer before its question."""
    case = Case()
    first = case.tells("question", day="2026-11-24")
    case.answers("answer", heads=(first,), day="2020-01-01")
    assert texts(case.checked()) == ["question", "answer"]


def test_heads_and_prev_are_what_the_next_message_names() -> None:
    """Heads are the newest of each author that the audience can see; prev is the author's own newest."""
    case = conversation()
    thread = case.checked()
    hashes = {entry.message.content["text"]: entry.hash for entry in thread.entries}
    assert thread.heads("reporter") == tuple(sorted((hashes["four"], hashes["five"])))
    assert thread.heads("desk") == tuple(sorted(hashes[text] for text in ("four", "five", "three", "six")))
    assert thread.prev("reporter", "report") == hashes["four"]
    assert thread.prev("d1" * 16, "desk") == hashes["six"]
    assert thread.prev("d1" * 16, "reply") is None


@pytest.mark.parametrize(("place", "kind"), [(3, "altered"), (1000, "unreadable"), (1700, "altered"), (-1, "altered")])
def test_an_altered_object_is_an_alarm(place: int, kind: str) -> None:
    """A changed byte anywhere in the sealed file: no content, one alarm that names the object.

    A changed wrapped key cannot be told from a key that was meant for others: then it is unreadable.
    """
    case = Case()
    case.tells("one", id="0a" * 16)
    changed = bytearray(case.objects["0a" * 16])
    changed[place] = ord("A") if changed[place] != ord("A") else ord("B")
    case.objects["0a" * 16] = bytes(changed)
    thread = case.checked()
    assert thread.entries == ()
    assert [(alarm.kind, alarm.object) for alarm in thread.alarms] == [(kind, "0a" * 16)]


def test_a_body_that_its_author_did_not_sign_is_an_alarm() -> None:
    """Whoever can seal to the intake key still cannot put words into a reporter's or a colleague's mouth."""
    case = Case()
    case.tells("one")
    forged = case.report("forged", id="0b" * 16)
    note = case.message(
        direction="desk", kind="note", author="d0" * 16, epoch=EPOCH, content={"text": "x"}, id="0c" * 16
    )
    for message in (forged, note):
        plaintext = seal_plaintext(message.body(), Signed(b"\x66" * 32))
        case.objects[message.id] = age.encrypt(plaintext, [INTAKE_KEY.recipient])
    thread = case.checked()
    assert texts(thread) == ["one"]
    assert sorted((a.kind, a.object) for a in thread.alarms) == [("altered", "0b" * 16), ("altered", "0c" * 16)]


def test_a_message_swapped_from_another_thread_is_an_alarm() -> None:
    """A genuine message of one thread that turns up in another, or at another instance, is not shown there."""
    mine, other = Case(), Case(bytes([1]) * 14)
    mine.tells("mine")
    other.tells("not mine", id="0b" * 16)
    mine.objects |= other.objects
    thread = mine.checked()
    assert texts(thread) == ["mine"]
    assert [(alarm.kind, alarm.object) for alarm in thread.alarms] == [("other thread", "0b" * 16)]
    assert kinds(mine.checked(instance="ff" * 16)) == ["other thread", "other thread"]


def test_a_replayed_message_is_an_alarm() -> None:
    """The same message under another object id, sealed again or not, counts once; the alarm names the copy."""
    case = Case()
    case.tells("one", id="0a" * 16)
    sealed = case.objects["0a" * 16]
    case.objects = {"00" * 16: sealed} | case.objects
    case.objects["ff" * 16] = age.encrypt(age.decrypt(sealed, [INTAKE_KEY]), [INTAKE_KEY.recipient])
    thread = case.checked()
    assert [entry.object for entry in thread.entries] == ["0a" * 16]
    assert [(alarm.kind, alarm.object) for alarm in thread.alarms] == [
        ("replayed", "00" * 16),
        ("replayed", "ff" * 16),
    ]


def test_a_second_message_with_the_same_id_is_an_alarm() -> None:
    """An id is used once: of two different messages that claim it, one is not shown."""
    case = Case()
    first = case.report("one", id="0a" * 16)
    case.seals(first)
    case.objects["ff" * 16] = case.objects.pop(first.id)
    case.seals(replace(first, content={"text": "another"}, day="2026-11-25"))
    thread = case.checked()
    assert texts(thread) == ["one"]
    assert kinds(thread) == ["replayed"]


def test_a_report_with_another_receipt_is_an_alarm() -> None:
    """A stranger who writes into a thread is not shown, even if the message claims to be the earliest."""
    case = conversation()
    stranger = Case(bytes([1]) * 14)
    stranger.thread = case.thread
    stranger.tells("injected", id="ff" * 16, day="2020-01-01")
    case.objects |= stranger.objects
    thread = case.checked()
    assert texts(thread) == ["one", "two", "three", "four", "five", "six"]
    assert [(alarm.kind, alarm.object) for alarm in thread.alarms] == [("injected", "ff" * 16)]


def test_an_entry_of_an_unknown_desk_is_an_alarm() -> None:
    """A desk that is not in the roster writes nothing into a case."""
    case = Case()
    first = case.tells("one")
    case.notes("note", heads=(first,), id="0b" * 16)
    thread = case.checked(devices={})
    assert texts(thread) == ["one"]
    assert [(alarm.kind, alarm.object) for alarm in thread.alarms] == [("injected", "0b" * 16)]


def test_a_forged_reply_is_an_alarm() -> None:
    """Only who opened the report has the reply key; a reply under another one is not shown to the reporter."""
    case = Case()
    case.answers("genuine", id="0a" * 16)
    forged = case.message(direction="reply", kind="message", author=PSEUDONYM, content={"text": "forged"}, id="0b" * 16)
    case.objects[forged.id] = age.encrypt(seal_plaintext(forged.body(), Maced(bytes(32))), [INTAKE_KEY.recipient])
    thread = case.checked(reply_mac=case.keys.reply_mac)
    assert texts(thread) == ["genuine"]
    assert [(alarm.kind, alarm.object) for alarm in thread.alarms] == [("injected", "0b" * 16)]
    assert kinds(case.checked()) == ["injected", "injected"]


@pytest.mark.parametrize("gone", ["0a", "0b", "0c", "0d", "0e"])
def test_a_missing_message_is_an_alarm(gone: str) -> None:
    """Whichever message is kept back, somebody names it: but the newest, which nobody has answered yet."""
    case = conversation()
    hashes = {entry.message.id: entry.hash for entry in case.checked().entries}
    del case.objects[gone * 16]
    thread = case.checked()
    assert len(thread.entries) == 5
    assert set(kinds(thread)) == {"missing"}
    assert case.checked(known={hashes[gone * 16]}).alarms == ()


def test_a_chain_cannot_go_on_from_a_strangers_message() -> None:
    """`prev` names the author's own message; another author's in its place is a hole in the chain."""
    case = Case()
    first = case.tells("one")
    case.notes("note", prev=first)
    assert kinds(case.checked()) == ["missing"]


def test_an_author_who_goes_on_twice_from_one_place_is_an_alarm() -> None:
    """Two messages of one author after the same one: a copied key, or an old state put back."""
    case = Case()
    first = case.tells("one")
    case.tells("two", prev=first, day="2026-11-25")
    case.tells("other two", prev=first, day="2026-11-26")
    thread = case.checked()
    assert texts(thread) == ["one", "two", "other two"]
    assert kinds(thread) == ["forked"]
    desk = Case()
    desk.notes("a")
    desk.notes("b")
    assert kinds(desk.checked()) == ["forked"]


def test_a_reporter_may_begin_again() -> None:
    """A reporter whose browser keeps nothing writes without a predecessor, more than once: that is no fork."""
    case = Case()
    case.tells("one", day="2026-11-24")
    case.tells("two", day="2026-11-25")
    thread = case.checked()
    assert (texts(thread), thread.alarms) == (["one", "two"], ())


def test_what_no_key_opens_is_an_alarm() -> None:
    """A message to a destroyed or foreign key, and one that somebody else could read besides, are told apart."""
    case = Case()
    case.tells("one")
    plaintext = age.decrypt(next(iter(case.objects.values())), [INTAKE_KEY])
    case.objects["0b" * 16] = age.encrypt(plaintext, [HybridIdentity.generate().recipient])
    case.objects["0c" * 16] = age.encrypt(plaintext, [X25519Identity(bytes(32)).recipient])
    case.objects["0d" * 16] = age.encrypt(b"not a message", [INTAKE_KEY.recipient])
    case.objects["0e" * 16] = b"not a file"
    thread = case.checked()
    assert texts(thread) == ["one"]
    assert [(alarm.kind, alarm.object[:2]) for alarm in thread.alarms] == [
        ("unreadable", "0b"),
        ("unreadable", "0c"),
        ("altered", "0d"),
        ("altered", "0e"),
    ]
    assert all(alarm.says.endswith(".") for alarm in thread.alarms)


def test_a_desk_learns_which_key_opened() -> None:
    """An entry carries the identity that opened it, whatever epoch the message claims."""
    case = Case()
    case.tells("one", epoch="00" * 16)
    entry = open_object("0a", next(iter(case.objects.values())), [HybridIdentity.generate(), INTAKE_KEY])
    assert isinstance(entry, Entry)
    assert entry.identity == INTAKE_KEY


def test_in_the_reporters_mailbox_only_their_own_code_counts() -> None:
    """A message there that claims to be a reporter's, and brings a MAC key of its own, vouches for nothing."""
    case, stranger = Case(), Case(bytes(13) + b"\1")
    case.answers("From a reviewer.")
    stranger.thread = case.thread
    stranger.tells("From nobody.")
    stranger.answers("Meet me at the station.")
    case.objects |= stranger.objects
    thread = case.checked(devices={}, reply_mac=case.keys.reply_mac)
    assert texts(thread) == ["From a reviewer."]
    assert kinds(thread) == ["injected", "injected"]


def test_the_reporter_stays_whom_a_desk_named_first() -> None:
    """Another desk that was shown only a forged beginning cannot turn a thread over to whoever forged it."""
    case, stranger = Case(), Case(bytes(13) + b"\1")
    stranger.thread = case.thread
    genuine = case.tells("It happened.", day="2026-11-24")
    case.notes("Opened it.", heads=(genuine,), day="2026-11-24")
    forged = stranger.tells("All is well.", day="2026-11-01")
    stranger.notes("Opened the other.", desk="d1" * 16, heads=(forged,), day="2026-11-25")
    case.objects |= stranger.objects
    thread = case.checked()
    assert thread.keys == ReporterKeys.of(case.keys)
    assert "All is well." not in texts(thread)
    assert "injected" in kinds(thread)
