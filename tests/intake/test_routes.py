"""One table of every address of the intake, and who may call it. A new address fails here until someone decides."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import Rule

from portal.intake.readers import declared, open_to
from tests.intake.conftest import Intake
from tests.intake.people import Desk

# Who may call what. "OPTIONS", which Flask answers itself, goes with the address.
READERS: dict[tuple[str, str], str] = {
    ("GET", "/"): "public",
    ("GET", "/<lang>/"): "public",
    ("GET", "/<lang>/report"): "public",
    ("GET", "/<lang>/return"): "public",
    ("GET", "/<lang>/plain"): "public",
    ("POST", "/<lang>/plain/start"): "public",
    ("POST", "/<lang>/plain/send"): "public",
    ("GET", "/<lang>/plain/return"): "public",
    ("POST", "/<lang>/plain/return"): "public",
    ("POST", "/<lang>/plain/mailbox"): "public",
    ("POST", "/<lang>/plain/answer"): "public",
    ("GET", "/leave"): "public",
    ("GET", "/static/<filename>"): "public",
    ("GET", "/key"): "public",
    ("GET", "/stewards.js"): "public",
    ("POST", "/deliver"): "public",
    ("POST", "/mailbox"): "public",
    ("POST", "/mailbox/note"): "public",
    ("OPTIONS", "/files"): "public",
    ("POST", "/files"): "public",
    ("GET", "/files/<name>"): "public",
    ("PATCH", "/files/<name>"): "public",
    ("GET", "/directory/metadata/<name>"): "public",
    ("GET", "/directory/targets/<path>"): "public",
    ("GET", "/healthz"): "loopback",
    ("GET", "/readyz"): "loopback",
    ("GET", "/api/hello"): "public",
    ("POST", "/api/enrol"): "public",
    ("GET", "/api/meet/<slot>/<which>"): "public",
    ("PUT", "/api/meet/<slot>/<which>"): "public",
    ("GET", "/api/days"): "desk",
    ("GET", "/api/days/<name>"): "desk",
    ("GET", "/api/objects/<name>"): "desk",
    ("PUT", "/api/objects/<name>"): "desk",
    ("GET", "/api/wraps"): "desk",
    ("GET", "/api/wraps/<epoch>"): "desk",
    ("PUT", "/api/wraps/<epoch>"): "desk",
    ("PUT", "/api/directory"): "admin",
    ("GET", "/api/desks"): "admin",
    ("POST", "/api/desks"): "admin",
    ("DELETE", "/api/desks/<keyid>"): "admin",
    ("POST", "/api/meet"): "admin",
}
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
FILLED = {"lang": "en", "name": "0" * 32, "epoch": "0" * 32, "keyid": "0" * 32, "slot": "0" * 32, "which": "ask"}
FILLED |= {"path": "x", "filename": "x"}


def methods(rule: Rule) -> set[str]:
    """The methods that the view itself answers."""
    named = set(rule.methods or ()) - {"HEAD"}
    return named if named == {"OPTIONS"} else named - {"OPTIONS"}


def address(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(f"<{name}>", value)
    return path


@pytest.mark.claim("C11")
def test_every_address_stands_in_the_table(new_intake: Intake) -> None:
    """The app has exactly these addresses, and each view declares exactly this reader."""
    found = {}
    for rule in new_intake.app.url_map.iter_rules():
        path = rule.rule.replace("<path:", "<").replace("<any(ask,answer):", "<")
        mark = declared(new_intake.app, rule.endpoint)
        for method in methods(rule):
            found[(method, path)] = mark.reader if mark else "nobody"
    assert found == READERS


@pytest.mark.claim("C11")
def test_an_address_without_a_reader_answers_nobody(new_intake: Intake) -> None:
    """A view that somebody adds without deciding who may call it is closed."""
    ran: list[str] = []

    def view() -> str:
        ran.append("ran")
        return "secret"

    new_intake.app.add_url_rule("/new", "new", view)
    assert new_intake.app.test_client().get("/new").status_code == 404
    assert ran == []
    new_intake.app.view_functions["new"] = open_to("public")(lambda: "said")
    assert new_intake.app.test_client().get("/new").text == "said"


def of(reader: str) -> list[Any]:
    return [pytest.param(*route, id=" ".join(route)) for route, who in READERS.items() if who == reader]


@pytest.mark.claim("C11")
@pytest.mark.parametrize(("method", "path"), of("desk") + of("admin"))
def test_desks_addresses_are_closed_to_others(intake: Intake, method: str, path: str) -> None:
    """Without a signature, and with a stranger's, every method of the address is refused."""
    stranger = Desk(intake.app)
    stranger.client.get("/api/hello")
    assert intake.app.test_client().open(address(path), method=method).status_code == 401
    assert stranger.asks(method, address(path)).get_json()["error"] == "unknown key"
    assert intake.app.test_client().options(address(path)).status_code == 401


@pytest.mark.claim("C11")
@pytest.mark.parametrize(("method", "path"), of("admin"))
def test_admins_addresses_are_closed_to_other_desks(intake: Intake, method: str, path: str) -> None:
    """A registered desk that is no admin is refused."""
    desk = intake.second_desk()
    assert desk.asks(method, address(path)).status_code == 403


@pytest.mark.claim("C11")
@pytest.mark.parametrize(("method", "path"), of("loopback"))
@pytest.mark.parametrize(
    "caller",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"Forwarded": "for=192.0.2.7"}},
        {"headers": {"Host": "abcdefghijklmnop.onion"}},
    ],
)
def test_health_is_for_this_machine(new_intake: Intake, method: str, path: str, caller: dict[str, Any]) -> None:
    """From elsewhere, through a proxy or through an onion service that runs here, there is no such address."""
    client = new_intake.app.test_client()
    assert client.open(path, method=method, headers={"Host": "127.0.0.1:8000"}).status_code == 204
    options = {"headers": {"Host": "127.0.0.1:8000"}} | caller
    assert client.open(path, method=method, **options).status_code == 404
