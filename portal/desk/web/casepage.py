"""The case's page, put together: the case as it stands, and the forms on it, blank or just posted."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.desk.errors import DeskError
from portal.desk.model import Case
from portal.desk.web.files import is_text
from portal.desk.web.forms import AssignForm, NoteForm, ReplyForm, StatusForm, offer
from portal.desk.web.labels import STATUSES, label
from portal.desk.web.panel import routing_panel
from portal.desk.web.room import desk, room
from portal.text import gettext as _


def assign_form(case: Case | None = None) -> AssignForm:
    form = AssignForm(data={"device": case.summary.assigned or ""} if case else None)
    form.device.choices = offer([("", _("Nobody")), *((p.id, p.name) for p in desk().people() if p.status == "active")])
    return form


def status_form(form: StatusForm) -> StatusForm:
    """The form with the statuses in the reader's words."""
    form.status.choices = offer((status, label(STATUSES, status)) for status in STATUSES)
    return form


def show(case_id: str, code: int = 200, *, trouble: DeskError | None = None, **forms: object) -> ResponseReturnValue:
    """The case's page. `forms` are those that were just posted and came back with something to mend."""
    case = desk().open_case(case_id)
    kept = room().take_kept(case_id)
    summary = case.summary
    blank: dict[str, object] = {
        "reply": ReplyForm(formdata=None, text=kept.text if kept and kept.box == "reply" else ""),
        "note": NoteForm(formdata=None, text=kept.text if kept and kept.box == "note" else ""),
        "status": status_form(StatusForm(formdata=None, status=summary.status)),
        "assign": assign_form(case),
    }
    shown = routing_panel(case) | blank | forms
    page = render_template("desk/case.html", case=case, shown=shown, trouble=trouble, kept=kept, is_text=is_text)
    return page, code
