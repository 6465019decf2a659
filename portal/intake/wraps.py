"""The private halves of intake keys, each sealed by a desk to every reviewer's shelf key.

Rules: the intake sees only that a wrap is sealed to post-quantum keys, in eights, so that the team's size stays hidden;
a new wrap takes the place of the old one, whose bytes are gone.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, select

from crypto.age import inspect, sealed_size, split
from crypto.errors import CryptoError
from portal.intake.database import insert_or_replace
from portal.intake.framing import HEADER_SIZE
from portal.intake.models import Wrap
from portal.intake.refusals import NotSealed, Unknown
from portal.intake.store import Store

WRAP_LIMIT = 2 * 1024 * 1024
RECIPIENTS_STEP = 8
_STANZA = sealed_size(0, recipients=2) - sealed_size(0, recipients=1)


def all_wraps(store: Store) -> dict[str, dict[str, Any]]:
    """Every wrapped intake key: epoch in hex to version and digest."""
    with store.database.read() as connection:
        rows = connection.execute(select(Wrap.epoch, Wrap.version, Wrap.sha256).order_by(Wrap.epoch))
        return {row.epoch.hex(): {"version": row.version, "sha256": row.sha256.hex()} for row in rows}


def fetch(store: Store, epoch: bytes) -> bytes:
    """One wrap. Raises Unknown."""
    with store.database.read() as connection:
        sealed = connection.scalar(select(Wrap.sealed).where(Wrap.epoch == epoch))
    if sealed is None:
        raise Unknown
    return sealed


def bring(store: Store, epoch: bytes, sealed: bytes) -> int:
    """Keep a wrap in place of the last one; gives its version. Raises NotSealed."""
    _check_wrap(sealed)
    digest = hashlib.sha256(sealed).digest()

    def act(connection: Connection) -> int:
        old = connection.execute(select(Wrap.version, Wrap.sha256).where(Wrap.epoch == epoch)).one_or_none()
        if old is not None and old.sha256 == digest:
            return int(old.version)
        version = 1 if old is None else int(old.version) + 1
        row = {"epoch": epoch, "version": version, "sha256": digest, "sealed": sealed}
        insert_or_replace(connection, Wrap, row)
        return version

    return store.database.write(act)


def _check_wrap(sealed: bytes) -> None:
    """Raise NotSealed unless this is sealed to post-quantum keys only, eight of them or a multiple."""
    try:
        header, _ = split(sealed)
        recipients = 1 + (len(header) - HEADER_SIZE) // _STANZA
        inspect(header, recipients=recipients)
    except CryptoError:
        raise NotSealed from None
    if recipients % RECIPIENTS_STEP:
        raise NotSealed
