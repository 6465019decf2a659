"""The first days of an organisation: the order of founding, its interruptions, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from portal.codes import Code
from portal.desk.errors import DeskError, Locked, Untrusted
from tests.desk.personas import PASSPHRASE, Office, Reporter, Reviewer


@pytest.fixture
def ada(empty_office: Office, tmp_path: Path) -> Iterator[Reviewer]:
    """Somebody before an empty desk."""
    ada = Reviewer("Ada", tmp_path / "ada", empty_office)
    yield ada
    ada.leaves_the_room()


def is_open(office: Office) -> bool:
    return requests.get(f"{office.url}/key", timeout=30).status_code == 200


def test_the_intake_opens_only_after_the_identity_was_saved(empty_office: Office, ada: Reviewer) -> None:
    """Until the saved file was shown, nothing is published and the intake says 503."""
    founding = ada.desk.found("Ada", PASSPHRASE, empty_office.code())
    copy = founding.copy()
    assert not is_open(empty_office)
    founding.finish(copy)
    assert is_open(empty_office)
    assert ada.desk.unfinished is None
    assert ada.desk.me.roles == ("admin", "reviewer")
    assert ada.desk.organisation == "Example Watch"


def test_another_file_than_the_saved_one_does_not_finish_the_founding(empty_office: Office, ada: Reviewer) -> None:
    """What is shown as the saved identity must bring back this very desk."""
    founding = ada.desk.found("Ada", PASSPHRASE, empty_office.code())
    with pytest.raises(DeskError, match="not an identity file"):
        founding.finish(b"something else")
    assert not is_open(empty_office)
    founding.finish(None)
    assert is_open(empty_office)


def test_a_report_sent_after_founding_opens(empty_office: Office, ada: Reviewer) -> None:
    """The first key that was announced is one that the founder opens."""
    ada.founds()
    reporter = Reporter(empty_office)
    reporter.tells("They came at night.")
    assert ada.opens(reporter).messages[0].text == "They came at night."


def test_a_lost_answer_to_the_enrolment_is_asked_for_again(
    empty_office: Office, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code is used up, but the same desk may ask again with the same words."""
    from portal.desk import enrol

    code, settle = empty_office.code(), enrol.settle

    def cut(*_: object) -> None:
        raise OSError("the machine went off")

    monkeypatch.setattr(enrol, "settle", cut)
    with pytest.raises(OSError, match="went off"):
        ada.desk.found("Ada", PASSPHRASE, code)
    monkeypatch.setattr(enrol, "settle", settle)
    again = Reviewer("Ada", ada.data, empty_office)
    assert again.desk.state == "new"
    again.desk.found("Ada", PASSPHRASE, code).finish(None)
    assert is_open(empty_office)
    again.leaves_the_room()


def test_an_interrupted_founding_goes_on_after_unlocking(empty_office: Office, ada: Reviewer) -> None:
    """Between enrolment and publication the desk may be ended; nothing has to be typed again but the passphrase."""
    ada.desk.found("Ada", PASSPHRASE, empty_office.code())
    again = Reviewer("Ada", ada.data, empty_office)
    assert again.desk.state == "locked"
    assert again.desk.unfinished == "founding"
    again.unlocks()
    founding = again.desk.founding
    assert founding is not None
    founding.finish(founding.copy())
    assert again.desk.founding is None
    assert is_open(empty_office)
    again.leaves_the_room()


def test_an_interruption_between_directory_and_first_key_is_mended(
    empty_office: Office, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Publishing twice does not make a second roster; the key is made when the founding goes on."""
    from portal.desk import enrol, rotation

    def cut(*_: object) -> None:
        raise OSError("the machine went off")

    founding = ada.desk.found("Ada", PASSPHRASE, empty_office.code())
    monkeypatch.setattr(enrol, "rotate", cut)
    with pytest.raises(OSError, match="went off"):
        founding.finish(None)
    assert not is_open(empty_office)
    monkeypatch.setattr(enrol, "rotate", rotation.rotate)
    again = Reviewer("Ada", ada.data, empty_office).unlocks()
    founding_again = again.desk.founding
    assert founding_again is not None
    founding_again.finish(None)
    assert is_open(empty_office)
    assert [person.name for person in again.desk.people()] == ["Ada"]
    again.leaves_the_room()


def test_a_wrong_code_founds_nothing(empty_office: Office, ada: Reviewer) -> None:
    """The intake refuses another code than the one it printed."""
    empty_office.code()
    with pytest.raises(DeskError, match="does not accept"):
        ada.desk.found("Ada", PASSPHRASE, str(Code.generate()))
    assert ada.desk.state == "new"


def test_a_mistyped_code_is_told_before_anything_is_made(ada: Reviewer) -> None:
    """Too few letters: a sentence, no keys, no request."""
    with pytest.raises(DeskError, match="26 letters"):
        ada.desk.found("Ada", PASSPHRASE, "ABC")
    assert not ada.data.exists()


@pytest.mark.claim("C3")
def test_an_intake_that_does_not_know_the_code_is_not_trusted(
    empty_office: Office, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody between desk and intake cannot put their own timestamp key into the first root."""
    from portal.intake import enrolment

    def answer(identity: object, key: bytes, desk: bytes) -> enrolment.Answer:
        return enrolment.Answer(b'{"instance":"' + b"00" * 16 + b'","timestamp_key":"' + b"00" * 32 + b'"}', bytes(32))

    monkeypatch.setattr(enrolment, "_answer", answer)
    with pytest.raises(Untrusted, match="not your intake"):
        ada.desk.found("Ada", PASSPHRASE, empty_office.code())
    assert ada.desk.state == "new"


def test_a_short_passphrase_and_an_empty_name_are_refused(empty_office: Office, ada: Reviewer) -> None:
    """What protects the keys is asked for before they are made."""
    code = empty_office.code()
    with pytest.raises(DeskError, match="too short"):
        ada.desk.found("Ada", "short", code)
    with pytest.raises(DeskError, match="name"):
        ada.desk.found("  ", PASSPHRASE, code)
    assert not ada.data.exists()


def test_a_desk_that_belongs_to_somebody_is_not_founded_again(empty_office: Office, ada: Reviewer) -> None:
    """The keys of a desk are never overwritten."""
    ada.founds()
    with pytest.raises(DeskError, match="already belongs"):
        ada.desk.found("Eve", PASSPHRASE, str(Code.generate()))
    with pytest.raises(DeskError, match="already belongs"):
        ada.desk.restore(ada.copy.read_bytes(), PASSPHRASE)


def test_a_new_desk_has_nothing_to_show(ada: Reviewer) -> None:
    """Before the first day everything that needs keys is refused, and nothing is written."""
    assert ada.desk.state == "new"
    assert ada.desk.fingerprint == ()
    with pytest.raises(Locked):
        ada.desk.inbox()
    with pytest.raises(DeskError, match="new"):
        ada.desk.unlock(PASSPHRASE)
    assert not ada.data.exists()


def test_the_first_root_is_the_fingerprint_on_the_site(empty_office: Office, ada: Reviewer) -> None:
    """Desk and intake show words of the same bytes."""
    from crypto.fingerprint import words

    ada.founds()
    root = requests.get(f"{empty_office.url}/directory/metadata/1.root.json", timeout=30).content
    assert ada.desk.fingerprint == tuple(words(root))
    assert ada.desk.fingerprint_hex
