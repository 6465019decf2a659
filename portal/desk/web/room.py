"""What the desk's pages share within one process: the desk, its settings, its syncing, and a text in rescue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app

from portal.desk.desk import Desk
from portal.desk.web.syncing import Syncing

if TYPE_CHECKING:
    from portal.settings import DeskSettings


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply or note that was being written when the desk locked itself. It waits for its case to be shown again."""

    case: str
    box: str
    text: str


@dataclass(slots=True)
class Room:
    """One per process: the desk runs as one process, and what is held here is gone when it ends."""

    desk: Desk
    syncing: Syncing
    kept: list[Kept] = field(default_factory=list)

    def take_kept(self, case: str) -> Kept | None:
        """The text kept for this case, once."""
        for kept in self.kept:
            if kept.case == case:
                self.kept.remove(kept)
                return kept
        return None


def room() -> Room:
    return cast(Room, current_app.extensions["desk_room"])


def desk() -> Desk:
    return room().desk


def settings() -> DeskSettings:
    return cast("DeskSettings", current_app.extensions["settings"])
