"""The pages that work without scripts: begin, send, come back, answer.

Rules: the receipt is shown before anything is typed, and travels in the form and nowhere else; a post with words or a
file is kept, whatever is missing; nothing is confirmed that is not stored; the page of a mailbox has the same length
whether or not anybody ever wrote to it. Here the receipt and what is typed are in this server's memory for the length
of a request, and each page says so. Every page with a field is the answer to a post: Chromium keeps other pages in
memory when they are left, `no-store` or not, and would show on Back what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from crypto.errors import ReceiptError, TooBig
from crypto.receipt import Receipt
from portal import text
from portal.intake import plain
from portal.intake.forms import AnswerForm, ReportForm, mistyped, too_long
from portal.intake.readers import open_to
from portal.intake.rendering import closed, is_open, page
from portal.intake.room import settings, store
from portal.intake.sealing import FORM_BODY, SealedPart, SealingRequest
from portal.questions import MAX_AREA, content_from_form, has_words, missing, tidy, title_of
from portal.text import gettext as _
from portal.wording import SECTIONS

MAILBOX_STEP = 32 * 1024

bp = Blueprint("plain", __name__, url_prefix="/<lang>/plain")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a form carries along from the page that made it."""

    receipt: Receipt
    nonce: bytes


@bp.get("")
@open_to("public")
def door() -> ResponseReturnValue:
    return page("plain") if is_open() else closed()


@bp.post("/start")
@open_to("public")
def start() -> ResponseReturnValue:
    if not is_open():
        return closed()
    begun = plain.start()
    return _form(Carried(begun.receipt, begun.nonce), {})


@bp.post("/send")
@open_to("public", body=FORM_BODY)
def send() -> ResponseReturnValue:
    carried, files = _whole(), _files()
    content = content_from_form(request.form, text.language().code)
    faults = ReportForm().faults()
    if not (faults or files or has_words(content)):
        faults = {"told": _("Tell what happened, or choose a file.")}
    if not faults:
        try:
            plain.send(store(), kind="report", content=content, files=files, **_named(carried))
        except TooBig:
            faults = {"told": too_long(MAX_AREA)}
    if faults:
        return _form(carried, content, faults, had_files=bool(files))
    return page(
        "plain_sent",
        slip=True,
        receipt=carried.receipt,
        lacking=[title_of(field) for field in missing(content)],
        answer_days=settings().answer_days,
    )


@bp.get("/return")
@open_to("public")
def come_back() -> ResponseReturnValue:
    return page("plain_return")


@bp.post("/return")
@open_to("public")
def receipt() -> ResponseReturnValue:
    return page("plain_receipt")


@bp.post("/mailbox")
@open_to("public")
def mailbox() -> ResponseReturnValue:
    typed = request.form.get("receipt", "")
    try:
        opener = Receipt.parse(typed)
    except ReceiptError as error:
        return page("plain_receipt", 422, typed=typed, errors={"receipt": mistyped(error)})
    return _mailbox(opener)


@bp.post("/answer")
@open_to("public", body=FORM_BODY)
def answer() -> ResponseReturnValue:
    carried, files = _whole(), _files()
    written = tidy(request.form.get("text", ""))
    kind = "withdraw" if request.form.get("kind") == "withdraw" else "message"
    faults = AnswerForm().faults()
    if not (faults or files or written or kind == "withdraw"):
        faults = {"text": _("Write something, or choose a file.")}
    if not faults:
        plain.send(store(), kind=kind, content={"text": written}, files=files, **_named(carried))
        return _mailbox(carried.receipt, stored=True)
    return _mailbox(carried.receipt, faults, written, had_files=bool(files))


def _form(
    carried: Carried, content: Mapping[str, Any], faults: Mapping[str, str] | None = None, *, had_files: bool = False
) -> Response:
    return page(
        "plain_form",
        422 if faults else 200,
        slip=True,
        receipt=carried.receipt,
        nonce=carried.nonce.hex(),
        sections=SECTIONS,
        countries=text.countries(text.language().locale),
        values=content,
        errors=faults or {},
        had_files=had_files,
    )


def _mailbox(
    receipt: Receipt,
    faults: Mapping[str, str] | None = None,
    written: str = "",
    *,
    stored: bool = False,
    had_files: bool = False,
) -> Response:
    """The mailbox of any well-formed receipt, in steps of MAILBOX_STEP bytes."""
    opened = plain.open_mailbox(store(), receipt)
    response = page(
        "plain_mailbox",
        422 if faults else 200,
        receipt=receipt.digits,
        nonce=plain.start().nonce.hex(),
        mailbox=opened,
        open=is_open(),
        stored=stored,
        written=written,
        errors=faults or {},
        had_files=had_files,
    )
    body = response.get_data()
    comment = b"<!-- %s -->\n"
    gap = -(len(body) + len(comment % b"")) % MAILBOX_STEP
    response.set_data(body + comment % (b"0" * gap))
    return response


def _whole() -> Carried:
    """What the form carries, once it has arrived to its last field. Raises BadRequest."""
    cast(SealingRequest, request).whole_form()
    nonce = request.form.get("nonce", "")
    if not re.fullmatch("[0-9a-f]{32}", nonce):
        raise BadRequest
    try:
        return Carried(Receipt.parse(request.form.get("receipt", "")), bytes.fromhex(nonce))
    except ReceiptError:
        raise BadRequest from None


def _files() -> list[SealedPart]:
    return cast(SealingRequest, request).chosen_files("files")


def _named(carried: Carried) -> dict[str, Any]:
    return {"receipt": carried.receipt, "nonce": carried.nonce}
