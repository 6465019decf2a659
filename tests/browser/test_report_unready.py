"""When a script is late, blocked or broken, or the worker is refused: the page says so, and stays shut.

No silent falling back: what was meant to be sealed in the browser cannot be typed, let alone sent, on such a page.
"""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reporters import READY, Scripted, SpoilableSite
from tests.browsers import Kind, Visit, Visitor
from tests.pages.test_pages import script_addresses

WAYS = {"/en/report": ("Try again", "Report without scripts"), "/en/return": ("Try again", "Come back without scripts")}
START = {"/en/report": "/static/js/report.js", "/en/return": "/static/js/mailbox.js"}
KINDS: tuple[Kind, ...] = ("chromium", "firefox")
PAGES = tuple(WAYS)


# What can be seen of the page, in one question to the browser.
IN_SIGHT = """() => {
  const seen = (wanted) => [...document.querySelectorAll(wanted)].filter((element) => element.getClientRects().length);
  const fields = seen("input, textarea, select, button").map((element) => element.id || element.name);
  return { fields, start: seen("#start").length, ways: seen("#start a").map((link) => link.textContent) };
}"""


def is_shut(page: Page, path: str, origin: str) -> None:
    """No field can be filled in; what is the matter and both ways stand in sight."""
    assert page.evaluate(IN_SIGHT) == {"fields": [], "start": 1, "ways": list(WAYS[path])}
    assert page.url == origin + path


def comes_to_rest(page: Page, path: str, origin: str) -> None:
    """Shut, and still shut when everything that was to come has come."""
    is_shut(page, path, origin)
    page.wait_for_timeout(150)
    is_shut(page, path, origin)


def test_every_script_is_known(spoilable: SpoilableSite) -> None:
    """The stories below are told of every script: the page's, the worker's, the library's, the stewards' keys."""
    scripts = script_addresses(spoilable.intake, START["/en/report"])
    assert len(scripts) >= 16
    assert {"/stewards.js", "/static/vendor/age.js", "/static/vendor/words-en.js"} < scripts


ALL = [
    ("chromium", "blocked"),
    ("chromium", "throwing"),
    ("firefox", "blocked"),
    pytest.param("chromium", "unparsable", marks=pytest.mark.slow),
    pytest.param("firefox", "throwing", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("kind", "fault"), ALL)
@pytest.mark.parametrize("path", PAGES)
def test_a_script_that_fails_keeps_the_page_shut(
    path: str, kind: Kind, fault: str, spoilable: SpoilableSite, visit: Visit
) -> None:
    """Each script of the page by itself, the worker's among them."""
    # thread.js is asked for later, and only by who comes back.
    scripts = script_addresses(spoilable.intake, START[path]) - {"/static/js/thread.js"}
    if path == "/en/return":  # it shares all others with the report page
        scripts &= {START[path], "/static/js/seal-worker.js", "/static/vendor/age.js", "/static/js/page.js"}
    page = visit(kind).page
    for script in sorted(scripts):
        with spoilable.with_fault(script, fault):
            page.goto(spoilable.origin + path)
            comes_to_rest(page, path, spoilable.origin)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", PAGES)
def test_a_refused_worker_is_told(path: str, kind: Kind, spoilable: SpoilableSite, visit: Visit) -> None:
    """A browser or extension that forbids workers: said in words, and both ways are offered."""
    page = visit(kind).page
    with spoilable.with_fault(path, "no worker"):
        page.goto(spoilable.origin + path)
        expect(page.locator("#start-error")).to_contain_text("The part of this page that seals could not start.")
        comes_to_rest(page, path, spoilable.origin)


def test_a_late_script_is_waited_for(spoilable: SpoilableSite, visit: Visit) -> None:
    """Each script by itself: while it is on its way the page says that it is getting ready; then it is ready."""
    page = visit().page
    for script in sorted(script_addresses(spoilable.intake, START["/en/report"])):
        if script == "/static/js/thread.js":
            continue
        with spoilable.with_fault(script, "late"):
            page.goto(spoilable.origin + "/en/report", wait_until="commit")
            expect(page.locator("#waiting")).to_contain_text("It is getting ready.")
            page.wait_for_timeout(100)
            is_shut(page, "/en/report", spoilable.origin)
        expect(page.locator("#work")).to_be_visible(timeout=READY)


def test_late_scripts_are_waited_for_in_firefox(spoilable: SpoilableSite, visit: Visit) -> None:
    """The library and the key, the two that matter most."""
    page = visit("firefox").page
    for script in ("/static/js/report.js", "/static/vendor/age.js", "/key"):
        with spoilable.with_fault(script, "late"):
            page.goto(spoilable.origin + "/en/report", wait_until="commit")
            expect(page.locator("#waiting")).to_contain_text("It is getting ready.")
            page.wait_for_timeout(100)
            is_shut(page, "/en/report", spoilable.origin)
        expect(page.locator("#work")).to_be_visible(timeout=READY)


@pytest.mark.claim("C3")
@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_no_steward_signed_stops_everything(kind: Kind, spoilable: SpoilableSite, visit: Visit) -> None:
    """The page says so loudly, and does not send the person through the other door of the same site."""
    page = visit(kind).page
    with spoilable.with_fault("/key", "unsigned"):
        page.goto(spoilable.origin + "/en/report")
        expect(page.locator("#start-error")).to_contain_text("Stop: the key that this site gave is not signed")
        expect(page.locator("#work")).to_be_hidden()
        expect(page.locator("#other-door")).to_be_hidden()


def test_no_answer_for_the_key_is_told(spoilable: SpoilableSite, visit: Visit) -> None:
    """The connection is gone just then: said, and both ways stay."""
    page = visit().page
    with spoilable.with_fault("/key", "unanswered"):
        page.goto(spoilable.origin + "/en/report")
        expect(page.locator("#start-error")).to_contain_text("This site does not answer.")
        comes_to_rest(page, "/en/report", spoilable.origin)


OLD = {
    "no streams": "delete globalThis.TransformStream",
    "no BigInt": "delete globalThis.BigInt",
    "workers of one file only": """
        globalThis.Worker = class { constructor() {} terminate() {} }""",
}


@pytest.mark.parametrize("lack", OLD)
def test_an_older_browser_is_told(lack: str, spoilable: SpoilableSite, visit: Visit) -> None:
    """What the page needs is tried, not guessed from the browser's name; who lacks it gets the other door."""
    visitor = visit()
    visitor.context.add_init_script(OLD[lack])
    visitor.page.goto(spoilable.origin + "/en/report")
    expect(visitor.page.locator("#start-error")).to_contain_text("This browser is too old for this page")
    comes_to_rest(visitor.page, "/en/report", spoilable.origin)


def test_an_error_that_nobody_expected_stops_the_page(spoilable: SpoilableSite, visit: Visit) -> None:
    """In the middle of the questions: nothing can be pressed or sent any more, and what was written can be copied."""
    reporter = Scripted(visit(), spoilable.origin).opens().continues()
    page = reporter.page
    page.locator("#f-told").fill("A long story.")
    page.evaluate("setTimeout(() => { throw new Error('on purpose'); })")
    expect(page.locator("#start-error")).to_contain_text("Something in this page failed, and nothing more is sent.")
    expect(page.locator("#f-told")).to_have_value("A long story.")
    seen = page.evaluate(IN_SIGHT)
    assert (seen["fields"], seen["ways"]) == (["f-told"], list(WAYS["/en/report"]))


def leaves(visitor: Visitor, by: str) -> None:
    """By the link, or by the keyboard."""
    if by == "link":
        visitor.clicks(visitor.page.locator("#leave"))
    else:
        for _ in range(3):
            visitor.page.keyboard.press("Shift")
    visitor.page.wait_for_url(re.compile("localhost"))


@pytest.mark.parametrize(("kind", "by"), list(itertools.product(KINDS, ("link", "shift"))))
def test_after_leaving_back_brings_nothing_back(kind: Kind, by: str, spoilable: SpoilableSite, visit: Visit) -> None:
    """The page is not in the history any more, and the one before it is empty."""
    reporter = Scripted(visit(kind), spoilable.origin).opens()
    page = reporter.page
    reporter.continues()
    page.locator("#f-told").fill("Nobody else must read this.")
    page.locator("#step").click()
    leaves(reporter.visitor, by)
    page.go_back()
    page.wait_for_timeout(200)
    assert page.url in ("about:blank", spoilable.origin + "/en/report")
    assert "Nobody else" not in page.evaluate(
        "[...document.querySelectorAll('textarea')].map(field => field.value).join() + document.body.innerText"
    )


def test_shift_in_writing_is_not_leaving(spoilable: SpoilableSite, visit: Visit) -> None:
    """Capital letters, however many, leave the person where they are."""
    reporter = Scripted(visit(), spoilable.origin).opens()
    reporter.continues()
    reporter.page.locator("#f-told").focus()
    for letter in "ABCDE":
        reporter.page.keyboard.down("Shift")
        reporter.page.keyboard.press(letter)
        reporter.page.keyboard.up("Shift")
    reporter.page.keyboard.press("Shift")
    expect(reporter.page.locator("#f-told")).to_have_value("ABCDE")
