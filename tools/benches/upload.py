"""A file of 200 MB through the door without scripts, against a small app that saves it as Werkzeug does.

Both are served by the same gunicorn with the same settings of memory. Growth is the highest resident memory of the
worker after all rounds, less what it was before the first.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import app
from tests.e2e.plaindoor import PlainReporter, check_stored, placeholder
from tests.e2e.sites import clean_environment, group, wait_until
from tests.wire import free_port
from tools.benches.figures import Figure, in_turn, seconds
from tools.benches.places import open_intake

SIZE = 200 << 20
BLOCK = os.urandom(1 << 20)
ROUNDS = 3


def upload() -> list[Figure]:
    with open_intake(workers=1) as site, saving_app(site.folder) as saver:
        before = [memory(site.processes), memory(group(saver.pid))]
        ours, theirs = in_turn(
            lambda: seconds(lambda: seal(site.origin)), lambda: seconds(lambda: save(saver.port)), rounds=ROUNDS
        )
        after = [memory(site.processes, "VmHWM"), memory(group(saver.pid), "VmHWM")]
    growth, other = (peak - rest for peak, rest in zip(after, before, strict=True))
    mebibytes = f"grows by {growth / 2**20:.0f} MiB to {after[0] / 2**20:.0f} MiB"
    others = f"saving it grows by {other / 2**20:.0f} MiB to {after[1] / 2**20:.0f} MiB"
    rate, saved = f"{SIZE / ours / 1e6:,.0f} MB/s", f"saving it {SIZE / theirs / 1e6:,.0f} MB/s"
    return [
        Figure("200 MB without scripts", rate, saved, theirs / ours),
        Figure("its memory", mebibytes, others, growth / 2**20, "MiB", at_most=16),
    ]


def seal(origin: str) -> None:
    """A whole report with this file, confirmed."""
    form = PlainReporter(origin).starts()
    mark = placeholder()
    body = form.body({"told": "With a film."}, [("film.mp4", "video/mp4", mark)])
    answer = post(form.url, body.content_type, *body.around(mark))
    check_stored(answer.status, answer.read().decode())
    answer.close()


def save(port: int) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="film.mp4"\r\n\r\n'
    answer = post(f"http://127.0.0.1:{port}/", "multipart/form-data; boundary=x", head, b"\r\n--x--\r\n")
    assert answer.read() == b"saved"
    answer.close()


def post(url: str, content_type: str, before: bytes, after: bytes) -> http.client.HTTPResponse:
    address = urlsplit(url)
    length = len(before) + SIZE + len(after)
    head = f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: {content_type}\r\n"
    head += f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(head.encode() + before)
        for _ in range(SIZE // len(BLOCK)):
            connection.sendall(BLOCK)
        connection.sendall(after)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer


@dataclass(frozen=True, slots=True)
class Saver:
    """The small app under gunicorn."""

    port: int
    pid: int


@contextmanager
def saving_app(folder: Path) -> Iterator[Saver]:
    port = free_port()
    command = app.gunicorn("intake", port, workers=1, threads=32)
    command[command.index("app:intake()")] = "tools.benches.saving:app"
    (folder / "saved").mkdir()
    environment = clean_environment() | app.SCRUBBED_MEMORY | {"SAVING_FOLDER": str(folder / "saved")}
    server = subprocess.Popen(command, cwd=app.HERE, env=environment, start_new_session=True)
    try:
        wait_until(lambda: app.answers(port), "the small app answers")
        yield Saver(port, server.pid)
    finally:
        server.terminate()
        server.wait()


def memory(processes: list[int], kind: str = "VmRSS") -> int:
    """Resident memory of the biggest of these processes in bytes, now or (VmHWM) at its highest."""
    sizes = []
    for process in processes:
        [size] = re.findall(rf"{kind}:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text())
        sizes.append(int(size) * 1024)
    return max(sizes)
