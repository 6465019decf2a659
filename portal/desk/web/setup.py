"""The first start: found an organisation's desk, join one, or restore a saved identity.

The first desk is finished only once its identity file was saved elsewhere as well: a lost disk must not mean that no
report can be opened any more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import ParamSpec

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from portal.desk.errors import DeskError
from portal.desk.web.forms import ActForm, FoundForm, JoinForm, RestoreForm, SavedForm, typed
from portal.desk.web.room import desk, room, settings

bp = Blueprint("setup", __name__, url_prefix="/start")
P = ParamSpec("P")

IDENTITY_NAME = "desk-identity.age"


def when_new(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """The page exists only on a desk that has no identity yet."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if desk().state != "new":
            return redirect(url_for("entrance.home"), 303)
        return view(*args, **kwargs)

    return checked


@bp.get("/")
@when_new
def start() -> ResponseReturnValue:
    return render_template("desk/start.html")


@bp.get("/resume")
def resume() -> ResponseReturnValue:
    """Back to what was begun: saving the identity file, or waiting to be admitted."""
    if desk().founding:
        return redirect(url_for("setup.save"), 303)
    return redirect(url_for("setup.wait" if desk().joining else "entrance.home"), 303)


@bp.route("/found", methods=["GET", "POST"])
@when_new
def found() -> ResponseReturnValue:
    form = FoundForm()
    trouble: DeskError | None = None
    if form.validate_on_submit():
        try:
            desk().found(typed(form.name).strip(), typed(form.passphrase), typed(form.code))
        except DeskError as error:
            trouble = error
        else:
            return redirect(url_for("setup.save"), 303)
    page = render_template("desk/found.html", form=form, trouble=trouble, offered=desk().new_passphrase())
    return page, 422 if form.errors or trouble else 200


@bp.route("/save", methods=["GET", "POST"])
def save() -> ResponseReturnValue:
    """Save the identity file elsewhere, then show that it is: the last step before the intake opens."""
    founding = desk().founding
    if founding is None:
        return redirect(url_for("entrance.home"), 303)
    form = SavedForm()
    trouble: DeskError | None = None
    if form.validate_on_submit():
        try:
            founding.finish(form.identity.data.read() if form.identity.data else None)
        except DeskError as error:
            trouble = error
        else:
            room().syncing.start()
            return redirect(url_for("welcome.done"), 303)
    page = render_template("desk/save.html", form=form, trouble=trouble)
    return page, 422 if form.errors or trouble else 200


@bp.get("/identity.age")
def identity() -> ResponseReturnValue:
    """The identity file of the desk being founded, locked by the passphrase."""
    founding = desk().founding
    if founding is None:
        return redirect(url_for("entrance.home"), 303)
    return identity_file(founding.copy())


def identity_file(copy: bytes) -> ResponseReturnValue:
    return send_file(
        BytesIO(copy), mimetype="application/octet-stream", as_attachment=True, download_name=IDENTITY_NAME
    )


@bp.route("/join", methods=["GET", "POST"])
@when_new
def join() -> ResponseReturnValue:
    form = JoinForm()
    trouble: DeskError | None = None
    if form.validate_on_submit():
        try:
            desk().join(typed(form.name).strip(), typed(form.passphrase), typed(form.code))
        except DeskError as error:
            trouble = error
        else:
            return redirect(url_for("setup.wait"), 303)
    page = render_template("desk/join.html", form=form, trouble=trouble, offered=desk().new_passphrase())
    return page, 422 if form.errors or trouble else 200


@bp.route("/wait", methods=["GET", "POST"])
def wait() -> ResponseReturnValue:
    """Until an admin has compared the words and admitted this desk."""
    joining = desk().joining
    if joining is None:
        return redirect(url_for("entrance.home"), 303)
    form = ActForm()
    trouble: DeskError | None = None
    asked = form.validate_on_submit()
    if asked:
        try:
            if joining.check():
                room().syncing.start()
                return redirect(url_for("welcome.done"), 303)
        except DeskError as error:
            trouble = error
    return render_template("desk/wait.html", form=form, joining=joining, asked=asked, trouble=trouble)


@bp.route("/restore", methods=["GET", "POST"])
@when_new
def restore() -> ResponseReturnValue:
    form = RestoreForm()
    trouble: DeskError | None = None
    if form.validate_on_submit():
        try:
            desk().restore(form.identity.data.read(), typed(form.passphrase))
        except DeskError as error:
            trouble = error
        else:
            if desk().state == "unlocked":
                room().syncing.start()
            return redirect(url_for("entrance.home"), 303)
    page = render_template("desk/restore.html", form=form, trouble=trouble)
    return page, 422 if form.errors or trouble else 200


welcome = Blueprint("welcome", __name__)


@welcome.get("/welcome")
def done() -> ResponseReturnValue:
    """What is open now, and what to do in the first minutes."""
    return render_template("desk/done.html", intake=settings().intake_url, fingerprint=desk().fingerprint)
