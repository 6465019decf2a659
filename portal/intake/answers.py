"""How a refusal is told: to scripts and desks as JSON, to people as a page.

Rules: an answer says what is the matter with the intake or with the form of what was sent, never what it held; the log
gets the kind of an error and where in the program it arose, never an address, a header, a path or a value.
"""

from __future__ import annotations

import errno
import logging
from contextlib import suppress
from types import TracebackType
from typing import Any

from flask import Blueprint, Flask, Request, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict, HTTPException, NotFound, ServiceUnavailable, UnprocessableEntity

from portal.intake import refusals
from portal.intake.blobs import PIECE
from portal.intake.enrolment import WrongCode
from portal.intake.nonces import StaleNonce
from portal.intake.sealing import SealingRequest
from portal.intake.uploads import Busy, TooLong, WrongOffset
from portal.wire import ClockDifference, UnknownKey, WireError

log = logging.getLogger("unhindered.intake")


class InsufficientStorage(HTTPException):
    """507 (RFC 4918, section 11.5): the disk is full, and nothing was taken in."""

    code = 507
    description = "The storage is full."


# The most particular first: a refusal is told as the first of these that it is.
_TOLD: tuple[tuple[type[Exception], int, str], ...] = (
    (refusals.NotOpen, 503, "closed"),
    (refusals.Full, 507, "full"),
    (refusals.NotSealed, 422, "sealed"),
    (refusals.FilesMissing, 409, "files"),
    (refusals.Taken, 409, "taken"),
    (refusals.Unknown, 404, "unknown"),
    (refusals.Malformed, 422, "malformed"),
    (WrongOffset, 409, "offset"),
    (TooLong, 413, "length"),
    (Busy, 423, "busy"),
    (WrongCode, 403, "code"),
    (StaleNonce, 401, "nonce"),
    (UnknownKey, 401, "unknown key"),
    (ClockDifference, 401, "clock"),
    (WireError, 401, "signature"),
)
_PAGES: dict[int, type[HTTPException]] = {
    404: NotFound,
    409: Conflict,
    422: UnprocessableEntity,
    503: ServiceUnavailable,
    507: InsufficientStorage,
}


class IntakeApp(Flask):
    """A Flask app that seals what it takes in as it arrives, and whose log says nothing about requests."""

    request_class: type[Request] = SealingRequest

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        kind, _, trace = exc_info
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
        log.error("%s at %s", kind.__name__ if kind else "an error", place)


def told(error: Exception) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a refusal."""
    status, word = next((status, word) for kind, status, word in _TOLD if isinstance(error, kind))
    body: dict[str, Any] = {"error": word}
    if isinstance(error, refusals.Malformed | WireError):
        body["says"] = str(error)
    if isinstance(error, ClockDifference):
        body["seconds"] = error.seconds
    return status, body


def speak_json(bp: Blueprint) -> None:
    """Tell every refusal and error of this blueprint's addresses as JSON."""
    bp.register_error_handler(refusals.Refusal, _refusal_as_json)
    bp.register_error_handler(WireError, _refusal_as_json)
    bp.register_error_handler(HTTPException, _error_as_json)


def out_of_space(error: OSError) -> ResponseReturnValue:
    """A disk that filled up in the middle of a request is told like one that was full before it; the rest is raised."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return current_app.make_response(current_app.handle_user_exception(refusals.Full()))


def hear_out(response: Response) -> Response:
    """Read and drop the rest of a body that was refused, before the answer goes out.

    A browser shows no answer before it has sent everything, and a server that hangs up meanwhile is shown as a broken
    connection. What is far beyond the limit of an address is not waited for.
    """
    body = request.environ["wsgi.input"]
    if response.status_code >= 400 and request.environ.get("wsgi.input_terminated"):
        left = 2 * (request.max_content_length or 0)
        with suppress(Exception):  # the server's own errors for a body that is malformed or ends early
            while left > 0 and (piece := body.read(min(left, PIECE))):
                left -= len(piece)
    return response


def refusal_as_page(error: refusals.Refusal) -> ResponseReturnValue:
    """A refusal in a page's view, told by whatever tells that status to people."""
    status, _ = told(error)
    return current_app.make_response(current_app.handle_http_exception(_PAGES[status]()))


def _refusal_as_json(error: Exception) -> ResponseReturnValue:
    status, body = told(error)
    return jsonify(body), status


def _error_as_json(error: HTTPException) -> ResponseReturnValue:
    # Not the exception's own answer: that is a page, and its description may repeat what was sent.
    return jsonify({"error": (error.name or "error").lower()}), error.code or 500
