"""The first days of an organisation: order, interruption, and what is refused."""

from __future__ import annotations

from pathlib import Path

import requests

from tests.desk.personas import PASSPHRASE, Office, Reporter, Reviewer


def test_founding_opens_the_intake(empty_office: Office, tmp_path: Path) -> None:
    """The intake is closed until the identity was saved, and open once founding has finished."""
    ada = Reviewer("Ada", tmp_path / "ada", empty_office)
    founding = ada.desk.found("Ada", PASSPHRASE, empty_office.code())
    copy = founding.copy()
    assert requests.get(f"{empty_office.url}/key", timeout=30).status_code == 503
    founding.finish(copy)
    assert requests.get(f"{empty_office.url}/key", timeout=30).status_code == 200
    assert ada.desk.me.roles == ("admin", "reviewer")
    (key,) = ada.desk.keys()
    assert key.state == "in force"
    reporter = Reporter(empty_office)
    reporter.tells("They came at night.")
    assert ada.opens(reporter).messages[0].text == "They came at night."
