"""Rotate now: a new key takes over, the one before goes on opening, and each object shows which key sealed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.desk.errors import DeskError, Untrusted
from tests.desk.personas import Office, Reporter, Reviewer


def test_the_next_report_is_sealed_to_the_new_key_and_the_old_one_still_opens(
    office: Office, ada: Reviewer, ben: Reviewer, reporter: Reporter
) -> None:
    """Both desks open what was sealed before and after."""
    reporter.tells("Before.")
    (before,) = ada.desk.keys()
    after = ada.desk.rotate_now()
    assert after.epoch != before.epoch
    later = Reporter(office)
    later.tells("After.")
    for reviewer in (ada, ben):
        assert reviewer.opens(reporter).messages[0].sealed_by == before.epoch
        assert reviewer.opens(later).messages[0].sealed_by == after.epoch
        assert reviewer.desk.alarms() == ()


def test_a_thread_goes_on_over_a_rotation(ada: Reviewer, reporter: Reporter) -> None:
    """One case, two keys: the case says both, oldest first."""
    reporter.tells("Before.")
    ada.opens(reporter)
    (before,) = ada.desk.keys()
    after = ada.desk.rotate_now()
    reporter.writes("After.")
    case = ada.opens(reporter)
    assert case.sealed_by == (before.epoch, after.epoch)
    assert case.alarms == ()


def test_the_keys_page_counts_what_each_key_opens(ada: Reviewer, reporter: Reporter) -> None:
    """Newest first, with the state of each and how many objects it opens here."""
    reporter.tells("Before.", {"a.txt": b"a"})
    ada.sees(reporter)
    ada.desk.rotate_now()
    reporter.writes("After.")
    ada.sees(reporter)
    rows = ada.desk.keys()
    assert [(row.serial, row.state, row.sealed, row.opens_here) for row in rows] == [
        (2, "in force", 1, True),
        (1, "accepting", 2, True),
    ]


def test_a_message_sealed_to_the_key_before_is_still_taken(
    office: Office, ada: Reviewer, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that was open over a rotation, or a slow upload, loses nothing."""
    old = reporter.key()
    ada.desk.rotate_now()
    slow = Reporter(office)
    monkeypatch.setattr(Reporter, "key", lambda self: old)
    slow.tells("Written before the rotation.")
    assert ada.opens(slow).messages[0].sealed_by == old.epoch.hex()


@pytest.mark.claim("C3")
def test_a_replaced_key_that_is_still_handed_out_is_an_alarm(
    office: Office, ada: Reviewer, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two days explain a page that stood open; after them somebody gives reporters the old key."""
    old, write = reporter.key(), Reporter.message
    ada.desk.rotate_now()
    monkeypatch.setattr(Reporter, "key", lambda self: old)
    for days, kinds in ((2, []), (3, ["old key"])):
        day = (old.publish_from + timedelta(days=days)).isoformat()
        monkeypatch.setattr(Reporter, "message", lambda *given, day=day: replace(write(*given), day=day))
        later = Reporter(office)
        later.tells("Sealed to the old key.")
        assert [alarm.kind for alarm in ada.opens(later).alarms] == kinds


@pytest.mark.claim("C3")
def test_a_key_whose_wrap_does_not_come_back_is_never_announced(
    office: Office, ada: Reviewer, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intake keeps something else in the place of the wrap: the key before stays in force."""
    from portal.intake import wraps

    (key,) = ada.desk.keys()
    other = wraps.fetch(office.store, bytes.fromhex(key.epoch))
    monkeypatch.setattr(wraps, "fetch", lambda *_: other)
    with pytest.raises(Untrusted, match="another key"):
        ada.desk.rotate_now()
    monkeypatch.undo()
    assert reporter.key().epoch.hex() == key.epoch


def test_a_rotation_that_another_admin_was_faster_with_is_a_sentence(
    ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intake refuses a directory that is not newer; after a sync it works."""
    from portal.desk import rotation
    from portal.desk.standing import publish

    def beaten(client: object, state: object) -> None:
        publish(client, state)  # type: ignore[arg-type]
        publish(client, rival)  # type: ignore[arg-type]

    session = ada.desk._session
    assert session is not None
    from portal.desk.standing import next_directory

    rival = next_directory(session.keys.identity, session.ground.directory)
    monkeypatch.setattr(rotation, "publish", beaten)
    with pytest.raises(DeskError, match="already holds"):
        ada.desk.rotate_now()
    monkeypatch.undo()
    ada.desk.sync()
    assert ada.desk.rotate_now().state == "in force"
