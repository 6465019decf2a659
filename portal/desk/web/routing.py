"""Where a case can go: the facets, the reviewer's decision, and the drafts.

The rules recommend; a reviewer decides and says why. Nothing is sent from here. A draft that a consent does not cover
is refused with the name of the scope that is missing.
"""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from portal.desk.errors import DeskError, NotHere
from portal.desk.model import Draft
from portal.desk.web.casepage import show
from portal.desk.web.files import safe_name
from portal.desk.web.forms import ticked, typed
from portal.desk.web.panel import MANY, decide_form, facets_form
from portal.desk.web.room import desk
from portal.mechanisms import load_catalogue
from portal.text import gettext as _

bp = Blueprint("routing", __name__, url_prefix="/case/<case_id>")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.post("/facets")
def facets(case_id: str) -> ResponseReturnValue:
    case = desk().case(case_id)
    form = facets_form(case, request.form)
    if not form.validate_on_submit():
        return show(case_id, 422, facets=form)
    edited: dict[str, object] = {facet: ticked(form[facet]) for facet in MANY}
    edited["country"], edited["urgency"] = form.country.data or None, form.urgency.data or None
    edited["year"] = form.year.data
    kinds, detail = "+".join(ticked(form.perpetrator)), typed(form.detail).strip()
    edited["perpetrator"] = f"{kinds}:{detail}" if kinds and detail else kinds or None
    edited["names"] = [line.strip() for line in typed(form.names).splitlines() if line.strip()]
    desk().set_facets(case_id, dict(case.facets) | edited)
    flash(_("The facts are changed. The recommendations below are made from them."))
    return redirect(url_for("case.case", case_id=case_id) + "#routing", 303)


@bp.post("/decide")
def decide(case_id: str) -> ResponseReturnValue:
    form = decide_form(desk().recommend(case_id), request.form)
    if not form.validate_on_submit():
        return show(case_id, 422, decide=form)
    chosen = [dict(zip(("id", "kind"), value.split("|", 1), strict=True)) for value in ticked(form.chosen)]
    if added := typed(form.other):
        chosen.append({"id": added, "kind": typed(form.other_kind)})
    try:
        desk().decide(case_id, chosen, typed(form.reason).strip())
    except DeskError as error:
        return show(case_id, 422, trouble=error, decide=form)
    flash(_("The decision is recorded in the case. Nothing was sent."))
    return redirect(url_for("case.case", case_id=case_id) + "#routing", 303)


def asked_draft(case_id: str, mechanism: str) -> Draft:
    if mechanism not in load_catalogue():
        raise NotHere(_("There is no such mechanism."), _("Go back to the case and choose one from its list."))
    return desk().draft(case_id, mechanism, request.args.get("kind", ""))


@bp.get("/draft/<mechanism>")
def draft(case_id: str, mechanism: str) -> ResponseReturnValue:
    """The draft as text, or the sentence that says which consent is missing."""
    made = asked_draft(case_id, mechanism)
    page = render_template("desk/draft.html", case_id=case_id, draft=made, mechanism=load_catalogue()[mechanism])
    return page, 409 if made.refused else 200


@bp.get("/draft/<mechanism>.docx")
def draft_docx(case_id: str, mechanism: str) -> ResponseReturnValue:
    made = asked_draft(case_id, mechanism)
    if made.refused:
        return redirect(url_for("routing.draft", case_id=case_id, mechanism=mechanism, kind=made.kind), 303)
    return send_file(
        BytesIO(desk().draft_docx(case_id, mechanism, made.kind)),
        mimetype=DOCX,
        as_attachment=True,
        download_name=safe_name(f"{mechanism}-draft.docx", case_id),
    )
