"""Lock, unlock and sync.

The core locks itself after fifteen minutes without a request; these pages let a person do it at once, and see to it
that a text which was being written is not lost with the lock.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.desk.errors import WrongPassphrase
from portal.desk.web.forms import UnlockForm, typed
from portal.desk.web.room import Kept, desk, room
from portal.text import LANGUAGES
from portal.text import gettext as _

bp = Blueprint("lock", __name__)


def own_path(address: str | None) -> str | None:
    """The address if it leads to a page of this desk, else None: no other site is ever redirected to."""
    if not address or "\\" in address or any(ord(c) < 33 for c in address):
        return None
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not address.startswith("//")
    return address if inside else None


def ask_again() -> ResponseReturnValue:
    """Shown in place of a page while the desk is locked. A posted text comes along, to be put back after unlocking."""
    if request.method == "GET":
        return redirect(url_for("lock.unlock", next=request.full_path.rstrip("?")), 303)
    case = (request.view_args or {}).get("case_id")
    box = (request.endpoint or "").rpartition(".")[2]
    text = request.form.get("text", "") if case and box in ("reply", "note") else ""
    kept = Kept(case, box, text) if case and text else None
    return render_template("desk/unlock.html", form=UnlockForm(formdata=None), next=None, kept=kept, late=True), 403


def where_next() -> str:
    """After unlocking: what was begun and not finished, the case whose text was kept, the page asked for, the inbox."""
    if desk().unfinished:
        return url_for("setup.resume")
    case, box, text = (request.form.get(f"kept_{part}", "") for part in ("case", "box", "text"))
    if case and text and box in ("reply", "note"):
        room().kept[:] = [Kept(case, box, text)]
        return url_for("case.case", case_id=case) + f"#{box}"
    return own_path(request.form.get("next")) or url_for("inbox.inbox")


@bp.route("/unlock", methods=["GET", "POST"])
def unlock() -> ResponseReturnValue:
    if desk().state != "locked":
        return redirect(url_for("entrance.home"), 303)
    form = UnlockForm()
    wrong: WrongPassphrase | None = None
    if form.validate_on_submit():
        try:
            desk().unlock(typed(form.passphrase))
        except WrongPassphrase as error:
            wrong = error
        else:
            if not desk().unfinished:
                room().syncing.start()
            return redirect(where_next(), 303)
    kept = Kept(*(request.form.get(f"kept_{part}", "") for part in ("case", "box", "text")))
    page = render_template(
        "desk/unlock.html",
        form=form,
        wrong=wrong,
        kept=kept if kept.text else None,
        next=own_path(request.values.get("next")),
    )
    return page, 403 if wrong else 422 if form.errors else 200


@bp.post("/lock")
def lock() -> ResponseReturnValue:
    desk().lock()
    room().kept.clear()
    flash(_("The desk is locked. What was open is gone from its memory."))
    return redirect(url_for("entrance.home"), 303)


@bp.post("/language")
def speak() -> ResponseReturnValue:
    """The language of the pages, for this session."""
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
    return redirect(url_for("entrance.home"), 303)


@bp.post("/touch")
def touch() -> ResponseReturnValue:
    """Told by a page in which someone is typing; the guard has already noted it. 204 while unlocked, else 403."""
    return "", 204 if desk().state == "unlocked" else 403
