"""Resumable uploads of sealed files, as tus 1.0 has them: core and creation (tus.io/protocols/resumable-upload).

Rules: what a client says about a file beside its length is not read, let alone kept; pieces that come at the same
moment beyond a number of slots are asked to come again, so that slow ones cannot take all threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, PreconditionFailed, ServiceUnavailable, UnsupportedMediaType

from portal.intake import uploads
from portal.intake.answers import speak_json
from portal.intake.blobs import PIECE
from portal.intake.framing import FILE_LIMIT
from portal.intake.readers import open_to
from portal.intake.reading import path_id
from portal.intake.room import store

VERSION = "1.0.0"
PIECE_LIMIT = 16 * 1024 * 1024
SLOTS = 16
RETRY_SECONDS = 5
_slots = threading.BoundedSemaphore(SLOTS)

bp = Blueprint("tus", __name__)
speak_json(bp)


@bp.after_request
def name_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    return response


@bp.route("/files", methods=["OPTIONS"])
@open_to("public")
def describe() -> ResponseReturnValue:
    return "", 204, {"Tus-Version": VERSION, "Tus-Extension": "creation", "Tus-Max-Size": str(FILE_LIMIT)}


@bp.post("/files")
@open_to("public")
def create() -> ResponseReturnValue:
    _check_version()
    upload_id = uploads.create(store(), _number("Upload-Length"))
    return "", 201, {"Location": url_for("tus.state", name=upload_id.hex()), "Upload-Offset": "0"}


@bp.get("/files/<name>")
@open_to("public")
def state(name: str) -> ResponseReturnValue:
    """Only HEAD has a meaning in tus; GET gives the same headers and nothing of the file."""
    _check_version()
    found = uploads.state(store(), path_id(name, 16))
    return "", 200, {"Upload-Offset": str(found.offset), "Upload-Length": str(found.length)}


@bp.patch("/files/<name>")
@open_to("public", body=PIECE_LIMIT)
def append(name: str) -> ResponseReturnValue:
    _check_version()
    if request.mimetype != "application/offset+octet-stream":
        raise UnsupportedMediaType
    if not _slots.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=RETRY_SECONDS)
    try:
        offset = uploads.append(store(), path_id(name, 16), _number("Upload-Offset"), _pieces())
    finally:
        _slots.release()
    return "", 204, {"Upload-Offset": str(offset)}


def _pieces() -> Iterator[bytes]:
    while piece := request.stream.read(PIECE):
        yield piece


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise PreconditionFailed


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdecimal() and len(value) < 16):
        raise BadRequest
    return int(value)
