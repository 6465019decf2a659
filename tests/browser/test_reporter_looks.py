"""How the reporter's pages look and work: axe-core, a phone of 320 pixels, both directions, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desks import barriers, sticks_out
from tests.browser.reporters import READY, SpoilableSite
from tests.browsers import Kind, Visit
from tests.pages import pseudo

KINDS: tuple[Kind, ...] = ("chromium", "firefox")
# No rule of WCAG: the way out stands outside of all landmarks, so that it never scrolls away.
ACCEPTED = ("region",)
PRESSED = "button, summary, select, .button, .leave, fieldset label, input:not([type=hidden])"
SMALL = """(pressed) => [...document.querySelectorAll(pressed)]
  .filter((part) => part.getClientRects().length && !part.closest("label:not(:scope)"))
  .map((part) => [part.textContent.trim().slice(0, 30) || part.id, part.getBoundingClientRect().height])
  .filter(([, height]) => height < 43.5)"""
COVERED = """() => {
  const focused = document.activeElement;
  if (focused === document.body || focused.id === "leave") return false;
  const [here, bar] = [focused, document.getElementById("leave")].map((part) => part.getBoundingClientRect());
  return here.top < bar.bottom - 1 && here.bottom > bar.top;
}"""


def states(page: Page, origin: str, code: str) -> Iterator[str]:
    """Every page, and every state of the scripted ones, one after the other."""
    for path in ("", "plain", "nothing", "plain/return"):
        page.goto(f"{origin}/{code}/{path}")
        yield path or "first"
    page.locator("main button").click()
    page.locator("#f-receipt").wait_for()
    yield "receipt"
    page.locator("main button").click()
    expect(page.locator("#errors")).to_be_visible()
    yield "mistyped"
    page.goto(f"{origin}/{code}/plain")
    page.locator("main button").click()
    page.locator("#f-told").wait_for()
    for folded in page.locator("summary").all():
        folded.click()
    yield "form"
    page.locator("form button").last.click()
    expect(page.locator("#errors")).to_be_visible()
    yield "form with an error"
    page.locator("#f-told").fill("x")
    page.locator("form button").last.click()
    expect(page.locator(".slip")).to_be_visible()
    yield "stored"
    page.locator("form button").last.click()
    page.locator("#f-text").wait_for()
    yield "mailbox"
    page.goto(f"{origin}/{code}/return")
    expect(page.locator("#work")).to_be_visible(timeout=READY)
    yield "come back"
    yield from scripted_states(page, f"{origin}/{code}/report")


def scripted_states(page: Page, address: str) -> Iterator[str]:
    page.goto(address)
    expect(page.locator("#work")).to_be_visible(timeout=READY)
    count = page.locator("#questions > section").count()
    for number in range(count):
        if number == 1:
            page.locator("#f-told").fill("x" * 200)
        yield f"question {number + 1}"
        page.locator("#next").click()
    yield "check"
    page.locator("#next").click()
    expect(page.locator("#receipt")).to_be_visible()
    yield "scripted receipt"
    page.locator("#send").click()
    page.locator("#send").click()
    expect(page.locator("#sent")).to_be_visible(timeout=READY)
    yield "sent"


# The plain form holds all questions at once; one of the scripted ones stands for all. Firefox takes its time.
LOOKED_AT = {
    "chromium": {
        "question 2",
        "check",
        "scripted receipt",
        "sent",
        "come back",
        "mailbox",
        "stored",
        "form with an error",
    },
    "firefox": {"check", "mailbox"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_barriers_on_any_page(kind: Kind, spoilable: SpoilableSite, visit: Visit) -> None:
    """axe-core finds nothing, in light and in dark; what can be pressed is large enough for a thumb."""
    scheme = "light" if kind == "chromium" else "dark"
    page = visit(kind, viewport={"width": 320, "height": 640}, color_scheme=scheme).page
    for state in states(page, spoilable.origin, "en"):
        page.evaluate("scrollTo(0, 0)")
        if state in ("first", "plain", "form", "receipt", "mistyped") or state in LOOKED_AT[kind]:
            assert [fault for fault in barriers(page) if not fault.startswith(ACCEPTED)] == [], state
        assert page.evaluate(SMALL, PRESSED) == [], state
        assert sticks_out(page) == 0, state


@pytest.mark.parametrize("kind", ["chromium", pytest.param("firefox", marks=pytest.mark.slow)])
def test_pages_work_from_right_to_left(kind: Kind, spoilable: SpoilableSite, visit: Visit) -> None:
    """In a language written the other way nothing sticks out on a small phone, and columns begin at the right."""
    page = visit(kind, viewport={"width": 320, "height": 640}).page
    with pseudo.offered() as code:
        for state in states(page, spoilable.origin, code):
            assert sticks_out(page) == 0, state
            side = page.evaluate("getComputedStyle(document.querySelector('h1')).direction")
            assert side == "rtl", state
        page.goto(f"{spoilable.origin}/{code}/report")
        expect(page.locator("#work")).to_be_visible(timeout=READY)
        box = page.locator("#q-danger label").first.evaluate(
            "label => label.querySelector('input').getBoundingClientRect().left"
            " - label.querySelector('span').getBoundingClientRect().left"
        )
        assert box > 0, "a tick box stands at the start of its line: on the right"


def test_the_way_out_is_always_in_sight_and_hides_no_focus(spoilable: SpoilableSite, visit: Visit) -> None:
    """However far down one is; and whatever has the focus is not under it (WCAG 2.4.11)."""
    page = visit(viewport={"width": 320, "height": 640}).page
    page.goto(spoilable.origin + "/en/plain")
    page.locator("main button").click()
    page.wait_for_url("**/plain/start", wait_until="load")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#leave")).to_be_in_viewport()
    for key in ("Shift+Tab", "Tab"):
        for _ in range(40):
            page.keyboard.press(key)
            assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_paper_gets_the_digits_and_nothing_else(spoilable: SpoilableSite, visit: Visit) -> None:
    """The printed slip names no site: what is found in a pocket says little."""
    page = visit().page
    page.goto(spoilable.origin + "/en/plain")
    page.locator("main button").click()
    page.wait_for_url("**/plain/start", wait_until="load")
    page.emulate_media(media="print")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((part) => part.getClientRects().length
          && getComputedStyle(part).visibility === "visible" && !part.children.length && part.textContent.trim())
          .map((part) => part.textContent.trim())"""
    )
    assert len(shown) == 9 and all(len(group) == 4 and group.isdecimal() for group in shown)


def test_forced_colours_keep_edges(spoilable: SpoilableSite, visit: Visit) -> None:
    """In a high-contrast mode buttons still have a border that is drawn."""
    page = visit(forced_colors="active").page
    page.goto(spoilable.origin + "/en/")
    for button in page.locator(".button").all():
        style = button.evaluate("b => [getComputedStyle(b).borderTopStyle, getComputedStyle(b).borderTopWidth]")
        assert style == ["solid", "2px"]
