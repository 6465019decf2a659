"""Who may call an address: written at the view, checked before it, and closed where nothing is written.

Rules: a view without a declared reader answers nobody, so that a new one is closed until someone decides. A body has
the limit of its view, read before a form is parsed; text of a form is limited as a whole, whatever its encoding. What
a desk may call needs a signature that covers the body, by a key that is registered, with a nonce that is spent once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal, TypeVar

from flask import Flask, Request, current_app, g, request
from werkzeug.exceptions import Forbidden, NotFound

from portal import wire
from portal.intake import desks, nonces
from portal.intake.room import settings, store

Reader = Literal["public", "desk", "admin", "loopback"]
View = TypeVar("View", bound=Callable[..., Any])
DEFAULT_BODY = 64 * 1024
_MARK = "_unhindered_declared"


@dataclass(frozen=True, slots=True)
class Declared:
    """What is written at a view: who may call it, and how many bytes it takes."""

    reader: Reader
    body: int


def open_to(reader: Reader, *, body: int = DEFAULT_BODY) -> Callable[[View], View]:
    """Declare the reader of a view. `body` limits the request's body, in bytes."""

    def declare(view: View) -> View:
        setattr(view, _MARK, Declared(reader, body))
        return view

    return declare


def declared(app: Flask, endpoint: str) -> Declared | None:
    """What is written at the view of an endpoint, if anything."""
    found = getattr(app.view_functions.get(endpoint), _MARK, None)
    return found if isinstance(found, Declared) else None


def check() -> None:
    """Runs before every view: refuse whoever it is not for."""
    if request.endpoint is None:
        return  # no such address, or not with this method: Flask answers 404 or 405
    mark = declared(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    if mark is None:
        raise NotFound
    request.max_content_length = mark.body
    if mark.reader == "loopback" and not _from_this_machine(request):
        raise NotFound
    if mark.reader in ("desk", "admin"):
        g.desk = signed_desk()
        if mark.reader == "admin" and not g.desk.admin:
            raise Forbidden


def signed_desk() -> desks.Desk:
    """The desk that signed this request. Raises WireError and StaleNonce."""
    here = store()
    known: dict[str, desks.Desk] = {}

    def api_key(keyid: str) -> bytes | None:
        desk = desks.find(here, keyid)
        if desk is None:
            return None
        known[keyid] = desk
        return desk.api

    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    signed = wire.verify(
        request.method,
        f"{settings().url}{request.path}{query}",
        request.headers.items(),
        request.get_data(),
        api_key,
    )
    nonces.spend(here, signed.nonce)
    return known[signed.keyid]


def _from_this_machine(asked: Request) -> bool:
    """Whether the caller is on this machine itself, and not behind a proxy or an onion service that runs on it."""
    try:
        near = ip_address(asked.remote_addr or "").is_loopback
    except ValueError:
        near = False
    forwarded = any(name.lower().startswith(("forwarded", "x-forwarded", "via")) for name, _ in asked.headers)
    host = asked.host.rpartition(":")[0] or asked.host
    return near and not forwarded and host in ("127.0.0.1", "localhost", "[::1]")
