"""The pages of the reporter: what this is, the form that a script seals, coming back, and leaving.

Rules: no page sets anything in the browser; each page is the same bytes for every visitor of a language; while no key
is in force that is said before anything is typed. The pages that work without scripts stand in plain_pages.py.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from crypto import fingerprint
from portal import text
from portal.intake import plain_pages, rendering
from portal.intake.forms import MISTYPED
from portal.intake.readers import open_to
from portal.intake.rendering import closed, is_open, packed, page
from portal.intake.room import settings, store
from portal.questions import MAX_AREA, MAX_TEXT
from portal.wording import SECTIONS

bp = Blueprint("intake", __name__)
bp.register_blueprint(plain_pages.bp)
bp.app_errorhandler(HTTPException)(rendering.error)


@bp.record_once
def draw_without_gaps(state: BlueprintSetupState) -> None:
    """Lines that hold only a block of a template leave no empty line: pages cross slow networks."""
    state.app.jinja_env.trim_blocks = True
    state.app.jinja_env.lstrip_blocks = True


@bp.url_value_preprocessor
def speak(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The language is the first part of the address, and nothing else."""
    wanted = (values or {}).pop("lang", rendering.DEFAULT)
    if wanted not in text.LANGUAGES:
        abort(404)
    text.speak(wanted)


@bp.app_url_defaults
def in_this_language(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses of pages keep the language."""
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", text.language().code)


@bp.get("/")
@open_to("public")
def first() -> ResponseReturnValue:
    return redirect(url_for("intake.landing"), 303)


@bp.get("/<lang>/")
@open_to("public")
def landing() -> ResponseReturnValue:
    root = store().root()
    words = fingerprint.words(root) if root else ()
    # 503 also here, so that whoever watches this site sees it; the page says all that it says otherwise.
    return page("landing", 200 if is_open() else 503, open=is_open(), fingerprint=words)


@bp.get("/<lang>/report")
@open_to("public")
def report() -> ResponseReturnValue:
    if not is_open():
        return closed()
    drawn = page(
        "report",
        sections=SECTIONS,
        countries=text.countries(text.language().locale),
        most_area=MAX_AREA,
        most_text=MAX_TEXT,
        answer_days=settings().answer_days,
    )
    return packed(drawn)


@bp.get("/<lang>/return")
@open_to("public")
def come_back() -> ResponseReturnValue:
    return packed(page("return", most_area=MAX_AREA, mistyped=MISTYPED))


@bp.get("/leave")
@open_to("public")
def leave() -> ResponseReturnValue:
    """Away, at once. That Back shows nothing is not this header's doing (see plain_pages.py); it empties the cache."""
    return Response(status=303, headers={"Location": settings().safe_site, "Clear-Site-Data": '"cache"'})
