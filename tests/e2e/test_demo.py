"""`python app.py --demo`, which is what `make demo` runs: something to look at, and never to be taken for real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

import pytest
import requests

from crypto.receipt import Receipt
from tests.e2e.conftest import MakeProgram
from tests.e2e.plaindoor import PlainReporter
from tests.e2e.program import Program
from tools.reporter import Reporter

MARK = '<p class="demo">'


@pytest.fixture
def demo(make_program: MakeProgram) -> Program:
    program = make_program("--demo")
    program.starts()
    return program


def links(page: requests.Response) -> Iterator[str]:
    for found in re.findall(r'(?:href|action)="([^"#]+)', page.text):
        address = urljoin(page.url, unescape(found))
        if address.startswith(urljoin(page.url, "/")) and "/static/" not in address:
            yield address


def every_page(visitor: requests.Session, first: requests.Response) -> list[requests.Response]:
    """This page and every page that links lead to from it."""
    pages, waiting = {first.url: first}, [*links(first)]
    while waiting:
        address = waiting.pop()
        if address in pages or re.search("/(leave|lock|file|save|copy)", address):
            continue
        page = visitor.get(address, timeout=60)
        pages[address] = page
        if page.headers["Content-Type"].startswith("text/html"):
            waiting += links(page)
    return [page for page in pages.values() if page.headers["Content-Type"].startswith("text/html")]


def unlocked(visitor: requests.Session, address: str, passphrase: str) -> requests.Response:
    """Enter by the printed address and unlock; gives the inbox."""
    page = visitor.get(address, timeout=60)
    [token] = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    form = {"csrf_token": token, "passphrase": passphrase}
    origin = urljoin(address, "/").rstrip("/")
    return visitor.post(page.url, data=form, headers={"Origin": origin}, timeout=60)


def test_the_demonstration_is_ready_and_marked_on_every_page(demo: Program) -> None:
    """One thing a line to enter with; sample reports are there, and every page of both sites says what this is."""
    origin, receipt = demo.said("Intake").rstrip("/"), Receipt.parse(demo.said("Receipt"))
    with requests.Session() as visitor:
        pages = every_page(visitor, visitor.get(origin, timeout=60))
        pages.append(visitor.post(f"{origin}/en/plain/start", timeout=60))
        pages.append(visitor.post(f"{origin}/en/plain/mailbox", data={"receipt": receipt.digits}, timeout=60))
        pages.append(visitor.get(f"{origin}/no/such/page", timeout=60))
        pages.append(visitor.post(f"{origin}/en/plain/send", timeout=60))
    assert len(pages) >= 9
    assert [page.url for page in pages if MARK not in page.text] == []
    with requests.Session() as visitor:
        inbox = unlocked(visitor, demo.said("Desk"), demo.said("Passphrase"))
        pages = every_page(visitor, inbox)
    assert len({page.url for page in pages if "/case/" in page.url}) >= 4
    assert [page.url for page in pages if MARK not in page.text] == []
    assert (demo.folder / "errors").read_text() == ""


def test_a_second_start_prints_the_same_again(demo: Program) -> None:
    """Passphrase and receipt still fit, and what was opened meanwhile is still opened."""
    passphrase, receipt = demo.said("Passphrase"), demo.said("Receipt")
    assert demo.ends() == 0
    demo.starts()
    assert (demo.said("Passphrase"), demo.said("Receipt")) == (passphrase, receipt)
    origin = demo.said("Intake")
    assert Reporter(origin).returns(Receipt.parse(receipt)).texts == ()
    assert MARK in PlainReporter(origin).returns(Receipt.parse(receipt))
    with requests.Session() as visitor:
        assert "/inbox" in unlocked(visitor, demo.said("Desk"), passphrase).url
