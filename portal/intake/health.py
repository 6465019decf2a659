"""Whether the intake runs (`/healthz`) and can do its work (`/readyz`), for this machine only: 204 or 503, no words."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from portal.intake.answers import speak_json
from portal.intake.database import DatabaseError
from portal.intake.migrate import is_current
from portal.intake.readers import open_to
from portal.intake.room import store

bp = Blueprint("health", __name__)
speak_json(bp)


@bp.get("/healthz")
@open_to("loopback")
def alive() -> ResponseReturnValue:
    return "", 204


@bp.get("/readyz")
@open_to("loopback")
def ready() -> ResponseReturnValue:
    here = store()
    try:
        can_work = is_current(here.database) and here.blobs.free() > 0
    except (SQLAlchemyError, DatabaseError, OSError):
        can_work = False
    return "", 204 if can_work else 503
