"""The desk's own folder: where the identity, the shelf and the progress of the first days lie.

identity.age   the person's keys, under the passphrase
shelf.age      the shelf keys, sealed to the locker key in the identity
api.key        the key for the intake's API alone, so that a locked desk can still sync
desk.json      how far founding or joining has come; nothing secret
archive/       sealed objects as they came
trust/         verified directory metadata
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from portal.desk import files

# keys: made, not yet known to the intake. enrolled: known, identity not yet saved elsewhere. saved: copy saved, not
# yet published. asked: waits for an admin. done: works.
Stage = Literal["keys", "enrolled", "saved", "asked", "done"]


@dataclass(frozen=True, slots=True)
class Home:
    """One desk's folder. Reading it needs no passphrase and gives nothing away but the API key."""

    path: Path

    @property
    def identity(self) -> Path:
        return self.path / "identity.age"

    @property
    def shelf(self) -> Path:
        return self.path / "shelf.age"

    @property
    def api_key(self) -> Path:
        return self.path / "api.key"

    @property
    def archive(self) -> Path:
        return self.path / "archive"

    @property
    def trust(self) -> Path:
        return self.path / "trust"

    def progress(self) -> dict[str, Any]:
        """What desk.json says; {} for a new desk."""
        return files.read_json(self.path / "desk.json") or {}

    def stage(self) -> Stage | None:
        """How far this desk has come, or None for a new one."""
        return self.progress().get("stage") if self.identity.exists() else None

    def note(self, **changes: Any) -> None:
        """Change entries of desk.json."""
        files.write_json(self.path / "desk.json", {**self.progress(), "v": 1, **changes})

    def api_seed(self) -> bytes | None:
        """The API key of a locked desk, or None for a new one."""
        try:
            return bytes.fromhex(self.api_key.read_text("ascii"))
        except FileNotFoundError:
            return None
