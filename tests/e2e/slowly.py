"""A form that arrives by half, and then waits: what a slow line, a cut one, or somebody with bad intentions does."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.plaindoor import Form, check_stored, placeholder
from tests.e2e.sites import IntakeSite, wait_until
from tools.reporter import Attachment

# What may be on its way between the two ends of a connection on this machine.
UNDER_WAY = 4 << 20


@dataclass(frozen=True, slots=True)
class Halfway:
    """A connection that has sent its first half, and the rest."""

    connection: socket.socket
    rest: bytes

    def goes_on(self) -> None:
        """Send the rest and read the page that follows. Raises NotStored unless it confirms the report."""
        self.connection.sendall(self.rest)
        answer = http.client.HTTPResponse(self.connection)
        answer.begin()
        check_stored(answer.status, answer.read().decode())


@contextmanager
def half_sent(
    site: IntakeSite, form: Form, answers: Mapping[str, object], files: Sequence[Attachment], big: bytes
) -> Iterator[Halfway]:
    """Post a form whose last file is `big` (well over UNDER_WAY), and wait until half of that has arrived."""
    mark = placeholder()
    body = form.body(answers, [*files, ("big.bin", "application/octet-stream", mark)])
    before, after = body.around(mark)
    half = len(big) // 2
    length = len(before) + len(big) + len(after)
    head = f"POST {urlsplit(form.url).path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: {length}\r\n"
    head += f"Content-Type: {body.content_type}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as connection:
        connection.sendall(head.encode() + before + big[:half])
        wait_until(lambda: biggest(site.settings.folder / "incoming") > half - UNDER_WAY, "half of it has arrived")
        yield Halfway(connection, big[half:] + after)


def biggest(folder: Path) -> int:
    """The size of the biggest file there, in bytes."""
    sizes = [0]
    for path in folder.iterdir():
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:  # kept or removed since its name was read
            continue
    return max(sizes)
