"""A disk that fills up: nothing is confirmed that is not stored, people are told, and nobody has to restart anything.

The data folder lies on a file system of its own (tmpfs, whose size can be changed while it is used). Mounting one
needs root.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from crypto.age import encrypt
from crypto.padding import padded_file_size
from crypto.receipt import Receipt
from portal.desk.desk import Desk
from portal.desk.errors import DeskError
from portal.intake.blobs import Blobs
from tests.e2e.conftest import MakeSite, Organisation
from tests.e2e.plaindoor import PlainReporter
from tests.e2e.sites import case_id, found, instance, wait_until
from tests.e2e.slowly import half_sent
from tools.reporter import NotStored, Reporter

pytestmark = pytest.mark.claim("C7")
MEBIBYTE = 1 << 20
ROOMY = Blobs.floor + 200 * MEBIBYTE
FULL_PAGE = (507, "There is no room at the moment")
BIG = os.urandom(12 * MEBIBYTE)


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted tmpfs."""

    path: Path

    def leaves(self, room: int) -> None:
        """From now on so many bytes are free."""
        wait_until(lambda: self._leaves(room), "the file system has another size")

    def _leaves(self, room: int) -> bool:
        """False when something was written meanwhile: a size below what is used is refused."""
        stat = os.statvfs(self.path)
        used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize
        resize = ["mount", "-o", f"remount,size={used + room}", str(self.path)]
        return subprocess.run(resize, capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("mounting a file system needs root")
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs", path], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield Disk(path)
    subprocess.run(["umount", "-l", path], check=True)


@pytest.fixture
def organisation(disk: Disk, make_site: MakeSite) -> Iterator[Organisation]:
    """An intake that keeps everything on the small disk; the desk has a disk of its own."""
    site = make_site(UNHINDERED_DATA=str(disk.path / "data"))
    site.starts()
    desk = found(site)
    yield Organisation(site, desk)
    desk.lock()


def is_refused(origin: str, files: int) -> None:
    """Both doors say that there is no room, with or without files."""
    attached = [(f"{number}.bin", "application/octet-stream", BIG) for number in range(files)]
    with pytest.raises(NotStored) as refused:
        Reporter(origin).tells({"language": "en", "told": "Is there room?"}, attached)
    assert (refused.value.status, '"full"' in str(refused.value)) == (507, True)
    plain = PlainReporter(origin)
    with pytest.raises(NotStored) as refused:
        plain.sends(plain.starts(), {"told": "Is there room?"}, attached)
    assert (refused.value.status, FULL_PAGE[1] in str(refused.value)) == (507, True)


def can_read(origin: str, receipt: Receipt, news: str) -> None:
    """Pages and the mailboxes of both doors go on."""
    for path in ("/en/", "/en/report", "/en/plain", "/key", "/stewards.js"):
        assert requests.get(origin + path, timeout=30).status_code == 200
    assert [text for _, text in Reporter(origin).returns(receipt).texts] == [news]
    assert news in PlainReporter(origin).returns(receipt)


def stored(desk: Desk) -> list[str]:
    """What each case tells, as the desk opens it after a visit."""
    desk.sync()
    cases = [desk.case(summary.id) for summary in desk.inbox()]
    return sorted(
        str(message.content["told"]) for case in cases for message in case.messages if "told" in message.content
    )


def test_a_full_disk_confirms_nothing_and_recovers(organisation: Organisation, disk: Disk) -> None:
    """Below the floor both doors say that there is no room, and reading goes on; with no byte left, for reporters.

    With room again everything goes on by itself.
    """
    site, desk = organisation.site, organisation.desk
    receipt = PlainReporter(site.origin).tells({"told": "Before."})
    desk.sync()
    desk.reply(case_id(instance(site), receipt), "We have read it.")
    processes = site.processes
    disk.leaves(Blobs.floor - MEBIBYTE)
    is_refused(site.origin, files=0)
    is_refused(site.origin, files=1)
    can_read(site.origin, receipt, "We have read it.")
    assert desk.sync().alarms == ()
    disk.leaves(0)
    is_refused(site.origin, files=1)
    can_read(site.origin, receipt, "We have read it.")
    with pytest.raises(DeskError, match="storage is full"):  # a signed request leaves a word that it was used
        desk.sync()
    disk.leaves(ROOMY)
    Reporter(site.origin).tells({"language": "en", "told": "After, sealed."}, [("a", "text/plain", BIG)])
    PlainReporter(site.origin).tells({"told": "After, plain."}, [("a", "text/plain", BIG)])
    assert stored(desk) == ["After, plain.", "After, sealed.", "Before."]
    assert site.processes == processes
    assert site.said.read_text() == ""


def test_a_disk_that_fills_up_during_a_form(organisation: Organisation, disk: Disk) -> None:
    """When the last byte goes in the middle of a file, the person reads it on a page; the same form is kept later."""
    site = organisation.site
    form = PlainReporter(site.origin).starts()
    with half_sent(site, form, {"told": "In the middle."}, [], BIG) as half:
        disk.leaves(0)
        with pytest.raises(NotStored) as refused:
            half.goes_on()
    assert (refused.value.status, FULL_PAGE[1] in str(refused.value)) == (507, True)
    assert stored(organisation.desk) == []
    disk.leaves(ROOMY)
    with half_sent(site, form, {"told": "In the middle."}, [], BIG) as half:
        half.goes_on()
    assert stored(organisation.desk) == ["In the middle."]
    assert site.said.read_text() == ""


def test_a_disk_that_fills_up_during_an_upload(organisation: Organisation, disk: Disk) -> None:
    """A sealed piece that finds no room is refused as such; the upload then goes on where it stands."""
    site = organisation.site
    reporter = Reporter(site.origin)
    sealed = encrypt(BIG.ljust(padded_file_size(len(BIG)), b"\0"), [reporter.key().recipient])
    tus = {"Tus-Resumable": "1.0.0"}
    created = requests.post(f"{site.origin}/files", headers=tus | {"Upload-Length": str(len(sealed))}, timeout=30)
    place = site.origin + created.headers["Location"]

    def piece(start: int, stop: int) -> requests.Response:
        headers = tus | {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        return requests.patch(place, data=sealed[start:stop], headers=headers, timeout=60)

    assert piece(0, MEBIBYTE).status_code == 204
    disk.leaves(0)
    full = piece(MEBIBYTE, len(sealed))
    assert (full.status_code, full.json()) == (507, {"error": "full"})
    here = int(requests.head(place, headers=tus, timeout=30).headers["Upload-Offset"])
    disk.leaves(ROOMY)
    assert piece(here, len(sealed)).status_code == 204
    assert site.said.read_text() == ""
