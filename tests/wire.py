"""The wire between the browsers of the tests and the sites: a SOCKS 5 proxy that keeps every byte a browser sends.

What a browser tells its debugger is not what left it: bodies of forms and of workers' uploads are missing there.
The proxy serves only this machine. A host name can be given a local port, so that a page is seen as a visitor of an
onion address sees it (plain http on a foreign host, where `crypto.subtle` does not exist); every other host is refused.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

LOOPBACK = ("127.0.0.1", "localhost", "::1")
REFUSED, CONNECTED = b"\x05\x02\x00\x01" + bytes(6), b"\x05\x00\x00\x01" + bytes(6)  # RFC 1928, section 6


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Seen:
    """One HTTP request as it crossed the wire; header names in lower case."""

    origin: str
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Conversation:
    """What a browser sent over one connection to `origin`."""

    origin: str
    sent: bytearray = field(default_factory=bytearray)

    def requests(self) -> Iterator[Seen]:
        rest = bytes(self.sent)
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            line, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in lines)}
            assert "transfer-encoding" not in headers, "no browser sends chunks over HTTP/1.1"
            size = int(headers.get("content-length", 0))
            method, target, _ = line.split(" ")
            yield Seen(self.origin, method, target, headers, rest[:size])
            rest = rest[size:]


class _Door(socketserver.StreamRequestHandler):
    server: Wire

    def handle(self) -> None:
        self.rfile.read(self.rfile.read(2)[1])
        self.wfile.write(b"\x05\x00")
        kind = self.rfile.read(4)[3]
        size = {1: 4, 4: 16}.get(kind) or self.rfile.read(1)[0]
        raw = self.rfile.read(size)
        host = raw.decode() if kind == 3 else socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, raw)
        port = int.from_bytes(self.rfile.read(2), "big")
        try:
            there = socket.create_connection(("127.0.0.1", self.server.port_of(host, port)))
        except OSError:
            self.wfile.write(REFUSED)
            return
        self.wfile.write(CONNECTED)
        name = f"[{host}]" if ":" in host else host
        conversation = Conversation(f"http://{name}" + ("" if port == 80 else f":{port}"))
        self.server.conversations.append(conversation)
        back = threading.Thread(target=_pass_on, args=(there, self.connection))
        back.start()
        _pass_on(self.connection, there, conversation.sent)
        back.join()
        there.close()


def _pass_on(source: socket.socket, sink: socket.socket, kept: bytearray | None = None) -> None:
    try:
        while part := source.recv(1 << 16):
            if kept is not None:
                kept += part
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
    except OSError:  # either side hung up: so does the other
        for end in (source, sink):
            end.close()


class Wire(socketserver.ThreadingTCPServer):
    """The proxy. `names` gives a foreign host name the local port that serves it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.names: dict[str, int] = {}
        self.conversations: list[Conversation] = []

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def port_of(self, host: str, port: int) -> int:
        """Where a connection to this host goes; OSError if the host is neither this machine nor a given name."""
        if host in self.names:
            return self.names[host]
        if host in LOOPBACK:
            return port
        raise OSError(f"{host} is not on this machine")


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire]:
    """The one wire that every browser of the tests is connected to."""
    with Wire() as server:
        listening = threading.Thread(target=server.serve_forever, daemon=True)
        listening.start()
        yield server
        server.shutdown()
        listening.join()
