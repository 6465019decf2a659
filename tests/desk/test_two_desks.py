"""Two people at two desks: joining, reading the same reports, seeing each other's entries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from portal.codes import Code
from portal.desk.errors import DeskError
from tests.desk.personas import PASSPHRASE, Office, Reporter, Reviewer


def test_both_read_and_answer_the_same_report(ada: Reviewer, ben: Reviewer, reporter: Reporter) -> None:
    """Each sees the other's reply and note; the reporter hears both."""
    reporter.tells("They stopped me at the border.")
    ada.opens(reporter)
    ada.desk.reply(reporter.case, "Ada: where are you now?")
    case = ben.opens(reporter)
    assert [(m.who_name, m.text) for m in case.messages if m.kind == "reply"] == [("Ada", "Ada: where are you now?")]
    ben.desk.note(reporter.case, "Ben knows the town.")
    ben.desk.reply(reporter.case, "Ben: keep away from the station.")
    seen = ada.sees(reporter)
    assert [note.text for note in seen.notes] == ["Ben knows the town."]
    assert reporter.hears() == ["Ada: where are you now?", "Ben: keep away from the station."]
    assert seen.alarms == ben.sees(reporter).alarms == ()


def test_two_who_write_at_the_same_time_lose_nothing(ada: Reviewer, ben: Reviewer, reporter: Reporter) -> None:
    """Neither has seen the other's entry: both stand in the case, in one order at both desks."""
    reporter.tells("It happened.")
    ada.opens(reporter)
    ben.opens(reporter)
    ada.desk.sync()
    ada.desk.note(reporter.case, "from Ada")
    ben.desk.note(reporter.case, "from Ben")
    ada.desk.reply(reporter.case, "one")
    ben.desk.reply(reporter.case, "two")
    one, two = ada.sees(reporter), ben.sees(reporter)
    assert one.messages == two.messages
    assert {note.text for note in one.notes} == {"from Ada", "from Ben"}
    assert sorted(reporter.hears()) == ["one", "two"]
    assert one.alarms == two.alarms == ()


def test_a_case_is_opened_once_for_the_reporter_whoever_opens_it(
    ada: Reviewer, ben: Reviewer, reporter: Reporter
) -> None:
    """The second reviewer finds the record of the first."""
    first = reporter.tells("It happened.")
    ada.opens(reporter)
    ben.opens(reporter)
    assert reporter.was_opened() == [first]


def test_reviewers_are_not_recognised_from_one_thread_to_another(
    office: Office, ada: Reviewer, reporter: Reporter
) -> None:
    """A reporter sees a pseudonym that is this thread's alone, and no signature."""
    other = Reporter(office)
    authors = []
    for one in (reporter, other):
        one.tells("It happened.")
        ada.opens(one)
        ada.desk.reply(one.case, "We read it.")
        authors.append({entry.message.author for entry in one.mailbox().entries})
    assert len(authors[0]) == len(authors[1]) == 1
    assert authors[0] != authors[1]
    assert ada.desk.me.id not in authors[0] | authors[1]


def test_the_words_are_the_same_on_both_screens(office: Office, ada: Reviewer, tmp_path: Path) -> None:
    """What the admin compares are the joining person's own keys."""
    cleo = Reviewer("Cleo", tmp_path / "cleo", office)
    joining = cleo.desk.join("Cleo", PASSPHRASE, ada.desk.invite())
    (waiting,) = ada.desk.pending()
    assert (waiting.name, waiting.asks, waiting.words) == ("Cleo", "join", joining.words)
    assert len(joining.words) == 8
    assert not joining.check()
    assert cleo.desk.unfinished == "joining"
    with pytest.raises(DeskError, match="not been admitted"):
        cleo.desk.inbox()
    cleo.leaves_the_room()


def test_a_joining_desk_may_be_ended_and_waits_on(office: Office, ada: Reviewer, tmp_path: Path) -> None:
    """The admin may take days; after unlocking the same request waits."""
    cleo = Reviewer("Cleo", tmp_path / "cleo", office)
    words = cleo.desk.join("Cleo", PASSPHRASE, ada.desk.invite()).words
    cleo.leaves_the_room()
    again = Reviewer("Cleo", tmp_path / "cleo", office).unlocks()
    assert again.desk.joining is not None
    assert again.desk.joining.words == words
    ada.admits("Cleo", "reviewer")
    assert again.desk.joining.check()
    assert again.desk.joining is None
    again.desk.sync()
    assert again.desk.me.roles == ("reviewer",)
    assert ada.desk.pending() == ()
    again.leaves_the_room()


def test_the_roster_names_both_and_the_organisation(ada: Reviewer, ben: Reviewer) -> None:
    """Everybody sees everybody, with words to compare and the same fingerprint."""
    for reviewer in (ada, ben):
        reviewer.desk.sync()
        assert [(person.name, person.roles) for person in reviewer.desk.people()] == [
            ("Ada", ("admin", "reviewer")),
            ("Ben", ("reviewer",)),
        ]
        assert reviewer.desk.organisation == "Example Watch"
    assert ada.desk.fingerprint == ben.desk.fingerprint
    assert [person.words for person in ada.desk.people()] == [person.words for person in ben.desk.people()]


@pytest.mark.claim("C3")
def test_who_is_no_admin_lets_nobody_in_and_makes_no_key(ada: Reviewer, ben: Reviewer) -> None:
    """The desk refuses, and so would the intake and every other desk."""
    for act in (ben.desk.invite, ben.desk.rotate_now):
        with pytest.raises(DeskError, match="Only an admin"):
            act()


@pytest.mark.claim("C3")
def test_an_answer_by_somebody_without_the_code_admits_nobody(office: Office, ada: Reviewer, tmp_path: Path) -> None:
    """The intake can put something at the meeting place; without the code it is refused on both sides."""
    from crypto import age
    from crypto.passphrase import PassphraseRecipient
    from portal.intake import desks

    code = ada.desk.invite()
    slot = Code.parse(code).slot
    cleo = Reviewer("Cleo", tmp_path / "cleo", office)
    joining = cleo.desk.join("Cleo", PASSPHRASE, code)
    forged = age.encrypt(b"{}", [PassphraseRecipient("guess", log_n=4)])
    desks.leave_letter(office.store, slot, "answer", forged)
    with pytest.raises(DeskError, match="meeting place"):
        joining.check()
    cleo.leaves_the_room()
    other = Code.parse(ada.desk.invite()).slot
    desks.leave_letter(office.store, other, "ask", forged)
    with pytest.raises(DeskError, match="meeting place"):
        ada.desk.pending()


def test_a_code_nobody_gave_out_leads_nowhere(office: Office, ada: Reviewer, tmp_path: Path) -> None:
    """A sentence, and the desk stays new."""
    cleo = Reviewer("Cleo", tmp_path / "cleo", office)
    with pytest.raises(DeskError, match="Nobody waits"):
        cleo.desk.join("Cleo", PASSPHRASE, str(Code.generate()))
    assert cleo.desk.state == "new"


def test_nobody_is_admitted_without_a_role(office: Office, ada: Reviewer, tmp_path: Path) -> None:
    """Admin, reviewer, or both."""
    cleo = Reviewer("Cleo", tmp_path / "cleo", office)
    cleo.desk.join("Cleo", PASSPHRASE, ada.desk.invite())
    for roles in ((), ("owner",)):
        with pytest.raises(DeskError, match="admin, a reviewer"):
            ada.admits("Cleo", *roles)
    cleo.leaves_the_room()


@pytest.mark.claim("C3")
def test_nobody_joins_under_the_number_of_somebody_else(
    office: Office, ada: Reviewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An admitted stranger must not stand in the roster's place of a colleague: nothing is registered."""
    from portal.desk import beginning
    from portal.desk.identity import new_identity

    me = ada.desk.me.id
    cleo = Reviewer("Cleo", tmp_path / "cleo", office)
    with monkeypatch.context() as patch:
        patch.setattr(beginning, "new_identity", lambda name: replace(new_identity(name), id=me))
        cleo.desk.join("Cleo", PASSPHRASE, ada.desk.invite())
    with pytest.raises(DeskError, match="number of somebody"):
        ada.admits("Cleo", "reviewer")
    assert [person.id for person in ada.desk.people()] == [me]
    cleo.leaves_the_room()


def test_a_second_admin_becomes_a_steward(office: Office, ada: Reviewer, reporter: Reporter, tmp_path: Path) -> None:
    """The second admin's keys stand in a new root that all desks follow; reporters accept keys this person signs."""
    cleo = ada.invites("Cleo", tmp_path / "cleo", "admin", "reviewer")
    key = cleo.desk.rotate_now()
    assert reporter.key().epoch.hex() == key.epoch
    reporter.tells("Sealed to Cleo's key.")
    assert ada.opens(reporter).sealed_by == (key.epoch,)
    assert ada.desk.fingerprint == cleo.desk.fingerprint
    dora = cleo.invites("Dora", tmp_path / "dora")
    assert dora.sees(reporter).messages
    for person in (cleo, dora):
        person.leaves_the_room()


@pytest.mark.claim("C9")
def test_an_admin_who_is_no_reviewer_opens_nothing(
    office: Office, ada: Reviewer, reporter: Reporter, tmp_path: Path
) -> None:
    """No intake key is sealed to them; they run people, not cases."""
    reporter.tells("It happened.")
    cleo = ada.invites("Cleo", tmp_path / "cleo", "admin")
    assert cleo.sees(reporter).messages == ()
    (key,) = cleo.desk.keys()
    assert not key.opens_here
    with pytest.raises(DeskError, match="also a reviewer"):
        cleo.desk.rotate_now()
    cleo.leaves_the_room()


def test_the_size_of_the_team_does_not_show(office: Office, ada: Reviewer, ben: Reviewer) -> None:
    """Roster and wraps are sealed to eight keys, for one person as for two."""
    from crypto import age
    from portal.intake import wraps

    (key,) = ada.desk.keys()
    sealed = wraps.fetch(office.store, bytes.fromhex(key.epoch))
    assert len(age.inspect(sealed, recipients=8).stanzas) == 8
    publication = office.store.directory.current()
    assert publication is not None
    rosters = [data for path, data in publication.files.items() if path.endswith("roster.age")]
    assert [len(age.inspect(data, recipients=8).stanzas) for data in rosters] == [8]


def test_two_programs_of_one_person_do_not_fork(ada: Reviewer, reporter: Reporter) -> None:
    """A command and the served desk write in turn on one folder: one chain, nothing lost, no alarm."""
    reporter.tells("It happened.")
    ada.opens(reporter)
    other = Reviewer("Ada", ada.data, ada.office).unlocks()
    for number in range(3):
        other.desk.note(reporter.case, f"command {number}")
        other.desk.sync()
        ada.desk.note(reporter.case, f"page {number}")
    case = other.sees(reporter)
    assert [note.text for note in case.notes] == [f"{who} {n}" for n in range(3) for who in ("command", "page")]
    assert case.alarms == ada.sees(reporter).alarms == ()
    other.leaves_the_room()


def test_many_threads_of_one_desk_write_one_chain(ada: Reviewer, reporter: Reporter) -> None:
    """The pages are served by several threads, and syncing goes on beside them."""
    from concurrent.futures import ThreadPoolExecutor

    reporter.tells("It happened.")
    ada.opens(reporter)
    with ThreadPoolExecutor(6) as pool:
        acts = [pool.submit(ada.desk.note, reporter.case, f"note {number}") for number in range(12)]
        acts += [pool.submit(ada.desk.sync) for _ in range(4)]  # type: ignore[arg-type]
        for act in acts:
            act.result()
    case = ada.sees(reporter)
    assert {note.text for note in case.notes} == {f"note {number}" for number in range(12)}
    assert case.alarms == ()
