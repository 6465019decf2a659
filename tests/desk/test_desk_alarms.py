"""A compromised intake is told on: each way of lying about a thread, or about the directory, raises an alarm."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crypto import age
from crypto.hybrid import HybridIdentity
from portal.desk.errors import DeskError
from portal.desk.model import Case
from portal.messages import Maced, Message, ReporterKeys, Signed, seal_plaintext
from tests.desk import liar
from tests.desk.personas import Office, Reporter, Reviewer

pytestmark = pytest.mark.claim("C4")


def alarms(case: Case) -> list[str]:
    return [alarm.kind for alarm in case.alarms]


def flipped(data: bytes) -> bytes:
    """The same file with one bit of its payload changed."""
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.fixture
def told(reporter: Reporter) -> Reporter:
    """A reporter who has sent two messages."""
    reporter.tells("It began in May.")
    reporter.writes("It goes on.")
    return reporter


def test_a_thread_that_nobody_touched_has_no_alarm(ada: Reviewer, ben: Reviewer, told: Reporter) -> None:
    """Reading and answering at two desks leaves nothing to complain about."""
    ada.opens(told)
    ben.opens(told)
    ada.desk.reply(told.case, "We read it.")
    told.writes("Thank you.")
    for reviewer in (ada, ben):
        assert reviewer.opens(told).alarms == ()
        assert reviewer.desk.alarms() == ()


def test_an_altered_message_is_an_alarm_and_no_content(office: Office, ada: Reviewer, told: Reporter) -> None:
    """A flipped bit in what the intake hands out."""
    for object_id in liar.kept(office, told.case):
        liar.changes(office, object_id, flipped(liar.sealed(office, object_id)))
    case = ada.sees(told)
    assert alarms(case) == ["altered", "altered"]
    assert case.messages == ()


def test_an_object_changed_after_it_was_fetched_changes_nothing_here(
    office: Office, ada: Reviewer, told: Reporter
) -> None:
    """What this desk holds stays, and the other description is an alarm."""
    before = ada.sees(told)
    (first, *_) = liar.kept(office, told.case)
    liar.changes(office, first, age.encrypt(bytes(16 * 1024), [HybridIdentity.generate().recipient]))
    after = ada.sees(told)
    assert [message.text for message in after.messages] == [message.text for message in before.messages]
    assert alarms(after) == ["altered"]


def test_a_message_of_another_thread_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """Two reporters' messages swapped: each knows where it belongs."""
    other = Reporter(office)
    other.tells("Another story.")
    (theirs,) = liar.kept(office, other.case)
    liar.puts_in(office, told.case, liar.sealed(office, theirs))
    case = ada.sees(told)
    assert alarms(case) == ["other thread"]
    assert [message.text for message in case.messages] == ["It began in May.", "It goes on."]


def test_one_object_listed_in_two_threads_is_an_alarm(
    office: Office, ada: Reviewer, told: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of the day names an id twice."""
    from portal.intake import shelf

    other = Reporter(office)
    other.tells("Another story.")
    listing = shelf._listing

    def twice(*asked: Any) -> bytes:
        value = json.loads(listing(*asked))
        value["objects"] += [dict(row, thread=other.case) for row in value["objects"] if row["thread"] == told.case]
        return json.dumps(value).encode()

    monkeypatch.setattr(shelf, "_listing", twice)
    assert set(alarms(ada.sees(other))) == {"replayed"}
    assert alarms(ada.sees(told)) == []


def test_a_replayed_message_is_shown_once_and_told(office: Office, ada: Reviewer, told: Reporter) -> None:
    """The same sealed bytes under a second id."""
    first = liar.kept(office, told.case)[0]
    liar.puts_in(office, told.case, liar.sealed(office, first))
    case = ada.sees(told)
    assert alarms(case) == ["replayed"]
    assert len(case.messages) == 2


def test_a_message_injected_with_another_receipt_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """The public key seals for everybody; what it seals must be signed with the thread's own receipt."""
    ada.opens(told)
    stranger = Reporter(office)
    keys = stranger.keys
    message = stranger.message("message", {"text": "Meet me at the station."})
    forged = Message(**{name: getattr(message, name) for name in message.__slots__} | {"thread": told.case})
    plaintext = seal_plaintext(forged.body(), Signed(keys.signing_seed))
    liar.puts_in(office, told.case, age.encrypt(plaintext, [stranger.key().recipient]))
    case = ada.sees(told)
    assert alarms(case) == ["injected"]
    assert "station" not in str(case.messages)


def test_a_desk_entry_of_a_stranger_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """A signature of somebody who is not in the roster, under a device id of their own or of a colleague."""
    ada.opens(told)
    for author in (secrets.token_hex(16), ada.desk.me.id):
        message = Message(
            instance=office.store.instance.hex(),
            thread=told.case,
            direction="desk",
            kind="status",
            day="2026-11-24",
            author=author,
            content={"status": "closed", "reason": "nothing to see"},
            epoch=told.key().epoch.hex(),
        )
        plaintext = seal_plaintext(message.body(), Signed(secrets.token_bytes(32)))
        liar.puts_in(office, told.case, age.encrypt(plaintext, [told.key().recipient]))
    case = ada.sees(told)
    assert sorted(alarms(case)) == ["altered", "injected"]
    assert case.statuses == ()


def test_a_reply_that_no_desk_sent_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """The intake shows the reporter something; the desk cannot open it, and knows that it is none of its own."""
    ada.opens(told)
    liar.puts_in(office, told.case, age.encrypt(bytes(16 * 1024), [told.keys.reply.recipient]), "reporter")
    assert alarms(ada.sees(told)) == ["injected"]


def test_a_reply_put_among_what_desks_read_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """Even one with the right authentication code: it is not where it belongs."""
    ada.opens(told)
    message = Message(
        instance=office.store.instance.hex(),
        thread=told.case,
        direction="reply",
        kind="message",
        day="2026-11-24",
        author=secrets.token_hex(16),
        content={"text": "Come to the office."},
    )
    mac = ReporterKeys.of(told.keys).mac
    sealed = age.encrypt(seal_plaintext(message.body(), Maced(mac)), [told.key().recipient])
    liar.puts_in(office, told.case, sealed)
    assert alarms(ada.sees(told)) == ["injected"]


def test_a_message_kept_back_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """The second message names the first, which is not there."""
    ada.desk.sync()
    bodies = {message.text: message.object for message in ada.desk.case(told.case).messages}
    fresh = Reviewer("Ada", ada.data.with_name("again"), office)
    liar.hides(office, bodies["It began in May."])
    fresh.desk.restore(ada.copy.read_bytes(), "stone-river-lamp-quiet-orbit")
    assert alarms(fresh.sees(told)) == ["missing"]
    fresh.leaves_the_room()


def test_a_message_that_vanishes_from_the_list_is_an_alarm_and_stays_here(
    office: Office, ada: Reviewer, told: Reporter
) -> None:
    """What was fetched is not forgotten because the intake forgets it."""
    ada.desk.sync()
    liar.hides(office, liar.kept(office, told.case)[0])
    case = ada.sees(told)
    assert alarms(case) == ["missing"]
    assert len(case.messages) == 2
    ada.leaves_the_room()
    ada.unlocks()
    assert alarms(ada.desk.case(told.case)) == ["missing"]


def test_a_colleagues_entry_kept_back_is_an_alarm(office: Office, ada: Reviewer, ben: Reviewer, told: Reporter) -> None:
    """The next entry of the same colleague points at the hole."""
    ada.opens(told)
    ada.desk.note(told.case, "first")
    ada.desk.note(told.case, "second")
    first = next(note.object for note in ada.desk.case(told.case).notes if note.text == "first")
    liar.hides(office, first)
    case = ben.sees(told)
    assert set(alarms(case)) == {"missing"}
    assert [note.text for note in case.notes] == ["second"]


def test_a_reply_that_was_not_kept_is_an_alarm(office: Office, ada: Reviewer, ben: Reviewer, told: Reporter) -> None:
    """The desk's entry says what the reporter should have got."""
    ada.opens(told)
    ada.desk.reply(told.case, "Are you safe?")
    for object_id in liar.kept(office, told.case, "reporter"):
        liar.hides(office, object_id)
    assert set(alarms(ben.sees(told))) == {"missing"}


def test_an_object_that_no_key_opens_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """Sealed to a key nobody here has: it may be a message that somebody did not get through."""
    liar.puts_in(office, told.case, age.encrypt(bytes(16 * 1024), [HybridIdentity.generate().recipient]))
    big = age.encrypt(bytes(48 * 1024), [HybridIdentity.generate().recipient])
    liar.puts_in(office, told.case, big)
    assert alarms(ada.sees(told)) == ["unreadable", "unreadable"]


def test_a_file_that_no_message_names_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """Something that opens, lies in the thread, and belongs to nothing in it."""
    liar.puts_in(office, told.case, age.encrypt(bytes(48 * 1024), [told.key().recipient]))
    liar.puts_in(office, told.case, age.encrypt(bytes(16 * 1024), [told.key().recipient]))
    assert sorted(alarms(ada.sees(told))) == ["altered", "injected"]


def test_a_message_written_for_another_key_is_an_alarm(office: Office, ada: Reviewer, told: Reporter) -> None:
    """The key that opens it must be the key it was written for: a header that was made anew is seen."""
    message = told.message("message", {"text": "late"}, epoch="ab" * 16, prev=None)
    plaintext = seal_plaintext(message.body(), Signed(told.keys.signing_seed))
    liar.puts_in(office, told.case, age.encrypt(plaintext, [told.key().recipient]))
    assert alarms(ada.sees(told)) == ["altered"]


def test_an_altered_file_is_not_given_out(office: Office, ada: Reviewer, reporter: Reporter) -> None:
    """Its header opens, its payload does not: nothing of it reaches the person."""
    reporter.tells("See the paper.", {"a.bin": bytes(range(256)) * 200})
    case = ada.opens(reporter)
    (file,) = case.files
    path = ada.desk._archive.object(file.object)
    path.write_bytes(flipped(path.read_bytes()))
    with pytest.raises(DeskError, match="does not open"):
        ada.desk.open_file(reporter.case, file.object)


def test_another_file_under_the_same_id_is_not_given_out(office: Office, ada: Reviewer, reporter: Reporter) -> None:
    """Sealed to the right key, of the right size, with other content: the message's SHA-256 tells."""
    reporter.tells("See the paper.", {"a.bin": b"the paper"})
    (object_id,) = [one for one in liar.kept(office, reporter.case) if one not in _messages(ada, reporter)]
    liar.changes(office, object_id, age.encrypt(b"another".ljust(16 * 1024, b"\0"), [reporter.key().recipient]))
    ada2 = Reviewer("Ada", ada.data.with_name("again"), office)
    ada2.desk.restore(ada.copy.read_bytes(), "stone-river-lamp-quiet-orbit")
    case = ada2.opens(reporter)
    with pytest.raises(DeskError, match="not the file"):
        ada2.desk.open_file(reporter.case, case.files[0].object)
    ada2.leaves_the_room()


def _messages(reviewer: Reviewer, reporter: Reporter) -> set[str]:
    return {message.object for message in reviewer.sees(reporter).messages}


def test_an_object_listed_again_in_a_thread_that_holds_nothing_else_is_an_alarm(
    office: Office, ada: Reviewer, told: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The made-up thread stands in the inbox with its alarm, and the inbox goes on working."""
    from portal.intake import shelf

    listing, made_up = shelf._listing, "ab" * 32

    def twice(*asked: Any) -> bytes:
        value = json.loads(listing(*asked))
        value["objects"] += [dict(row, thread=made_up) for row in value["objects"]]
        return json.dumps(value).encode()

    monkeypatch.setattr(shelf, "_listing", twice)
    rows = {row.id: row for row in ada.reads()}
    assert set(rows) == {told.case, made_up}
    assert (rows[made_up].alarms, rows[told.case].alarms) == (2, 0)
    assert rows[made_up].day == rows[told.case].day


def test_a_file_kept_back_is_an_alarm(office: Office, ada: Reviewer, reporter: Reporter) -> None:
    """A message and its files arrive together or not at all: one without the other was parted by the intake."""
    reporter.tells("See the paper.", {"a.bin": b"the paper"})
    (file,) = ada.sees(reporter).files
    fresh = Reviewer("Ada", ada.data.with_name("again"), office)
    liar.hides(office, file.object)
    fresh.desk.restore(ada.copy.read_bytes(), "stone-river-lamp-quiet-orbit")
    assert alarms(fresh.sees(reporter)) == ["missing"]
    fresh.leaves_the_room()


def test_a_description_that_changed_is_told_at_every_visit(office: Office, ada: Reviewer, told: Reporter) -> None:
    """Also when the first visit that saw it was made while the desk was locked."""
    ada.desk.sync()
    (first, *_) = liar.kept(office, told.case)
    liar.changes(office, first, age.encrypt(bytes(16 * 1024), [HybridIdentity.generate().recipient]))
    ada.leaves_the_room()
    ada.desk.sync()
    ada.unlocks()
    assert alarms(ada.sees(told)) == ["altered"]
    assert alarms(ada.sees(told)) == ["altered"]


def test_a_reply_that_the_intake_exchanged_is_an_alarm_here(office: Office, ada: Reviewer, told: Reporter) -> None:
    """What was written here is compared with what the intake lists under its id."""
    ada.opens(told)
    ada.desk.reply(told.case, "Are you safe?")
    for object_id in liar.kept(office, told.case, "reporter"):
        liar.changes(office, object_id, age.encrypt(bytes(16 * 1024), [told.keys.reply.recipient]))
    assert set(alarms(ada.sees(told))) == {"altered"}


@pytest.mark.parametrize("size", [1 << 50, 1.5, True, 0], ids=["too big", "a fraction", "no number", "nothing"])
def test_a_size_that_no_object_has_is_refused(
    office: Office, ada: Reviewer, told: Reporter, monkeypatch: pytest.MonkeyPatch, size: Any
) -> None:
    """Otherwise a row of a list could fill a reviewer's disk."""
    from portal.intake import shelf

    listing = shelf._listing

    def swollen(*asked: Any) -> bytes:
        value = json.loads(listing(*asked))
        return json.dumps(value | {"objects": [row | {"size": size} for row in value["objects"]]}).encode()

    monkeypatch.setattr(shelf, "_listing", swollen)
    with pytest.raises(DeskError, match="list of a day"):
        ada.desk.sync()


def test_an_answer_nested_without_end_is_refused(
    office: Office, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON that no reader can hold ends the visit with a sentence."""
    from portal.intake import shelf

    ada.desk.sync()
    monkeypatch.setattr(shelf, "_listing", lambda *asked: b"[" * 200_000)
    monkeypatch.setattr(shelf, "days", lambda store: {"2026-01-01": "ab" * 32})
    with pytest.raises(DeskError, match="not an intake"):
        ada.desk.sync()


class OldDirectory:
    """Serves the directory as it stood at one moment."""

    def __init__(self, office: Office) -> None:
        self.files = dict(self._all(office))
        self._office = office

    @staticmethod
    def _all(office: Office) -> Iterator[tuple[str, bytes]]:
        from sqlalchemy import select

        from portal.intake.models import DirectoryFile

        with office.store.database.read() as connection:
            yield from connection.execute(select(DirectoryFile.path, DirectoryFile.content))

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        directory = self._office.store.directory
        monkeypatch.setattr(directory, "file", self.files.get)
        monkeypatch.setattr(directory, "timestamp", lambda seed: self.files["metadata/timestamp.json"])


@pytest.mark.claim("C3")
def test_an_older_directory_than_this_desk_knows_is_an_alarm(
    office: Office, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rollback: the intake serves yesterday's directory, with the key that was replaced."""
    old = OldDirectory(office)
    ada.desk.rotate_now()
    old.serve(monkeypatch)
    (alarm,) = ada.desk.sync().alarms
    assert (alarm.kind, "older directory" in alarm.says) == ("directory", True)
    assert alarm in ada.desk.alarms()
    now, before = ada.desk.keys()
    assert (now.state, before.state) == ("in force", "accepting")


@pytest.mark.claim("C3")
def test_an_older_directory_than_a_colleague_knows_is_an_alarm(
    office: Office, ada: Reviewer, ben: Reviewer, told: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ben never saw the newer one; Ada's entry names it."""
    old = OldDirectory(office)
    ada.desk.rotate_now()
    ada.opens(told)
    old.serve(monkeypatch)
    kinds = {alarm.says for alarm in ben.sees(told).alarms}
    assert any("newer directory" in says for says in kinds)


@pytest.mark.claim("C3")
def test_a_directory_that_stewards_did_not_sign_is_an_alarm(
    office: Office, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intake makes a snapshot of its own; its timestamp key signs timestamps only."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Metadata, MetaFile, Snapshot, Timestamp

    served = OldDirectory(office)
    signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(office.store.identity.timestamp_seed))
    expires = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    snapshot = Metadata(Snapshot(version=99, expires=expires))
    snapshot.sign(signer)
    timestamp = Metadata(Timestamp(version=99, expires=expires, snapshot_meta=MetaFile(version=99)))
    timestamp.sign(signer)
    served.files |= {"metadata/99.snapshot.json": snapshot.to_bytes(), "metadata/timestamp.json": timestamp.to_bytes()}
    served.serve(monkeypatch)
    (alarm,) = ada.desk.sync().alarms
    assert (alarm.kind, "not signed by enough stewards" in alarm.says) == ("directory", True)


@pytest.mark.claim("C3")
def test_a_frozen_directory_is_an_alarm_and_leaves_the_desk_read_only(
    office: Office, ada: Reviewer, told: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An intake that stops renewing its timestamp: reading goes on, writing waits."""
    from portal.desk.trust import Directory

    ada.opens(told)
    monkeypatch.setattr(Directory, "expired", property(lambda self: True))
    assert ada.sees(told).messages
    assert any("expired" in alarm.says for alarm in ada.desk.alarms())
    with pytest.raises(DeskError, match="expired"):
        ada.desk.note(told.case, "later")
    told.writes("more")
    assert ada.opens(told).summary.unread == 1


@pytest.mark.claim("C3")
def test_a_wrap_that_does_not_open_takes_no_key_away(office: Office, ada: Reviewer, told: Reporter) -> None:
    """The intake replaces a wrap by another file: the key in use stays in use, and the file is an alarm."""
    from portal.desk.roster import padded
    from portal.intake import wraps

    (key,) = ada.desk.keys()
    wraps.bring(office.store, bytes.fromhex(key.epoch), age.encrypt(b"x", padded([])))
    assert ada.opens(told).messages
    assert [alarm.kind for alarm in ada.desk.alarms()] == ["unreadable"]
    ada.leaves_the_room()
    ada.unlocks()
    assert ada.desk.case(told.case).messages
