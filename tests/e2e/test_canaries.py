"""What reporters write, and what their browsers tell about them, is searched for wherever the intake could leave it.

Searched after both doors, in the middle of a slow upload, after a cut one and after a failure inside the intake: the
database and its log, blobs, what is incoming, temporary files, and everything the servers said.
"""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from crypto.age import sealed_size
from crypto.receipt import Receipt
from portal.wording import every_field
from tests.e2e.canary import PIECE, Canaries
from tests.e2e.conftest import Organisation
from tests.e2e.plaindoor import PlainReporter
from tests.e2e.sites import IntakeSite, case_id, instance, wait_until
from tests.e2e.slowly import half_sent
from tools.reporter import Attachment, Reporter

MEBIBYTE = 1 << 20
# What one upload may add to a process, whatever its size.
GROWTH = 16 * MEBIBYTE
# Where a request can say who sent it and from where.
TELLING = (
    "Accept-Language",
    "Cookie",
    "Forwarded",
    "From",
    "Referer",
    "Tus-Metadata",
    "Upload-Metadata",
    "User-Agent",
    "X-Forwarded-For",
    "X-Real-IP",
)


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


def everything(canaries: Canaries) -> dict[str, str]:
    """A report with a canary in every field that takes words."""
    return {field.name: canaries.at(field.name) for field in every_field() if field.kind in ("text", "area")}


def files(canaries: Canaries) -> list[Attachment]:
    """One file that becomes a row and one that becomes a blob, with canaries in name, type and content."""
    kind = f"text/{canaries.at('type')}"
    return [(canaries.at("small"), kind, canaries.block(2000)), (canaries.at("big"), kind, canaries.block(MEBIBYTE))]


def telling_session(canaries: Canaries) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.update({name: canaries.at(name) for name in TELLING})
    return session


def arrived(organisation: Organisation, receipt: Receipt) -> tuple[dict[str, object], dict[str, bytes]]:
    """What the desk opens of a report: its content, and its files by name."""
    desk, case = organisation.desk, case_id(instance(organisation.site), receipt)
    desk.sync()
    [message] = desk.case(case).messages
    found = {file.name: b"".join(desk.open_file(case, file.object).chunks) for file in message.files}
    return dict(message.content), found


@pytest.mark.claim("C1")
@pytest.mark.claim("C6")
@pytest.mark.parametrize("door", [Reporter, PlainReporter])
def test_nothing_a_reporter_says_is_left_at_the_intake(
    organisation: Organisation, canaries: Canaries, door: type[Reporter] | type[PlainReporter]
) -> None:
    """A canary in every field, file, name and header, sent through each door, is nowhere but at the desk."""
    site = organisation.site
    with telling_session(canaries) as session:
        reporter = door(site.origin, session)
        receipt = reporter.tells(everything(canaries), files(canaries))
        reporter.returns(receipt)
    canaries.receipt(receipt, instance(site))
    content, found = arrived(organisation, receipt)
    assert content.items() >= everything(canaries).items()
    assert found == {name: data for name, _, data in files(canaries)}
    assert canaries.hits(site.folder) == []
    assert site.said.read_text() == "", "an intake that works writes no log"


def wrong_requests(canaries: Canaries) -> Iterator[bytes]:
    """Requests that fail before or inside the app, with a canary wherever there is room for one."""
    word = canaries.at("wrong")
    host = b"Host: 127.0.0.1\r\n"
    named = word.encode()
    yield b"GET /" + named + b"?" + named + b" HTTP/1.1\r\n" + host + b"\r\n"
    yield b"GET /en/report?" + named + b" HTTP/1.1\r\n" + host + b"\r\n"
    yield named + b" /en/ HTTP/1.1\r\n" + host + b"\r\n"
    yield named + b"\r\n\r\n"
    yield b"GET /" + named + b" HTTP/9.9\r\n" + host + b"\r\n"
    yield b"GET /en/ HTTP/1.1\r\n" + host + named + b"\r\n\r\n"
    yield b"GET /en/ HTTP/1.1\r\n" + host + b"X-Forwarded-For: " + named * 1000 + b"\r\n\r\n"
    yield b"GET /" + named * 1000 + b" HTTP/1.1\r\n" + host + b"\r\n"
    yield b"POST /en/plain/mailbox HTTP/1.1\r\n" + host + b"Content-Length: " + named + b"\r\n\r\n"
    yield b"POST /en/plain/mailbox HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n" + named + b"\r\n"
    yield posted(b"/en/plain/mailbox", b"application/x-www-form-urlencoded", b"receipt=" + named)
    yield posted(b"/en/plain/send", b"multipart/form-data; boundary=" + named, b"--" + named + b"\r\n" + named)
    yield posted(b"/deliver", b"application/json", b'{"token": "' + named + b'"')
    yield posted(b"/mailbox", b"application/json", b'{"token": "' + named + b'"}')
    yield b"PATCH /files/" + named + b" HTTP/1.1\r\n" + host + b"Tus-Resumable: 1.0.0\r\nContent-Length: 0\r\n\r\n"


def posted(path: bytes, kind: bytes, body: bytes) -> bytes:
    head = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (path, kind, len(body)) + body


def ask(site: IntakeSite, request: bytes) -> bytes:
    """Send these bytes, say that no more come, and give what is answered until the server hangs up."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.claim("C6")
def test_a_wrong_request_leaves_no_trace(organisation: Organisation, canaries: Canaries) -> None:
    """Requests that no browser sends, with canaries in them, are refused without a line in any log."""
    site = organisation.site
    for request in wrong_requests(canaries):
        status = ask(site, request).split(b" ")[1:2]
        assert status == [] or int(status[0]) < 500, request[:80]
    assert canaries.hits(site.folder) == []
    assert site.said.read_text() == ""


@pytest.mark.claim("C1")
@pytest.mark.claim("C6")
def test_a_failure_inside_tells_nothing_of_the_request(organisation: Organisation, canaries: Canaries) -> None:
    """With the folder for arriving files gone, each door answers 500, and the log names a place in the program only."""
    site = organisation.site
    form = PlainReporter(site.origin).starts()
    canaries.receipt(form.receipt, instance(site))
    incoming = site.settings.folder / "incoming"
    incoming.rename(incoming.with_name("elsewhere"))
    body = form.body(everything(canaries), files(canaries))
    with telling_session(canaries) as session:
        script = session.post(
            f"{site.origin}/files", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(sealed_size(16384))}
        )
        plain = session.post(form.url, data=body.data, headers={"Content-Type": body.content_type}, timeout=30)
    incoming.with_name("elsewhere").rename(incoming)
    assert (plain.status_code, script.status_code) == (500, 500)
    assert canaries.word not in plain.text + script.text
    assert canaries.hits(site.folder) == []
    lines = site.said.read_text().splitlines()
    assert len(lines) == 2
    for line in lines:
        assert re.fullmatch(r"FileNotFoundError at /[\w/.-]+\.py:\d+", line)


def check_half_way(site: IntakeSite, canaries: Canaries) -> None:
    assert canaries.hits(site.folder) == []
    if os.geteuid() == 0:  # the intake's memory and open files are closed to other processes of the same user
        assert canaries.hits_in_open_files(site.processes) == []


@pytest.mark.claim("C1")
@pytest.mark.parametrize("size", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_slow_upload_is_sealed_as_it_arrives(organisation: Organisation, canaries: Canaries, size: int) -> None:
    """Half way through a form with a file of so many megabytes, and at its end, no readable byte is on the disk.

    No process of the intake has grown by more than a few megabytes then, and the desk opens what was sent.
    """
    site = organisation.site
    big = canaries.block(size * MEBIBYTE)
    form = PlainReporter(site.origin).starts()
    canaries.receipt(form.receipt, instance(site))
    before = memory(site)
    with half_sent(site, form, everything(canaries), files(canaries), big) as half:
        check_half_way(site, canaries)
        half.goes_on()
    assert max(peak - before[process] for process, peak in memory(site, "VmHWM").items()) < GROWTH
    assert arrived(organisation, form.receipt)[1]["big.bin"] == big
    assert canaries.hits(site.folder) == []
    assert site.said.read_text() == ""


@pytest.mark.claim("C1")
@pytest.mark.claim("C6")
def test_a_cut_upload_leaves_nothing(organisation: Organisation, canaries: Canaries) -> None:
    """A connection that breaks in the middle of a file leaves neither a canary, nor a file, nor a line in the log."""
    site = organisation.site
    incoming = site.settings.folder / "incoming"
    form = PlainReporter(site.origin).starts()
    with half_sent(site, form, everything(canaries), files(canaries), canaries.block(12 * MEBIBYTE)):
        check_half_way(site, canaries)
    wait_until(lambda: list(incoming.iterdir()) == [], "what was sealed and not kept is removed")
    assert canaries.hits(site.folder) == []
    assert site.said.read_text() == ""


def memory(site: IntakeSite, kind: str = "VmRSS") -> dict[int, int]:
    """Resident memory of each process of the site in bytes, now or (VmHWM) at its highest."""
    found = {}
    for process in site.processes:
        [size] = re.findall(rf"{kind}:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text())
        found[process] = int(size) * 1024
    return found


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """A canary is found in every shape that it is searched in, also across two pieces and in a file without a name."""
    canaries = Canaries()
    receipt = Receipt.generate()
    canaries.receipt(receipt, bytes(16))
    word = canaries.at("somewhere")
    planted = tmp_path / "planted"
    shapes = [word.encode(), word.encode("utf-16-le"), word.encode().hex().encode(), receipt.words.encode()]
    shapes += [base64.b64encode(b"x" * shift + word.encode()) for shift in range(3)]
    shapes += [receipt.digits.encode(), receipt.secret, receipt.derive(bytes(16)).token.hex().encode()]
    for shape in shapes:
        planted.write_bytes(b"-" * 1000 + shape + b"-" * 1000)
        assert canaries.hits(tmp_path) != [], shape
    planted.write_bytes(b"-" * (PIECE - 7) + word.encode())
    assert canaries.hits(planted) == [f"a canary in {planted}"]
    with planted.open("rb"):
        planted.unlink()
        assert canaries.hits(tmp_path) == []
        assert canaries.hits_in_open_files([os.getpid()]) != []
    assert canaries.hits_in_open_files([os.getpid()]) == []
