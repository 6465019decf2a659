"""Coming back from a saved identity file on an empty machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.desk.errors import DeskError
from tests.desk.personas import PASSPHRASE, Office, Reporter, Reviewer


def restored(person: Reviewer, folder: Path) -> Reviewer:
    """The same person at an empty desk, with the saved file."""
    again = Reviewer(person.name, folder, person.office)
    again.desk.restore(person.copy.read_bytes(), PASSPHRASE)
    return again


def save(person: Reviewer) -> None:
    person.copy.write_bytes(person.desk.save_copy())


def test_a_sole_reviewers_file_brings_back_every_case(ada: Reviewer, reporter: Reporter, tmp_path: Path) -> None:
    """It carries the shelf key: nobody else is needed."""
    reporter.tells("It happened.", {"a.txt": b"paper"})
    ada.opens(reporter)
    ada.desk.note(reporter.case, "a note")
    ada.desk.reply(reporter.case, "We read it.")
    again = restored(ada, tmp_path / "again")
    case = again.sees(reporter)
    assert [note.text for note in case.notes] == ["a note"]
    assert b"".join(again.desk.open_file(reporter.case, case.files[0].object).chunks) == b"paper"
    assert again.desk.waiting_words == ()
    assert case.alarms == ()
    again.desk.reply(reporter.case, "We are back.")
    assert reporter.hears() == ["We read it.", "We are back."]
    again.leaves_the_room()


def test_a_restored_desk_does_not_write_before_it_knows_what_it_wrote(
    ada: Reviewer, reporter: Reporter, tmp_path: Path
) -> None:
    """Otherwise its chain would fork, and colleagues would be alarmed."""
    reporter.tells("It happened.")
    ada.opens(reporter)
    again = restored(ada, tmp_path / "again")
    with pytest.raises(DeskError, match="was restored"):
        again.desk.note(reporter.case, "too early")
    again.desk.sync()
    again.desk.note(reporter.case, "now")
    assert ada.sees(reporter).alarms == ()
    again.leaves_the_room()


@pytest.mark.claim("C8")
def test_with_two_people_the_saved_file_has_no_shelf_key(ada: Reviewer, ben: Reviewer) -> None:
    """An old copy of the wraps and one laptop must not open what was destroyed."""
    from portal.desk.identity import open_identity

    assert ada.desk.copy_due
    for person in (ada, ben):
        person.desk.sync()
        save(person)
        assert open_identity(person.copy.read_bytes(), PASSPHRASE)[1] == ()
        assert not person.desk.copy_due


def test_a_sole_reviewer_is_asked_for_a_copy_that_carries_the_shelf_key(ada: Reviewer) -> None:
    """The founding's copy is good; without it a copy is due."""
    assert not ada.desk.copy_due
    ada.desk._home.note(copy=None)
    assert ada.desk.copy_due
    save(ada)
    assert not ada.desk.copy_due


def test_a_colleague_who_is_no_admin_gives_a_restored_desk_the_keys(
    ada: Reviewer, ben: Reviewer, reporter: Reporter, tmp_path: Path
) -> None:
    """The admin lost the laptop; the other reviewer compares words and seals the keys to the new shelf key."""
    reporter.tells("It happened.")
    ben.opens(reporter)
    ada.desk.sync()
    save(ada)
    again = restored(ada, tmp_path / "again")
    again.desk.sync()
    words = again.desk.waiting_words
    assert len(words) == 8
    with pytest.raises(DeskError, match="roster"):
        again.desk.people()
    ben.desk.sync()
    (request,) = ben.desk.pending()
    assert (request.asks, request.name, request.words) == ("shelf", "Ada", words)
    ben.desk.admit(request.id, ())
    assert ben.desk.pending() == ()
    again.desk.sync()
    assert again.desk.waiting_words == ()
    assert again.sees(reporter).messages[0].text == "It happened."
    again.desk.rotate_now()
    reporter.writes("After.")
    for person in (again, ben):
        case = person.opens(reporter)
        assert [m.text for m in case.messages if m.kind in ("report", "message")] == ["It happened.", "After."]
        assert person.desk.alarms() == ()
        assert person.desk.pending() == ()
    again.leaves_the_room()


def test_an_admin_gives_a_restored_colleague_the_keys(
    ada: Reviewer, ben: Reviewer, reporter: Reporter, tmp_path: Path
) -> None:
    """The roster is published with the new shelf key, and everything opens."""
    reporter.tells("It happened.")
    ada.opens(reporter)
    ben.desk.sync()
    save(ben)
    again = restored(ben, tmp_path / "again")
    again.desk.sync()
    ada.desk.sync()
    (request,) = ada.desk.pending()
    assert request.words == again.desk.waiting_words
    ada.desk.admit(request.id, ())
    again.desk.sync()
    assert again.sees(reporter).messages[0].text == "It happened."
    assert again.desk.me.roles == ("reviewer",)
    again.desk.reply(reporter.case, "Ben is back.")
    assert reporter.hears() == ["Ben is back."]
    assert ada.sees(reporter).alarms == ()
    again.leaves_the_room()


@pytest.mark.claim("C3")
@pytest.mark.claim("C9")
def test_the_lost_laptops_shelf_key_gets_nothing_new(ada: Reviewer, ben: Reviewer, tmp_path: Path) -> None:
    """Once the keys were given to the new shelf key, the wraps are not sealed to the old one any more."""
    ben.desk.sync()
    save(ben)
    again = restored(ben, tmp_path / "again")
    again.desk.sync()
    ada.desk.sync()
    ada.desk.admit(ada.desk.pending()[0].id, ())
    key = ada.desk.rotate_now()
    ben.desk.sync()
    assert key.epoch not in ben.desk._session.keys.live  # type: ignore[union-attr]
    again.desk.sync()
    assert key.epoch in again.desk._session.keys.live  # type: ignore[union-attr]
    again.leaves_the_room()


def test_a_lent_roster_that_leads_nowhere_stops_nothing(
    office: Office, ada: Reviewer, ben: Reviewer, reporter: Reporter, tmp_path: Path
) -> None:
    """Anybody can seal such a header to the public key: it is tried, and nothing more."""
    from crypto import age
    from portal.desk.roster import padded
    from portal.messages import Message, Signed, seal_plaintext
    from tests.desk import liar

    ben.desk.sync()
    save(ben)
    for header in (b"garbage", age.split(age.encrypt(b"x", padded([])))[0]):
        message = Message(
            instance=office.store.instance.hex(),
            thread="ab" * 32,
            direction="desk",
            kind="shelf",
            day="2026-11-24",
            author="cd" * 16,
            content={"roster": header.hex()},
            epoch=reporter.key().epoch.hex(),
        )
        plaintext = seal_plaintext(message.body(), Signed(bytes(32)))
        liar.puts_in(office, "ab" * 32, age.encrypt(plaintext, [reporter.key().recipient]))
    again = restored(ben, tmp_path / "again")
    again.desk.sync()
    ada.desk.sync()
    (request,) = ada.desk.pending()
    ada.desk.admit(request.id, ())
    again.desk.sync()
    assert again.desk.me.name == "Ben"
    again.leaves_the_room()


@pytest.mark.claim("C3")
def test_a_request_that_its_person_did_not_sign_is_not_shown(office: Office, ada: Reviewer, ben: Reviewer) -> None:
    """The intake cannot ask in somebody's name for a key of its own."""
    from crypto import age
    from crypto.hybrid import HybridIdentity
    from portal.desk.framing import b64
    from portal.desk.index import team_thread
    from portal.messages import Message, Signed, seal_plaintext
    from tests.desk import liar

    thief = HybridIdentity.generate().recipient
    thread = team_thread(office.store.instance.hex(), ben.desk.me.id, thief.raw)
    message = Message(
        instance=office.store.instance.hex(),
        thread=thread,
        direction="desk",
        kind="shelf",
        day="2026-11-24",
        author=ben.desk.me.id,
        content={"quarter": "2026Q4", "recipient": b64(thief.raw), "sig": "00" * 64},
        epoch=Reporter(office).key().epoch.hex(),
    )
    sealed = age.encrypt(seal_plaintext(message.body(), Signed(bytes(32))), [Reporter(office).key().recipient])
    liar.puts_in(office, thread, sealed)
    ada.desk.sync()
    assert ada.desk.pending() == ()


def test_another_passphrase_or_file_restores_nothing(ada: Reviewer, office: Office, tmp_path: Path) -> None:
    """A sentence, and the machine stays empty."""
    again = Reviewer("Ada", tmp_path / "again", office)
    with pytest.raises(DeskError, match="does not open"):
        again.desk.restore(ada.copy.read_bytes(), "another passphrase")
    with pytest.raises(DeskError, match="not an identity file"):
        again.desk.restore(b"not a file", PASSPHRASE)
    assert again.desk.state == "new"
    assert not (tmp_path / "again").exists()
