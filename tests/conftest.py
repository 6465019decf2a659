"""What every test stands on: no test reaches a network address outside this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

pytest_plugins = ["tests.wire", "tests.browsers", "tests.postgres"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses a browser or a database server is marked by what it uses, not by remembering to."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if "browsers" in used:
            item.add_marker(pytest.mark.browser)
        if "postgres_server" in used:
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """A connection to anything but a loopback address or a local socket is a failed test, not a slow one."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if host != "localhost" and not ip_address(host).is_loopback:
                raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", checked)
    yield
    patch.undo()
