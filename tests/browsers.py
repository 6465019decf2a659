"""Real browsers for the tests: Debian's Chromium and Firefox ESR, driven by Playwright without any download.

A `Visitor` is one person with an empty browser. It knows every request that left the browser, byte for byte
(`wire.py`), and everything the browser complained about (blocked by the content policy, an uncaught error).

Scripts off is a setting of the context in Chromium. Firefox ignores that one, so there it is the preference
`javascript.enabled`, as in Tor Browser's "Safest". In that Firefox Playwright's own `fill`, `select_option`, `click`
and `screenshot` wait for ever: the acts of `Visitor` work in every browser.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, sync_playwright

from tests.wire import Seen, Wire

Kind = Literal["chromium", "firefox"]
CHROMIUM_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
FIREFOX_PREFERENCES: dict[str, str | float | bool] = {
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.blockDotOnion": False,
    "network.proxy.allow_hijacking_localhost": True,
    "network.proxy.socks": "127.0.0.1",
    "network.proxy.socks_remote_dns": True,
    "network.proxy.type": 1,
}


@dataclass(slots=True)
class Visitor:
    """One person with a browser that knows nothing yet."""

    context: BrowserContext
    page: Page
    _wire: Wire
    _arrived: int
    complaints: list[str] = field(default_factory=list)

    def types(self, into: Locator, text: str) -> None:
        into.focus()
        self.page.keyboard.type(text)

    def clicks(self, what: Locator) -> None:
        """Does not wait for what follows: wait for the address or the words you expect."""
        what.click(force=True, no_wait_after=True)

    def requests(self) -> list[Seen]:
        """Every request that left any browser since this visitor arrived, whole."""
        return [seen for conversation in self._wire.conversations[self._arrived :] for seen in conversation.requests()]

    def sent_no_cookie_to(self, origin: str) -> None:
        """Fails if a request to this origin carried a cookie, or if there was none at all to look at."""
        there = [seen for seen in self.requests() if seen.origin == origin]
        assert there, f"no request went to {origin}"
        assert [seen.target for seen in there if "cookie" in seen.headers] == []

    def _listens(self) -> None:
        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.complaints.append(message.text)

        self.context.on("console", said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


class Visit(Protocol):
    def __call__(self, kind: Kind = "chromium", *, scripts: bool = True, **options: Any) -> Visitor: ...


def launch(playwright: Playwright, kind: Kind, *, scripts: bool = True, socks_port: int) -> Browser:
    """A headless browser of this kind, all of whose connections go through the wire, those to this machine too."""
    if kind == "chromium":
        proxy = [f"--proxy-server=socks5://127.0.0.1:{socks_port}", "--proxy-bypass-list=<-loopback>"]
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []  # Chromium's own does not start under root
        arguments = [*CHROMIUM_ARGUMENTS, *proxy, *sandbox]
        return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
    preferences = FIREFOX_PREFERENCES | {"network.proxy.socks_port": socks_port, "javascript.enabled": scripts}
    executable = "/usr/bin/firefox-esr"
    return playwright.firefox.launch(channel="moz-firefox", executable_path=executable, firefox_user_prefs=preferences)


class Browsers:
    """The browsers of this run, each started when it is first asked for."""

    def __init__(self, playwright: Playwright, wire: Wire) -> None:
        self._playwright, self._wire = playwright, wire
        self._running: dict[tuple[Kind, bool], Browser] = {}

    def visitor(self, kind: Kind, *, scripts: bool, **options: Any) -> Visitor:
        browser = (kind, scripts or kind == "chromium")
        if browser not in self._running:
            self._running[browser] = launch(self._playwright, kind, scripts=scripts, socks_port=self._wire.port)
        context = self._running[browser].new_context(java_script_enabled=scripts, **options)
        visitor = Visitor(context, context.new_page(), self._wire, len(self._wire.conversations))
        visitor._listens()
        return visitor

    def close(self) -> None:
        for browser in self._running.values():
            browser.close()


@pytest.fixture(scope="session")
def browsers(wire: Wire) -> Iterator[Browsers]:
    with sync_playwright() as playwright:
        running = Browsers(playwright, wire)
        yield running
        running.close()


@pytest.fixture
def visit(browsers: Browsers) -> Iterator[Visit]:
    """`visit("firefox", scripts=False, **options)`: a new visitor; options are those of Playwright's `new_context`."""
    visitors: list[Visitor] = []

    def arrive(kind: Kind = "chromium", *, scripts: bool = True, **options: Any) -> Visitor:
        visitors.append(browsers.visitor(kind, scripts=scripts, **options))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.context.close()
