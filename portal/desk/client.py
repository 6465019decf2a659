"""How the desk reaches the intake: its API, over one connection pool, and by no other way.

Rules: every request to /api is signed by the API key (portal.wire) with a nonce the intake gave; a redirect is
refused, never followed; nothing is taken from the environment's proxies; everything has a time limit and a size
limit. What goes out are sealed files, public keys and names of days: never a private key, never a plaintext.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from portal import wire
from portal.desk.errors import Refused, Unreachable

CONNECT_SECONDS = 30
READ_SECONDS = 120
ANSWER_LIMIT = 64 * 1024 * 1024
CHUNK = 64 * 1024
NONCES = 8

_SAYS = {
    403: ("The intake does not allow this to this desk.", "An admin can."),
    404: ("The intake has nothing under this name.", "Sync, and try again."),
    409: ("The intake already holds something else under this name.", "Sync, and try again."),
    413: ("This is too big for the intake.", "Make it shorter."),
    507: ("The intake's storage is full.", "Tell whoever runs it."),
}


class Client:
    """One intake, as one desk talks to it. `seed` is the API key; without it only unsigned requests are possible."""

    def __init__(self, origin: str, *, socks: str | None = None, seed: bytes | None = None) -> None:
        self._origin = origin
        self._seed = seed
        self._nonces: deque[str] = deque(maxlen=NONCES)
        self._session = requests.Session()
        self._session.trust_env = False
        if socks:
            self._session.proxies = {"http": socks, "https": socks}

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Unsigned.
    def hello(self) -> dict[str, Any]:
        """Who the intake is: instance, enrolled, time."""
        return self._json(self._plain("GET", "/api/hello"))

    def fetch(self, path: str) -> tuple[int, bytes]:
        """A public file: status and body, whatever the status."""
        with self._sent("GET", path, b"", {}) as response:
            return response.status_code, _body(response)

    def plain(self, method: str, path: str, body: bytes = b"") -> bytes:
        """An unsigned request for those whom the address alone allows (enrolling, meeting)."""
        return self._plain(method, path, body)

    # Signed.
    def ask_json(self, method: str, path: str, value: Any = None) -> dict[str, Any]:
        """A signed request with a JSON body (None for an empty one) and a JSON answer."""
        body = b"" if value is None else json.dumps(value, separators=(",", ":")).encode()
        return self._json(self.ask(method, path, body, content_type="application/json"))

    def ask(
        self, method: str, path: str, body: bytes = b"", *, content_type: str = "application/octet-stream"
    ) -> bytes:
        """A signed request with a body and an answer of bytes."""
        with self._signed(method, path, body, {"Content-Type": content_type} if body else {}) as response:
            return _body(response)

    @contextmanager
    def download(self, path: str, start: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """A big file from byte `start` on: the byte that the intake really starts at, and the pieces."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._signed("GET", path, b"", headers) as response:
            yield start if response.status_code == 206 else 0, response.iter_content(CHUNK)

    @contextmanager
    def _signed(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        seed = self._seed
        if seed is None:
            raise Refused(401, "This desk is not known to the intake yet.", "Found or join an organisation first.")
        signed = {**headers, **self._signature(seed, method, path, body)}
        with self._sent(method, path, body, signed) as response:
            if not _wants_fresh_nonce(response):
                _check(response)
                yield response
                return
        signed = {**headers, **self._signature(seed, method, path, body)}
        with self._sent(method, path, body, signed) as response:
            _check(response)
            yield response

    def _signature(self, seed: bytes, method: str, path: str, body: bytes) -> dict[str, str]:
        """A nonce is good for one request; the answer brings the next. The newest is the likeliest to live."""
        if not self._nonces:
            self.hello()
        try:
            nonce = self._nonces.pop()
        except IndexError:
            raise Unreachable(
                "What answers at this address is not an intake.", "Check UNHINDERED_INTAKE_URL."
            ) from None
        return wire.sign(method, self._origin + path, body, seed=seed, nonce=nonce)

    def _plain(self, method: str, path: str, body: bytes = b"") -> bytes:
        headers = {"Content-Type": "application/json"} if body else {}
        with self._sent(method, path, body, headers) as response:
            _check(response)
            return _body(response)

    @contextmanager
    def _sent(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        try:
            response = self._session.request(
                method,
                self._origin + path,
                data=body or None,
                headers=dict(headers),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise _unreachable() from error
        with response:
            nonce = response.headers.get(wire.NONCE_HEADER)
            if nonce:
                self._nonces.append(nonce)
            if 300 <= response.status_code < 400:
                raise Unreachable(
                    "The intake's address leads elsewhere; the desk does not follow.", "Check UNHINDERED_INTAKE_URL."
                )
            try:
                yield response
            except requests.RequestException as error:
                raise _unreachable() from error

    @staticmethod
    def _json(body: bytes) -> dict[str, Any]:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise Unreachable("What answers at this address is not an intake.", "Check UNHINDERED_INTAKE_URL.")
        return value


def _body(response: requests.Response) -> bytes:
    """The whole answer, unless it is bigger than any honest one."""
    parts, size = [], 0
    for part in response.iter_content(CHUNK):
        size += len(part)
        if size > ANSWER_LIMIT:
            raise Unreachable("The intake's answer does not end.", "Tell an admin.")
        parts.append(part)
    return b"".join(parts)


def _error(response: requests.Response) -> dict[str, Any]:
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _wants_fresh_nonce(response: requests.Response) -> bool:
    return response.status_code == 401 and _error(response).get("error") == "nonce"


def _check(response: requests.Response) -> None:
    """Raise Refused, with the intake's own sentence about clocks where it has one."""
    status = response.status_code
    if status < 300:
        return
    error = _error(response)
    if status == 401 and error.get("error") == "clock":
        raise Refused(status, str(error.get("says")), "Set this machine's clock, then try again.")
    if status == 401:
        raise Refused(status, "The intake does not know this desk's key.", "An admin must admit this desk again.")
    says, hint = _SAYS.get(status, ("The intake cannot do this now.", "Try again later."))
    raise Refused(status, says, hint)


def _unreachable() -> Unreachable:
    return Unreachable("The intake could not be reached.", "Check the connection, and try again.")
