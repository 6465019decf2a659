"""The desk's pages: the desk of one person, for that person's browser and nobody else's.

`register(app)` is all that the app factory needs. Views are short: read the form, call the desk, show. Errors of the
desk are sentences that say what to do; nothing of a case is ever put into a cookie, an address or a log.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, get_flashed_messages, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from portal import headers, text
from portal.desk.errors import DeskError, Locked, NotHere, Unreachable
from portal.desk.web import case, entrance, inbox, keys, labels, lock, people, routing, setup
from portal.desk.web.room import Room, desk, room, settings
from portal.desk.web.syncing import Syncing
from portal.text import N_
from portal.text import gettext as _

BODY_LIMIT = 4 * 1024 * 1024
FIELD_LIMIT = 1024 * 1024

SENTENCES = {
    400: N_("The desk did not understand this request. Go back and try again."),
    403: N_("This is not open to you here. Go back to the inbox."),
    404: N_("There is no such page. Go back to the inbox and choose a case from its list."),
    405: N_("This address is used by a button, not by itself. Go back and press the button."),
    413: N_("This is more than a form may carry. Choose a smaller file or a shorter text."),
    421: N_("The desk answers only under its own address. Use the one that was printed when it started."),
    500: N_("Something went wrong inside the desk. Nothing was sent. Go back and try again."),
}


def register(app: Flask) -> None:
    """Put every page on the app. Expects `app.extensions` to hold `desk` and `settings`; touches no disk."""
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME="unhindered-desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=app.extensions["settings"].url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=FIELD_LIMIT,
    )
    app.extensions["desk_room"] = Room(app.extensions["desk"], Syncing(app.extensions["desk"]))
    app.before_request(entrance.guard)
    CSRFProtect(app)
    for module in (entrance, setup, lock, inbox, case, routing, people, keys):
        app.register_blueprint(module.bp)
    app.register_blueprint(setup.welcome)
    text.install(app)
    labels.install(app)
    app.context_processor(on_every_page)
    app.register_error_handler(DeskError, show_desk_error)
    app.register_error_handler(HTTPException, show_http_error)
    # Runs after the headers of all pages are set: functions that were registered first run last.
    app.after_request(stricter_for_files)
    headers.install(app, origin=app.extensions["settings"].url)


def on_every_page() -> dict[str, object]:
    """What the bar shows. A request that was not let in is told nothing, not even the organisation's name."""
    inside = bool(g.get("inside"))
    unlocked = inside and desk().state == "unlocked" and not desk().unfinished
    return {
        "demo": settings().demo,
        "language": text.language(),
        "languages": text.LANGUAGES,
        "inside": inside,
        "unlocked": unlocked,
        "me": desk().me if unlocked else None,
        "organisation": desk().organisation if inside else "",
        "sync": room().syncing.line() if unlocked else None,
        "csrf": csrf_field,
        "said": get_flashed_messages() if inside else [],
        "waiting_words": desk().waiting_words if unlocked else (),
        "keys_on": not session.get("no_keys"),
    }


def csrf_field() -> Markup:
    """The hidden field of every form, without an id: a page has several."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def show_desk_error(error: DeskError) -> ResponseReturnValue:
    if isinstance(error, Locked):
        return redirect(url_for("lock.unlock"), 303)
    status = 404 if isinstance(error, NotHere) else 502 if isinstance(error, Unreachable) else 409
    return render_template("desk/error.html", says=str(error), hint=error.hint), status


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if isinstance(error, CSRFError):
        says = _("This form is too old, or did not come from this desk. Go back, reload the page and send it again.")
    else:
        says = _(SENTENCES.get(status, SENTENCES[400 if status < 500 else 500]))
    if status == 421:
        return render_template("desk/outside.html", elsewhere=settings().url), status
    return render_template("desk/error.html", says=says, hint=""), status


def stricter_for_files(response: Response) -> Response:
    """A saved file that is opened from its address all the same gets no scripts, no forms and no origin."""
    if response.mimetype == "application/octet-stream":
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
