"""The people of the desk: who they are, inviting one more, and admitting who answered the invitation.

Nobody is admitted unless an admin has compared the words of their keys with the person, by voice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from portal.desk.errors import DeskError
from portal.desk.model import Pending
from portal.desk.web.forms import AdmitForm, ticked
from portal.desk.web.room import desk
from portal.text import gettext as _

bp = Blueprint("people", __name__, url_prefix="/people")
P = ParamSpec("P")


def for_admins(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Only admins act here. The core refuses the others as well; this says so before anything is typed."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not desk().me.admin:
            raise Forbidden("not an admin")
        return view(*args, **kwargs)

    return checked


def show(
    status: int = 200, *, code: str | None = None, wrong: tuple[str, AdmitForm] | None = None
) -> ResponseReturnValue:
    trouble: DeskError | None = None
    waiting: tuple[Pending, ...] = ()
    if desk().me.admin:
        try:
            waiting = desk().pending()
        except DeskError as error:
            trouble = error
    forms = {p.id: AdmitForm(formdata=None, roles=["reviewer"], prefix=p.id) for p in waiting}
    if wrong:
        forms[wrong[0]] = wrong[1]
    page = render_template(
        "desk/people.html",
        people=desk().people(),
        waiting=waiting,
        forms=forms,
        code=code,
        trouble=trouble,
    )
    return page, status


@bp.get("/")
def people() -> ResponseReturnValue:
    return show()


@bp.post("/invite")
@for_admins
def invite() -> ResponseReturnValue:
    """Shows the code on this one page: it is kept nowhere, and a reload makes another."""
    return show(code=desk().invite())


@bp.post("/admit/<pending_id>")
@for_admins
def admit(pending_id: str) -> ResponseReturnValue:
    form = AdmitForm(prefix=pending_id)
    if not form.validate_on_submit():
        return show(422, wrong=(pending_id, form))
    desk().admit(pending_id, ticked(form.roles))
    flash(_("Admitted. Their desk opens the reports once it has asked again."))
    return redirect(url_for("people.people"), 303)
