"""A PostgreSQL of the tests' own: Debian's server in a temporary folder, on a free loopback port.

PostgreSQL refuses to run as root, so under root it runs as the package's own user. It does not fsync: what is proved
with it is the SQL, not its disk.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wire import free_port

START_SECONDS = 30


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.fail("PostgreSQL is missing: apt-get install --no-install-recommends postgresql", pytrace=False)
    return found[-1].parent


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}", pytrace=False)
            time.sleep(0.1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a running server without a database name: `postgresql://tester@127.0.0.1:PORT`."""
    programs = _programs()
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="unhindered-postgres-"))
    if user:
        shutil.chown(folder, user)
    data, log, port = folder / "data", folder / "log", free_port()
    settings = ["--username=tester", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    init = [f"{programs}/initdb", f"--pgdata={data}", *settings]
    subprocess.run(init, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
    options = [f"--port={port}", "--listen_addresses=127.0.0.1", f"--unix_socket_directories={folder}", "--fsync=off"]
    command = [f"{programs}/postgres", "-D", f"{data}", *options]
    with log.open("wb") as output:
        server = subprocess.Popen(command, user=user, cwd=folder, stdout=output, stderr=output)
    try:
        address = f"postgresql://tester@127.0.0.1:{port}"
        _wait_until_it_answers(f"{address}/postgres", server, log)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # "fast" shutdown: open connections are closed
        server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The SQLAlchemy address of an empty database of this test's own; it is dropped afterwards."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield f"{postgres_server.replace('postgresql:', 'postgresql+psycopg:', 1)}/{name}"
        connection.execute(f"drop database {name} with (force)")
