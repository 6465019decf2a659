"""Clients that send prepared requests over many connections as fast as they are answered.

A process of its own, started by `submissions.py`: it reads `port connections`, then one request a line in base64, and
prints the latency of each in milliseconds. It does nothing but send and wait, so that what is measured is the intake.
"""

from __future__ import annotations

import base64
import selectors
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """One connection, and what is on its way over it."""

    connection: socket.socket
    begun: float = 0.0
    answer: bytearray = field(default_factory=bytearray)

    def sends(self, request: bytes) -> None:
        self.answer.clear()
        self.begun = time.perf_counter()
        self.connection.sendall(request)

    def receives(self) -> bool:
        """True once the whole answer is here. Anything but a first 201 is the end of the measurement."""
        piece = self.connection.recv(65536)
        if not piece:
            raise SystemExit("the intake hung up")
        self.answer += piece
        head, found, body = bytes(self.answer).partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 201 "):
            raise SystemExit(f"not stored: {head.splitlines()[0].decode()}")
        [length] = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
        return len(body) >= int(length.split(b":")[1])


def run(port: int, connections: int, requests: deque[bytes]) -> list[float]:
    """Latencies in seconds, in the order of the answers."""
    taken: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(min(connections, len(requests))):
            line = Line(socket.create_connection(("127.0.0.1", port)))
            line.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(line.connection, selectors.EVENT_READ, line)
            line.sends(requests.popleft())
        while selector.get_map():
            for key, _ in selector.select():
                if not key.data.receives():
                    continue
                taken.append(time.perf_counter() - key.data.begun)
                if requests:
                    key.data.sends(requests.popleft())
                else:
                    selector.unregister(key.data.connection)
                    key.data.connection.close()
    return taken


def main() -> None:
    port, connections = map(int, sys.stdin.readline().split())
    requests = deque(base64.b64decode(line) for line in sys.stdin)
    print("ready", flush=True)
    for latency in run(port, connections, requests):
        print(f"{latency * 1000:.3f}")


if __name__ == "__main__":
    main()
