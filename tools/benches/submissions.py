"""Complete sealed submissions a second, over HTTP, against the same bytes put durably into SQLite and nothing else.

Sixteen connections of two client processes, the intake as `python app.py` serves it. What is sent was sealed before
the clock starts: sealing is the reporter's work, and happens on another machine.
"""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import app
from crypto.age import encrypt
from crypto.receipt import Receipt
from portal.keynote import KeyNote
from portal.messages import Message, ReporterKeys, Signed, body_hash, seal_plaintext
from portal.note import Note, make_note
from tests.e2e.sites import IntakeSite
from tools.benches.figures import Figure, in_turn
from tools.benches.places import open_intake
from tools.reporter import Reporter

PROCESSES, CONNECTIONS, REQUESTS, ROUNDS = 2, 8, 1200, 5
VARIETY = 40


def submissions() -> list[Figure]:
    with open_intake() as site:
        prepared = [sealed(Reporter(site.origin).key()) for _ in range(VARIETY)]
        taken: list[float] = []
        send(site, prepared, [])  # what is made once: connections, compiled statements, the open database
        raw = Raw(site.folder / "raw.sqlite3", prepared)
        ours, floor = in_turn(lambda: send(site, prepared, taken), raw.insert, rounds=ROUNDS)
        raw.close()
    p99 = quantiles(taken, n=100)[98]
    return [
        Figure("submissions", f"{ours:,.0f}/s", f"durable inserts {floor:,.0f}/s", ours / floor, at_least=0.35),
        Figure("a submission, p99 of 16 writers", f"{p99:.0f} ms", "", p99, "ms", at_most=50),
    ]


def sealed(key: KeyNote) -> dict[str, str]:
    """The sealed parts of a submission as a browser makes them."""
    keys = Receipt.generate().derive(key.instance)
    message = Message(
        instance=key.instance.hex(),
        thread=keys.thread.hex(),
        direction="report",
        kind="report",
        day=datetime.now(UTC).date().isoformat(),
        author="reporter",
        content={"language": "en", "told": "They came at night. " * 200},
        door="script",
        epoch=key.epoch.hex(),
        keys=ReporterKeys.of(keys),
    )
    body = message.body()
    note = make_note(keys, Note(keys.thread.hex()).sent(body_hash(body)))
    report = encrypt(seal_plaintext(body, Signed(keys.signing_seed)), [key.recipient])
    return {"message": base64.b64encode(report).decode(), "note": base64.b64encode(note).decode()}


def request(parts: dict[str, str]) -> bytes:
    """A first delivery to a mailbox that nobody has written to."""
    body = json.dumps({"token": os.urandom(32).hex(), "id": os.urandom(16).hex(), "files": []} | parts).encode()
    head = f"POST /deliver HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def send(site: IntakeSite, prepared: list[dict[str, str]], taken: list[float]) -> float:
    """One round: submissions a second. Latencies in milliseconds are added to `taken`."""
    clients = [_client(site, prepared) for _ in range(PROCESSES)]
    for client in clients:
        assert client.stdin and client.stdout
        client.stdin.close()
        client.stdout.readline()
    begun = time.perf_counter()
    for client in clients:
        assert client.stdout
        taken += map(float, client.stdout)
    spent = time.perf_counter() - begun
    for client in clients:
        assert client.stdout
        client.stdout.close()
        assert client.wait() == 0, "a client was refused"
    return PROCESSES * REQUESTS / spent


def _client(site: IntakeSite, prepared: list[dict[str, str]]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tools.benches.writers"]
    client = subprocess.Popen(command, cwd=app.HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert client.stdin
    client.stdin.write(f"{site.port} {CONNECTIONS}\n")
    for number in range(REQUESTS):
        client.stdin.write(base64.b64encode(request(prepared[number % VARIETY])).decode() + "\n")
    return client


class Raw:
    """The floor: one connection, one insert and one fsync for each message, no index but the key."""

    def __init__(self, path: Path, prepared: list[dict[str, str]]) -> None:
        self._rows = [(base64.b64decode(one["message"]), base64.b64decode(one["note"])) for one in prepared]
        self._database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("page_size = 8192", "journal_mode = WAL", "synchronous = FULL"):
            self._database.execute(f"pragma {pragma}")
        self._database.execute("create table kept (id blob primary key, message blob, note blob) without rowid")

    def insert(self) -> float:
        """One round: inserts a second."""
        count = PROCESSES * REQUESTS
        begun = time.perf_counter()
        for number in range(count):
            row = self._rows[number % len(self._rows)]
            self._database.execute("insert into kept values (?, ?, ?)", (os.urandom(16), *row))
        return count / (time.perf_counter() - begun)

    def close(self) -> None:
        self._database.close()
