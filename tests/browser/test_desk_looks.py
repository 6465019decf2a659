"""Every page of the desk at every width, light and dark: nothing sticks out, nothing bars anybody's way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from portal import text
from portal.desk import model, web
from portal.desk.errors import Unreachable
from tests.browser.desks import Seat, barriers, served, sticks_out
from tests.browsers import Visit
from tests.desk.paperdesk import (
    CASE,
    HOSTILE,
    ME,
    OTHER,
    PLAIN,
    REPORT,
    SUMMARY,
    WORDS,
    PaperDesk,
    desk_app,
    desk_settings,
    message,
)
from tests.wire import free_port

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
TEXT_FILE = "44" * 16
ALARM = model.Alarm("altered", "33" * 16, "A message was changed after it was written; it is not shown.", OTHER)
UNLOCKED = (
    "/inbox", "/inbox?view=closed", f"/case/{CASE}/", f"/case/{OTHER}/", f"/case/{CASE}/file/{TEXT_FILE}/text",
    f"/case/{CASE}/draft/sp-ijl?kind=urgent+appeal", "/people/", "/keys/", "/keys/rotate", "/keys/copy", "/welcome",
    "/nowhere",
)  # fmt: skip
FIRST = ("/start/", "/start/found", "/start/join", "/start/restore")


def crowded_desk() -> PaperDesk:
    """A desk that shows everything at once: long words, alarms, hostile names, decisions, people who wait."""
    chosen = ({"id": "sp-ijl", "kind": "urgent appeal"}, {"id": "un-asg-reprisals", "kind": "confidential letter"})
    case = replace(
        PLAIN,
        report=REPORT | {"told": f"{LONG} {LONG}\n" * 3},
        messages=(*PLAIN.messages, message("withdraw", LONG), message("note", LONG, who=ME)),
        decisions=(model.Decision("2026-11-22", ME, "Ada", "fe" * 32, {}, (), chosen, LONG),),
    )
    acts = ("visa_denial", "threats_intimidation", "judicial_harassment")
    rows = replace(SUMMARY, id=OTHER, alarms=2, acts=acts, status="waiting", until="2027-01-01", assigned_name=LONG)
    desk = PaperDesk(cases={CASE: case, OTHER: replace(PLAIN, summary=rows, alarms=(ALARM,))})
    desk.contents = {TEXT_FILE: f"{HOSTILE}\n{LONG * 20}\n".encode()}
    desk.waiting = (model.Pending("p1", "join", LONG, WORDS),)
    desk.found_alarms = (ALARM,)
    desk.sync_alarms = (model.Alarm("directory", None, "The intake served an older directory."),)
    return desk


@dataclass
class Room:
    desk: PaperDesk
    url: str
    address: str


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    desk = crowded_desk()
    settings = desk_settings(tmp_path, UNHINDERED_DESK_PORT=str(free_port()), UNHINDERED_DEMO="1")
    with served(desk_app(desk, settings), settings) as address:
        yield Room(desk, settings.url, address)


def every_page(room: Room, seat: Seat) -> Iterator[str]:
    """Goes to every page there is, in every state of the desk, and names it."""
    seat.page.goto(f"{room.url}/")
    yield "the door"
    seat.page.goto(room.address)
    for path in UNLOCKED:
        seat.page.goto(room.url + path)
        yield path
    seat.page.goto(f"{room.url}/case/{CASE}/")
    for details in seat.page.locator("summary").all():
        details.click()
    yield "a case with everything open"
    seat.presses("Send to the person")
    yield "a case with a mistake"
    room.desk.fails = Unreachable("The intake cannot be reached.", "Check the network, then sync again.")
    seat.presses("Sync now")
    yield "no sync"
    room.desk.fails = None
    room.desk.lock()
    seat.page.goto(f"{room.url}/unlock")
    yield "locked"
    seat.fills(passphrase="not this one").presses("Unlock")
    yield "a wrong passphrase"
    room.desk.state = "new"
    for path in FIRST:
        seat.page.goto(room.url + path)
        yield path
    room.desk.found("Ada", "", "")
    seat.page.goto(f"{room.url}/start/save")
    yield "saving"
    room.desk.founding = room.desk.unfinished = None
    room.desk.join("Ada", "", "")
    seat.page.goto(f"{room.url}/start/wait")
    yield "waiting"


LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(320, "light"), (800, "dark"), (1280, "light")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_fits_and_is_open_to_everybody(
    visit: Visit, room: Room, width: int, scheme: Literal["light", "dark"]
) -> None:
    """No sideways scrolling, and nothing that axe-core finds: contrast, names, order, roles."""
    visitor = visit("chromium", viewport={"width": width, "height": 800}, color_scheme=scheme)
    seat = Seat(visitor.page)
    faults: list[str] = []
    for name in every_page(room, seat):
        if (pixels := sticks_out(seat.page)) > 0:
            faults.append(f"{name}: {pixels} pixels too wide")
        faults += [f"{name}: {barrier}" for barrier in barriers(seat.page)]
    assert faults == []


def test_every_page_reads_from_right_to_left(visit: Visit, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a right-to-left language nothing sticks out; ids, days and a person's own words keep their direction."""
    monkeypatch.setitem(text.LANGUAGES, "ar", text.Language("ar", "العربية", "rtl", "ar"))
    seat = Seat(visit("chromium", viewport={"width": 360, "height": 740}).page)
    seat.page.goto(room.address)
    seat.presses("العربية")
    assert "الولايات المتحدة" in seat.reads()
    faults = [name for name in every_page(room, seat) if sticks_out(seat.page) > 0]
    assert faults == []


def test_the_stylesheet_is_light() -> None:
    """One sheet of at most ten kilobytes, without pictures or fonts, with logical properties only."""
    sheet = (Path(web.__file__).parents[2] / "static/css/desk.css").read_text()
    assert len(sheet.encode()) <= 10_000
    assert not re.search(r"url\(|@import|@font-face|(margin|padding|border)-(left|right)|\b(left|right):", sheet)


def test_firefox_shows_every_page_without_a_complaint(visit: Visit, room: Room) -> None:
    """No page is too wide there either, and the content policy blocks nothing of ours."""
    visitor = visit("firefox", viewport={"width": 360, "height": 740})
    seat = Seat(visitor.page)
    too_wide = [name for name in every_page(room, seat) if sticks_out(seat.page) > 0]
    assert too_wide == []
    assert [said for said in visitor.complaints if "status of 4" not in said] == []


def test_letters_move_through_the_inbox(visit: Visit, room: Room) -> None:
    """j and k move, Enter opens, ? shows the keys; in a field a letter is a letter; switched off they do nothing."""
    seat = Seat(visit("chromium").page)
    seat.page.goto(room.address)
    cases = seat.page.locator("#cases tbody th a")
    press = seat.page.keyboard.press
    press("j")
    assert cases.nth(0).evaluate("link => link === document.activeElement")
    press("j")
    press("k")
    press("j")
    assert cases.nth(1).evaluate("link => link === document.activeElement")
    press("?")
    assert seat.page.locator("main details").evaluate("details => details.open")
    seat.presses("Switch the keys off")
    press("j")
    assert not cases.nth(0).evaluate("link => link === document.activeElement")
    seat.page.locator("main details summary").click()
    seat.presses("Switch the keys on")
    press("j")
    press("Enter")
    seat.page.wait_for_url("**/case/**")
    seat.page.locator("#reply-text").focus()
    seat.page.keyboard.type("jk?")
    assert seat.page.locator("#reply-text").input_value() == "jk?"


def test_a_page_left_alone_hides_itself_and_keeps_what_was_typed(visit: Visit, room: Room) -> None:
    """After fifteen minutes the screen shows nothing of the case; unlocked elsewhere, the letter is still there."""
    visitor = visit("chromium")
    seat = Seat(visitor.page)
    seat.page.clock.install()
    seat.page.goto(room.address)
    seat.page.goto(f"{room.url}/case/{CASE}/")
    seat.fills(reply_text="A long letter")
    room.desk.lock()
    seat.page.clock.fast_forward("15:10")
    seat.page.locator("#locked").wait_for(state="visible")
    assert "airport" not in seat.reads() and LONG not in seat.reads() and "The desk has locked itself" in seat.reads()
    room.desk.state = "unlocked"
    seat.page.clock.fast_forward("00:10")
    seat.page.keyboard.press("Shift")
    seat.page.locator("main").wait_for(state="visible")
    assert seat.page.locator("#reply-text").input_value() == "A long letter"
    assert seat.page.locator("#locked").is_hidden()
