"""The intake keys with their dates, a new key at once, the organisation's fingerprint, a copy of one's identity."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.desk.errors import DeskError
from portal.desk.web.forms import ActForm, RotateForm
from portal.desk.web.people import for_admins
from portal.desk.web.room import desk
from portal.desk.web.setup import identity_file
from portal.text import gettext as _

bp = Blueprint("keys", __name__, url_prefix="/keys")


@bp.get("/")
def keys() -> ResponseReturnValue:
    return render_template(
        "desk/keys.html",
        keys=desk().keys(),
        fingerprint=desk().fingerprint,
        fingerprint_hex=desk().fingerprint_hex,
        alarms=desk().alarms(),
    )


@bp.route("/rotate", methods=["GET", "POST"])
@for_admins
def rotate() -> ResponseReturnValue:
    """First what will change, then the act."""
    form = RotateForm()
    trouble: DeskError | None = None
    if form.validate_on_submit():
        try:
            key = desk().rotate_now()
        except DeskError as error:
            trouble = error
        else:
            flash(_("A new intake key is in force: %(key)s. New reports are sealed to it.") % {"key": key.epoch[:8]})
            return redirect(url_for("keys.keys"), 303)
    in_force = [key for key in desk().keys() if key.state == "in force"]  # noqa: SIM118
    page = render_template("desk/rotate.html", form=form, trouble=trouble, key=in_force[0] if in_force else None)
    return page, 422 if form.errors or trouble else 200


@bp.get("/copy")
def copy() -> ResponseReturnValue:
    return render_template("desk/copy.html", form=ActForm(), due=desk().copy_due)


@bp.post("/copy/identity.age")
def save_copy() -> ResponseReturnValue:
    return identity_file(desk().save_copy())
