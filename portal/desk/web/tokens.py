"""The one-time token in the desk's printed address.

Only whoever reads this program's terminal may enter. The desk's folder keeps the token's SHA-256, in a file for its
owner alone; a newer token replaces an older one, and the first visit that shows it consumes it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from portal.desk import files

if TYPE_CHECKING:
    from portal.settings import DeskSettings

_one_at_a_time = threading.Lock()


def token_file(settings: DeskSettings) -> Path:
    return Path(settings.data) / "desk" / "run" / "token"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(settings: DeskSettings) -> str:
    """A fresh token of 256 bits; its digest is on disk when this returns. An earlier token no longer opens."""
    token = secrets.token_urlsafe(32)
    path = token_file(settings)
    files.folder(path.parent)
    fresh = path.with_name(f"token.{secrets.token_hex(8)}")
    with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(digest(token))
    os.replace(fresh, path)
    return token


def redeem(settings: DeskSettings, token: str) -> bool:
    """True for the first visit with the token that was issued last; a wrong token consumes nothing."""
    path = token_file(settings)
    with _one_at_a_time:
        try:
            expected = path.read_text(encoding="ascii")
            if not hmac.compare_digest(expected, digest(token)):
                return False
            path.unlink()
        except FileNotFoundError:
            return False
    return True
