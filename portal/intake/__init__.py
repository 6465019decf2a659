"""The intake: the public half. It takes in what is sealed, and holds no key that opens a report.

Rules: no cookies, no accounts, no session; importing this reads nothing, and building the app neither migrates nor
connects; every address has a declared reader (see portal/intake/readers.py), or answers nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import IntakeSettings


def create_app(settings: IntakeSettings) -> Flask:
    """The intake's WSGI application. `migrate.upgrade(settings)` must have run before it is asked anything."""
    from portal.intake.building import build

    return build(settings)
