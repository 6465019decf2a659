"""Where a request finds the store and the settings of its app."""

from __future__ import annotations

from typing import cast

from flask import current_app

from portal.intake.store import Store
from portal.settings import IntakeSettings


def store() -> Store:
    """The store of the app that answers this request."""
    return cast(Store, current_app.extensions["store"])


def settings() -> IntakeSettings:
    """The settings of the app that answers this request."""
    return cast(IntakeSettings, current_app.extensions["settings"])
