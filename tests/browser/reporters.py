"""Reporters in front of real browsers, and the intakes they come to.

`open_site` is the intake as it runs for people: gunicorn, a data folder, a published key. `spoilable_site` is the same
app in this process, so that a test can spoil one answer of it, or offer a language that nobody speaks.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from crypto.receipt import Receipt
from portal.wording import SECTIONS
from tests.browsers import Visitor
from tests.e2e.sites import IntakeSite
from tests.pages.opened import CONTACTS, ORGANISATION, Intake, build
from tests.wire import free_port

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

READY = 20_000
NO_ICON = '<link rel="icon" href="data:,">'
# One answer of each kind; what is typed holds the word that is looked for everywhere else.
CANARY = "Kanarienvogel"
ANSWERS: dict[str, str | list[str]] = {
    "danger": "no",
    "told": f"They came at night. {CANARY} “ليلا” \U0001f5c2",
    "place_country": "NL",
    "place": f"{CANARY}stad",
    "when": "March 2019",
    "going_on": "will",
    "will_when": f"{CANARY} soon",
    "behind": "other",
    "behind_country": "US",
    "who": ["police", "government"],
    "acts": ["visa_denial", "surveillance"],
    "bodies": ["icc"],
    "why": f"They said so. {CANARY}",
    "profile": ["judge"],
    "agreed": "self",
    "tell_un": "yes",
    "letter_unnamed": "yes",
    "letter_named": "yes",
    "publish": "initials",
    "person_name": f"{CANARY} van Dijk",
    "wants": ["letter"],
}


@contextmanager
def open_site(folder: Path) -> Iterator[tuple[IntakeSite, Intake]]:
    """An intake under gunicorn that is open, and its steward, who reaches the same data from here."""
    site = IntakeSite(folder, workers=1)
    site.options |= {
        "UNHINDERED_ORGANISATION": ORGANISATION,
        "UNHINDERED_CONTACTS": CONTACTS,
        # Another site as far as a browser knows.
        "UNHINDERED_SAFE_SITE": f"http://localhost:{site.port}/en/nothing",
    }
    intake = build(folder / "data").opens()
    site.starts()
    try:
        yield site, intake
    finally:
        site.ends()
        intake.store.close()


@dataclass
class Spoiling:
    """The intake's app, and what is wrong with its answers: by path for as long as it stands here, by method once."""

    app: WSGIApplication
    faults: dict[str, str] = field(default_factory=dict)
    late: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        fault = self.faults.get(environ["PATH_INFO"]) or self.faults.pop(environ["REQUEST_METHOD"], None)
        if fault == "late":
            self.late.wait(60)
        if fault == "blocked":
            start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        if fault in ("unparsable", "throwing"):
            text = b"this is no script (" if fault == "unparsable" else b"throw new Error('on purpose');"
            kind = ("Content-Type", "text/javascript; charset=utf-8")
            start_response("200 OK", [kind, ("Content-Length", str(len(text))), ("Cache-Control", "no-store")])
            return [text]
        if fault == "a field":
            field = f"<!doctype html><title>x</title>{NO_ICON}<a id=leave href=/leave>Leave</a><input id=field>"
            return Response(field, content_type="text/html")(environ, start_response)
        if fault in ("no worker", "remembered"):
            return self.app(environ, _changed(start_response, fault))
        if fault == "unanswered":
            # Done, and the answer is lost on its way.
            run_wsgi_app(self.app, environ)
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        if fault == "unsigned":
            note = json.loads(b"".join(run_wsgi_app(self.app, environ)[0]))
            note["signatures"][0]["sig"] = bytes(64).hex()
            return Response(json.dumps(note), content_type="application/json")(environ, start_response)
        if fault == "full":
            return Response('{"error":"full"}', 507, content_type="application/json")(environ, start_response)
        return self.app(environ, start_response)


def _changed(start_response: StartResponse, fault: str) -> StartResponse:
    """As a browser or an extension that forbids workers would have it; or a page that may be kept in memory."""

    def started(status, headers, exc_info=None):  # type: ignore[no-untyped-def]
        if fault == "remembered":
            headers = [(name, value) for name, value in headers if name != "Cache-Control"]
        else:
            headers = [(name, value.replace("worker-src 'self'", "worker-src 'none'")) for name, value in headers]
        return start_response(status, headers, exc_info)

    return started


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing."""


@dataclass
class SpoilableSite:
    """An intake in this process."""

    origin: str
    intake: Intake
    spoiling: Spoiling

    @contextmanager
    def with_fault(self, path: str, fault: str) -> Iterator[None]:
        self.spoiling.faults[path] = fault
        self.spoiling.late.clear()
        try:
            yield
        finally:
            self.spoiling.late.set()
            self.spoiling.faults.pop(path, None)


@contextmanager
def spoilable_site(folder: Path) -> Iterator[SpoilableSite]:
    port = free_port()
    intake = build(folder, SAFE_SITE=f"http://localhost:{port}/en/nothing").opens()
    spoiling = Spoiling(intake.app)
    server = make_server("127.0.0.1", port, spoiling, threaded=True, request_handler=_Silent)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield SpoilableSite(f"http://127.0.0.1:{port}", intake, spoiling)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
        intake.store.close()


@dataclass
class Scripted:
    """A reporter whose browser runs our scripts."""

    visitor: Visitor
    origin: str

    @property
    def page(self) -> Page:
        return self.visitor.page

    def opens(self, path: str = "/en/report") -> Scripted:
        self.page.goto(self.origin + path)
        expect(self.page.locator("#work")).to_be_visible(timeout=READY)
        return self

    def continues(self, times: int = 1) -> Scripted:
        for _ in range(times):
            self.page.locator("#next").click()
        return self

    def answers(self, answers: dict[str, str | list[str]]) -> Scripted:
        """Question by question, to the last one: files."""
        for section in SECTIONS:
            for asked in section.all_fields:
                given = answers.get(asked.name)
                for value in [given] if isinstance(given, str) else given or []:
                    self._gives(asked.name, asked.kind, value)
            self.continues()
        return self

    def _gives(self, name: str, kind: str, value: str) -> None:
        if kind == "country":
            self.page.locator(f"#f-{name}").select_option(value)
        elif kind in ("text", "area"):
            self.page.locator(f"#f-{name}").fill(value)
        else:
            choice = self.page.locator(f"[name={name}][value={value}]")
            if not choice.is_visible():
                choice.locator("xpath=ancestor::details[1]/summary").click()
            choice.check()

    def attaches(self, *files: Path) -> Scripted:
        self.page.locator("#f-files").set_input_files(list(files))
        return self

    def reads_receipt(self) -> Receipt:
        """From the answers on to the receipt. Both of its forms are there, and say the same."""
        self.continues(2)
        expect(self.page.locator("#receipt h2")).to_be_focused()
        shown = Receipt.parse(self.page.locator("#receipt .digits").inner_text())
        assert shown == Receipt.parse(self.page.locator("#receipt .words").inner_text())
        return shown

    def sends(self) -> Scripted:
        """Typing the last group of the receipt first, as the page asks."""
        group = self.page.locator("#receipt .digits span").last.inner_text()
        self.page.locator("#kept").fill(group)
        self.page.locator("#send").click()
        return self

    def is_told_that_it_is_stored(self) -> Scripted:
        expect(self.page.locator("#sent h2").first).to_be_visible(timeout=READY)
        return self

    def comes_back(self, receipt: Receipt) -> Scripted:
        self.opens("/en/return")
        self.page.locator("#f-receipt").fill(receipt.words)
        self.page.locator("#open").click()
        expect(self.page.locator("#mailbox")).to_be_visible(timeout=READY)
        return self


@dataclass
class Unscripted:
    """A reporter whose browser runs no script. Only acts that work in every browser: see tests/browsers.py."""

    visitor: Visitor
    origin: str

    @property
    def page(self) -> Page:
        return self.visitor.page

    def opens(self, path: str) -> Unscripted:
        self.page.goto(self.origin + path)
        return self

    def presses(self, button: str, follows: str) -> Unscripted:
        """A button by its words, and waits for the address that follows."""
        with self.page.expect_navigation(url=f"**{follows}"):
            self.visitor.clicks(self.page.locator("button", has_text=button).first)
        return self

    def tells(self, text: str, *files: Path) -> Unscripted:
        self.visitor.types(self.page.locator("#f-told"), text)
        self.page.locator("[name=danger][value=yes]").check(force=True)
        if files:
            self.page.locator("#f-files").set_input_files(list(files))
        return self

    def reads(self) -> str:
        """All words of the page."""
        return " ".join((self.page.locator("body").text_content() or "").split())

    def reads_receipt(self) -> Receipt:
        return Receipt.parse(self.page.locator(".digits").first.text_content() or "")
