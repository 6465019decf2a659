"""The archive: what is on a desk's disk, how it grows, and what a crash or a lying list does to it."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from portal.codes import Code
from portal.desk.archive import Archive, Day, Listed, Written
from portal.desk.desk import Desk
from portal.desk.errors import DeskError, Refused, Unreachable, Untrusted
from tests.desk import liar
from tests.desk.personas import FAST, PASSPHRASE, Office, Reporter, Reviewer, copy_folder, desk_settings, served
from tests.wire import Wire

TREE = Path(__file__).resolve().parents[2]
CANARIES = {
    "told": "canary-told-4b1f",
    "message": "canary-message-91ac",
    "reply": "canary-reply-77d0",
    "note": "canary-note-0e3d",
    "reason": "canary-reason-5ac2",
    "file": "canary-file-c8e1",
    "file name": "canary-name-2b90",
    "passphrase": PASSPHRASE,
}


def everything(folder: Path) -> bytes:
    """All bytes of all files below a folder, and their names."""
    parts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"\0".join([*parts, *(str(path).encode() for path in folder.rglob("*"))])


def a_full_day(ada: Reviewer, reporter: Reporter) -> None:
    """Everything that a reviewer does with a case, each with a word of its own."""
    files = {f"{CANARIES['file name']}.txt": CANARIES["file"].encode() * 9}
    reporter.tells(CANARIES["told"], files, acts=["visa_denial"], place_country="NL", behind="same")
    case = ada.opens(reporter)
    reporter.writes(CANARIES["message"])
    ada.opens(reporter)
    ada.desk.reply(reporter.case, CANARIES["reply"])
    ada.desk.note(reporter.case, CANARIES["note"])
    ada.desk.set_status(reporter.case, "waiting", CANARIES["reason"], "2999-01-01")
    ada.desk.set_facets(reporter.case, {"year": 2019})
    ada.desk.decide(reporter.case, [{"id": "sp-hrd", "kind": "letter"}], CANARIES["reason"])
    assert CANARIES["file"] in b"".join(ada.desk.open_file(reporter.case, case.files[0].object).chunks).decode()
    assert ada.desk.inbox() and ada.desk.alarms() == ()
    ada.desk.draft(reporter.case, "sp-hrd", "")
    ada.desk.rotate_now()
    ada.desk.sync()


@pytest.mark.claim("C1")
def test_nothing_decrypted_is_ever_on_the_desks_disk(
    office: Office, ada: Reviewer, reporter: Reporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a full day, locked and unlocked, no word of the case stands anywhere in the data or temporary folders."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    a_full_day(ada, reporter)
    for _ in range(2):
        found = everything(ada.data) + everything(temporary)
        assert [what for what, word in CANARIES.items() if word.encode() in found] == []
        assert reporter.receipt.secret not in found
        ada.leaves_the_room()


@pytest.mark.claim("C2")
def test_the_intake_never_receives_a_private_key_or_a_plaintext(
    office: Office, ada: Reviewer, reporter: Reporter, tmp_path: Path
) -> None:
    """Everything that reached it in a day with two desks is searched for every secret and every word."""
    ben = ada.invites("Ben", tmp_path / "ben")
    a_full_day(ada, reporter)
    ben.opens(reporter)
    ben.desk.note(reporter.case, CANARIES["note"])
    received = bytes(office.recorder.received)
    words = {what: word.encode() for what, word in CANARIES.items()}
    for person in (ada, ben):
        session = person.desk._session
        assert session is not None
        identity = session.keys.identity
        seeds = [identity.sign, identity.directory, identity.api, identity.locker.seed]
        seeds += [key.identity.seed for key in session.keys.shelf] + [key.seed for key in session.keys.live.values()]
        for number, seed in enumerate(seeds):
            words |= {f"{person.name} {number}": seed, f"{person.name} {number} hex": seed.hex().encode()}
    assert len(received) > 100_000
    assert [what for what, word in words.items() if word in received] == []
    ben.leaves_the_room()


def test_every_file_and_folder_is_its_owners_alone(ada: Reviewer, reporter: Reporter) -> None:
    """0700 and 0600, the sealed ones too. What lies in the folder of public metadata is behind a private folder."""
    reporter.tells("It happened.")
    fresh = Reviewer("Ada", ada.data.with_name("again"), ada.office)
    fresh.desk.restore(ada.copy.read_bytes(), PASSPHRASE)
    fresh.opens(reporter)
    home = fresh.data / "desk"
    paths = [home, *(path for path in home.rglob("*") if (home / "trust" / "metadata") not in path.parents)]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in paths if path.parent != home / "trust" / "targets"}
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
    fresh.leaves_the_room()


def test_only_what_is_new_is_fetched(office: Office, ada: Reviewer, reporter: Reporter) -> None:
    """A day whose digest is the same is not even listed again."""
    reporter.tells("It happened.", {"a.txt": b"a"})
    first = ada.desk.sync()
    assert (first.fetched, first.days) == (2, 1)
    second = ada.desk.sync()
    assert (second.fetched, second.days) == (0, 0)
    reporter.writes("More.")
    third = ada.desk.sync()
    assert (third.fetched, third.days) == (1, 1)


def test_a_locked_desk_syncs_and_opens_nothing(ada: Reviewer, reporter: Reporter) -> None:
    """The API key lies apart: it fetches sealed files, and unlocking then shows them without the intake."""
    ada.leaves_the_room()
    reporter.tells("It happened.")
    assert ada.desk.sync().fetched == 1
    assert ada.desk.state == "locked"
    ada.unlocks()
    assert ada.desk.case(reporter.case).messages[0].text == "It happened."


def test_what_was_written_without_the_intake_goes_out_later(
    office: Office, ada: Reviewer, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note and a reply wait sealed in the outbox, over a restart, and are sent by a locked desk."""
    reporter.tells("It happened.")
    ada.opens(reporter)

    def no_way(*_: Any, **__: Any) -> Any:
        raise requests.ConnectionError("no way")

    monkeypatch.setattr(requests.Session, "request", no_way)
    ada.desk.note(reporter.case, "offline")
    ada.desk.reply(reporter.case, "We read it.")
    assert [note.text for note in ada.desk.case(reporter.case).notes] == ["offline"]
    with pytest.raises(Unreachable, match="could not be reached"):
        ada.desk.sync()
    ada.leaves_the_room()
    monkeypatch.undo()
    assert reporter.hears() == []
    assert ada.desk.sync().sent == 3
    assert reporter.hears() == ["We read it."]
    ada.unlocks()
    assert ada.sees(reporter).alarms == ()


def test_an_interrupted_fetch_goes_on_where_it_stopped(
    office: Office, ada: Reviewer, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file breaks off in the middle: it is told, what comes later still comes, the next sync asks for the rest."""
    data = os.urandom(1_500_000)
    reporter.tells("See the file.", {"big.bin": data, "bigger.bin": os.urandom(2_500_000)})
    pieces = requests.Response.iter_content
    broken: list[str] = []

    def cut(self: requests.Response, size: int = 1, decode: bool = False) -> Any:
        for number, piece in enumerate(pieces(self, size)):
            if number == 10 and broken in ([], [self.url]):
                broken[:] = [self.url]
                raise requests.ConnectionError("cut")
            yield piece

    monkeypatch.setattr(requests.Response, "iter_content", cut)
    (alarm,) = ada.desk.sync().alarms
    assert alarm.kind == "missing" and broken[0].endswith(str(alarm.object))
    assert {file.name: file.here for file in ada.desk.case(reporter.case).files} == {
        "big.bin": False,
        "bigger.bin": True,
    }
    (part,) = (ada.data / "desk" / "archive" / "parts").glob("*.part")
    assert part.stat().st_size == 10 * 64 * 1024
    monkeypatch.undo()
    before = len(office.recorder.received)
    ada.desk.sync()
    assert b"HTTP_RANGE: bytes=655360-" in bytes(office.recorder.received[before:])
    case = ada.opens(reporter)
    assert b"".join(ada.desk.open_file(reporter.case, case.files[0].object).chunks) == data
    assert not part.exists()


def test_a_desk_reaches_an_onion_through_its_proxy_only(
    empty_data: Path, tmp_path: Path, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything goes through SOCKS, names included; proxies that the environment names are not used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    name = f"{'d' * 56}.onion"
    with served(copy_folder(empty_data, tmp_path / "intake"), INTAKE_URL=f"http://{name}") as office:
        wire.names[name] = office.settings.port
        settings = desk_settings(tmp_path / "ada", office, SOCKS=f"socks5h://127.0.0.1:{wire.port}")
        desk = Desk(settings, scrypt_log_n=FAST)
        desk.found("Ada", PASSPHRASE, office.code()).finish(None)
        desk.sync()
        desk.lock()
        assert {one.origin for one in wire.conversations if name in one.origin} == {f"http://{name}"}
        bare = Desk(replace(settings, data=tmp_path / "bare", socks=None), scrypt_log_n=FAST)
        with pytest.raises(Unreachable):
            bare.found("Ada", PASSPHRASE, str(Code.generate()))


def test_a_redirect_is_refused(office: Office, ada: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed requests and names of threads go to the intake's own address and to no other."""
    from flask import redirect

    monkeypatch.setitem(office.app.view_functions, "api.days", lambda: redirect("http://127.0.0.1:9/elsewhere"))
    with pytest.raises(DeskError):
        ada.desk.sync()


def test_a_clock_that_is_off_is_told_with_how_far(ada: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal says by how much the clocks differ, and that the desk's is ahead."""
    from datetime import UTC, datetime, timedelta

    from portal import wire

    sign = wire.sign

    def late(*args: Any, **kwargs: Any) -> dict[str, str]:
        return sign(*args, **kwargs, created=datetime.now(UTC) + timedelta(hours=2))

    monkeypatch.setattr(wire, "sign", late)
    with pytest.raises(Refused, match="about 120 minutes ahead"):
        ada.desk.sync()


def test_a_desk_that_was_struck_off_is_told(office: Office, ada: Reviewer, ben: Reviewer) -> None:
    """A key that the intake does not know any more."""
    from portal.intake import desks
    from portal.wire import keyid_of

    session = ben.desk._session
    assert session is not None
    desks.remove(office.store, keyid_of(bytes.fromhex(session.keys.identity.publics["api"])))
    with pytest.raises(Refused, match="does not know this desk"):
        ben.desk.sync()


def test_an_object_that_is_not_as_listed_is_not_kept(
    office: Office, ada: Reviewer, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another size, another header, or no sealed file at all: an alarm, and nothing in the archive."""
    from portal.intake import shelf

    reporter.tells("It happened.")
    (object_id,) = liar.kept(office, reporter.case)
    right = liar.sealed(office, object_id)
    flipped = right[:100] + bytes([right[100] ^ 1]) + right[101:]
    for wrong, kind in ((right[:-1], "missing"), (flipped, "altered"), (b"x" * len(right), "altered")):
        with monkeypatch.context() as patch:
            patch.setattr(shelf.Kept, "read", lambda self, start, stop, wrong=wrong: iter([wrong]))
            assert [alarm.kind for alarm in ada.desk.sync().alarms] == [kind]
        assert not ada.desk._archive.has(object_id)
    assert ada.opens(reporter).messages[0].text == "It happened."


def test_a_list_that_names_a_path_is_refused(tmp_path: Path) -> None:
    """Ids become file names: nothing but 32 hexadecimal digits is taken as one."""
    archive = Archive(tmp_path / "archive")
    row = {"id": "../../x", "thread": "0" * 64, "audience": "desk", "size": 1, "epoch": None, "header": "0" * 64}
    with pytest.raises(Untrusted):
        Listed.read(row)
    with pytest.raises(Untrusted):
        archive.object("../../etc/passwd")
    with pytest.raises(Untrusted):
        archive.day("../2026-01-01")
    with pytest.raises(Untrusted):
        archive.keep_wrap("../x", b"")


def test_a_day_that_forgets_an_object_keeps_it_known(tmp_path: Path) -> None:
    """The row stays, marked as gone, and is whole again when it is listed again."""
    archive = Archive(tmp_path / "archive")
    rows = tuple(Listed(str(n) * 32, "a" * 64, "desk", 1, None, "b" * 64) for n in (1, 2))
    archive.keep_day(Day("2026-11-24", "one", rows, ()))
    archive.keep_day(Day("2026-11-24", "two", rows[:1], ()))
    day = archive.day("2026-11-24")
    assert day is not None
    assert (day.objects, day.gone) == (rows, ("2" * 32,))
    archive.keep_day(Day("2026-11-24", "three", rows, ()))
    day = archive.day("2026-11-24")
    assert day is not None
    assert (day.objects, day.gone) == (rows, ())


def test_a_batch_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash before the list of a batch is written leaves nothing to send."""
    archive = Archive(tmp_path / "archive")
    written = Written("1" * 32, "a" * 64, "desk", None, "2026-11-24")

    def crash(*_: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "_keep_batch", crash)
        with pytest.raises(OSError, match="full"):
            archive.write_out([(written, b"sealed")])
    assert list(archive.outbox()) == []
    archive.write_out([(written, b"sealed")])
    assert [batch.objects for batch in archive.outbox()] == [(written,)]


def syncing(data: Path, office: Office) -> subprocess.Popen[bytes]:
    """A desk that syncs in a process of its own."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("UNHINDERED_")},
        "UNHINDERED_DATA": str(data),
        "UNHINDERED_INTAKE_URL": office.url,
    }
    code = "import os;from portal.desk.desk import Desk;from portal.settings import load_desk;"
    code += "Desk(load_desk(os.environ)).sync()"
    return subprocess.Popen([sys.executable, "-c", code], cwd=TREE, env=environment, stderr=subprocess.DEVNULL)


def killed_and_finished(office: Office, ada: Reviewer, kills: int) -> None:
    """Kill a syncing desk at random moments, then let it finish: everything is there and opens, nothing is half."""
    reporters = [Reporter(office) for _ in range(12)]
    for number, reporter in enumerate(reporters):
        reporter.tells(f"Report {number}.", {"a.bin": os.urandom(200_000)})
    ada.leaves_the_room()
    chance = random.Random(7)
    for _ in range(kills):
        process = syncing(ada.data, office)
        time.sleep(0.3 + chance.random() * 0.7)
        process.send_signal(signal.SIGKILL)
        process.wait()
    ada.unlocks()
    ada.desk.sync()
    assert {row.id for row in ada.desk.inbox()} == {reporter.case for reporter in reporters}
    assert ada.desk.alarms() == ()
    for number, reporter in enumerate(reporters):
        case = ada.desk.case(reporter.case)
        assert case.messages[0].text == f"Report {number}."
        assert len(b"".join(ada.desk.open_file(reporter.case, case.files[0].object).chunks)) == 200_000


@pytest.mark.claim("C7")
def test_a_sync_that_is_killed_leaves_nothing_half(office: Office, ada: Reviewer) -> None:
    """`kill -9` at three random moments of a sync."""
    killed_and_finished(office, ada, 3)


@pytest.mark.slow
@pytest.mark.claim("C7")
def test_a_sync_that_is_killed_twenty_times_leaves_nothing_half(office: Office, ada: Reviewer) -> None:
    """`kill -9` at twenty random moments of a sync."""
    killed_and_finished(office, ada, 20)
