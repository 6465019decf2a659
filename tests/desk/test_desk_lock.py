"""The lock: passphrases, slowing down guesses, locking by two clocks, and what is left in memory."""

from __future__ import annotations

import time

import pytest

from portal.desk import autolock
from portal.desk.autolock import IDLE_SECONDS, AutoLock
from portal.desk.errors import Locked, WrongPassphrase
from tests.desk.personas import PASSPHRASE, Reporter, Reviewer


class Clocks:
    """Two clocks that a test turns."""

    def __init__(self) -> None:
        self.monotonic = 1000.0
        self.wall = 5000.0
        self.locked = 0

    def auto(self) -> AutoLock:
        return AutoLock(self.lock, lambda: self.monotonic, lambda: self.wall)

    def lock(self) -> None:
        self.locked += 1


@pytest.mark.parametrize(
    ("monotonic", "wall", "over"),
    [
        pytest.param(IDLE_SECONDS - 1, IDLE_SECONDS - 1, False, id="not yet"),
        pytest.param(IDLE_SECONDS, 0.0, True, id="the wall clock stood still"),
        pytest.param(1.0, IDLE_SECONDS, True, id="the machine slept"),
        pytest.param(1.0, -70.0, True, id="the wall clock was set back"),
        pytest.param(1.0, -10.0, False, id="the wall clock was corrected a little"),
    ],
)
def test_the_time_is_over_by_whichever_clock_says_so(monotonic: float, wall: float, over: bool) -> None:
    """Fifteen minutes, by the clock that cannot be set and by the one that goes on in sleep."""
    clocks = Clocks()
    auto = clocks.auto()
    clocks.monotonic += monotonic
    clocks.wall += wall
    assert auto.over is over


def test_a_touch_begins_the_time_anew_but_revives_nothing() -> None:
    """A desk whose time is over stays over."""
    clocks = Clocks()
    auto = clocks.auto()
    for _ in range(3):
        clocks.monotonic += IDLE_SECONDS - 1
        clocks.wall += IDLE_SECONDS - 1
        auto.touch()
        assert not auto.over
    clocks.monotonic += IDLE_SECONDS
    auto.touch()
    assert auto.over


def test_keys_leave_the_memory_when_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread looks at the clocks; no request is needed."""
    monkeypatch.setattr(autolock, "LOOK_SECONDS", 0.01)
    clocks = Clocks()
    auto = clocks.auto()
    auto.watch()
    time.sleep(0.05)
    assert clocks.locked == 0
    clocks.monotonic += IDLE_SECONDS
    deadline = time.monotonic() + 5
    while not clocks.locked and time.monotonic() < deadline:
        time.sleep(0.01)
    assert clocks.locked == 1


def test_an_unlocked_desk_locks_itself(ada: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """After fifteen minutes without a touch it shows nothing, and holds no key."""
    ahead = time.monotonic() + IDLE_SECONDS + 1
    monkeypatch.setattr(ada.desk._auto, "_monotonic", lambda: ahead)
    assert ada.desk.state == "locked"
    assert ada.desk._keys is None and ada.desk._session is None
    with pytest.raises(Locked):
        ada.desk.inbox()


def test_a_touch_keeps_an_unlocked_desk_open(ada: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is at work."""
    start, wall = time.monotonic(), time.time()
    for minutes in (10, 20, 30):
        monkeypatch.setattr(ada.desk._auto, "_monotonic", lambda now=start + minutes * 60: now)
        monkeypatch.setattr(ada.desk._auto, "_wall", lambda now=wall + minutes * 60: now)
        ada.desk.touch()
        assert ada.desk.state == "unlocked"


def test_locking_closes_everything(ada: Reviewer, reporter: Reporter) -> None:
    """No act of the facade works on a locked desk."""
    reporter.tells("It happened.")
    ada.opens(reporter)
    ada.desk.lock()
    for act in (
        ada.desk.inbox,
        ada.desk.alarms,
        ada.desk.people,
        ada.desk.keys,
        ada.desk.pending,
        ada.desk.invite,
        ada.desk.rotate_now,
        ada.desk.save_copy,
        lambda: ada.desk.case(reporter.case),
        lambda: ada.desk.open_case(reporter.case),
        lambda: ada.desk.reply(reporter.case, "x"),
        lambda: ada.desk.note(reporter.case, "x"),
        lambda: ada.desk.set_status(reporter.case, "closed", "x"),
        lambda: ada.desk.recommend(reporter.case),
        lambda: ada.desk.draft(reporter.case, "sp-hrd", ""),
    ):
        with pytest.raises(Locked):
            act()
    with pytest.raises(Locked):
        _ = ada.desk.me
    assert ada.desk.fingerprint == ()
    assert ada.desk.waiting_words == ()


def test_a_file_under_way_stops_when_the_desk_is_locked(ada: Reviewer, reporter: Reporter) -> None:
    """Its next piece is not given."""
    reporter.tells("See the file.", {"big.bin": bytes(300_000)})
    case = ada.opens(reporter)
    chunks = ada.desk.open_file(reporter.case, case.files[0].object).chunks
    assert next(chunks)
    ada.desk.lock()
    with pytest.raises(Locked):
        next(chunks)


def test_wrong_passphrases_are_slowed_down(ada: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One second, then two, then four; the right one is not even tried before."""
    ada.leaves_the_room()
    now = time.monotonic()
    monkeypatch.setattr("portal.desk.keyring.time.monotonic", lambda: now)
    waits = []
    for _ in range(4):
        with pytest.raises(WrongPassphrase) as wrong:
            ada.desk.unlock("not this one")
        waits.append(wrong.value.wait)
        with pytest.raises(WrongPassphrase) as early:
            ada.desk.unlock(PASSPHRASE)
        assert early.value.wait == pytest.approx(wrong.value.wait)
        now += wrong.value.wait
    assert waits == [1.0, 2.0, 4.0, 8.0]
    ada.desk.unlock(PASSPHRASE)
    assert ada.desk.state == "unlocked"


def test_an_offered_passphrase_is_seven_words(ada: Reviewer) -> None:
    """Random, and another each time."""
    assert len(ada.desk.new_passphrase().split("-")) == 7
    assert ada.desk.new_passphrase() != ada.desk.new_passphrase()


def test_a_damaged_identity_or_shelf_file_is_a_sentence(ada: Reviewer) -> None:
    """It says to restore from the saved file."""
    from portal.desk.errors import DeskError

    ada.leaves_the_room()
    shelf = ada.data / "desk" / "shelf.age"
    shelf.write_bytes(shelf.read_bytes()[:-1])
    with pytest.raises(DeskError, match="damaged") as error:
        ada.desk.unlock(PASSPHRASE)
    assert "saved identity file" in error.value.hint
    shelf.unlink()
    with pytest.raises(DeskError, match="missing"):
        ada.desk.unlock(PASSPHRASE)
