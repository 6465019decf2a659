"""The intake's API for desks: what was stored, day by day, and what desks bring.

Rules: through here goes nothing but sealed files, public keys and days. Every answer brings a fresh nonce for the next
request.
"""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound, RequestedRangeNotSatisfiable

from portal.intake import clock, enrolment, nonces, shelf, wraps
from portal.intake.answers import speak_json
from portal.intake.framing import MESSAGE_LIMIT
from portal.intake.models import DESK, REPORTER
from portal.intake.readers import open_to
from portal.intake.reading import hex_text, path_id
from portal.intake.room import store
from portal.wire import NONCE_HEADER

bp = Blueprint("api", __name__, url_prefix="/api")
speak_json(bp)


@bp.after_request
def bring_nonce(response: Response) -> Response:
    response.headers[NONCE_HEADER] = nonces.issue(store())
    return response


@bp.get("/hello")
@open_to("public")
def hello() -> ResponseReturnValue:
    here = store()
    return {
        "instance": here.instance.hex(),
        "enrolled": enrolment.is_enrolled(here),
        "time": clock.now().isoformat(timespec="seconds"),
    }


@bp.get("/days")
@open_to("desk")
def days() -> ResponseReturnValue:
    return {"days": {day: {"digest": digest} for day, digest in shelf.days(store()).items()}}


@bp.get("/days/<name>")
@open_to("desk")
def day(name: str) -> ResponseReturnValue:
    try:
        asked = date.fromisoformat(name)
    except ValueError:
        raise NotFound from None
    return Response(shelf.listing(store(), asked), content_type="application/json")


@bp.get("/objects/<name>")
@open_to("desk")
def fetch(name: str) -> ResponseReturnValue:
    kept = shelf.fetch(store(), path_id(name, 16))
    headers = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}
    start, stop, status = 0, kept.size, 200
    if request.range is not None:
        asked = request.range.range_for_length(kept.size)
        if asked is None or asked[1] is None:
            raise RequestedRangeNotSatisfiable(kept.size)
        (start, stop), status = asked, 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{kept.size}"
    headers["Content-Length"] = str(stop - start)
    return Response(kept.read(start, stop), status, headers)


@bp.put("/objects/<name>")
@open_to("desk", body=MESSAGE_LIMIT)
def bring(name: str) -> ResponseReturnValue:
    thread, audience = hex_text(request.args.get("thread"), 32), request.args.get("audience", "")
    if audience not in (DESK, REPORTER):
        raise BadRequest
    first = shelf.bring(store(), path_id(name, 16), thread, audience, request.get_data())
    return {"stored": True}, 201 if first else 200


@bp.get("/wraps")
@open_to("desk")
def list_wraps() -> ResponseReturnValue:
    return {"wraps": wraps.all_wraps(store())}


@bp.get("/wraps/<epoch>")
@open_to("desk")
def fetch_wrap(epoch: str) -> ResponseReturnValue:
    return Response(wraps.fetch(store(), path_id(epoch, 16)), content_type="application/octet-stream")


@bp.put("/wraps/<epoch>")
@open_to("desk", body=wraps.WRAP_LIMIT)
def bring_wrap(epoch: str) -> ResponseReturnValue:
    return {"version": wraps.bring(store(), path_id(epoch, 16), request.get_data())}
