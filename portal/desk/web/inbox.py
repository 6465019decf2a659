"""The inbox: one row a case, saved views as links, and no details before a case is opened."""

from __future__ import annotations

from typing import cast, get_args

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.desk.model import View
from portal.desk.web.room import desk, room
from portal.text import N_

bp = Blueprint("inbox", __name__)

VIEWS: dict[View, str] = {
    "danger": N_("Danger now"),
    "new": N_("New"),
    "mine": N_("Mine"),
    "waiting": N_("Waiting"),
    "alarms": N_("Alarms"),
    "closed": N_("Closed"),
    "all": N_("All"),
}


@bp.get("/inbox")
def inbox() -> ResponseReturnValue:
    view = request.args.get("view", "all")
    if view not in get_args(View):
        raise NotFound()
    room().syncing.start_if_due()
    cases = desk().inbox(cast(View, view))
    empty_desk = not cases and (view == "all" or not desk().inbox("all"))
    return render_template("desk/inbox.html", cases=cases, view=view, views=VIEWS, empty_desk=empty_desk)


@bp.post("/sync")
def sync() -> ResponseReturnValue:
    """Visit the intake now; waits a little longer than a page does by itself."""
    room().syncing.start(patience=8.0)
    return redirect("/inbox", 303)


@bp.post("/shortcuts")
def shortcuts() -> ResponseReturnValue:
    """Switch the single-letter keys on or off (WCAG 2.1.4)."""
    session["no_keys"] = not session.get("no_keys")
    return redirect("/inbox", 303)
