"""The first desk and the intake come to know each other by one code, once."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from portal.codes import Code
from portal.intake import enrolment
from portal.intake.enrolment import fresh_code, is_enrolled
from portal.intake.refusals import Taken
from tests.intake.conftest import Intake
from tests.intake.people import Desk, Steward


def test_a_code_enrols_one_desk(new_intake: Intake) -> None:
    """Both sides prove that they have the code; afterwards the desk may do what an admin may."""
    assert new_intake.steward.enrols(new_intake.code()).status_code == 200
    assert new_intake.steward.instance == new_intake.store.instance
    assert is_enrolled(new_intake.store)
    assert new_intake.steward.desk.asks_json("GET", "/api/desks")["desks"][0]["admin"] is True


def test_two_desks_at_one_moment_are_not_both_the_first(new_intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same code used twice at the same time enrols one desk, also where the database lets writers run together."""
    code, both = new_intake.code(), threading.Barrier(2)
    read = enrolment._api_key

    def slowly(desk: bytes) -> bytes:
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)
        return read(desk)

    monkeypatch.setattr(enrolment, "_api_key", slowly)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda desk: Steward(desk).enrols(code), [Desk(new_intake.app) for _ in range(2)]))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_a_code_is_worth_nothing_afterwards(new_intake: Intake) -> None:
    """A second desk with the same code is refused, and no further code is made."""
    code = new_intake.code()
    assert new_intake.steward.enrols(code).status_code == 200
    assert Steward(Desk(new_intake.app)).enrols(code).status_code == 409
    with pytest.raises(Taken):
        new_intake.code()
    assert fresh_code(new_intake.settings) is None


def test_a_lost_answer_can_be_asked_for_again(new_intake: Intake) -> None:
    """The same words with the same MAC get the same answer: the first may have been lost on its way."""
    code, steward = new_intake.code(), new_intake.steward
    words = json.dumps({"api": steward.desk.api.hex(), "nonce": os.urandom(8).hex()})
    first, second = steward.enrols_with(words, code), steward.enrols_with(words, code)
    assert first.status_code == second.status_code == 200
    assert first.data == second.data


def test_another_code_does_not_enrol(new_intake: Intake) -> None:
    """A wrong code is refused and uses nothing up; a newer code replaces the older."""
    old, new = new_intake.code(), new_intake.code()
    assert new_intake.steward.enrols(Code.generate()).status_code == 403
    assert new_intake.steward.enrols(old).status_code == 403
    assert new_intake.steward.enrols(new).status_code == 200


def test_nobody_enrols_before_a_code_was_made(new_intake: Intake) -> None:
    """An intake that was just set up has no code that fits."""
    assert new_intake.steward.enrols(Code(bytes(16))).status_code == 409


@pytest.mark.parametrize("words", ["", "[]", '{"api": "00"}', '{"api": 7}', '{"sign": "00"}'])
def test_words_without_a_key_enrol_nobody(new_intake: Intake, words: str) -> None:
    """A right MAC over something else than a desk's keys registers nothing."""
    assert new_intake.steward.enrols_with(words, new_intake.code()).status_code == 422
    assert not is_enrolled(new_intake.store)


def test_the_code_itself_is_nowhere(new_intake: Intake) -> None:
    """Neither the code nor its letters are in the intake's folder, before or after it is used."""
    code = new_intake.code()
    searched = [code.secret, str(code).encode(), str(code).replace("-", "").encode(), code.secret.hex().encode()]
    for _ in range(2):
        kept = b"".join(path.read_bytes() for path in new_intake.settings.folder.rglob("*") if path.is_file())
        assert not [needle for needle in searched if needle in kept]
        new_intake.steward.enrols(code)
