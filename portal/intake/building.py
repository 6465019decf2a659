"""Puts the intake's app together: store, addresses, checks before every view, headers after it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, request

from portal import headers, text
from portal.intake import api, api_desks, assets, cli, health, pages, readers, scripts, tus
from portal.intake.answers import IntakeApp, hear_out, out_of_space, refusal_as_page
from portal.intake.hygiene import keep_memory_private
from portal.intake.refusals import Refusal
from portal.intake.sealing import FORM_PARTS, FORM_TEXT, discard_unclaimed
from portal.intake.store import Store
from portal.settings import IntakeSettings

TREE = Path(__file__).resolve().parents[2]


def build(settings: IntakeSettings) -> Flask:
    """The app of these settings."""
    keep_memory_private()
    app = IntakeApp("portal.intake", template_folder=str(TREE / "templates"), static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=readers.DEFAULT_BODY, MAX_FORM_MEMORY_SIZE=FORM_TEXT, MAX_FORM_PARTS=FORM_PARTS
    )
    store = Store(settings)
    app.extensions["settings"] = settings
    app.extensions["store"] = store
    app.before_request(readers.check)
    app.teardown_request(_discard_unclaimed)
    app.register_error_handler(Refusal, refusal_as_page)
    app.register_error_handler(OSError, out_of_space)
    for bp in (pages.bp, scripts.bp, tus.bp, api.bp, api_desks.bp, api_desks.public, health.bp):
        app.register_blueprint(bp)
    app.add_url_rule("/static/<path:filename>", "static", assets.asset)
    text.install(app)
    headers.install(app, origin=settings.url)
    app.after_request(_without_cookies)
    app.after_request(hear_out)
    cli.register(app, settings, store)
    return app


def _discard_unclaimed(_error: BaseException | None) -> None:
    discard_unclaimed(request)


def _without_cookies(response: Response) -> Response:
    """The intake sets no cookie, whatever a library may come to think."""
    del response.headers["Set-Cookie"]
    return response
