"""Leaving, with the browser's memory of pages (back/forward cache) switched on, as people have it.

Playwright switches it off in Chromium; here it is on, and a page that may be remembered shows that it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.reporters import READY, SpoilableSite
from tests.browsers import Kind, Visit

TYPED = "Nobody else must read this."
KINDS: tuple[Kind, ...] = ("chromium", "firefox")


@pytest.fixture(params=KINDS)
def page(request: pytest.FixtureRequest, visit: Visit) -> Iterator[Page]:
    """A page in a browser that keeps pages in memory when they are left."""
    browser = visit(request.param).context.browser
    assert browser is not None
    if request.param == "firefox":
        yield browser.new_context().new_page()
        return
    remembering = browser.browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=["--no-sandbox", "--disable-gpu"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield remembering.new_page()
    remembering.close()


def after_back(page: Page, field: str) -> str:
    """What stands in a field after the browser's Back; nothing where there is no such field."""
    try:
        page.go_back(timeout=1500)
    except Error as refused:
        # A page out of memory gives Playwright no event to wait for; a page from a form is refused by the browser.
        assert re.search("Timeout|ERR_CACHE_MISS|NOT_CACHED", str(refused)), refused
    found = page.locator(field)
    return found.input_value() if found.count() else ""


def leaves(page: Page) -> None:
    page.locator("#leave").click()
    page.wait_for_url(re.compile("localhost"))


def test_a_page_that_may_be_remembered_is(page: Page, spoilable: SpoilableSite) -> None:
    """Without `no-store` Back brings the text back: the tests below would see it."""
    with spoilable.with_fault("/remembered", "a field"):
        page.goto(spoilable.origin + "/remembered")
        page.locator("#field").fill(TYPED)
        leaves(page)
        assert after_back(page, "#field") == TYPED


@pytest.mark.parametrize(("path", "field"), [("/en/plain/return", "#f-receipt"), ("/en/plain", "#f-told")])
def test_our_pages_are_not_remembered(page: Page, path: str, field: str, spoilable: SpoilableSite) -> None:
    """Neither a receipt nor a report that was typed comes back, without any help of a script."""
    page.goto(spoilable.origin + path)
    page.locator("main button").click()
    page.locator(field).fill(TYPED)
    leaves(page)
    assert after_back(page, field) == ""


def test_the_scripted_page_empties_itself_first(page: Page, spoilable: SpoilableSite) -> None:
    """Even where the browser may remember it: leaving, or going anywhere else, wipes what was typed."""
    with spoilable.with_fault("/en/report", "remembered"):
        for way in ("leave", "elsewhere"):
            page.goto(spoilable.origin + "/en/report")
            expect(page.locator("#work")).to_be_visible(timeout=READY)
            page.locator("#next").click()
            page.locator("#f-told").fill(TYPED)
            if way == "leave":
                leaves(page)
            else:
                page.goto(spoilable.origin + "/en/plain")
            assert after_back(page, "#f-told") == ""
