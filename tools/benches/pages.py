"""What a visit costs: requests and bytes of the first page and of the form, and the time from the click to the receipt.

Two real browsers, all of whose connections are seen (tests/wire.py). What a page asked for is then asked for again, to
weigh it as it travels.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import requests
from playwright.sync_api import expect, sync_playwright

from portal.wording import SECTIONS
from tests.browser.reporters import Scripted
from tests.browsers import Browsers, Kind
from tests.e2e.sites import IntakeSite
from tests.wire import Wire
from tools.benches.figures import Figure
from tools.benches.places import open_intake

KILOBYTE = 1024
VISITS = 5
BROWSERS: tuple[Kind, ...] = ("chromium", "firefox")
# From the click to the moment when the page says that the report is stored, in milliseconds.
SEND = """() => new Promise(done => {
  const sent = document.getElementById("sent"), begun = performance.now();
  new MutationObserver(() => sent.hidden || done(performance.now() - begun)).observe(sent, { attributes: true });
  document.getElementById("send").click();
})"""


@contextmanager
def browsers() -> Iterator[Browsers]:
    with Wire() as wire, sync_playwright() as playwright:
        threading.Thread(target=wire.serve_forever, daemon=True).start()
        running = Browsers(playwright, wire)
        try:
            yield running
        finally:
            running.close()
            wire.shutdown()


def landing() -> list[Figure]:
    with open_intake(workers=1) as site, browsers() as running:
        asked = requests_of(running, site, "/en/")
        raw = sum(weight(site, path, "identity") for path in asked)
        packed = sum(weight(site, path, "gzip") for path in asked)
    return [
        Figure("landing page, requests", ", ".join(asked), "", len(asked), "requests", at_most=2),
        size("landing page and stylesheet, raw", raw, 14, f"{packed / KILOBYTE:.1f} KB compressed"),
    ]


def form() -> list[Figure]:
    with open_intake(workers=1) as site, browsers() as running:
        asked = requests_of(running, site, "/en/report")
        scripts = [path for path in asked if path.endswith(".js")]
        packed = sum(weight(site, path, "gzip") for path in scripts)
        page, plain = weight(site, "/en/report", "gzip"), weight(site, "/en/report", "identity")
    return [
        Figure("form page, requests", f"{len(scripts)} of them scripts", "", len(asked), "requests"),
        size("form page, compressed", page, 14, f"{plain / KILOBYTE:.1f} KB raw"),
        size("its scripts, compressed", packed, 70),
    ]


def click() -> list[Figure]:
    with open_intake() as site, browsers() as running:
        return [_click(running, site, kind) for kind in BROWSERS]


def _click(running: Browsers, site: IntakeSite, kind: Kind) -> Figure:
    taken = []
    for _ in range(VISITS):
        reporter = Scripted(running.visitor(kind, scripts=True), site.origin).opens()
        reporter.answers({"told": "They came at night. " * 100}).continues(2)
        expect(reporter.page.locator("#receipt h2")).to_be_focused()
        reporter.page.locator("#kept").fill(reporter.page.locator("#receipt .digits span").last.inner_text())
        taken.append(reporter.page.evaluate(SEND))
        reporter.visitor.context.close()
    slowest = f"slowest of {VISITS}: {max(taken):.0f} ms"
    return Figure(f"click to receipt, {kind}", f"{len(SECTIONS)} questions, no file", slowest, median(taken), "ms")


def requests_of(running: Browsers, site: IntakeSite, path: str) -> list[str]:
    """The addresses that a browser asks for when it opens a page and lets it settle."""
    visitor = running.visitor("chromium", scripts=True)
    visitor.page.goto(site.origin + path)
    visitor.page.wait_for_load_state("networkidle")
    asked = [seen.target for seen in visitor.requests() if seen.origin == site.origin]
    visitor.context.close()
    return asked


def weight(site: IntakeSite, path: str, coding: str) -> int:
    """Bytes of a body as it travels to a browser that takes this coding."""
    with requests.get(site.origin + path, headers={"Accept-Encoding": coding}, stream=True, timeout=30) as answer:
        assert answer.status_code == 200, path
        return len(answer.raw.read(decode_content=False))


def size(what: str, found: int, most: int, beside: str = "") -> Figure:
    return Figure(what, f"{found:,} bytes", beside, found / KILOBYTE, "KB", at_most=most)
