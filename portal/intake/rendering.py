"""How the intake's pages are drawn: language from the address, the same words around every page, errors in sentences.

Rules: a page without a person's own words in it is the same bytes for every visitor; no class name, path or value of
the program is ever shown; an error page says what is stored and what to do next.
"""

from __future__ import annotations

import gzip
from typing import Any

from flask import Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from portal import text
from portal.intake.room import settings, store
from portal.text import gettext as _

DEFAULT = text.ENGLISH.code


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page in the language of this request."""
    here = settings()
    drawn = render_template(
        f"intake/{template}.html",
        language=text.language(),
        organisation=here.organisation,
        emergency=here.contacts,
        demo=here.demo,
        **{"errors": {}} | values,
    )
    return make_response(drawn, status)


def packed(response: Response) -> Response:
    """Compressed, if the browser takes that. Only for pages that hold nothing secret and nothing a visitor sent:
    the length of anything else could be made to tell what is in it (BREACH)."""
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), 9, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def is_open() -> bool:
    """Whether a key is in force, so that something can be sealed."""
    return store().key_in_force() is not None


def closed() -> Response:
    """Said before anything is typed."""
    return page("closed", 503)


def error(raised: HTTPException) -> Response | HTTPException:
    """A refusal or failure as a page. Redirects pass."""
    code = raised.code or 500
    if code < 400:
        return raised
    wanted = request.path.split("/")[1]
    text.speak(wanted if wanted in text.LANGUAGES else DEFAULT)
    if code == 503:
        return closed()
    title, says = _says(code)
    response = page("error", code, heading=title, says=says)
    for name, value in raised.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _says(code: int) -> tuple[str, tuple[str, ...]]:
    again = _("Reload this page to send it again. Nothing is stored twice.")
    if code in (404, 405):
        return _("There is no such page"), (_("Check the address, or start from the first page."),)
    if code == 400:
        return _("It did not arrive whole"), (
            _("What you sent was cut on its way, so nothing of it was stored. Your receipt stays the same."),
            again,
        )
    if code == 413:
        return _("This is too much at once"), (
            _("Nothing of it was stored. Go back, choose fewer files, and send the others later with your receipt."),
            _("All files together may have 500 megabytes each time."),
        )
    if code == 507:
        return _("There is no room at the moment"), (_("Nothing of it was stored."), again)
    return _("Something went wrong here"), (_("We do not know whether it was stored."), again)
