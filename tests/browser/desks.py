"""Desks for the browser tests: served on loopback under their own name, with a person in front of the browser."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from portal.desk.web import tokens
from portal.settings import DeskSettings

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def served(app: Flask, settings: DeskSettings) -> Iterator[str]:
    """The desk's pages on their port; gives a fresh one-time address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", settings.port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{settings.url}/enter?token={tokens.issue(settings)}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Seat:
    """A person in front of the desk, who reads labels and presses buttons."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fills(self, **answers: str) -> Seat:
        """Types into the fields with these ids."""
        for name, text in answers.items():
            self.page.locator(f"#{name.replace('_', '-')}").fill(text)
        return self

    def presses(self, words: str) -> Seat:
        """A button, by its words, and waits for the page that follows."""
        self.page.get_by_role("button", name=re.compile(re.escape(words))).first.click()
        self.page.wait_for_load_state()
        return self

    def follows(self, words: str) -> Seat:
        """A link, by its words."""
        self.page.get_by_role("link", name=re.compile(re.escape(words))).first.click()
        self.page.wait_for_load_state()
        return self

    def saves(self, role: str, words: str, path: Path) -> bytes:
        """Presses what gives a file, and keeps the file."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role(role, name=re.compile(re.escape(words))).first.click()  # type: ignore[arg-type]
        waiting.value.save_as(path)
        return path.read_bytes()

    def reads(self) -> str:
        return self.page.locator("body").inner_text()


def barriers(page: Page) -> list[str]:
    """What axe-core finds on this page, one line each."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found["violations"] for node in fault["nodes"]]


def sticks_out(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
