"""The open letter of 20 March 2019, entered by a reporter in a browser and routed by a reviewer in a browser."""

from __future__ import annotations

from pathlib import Path

from portal.desk import create_app
from tests.browser.desks import Seat, served
from tests.browser.reporters import Scripted
from tests.browser.test_desk_story import founds
from tests.browsers import Visit
from tests.desk import personas
from tests.desk.personas import Office
from tools.demo import PUBLIC_CASE


def test_the_public_case_reaches_the_mandates_that_the_letter_named(
    visit: Visit, office: Office, tmp_path: Path
) -> None:
    """The primaries include the senior official, defenders, judges and lawyers, and truth; a draft names the State."""
    settings = personas.desk_settings(tmp_path / "desk", office)
    app = create_app(settings)
    reviewer = visit("chromium", scripts=True)
    seat = Seat(reviewer.page)
    with served(app, settings) as address:
        seat.page.goto(address)
        founds(seat, office, tmp_path)
        reporter = Scripted(visit("chromium", scripts=True), office.url).opens().answers(PUBLIC_CASE)
        reporter.reads_receipt()
        reporter.sends().is_told_that_it_is_stored()
        seat.follows("Go to the inbox").presses("Sync now").follows("Case ")
        case = app.extensions["desk"].inbox()[0].id
        primaries = {way.id for way in app.extensions["desk"].recommend(case) if way.role == "primary"}
        assert primaries >= {"un-asg-reprisals", "sp-hrd", "sp-ijl", "sp-truth"}
        for mechanism in ("un-asg-reprisals", "sp-hrd", "sp-ijl", "sp-truth"):
            assert seat.page.locator(f'input[name=chosen][value^="{mechanism}|"]').count() == 1
        seat.page.locator('a[href*="/draft/sp-ijl"]').first.click()
        assert "United States" in seat.reads() and "visas will be refused" in seat.reads()
    reporter.visitor.sent_no_cookie_to(office.url)
