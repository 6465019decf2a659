"""Nonces for desks' requests: issued with every answer of the API, good for five minutes, spent by one request.

Rules: an issued nonce needs no row, for it carries its own hour and our MAC; a spent one stands in the database that
all processes share until it would have expired anyway.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from sqlalchemy import Connection, delete

from portal.intake import clock
from portal.intake.database import insert_new
from portal.intake.models import SpentNonce
from portal.intake.refusals import Refusal
from portal.intake.store import Store

LIFE_SECONDS = 300
_RANDOM, _TIME, _TAG = 16, 8, 16


class StaleNonce(Refusal):
    """Not a nonce of ours, or too old, or spent. A desk takes the new one and asks again."""


def issue(store: Store) -> str:
    """A new nonce: random, hour of expiry, tag; base64url."""
    expires = int(clock.now().timestamp()) + LIFE_SECONDS
    words = secrets.token_bytes(_RANDOM) + expires.to_bytes(_TIME, "big")
    return base64.urlsafe_b64encode(words + _tag(store, words)).decode()


def spend(store: Store, nonce: str) -> None:
    """Use a nonce up. Raises StaleNonce."""
    random, expires = _checked(store, nonce)

    def act(connection: Connection) -> bool:
        connection.execute(delete(SpentNonce).where(SpentNonce.expires < int(clock.now().timestamp())))
        return insert_new(connection, SpentNonce, {"nonce": random, "expires": expires})

    if not store.database.write(act):
        raise StaleNonce


def _checked(store: Store, nonce: str) -> tuple[bytes, int]:
    try:
        raw = base64.b64decode(nonce, altchars=b"-_", validate=True)
    except ValueError:
        raise StaleNonce from None
    words, tag = raw[: _RANDOM + _TIME], raw[_RANDOM + _TIME :]
    expires = int.from_bytes(words[_RANDOM:], "big")
    if not hmac.compare_digest(tag, _tag(store, words)) or expires < clock.now().timestamp():
        raise StaleNonce
    return words[:_RANDOM], expires


def _tag(store: Store, words: bytes) -> bytes:
    return hmac.digest(store.identity.nonce_key, b"unhindered/1 nonce\0" + words, hashlib.sha256)[:_TAG]
