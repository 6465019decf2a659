"""One case: the report, its files, the conversation, notes, status and history.

Looking at a case for the first time tells the reporter, sealed, that a person has opened it. What a reporter wrote is
shown as text with its own direction; an alarm is shown as an alarm, never as content.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.desk.errors import DeskError, NotHere
from portal.desk.model import CaseFile
from portal.desk.web.casepage import assign_form, show, status_form
from portal.desk.web.files import SHOWN_AT_MOST, is_text, read_text, safe_name, visible
from portal.desk.web.forms import NoteForm, ReplyForm, StatusForm, typed
from portal.desk.web.room import desk
from portal.text import gettext as _

bp = Blueprint("case", __name__, url_prefix="/case/<case_id>")


@bp.get("/")
def case(case_id: str) -> ResponseReturnValue:
    return show(case_id)


@bp.post("/reply")
def reply(case_id: str) -> ResponseReturnValue:
    form = ReplyForm()
    if not form.validate_on_submit():
        return show(case_id, 422, reply=form)
    try:
        desk().reply(case_id, typed(form.text))
    except DeskError as error:
        return show(case_id, 422, trouble=error, reply=form)
    flash(_("Your reply is sealed and waits for the person in their mailbox."))
    return redirect(url_for("case.case", case_id=case_id) + "#thread", 303)


@bp.post("/note")
def note(case_id: str) -> ResponseReturnValue:
    form = NoteForm()
    if not form.validate_on_submit():
        return show(case_id, 422, note=form)
    try:
        desk().note(case_id, typed(form.text))
    except DeskError as error:
        return show(case_id, 422, trouble=error, note=form)
    flash(_("The note is saved. Only the team can read it."))
    return redirect(url_for("case.case", case_id=case_id) + "#thread", 303)


@bp.post("/status")
def status(case_id: str) -> ResponseReturnValue:
    form = status_form(StatusForm())
    if not form.validate_on_submit():
        return show(case_id, 422, status=form)
    until = form.until.data.isoformat() if form.until.data else None
    try:
        desk().set_status(case_id, typed(form.status), typed(form.reason).strip(), until)
    except DeskError as error:
        return show(case_id, 422, trouble=error, status=form)
    flash(_("The status is changed."))
    return redirect(url_for("case.case", case_id=case_id), 303)


@bp.post("/assign")
def assign(case_id: str) -> ResponseReturnValue:
    form = assign_form()
    if not form.validate_on_submit():
        return show(case_id, 422, assign=form)
    desk().assign(case_id, typed(form.device) or None)
    flash(_("The case is assigned."))
    return redirect(url_for("case.case", case_id=case_id), 303)


def find_file(case_id: str, object_id: str) -> CaseFile:
    """The file of this case, and of no other. Raises NotHere."""
    for file in desk().case(case_id).files:
        if file.object == object_id:
            return file
    raise NotHere(_("This case has no such file."), _("Go back to the case and choose a file from its list."))


@bp.get("/file/<object_id>")
def download(case_id: str, object_id: str) -> ResponseReturnValue:
    """The file as it came, to be saved: never a type that a browser would show or run."""
    file = find_file(case_id, object_id)
    opened = desk().open_file(case_id, object_id)
    response = Response(opened.chunks, mimetype="application/octet-stream")
    response.content_length = opened.size
    response.headers.set("Content-Disposition", "attachment", filename=safe_name(file.name, object_id))
    return response


@bp.get("/file/<object_id>/text")
def text(case_id: str, object_id: str) -> ResponseReturnValue:
    """A plain-text file shown as text, up to 256 KiB, hidden characters written out."""
    file = find_file(case_id, object_id)
    content: str | None = None
    if is_text(file.type, file.name) and file.size <= SHOWN_AT_MOST:
        content = read_text(b"".join(desk().open_file(case_id, object_id).chunks))
    page = render_template("desk/text.html", case_id=case_id, file=file, content=content and visible(content))
    return page, 200 if content is not None else 415
