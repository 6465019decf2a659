"""The public directory: replaced whole, never backwards, with a fresh timestamp."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from portal.intake import clock
from portal.keynote import check_note
from tests.intake.conftest import Intake
from tests.intake.people import LIFE, ORIGIN, Desk, Steward


class ThroughTheClient(FetcherInterface):
    """Fetches what the updater asks for from the app under test."""

    def __init__(self, intake: Intake) -> None:
        self.client = intake.app.test_client()

    def _fetch(self, url: str) -> Any:
        response = self.client.get(urlsplit(url).path)
        if response.status_code != 200:
            raise DownloadHTTPError(url, response.status_code)
        yield response.data


def test_a_tuf_client_reads_the_directory(intake: Intake, tmp_path: Path) -> None:
    """python-tuf's own updater verifies what the intake serves, from the first root to a key note."""
    bootstrap = intake.app.test_client().get("/directory/metadata/1.root.json").data
    assert bootstrap == intake.store.root()
    for folder in ("metadata", "targets"):
        (tmp_path / folder).mkdir()
    updater = Updater(
        str(tmp_path / "metadata"),
        f"{ORIGIN}/directory/metadata/",
        str(tmp_path / "targets"),
        f"{ORIGIN}/directory/targets/",
        fetcher=ThroughTheClient(intake),
        bootstrap=bootstrap,
    )
    updater.refresh()
    assert intake.key is not None
    found = updater.get_targetinfo(f"notes/{intake.key.epoch.hex()}.json")
    assert found is not None
    file = Path(updater.download_target(found)).read_bytes()
    assert file == intake.app.test_client().get("/key").data


def test_the_key_note_counts_for_a_script(intake: Intake) -> None:
    """What /key gives is signed by a steward whom /stewards.js names."""
    client = intake.app.test_client()
    script = client.get("/stewards.js")
    assert script.content_type == "text/javascript; charset=utf-8"
    values = {}
    for line in script.text.splitlines():
        name, _, value = line.removeprefix("export const ").rstrip(";").partition("=")
        values[name] = json.loads(value)
    stewards = {keyid: bytes.fromhex(key) for keyid, key in values["stewards"].items()}
    note = check_note(client.get("/key").data, stewards, values["threshold"], bytes.fromhex(values["instance"]))
    assert note == intake.key


def test_a_newer_key_takes_over_at_once(intake: Intake) -> None:
    """After a rotation the very next visitor is given the new key."""
    assert intake.key is not None
    new = intake.steward.makes_key()
    assert intake.steward.publishes().status_code == 200
    assert new.epoch != intake.key.epoch
    assert intake.store.key_in_force() == new
    assert intake.reporter().tells("sealed to the old key, and still taken").status_code == 201


def test_publishing_again_changes_nothing(intake: Intake) -> None:
    """The same files again are fine, for an answer may be lost."""
    files = intake.steward.publication()
    first, second = intake.steward.publishes(files), intake.steward.publishes(files)
    assert first.status_code == second.status_code == 200
    stamp = intake.app.test_client().get("/directory/metadata/timestamp.json").get_json(force=True)
    assert stamp["signed"]["version"] == 2


@pytest.mark.claim("C3")
def test_the_directory_never_goes_back(intake: Intake) -> None:
    """An older snapshot, or another first root, is refused, and what stands goes on standing."""
    steward = intake.steward
    old = steward.publication()
    assert steward.publishes().status_code == 200
    assert steward.publishes(old).status_code == 409
    usurper = Steward(steward.desk, instance=steward.instance, timestamp_key=steward.timestamp_key, version=10)
    usurper.makes_key()
    assert usurper.publishes().status_code == 409
    assert intake.store.key_in_force() == intake.key


def test_what_does_not_belong_together_is_refused(intake: Intake) -> None:
    """Missing files, foreign signatures, other names: nothing of such a publication is taken."""
    steward = intake.steward

    def without(part: str) -> dict[str, bytes]:
        return {path: data for path, data in steward.publication().items() if part not in path}

    def changed(part: str) -> dict[str, bytes]:
        return {
            path: data.replace(b'"version": ', b'"version":  ').replace(b"sig", b"gis") if part in path else data
            for path, data in steward.publication().items()
        }

    foreign = Steward(Desk(intake.app), instance=steward.instance, timestamp_key=b"\1" * 32)
    spoiled = [without(part) for part in ("root", "snapshot", "targets.json", "notes-")]
    spoiled += [changed(part) for part in ("root", "snapshot", "targets.json", "notes-")]
    spoiled += [steward.publication() | {"../../etc/passwd": b"x"}, steward.publication() | {"targets/x": b"x"}]
    spoiled += [{}, foreign.publication()]
    for files in spoiled:
        refused = steward.publishes(files)
        assert refused.status_code == 422, sorted(files)
        assert refused.get_json()["says"]
    assert intake.store.key_in_force() == intake.key


def test_a_desk_in_the_middle_of_reading_finds_the_files_before(intake: Intake) -> None:
    """The publication before the newest is still served; older ones are gone, but for the roots."""
    client = intake.app.test_client()

    def there(version: int) -> bool:
        return client.get(f"/directory/metadata/{version}.snapshot.json").status_code == 200

    for _ in range(2):
        assert intake.steward.publishes().status_code == 200
    assert [there(version) for version in (1, 2, 3)] == [False, True, True]
    assert client.get("/directory/metadata/1.root.json").status_code == 200
    for path in ("metadata/9.snapshot.json", "metadata/passwd", "targets/none"):
        assert client.get(f"/directory/{path}").status_code == 404


def test_the_timestamp_is_renewed_when_it_is_read(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past half of its three days it is signed anew, with a higher version."""
    client = intake.app.test_client()

    def stamp() -> tuple[int, datetime]:
        signed = client.get("/directory/metadata/timestamp.json").get_json(force=True)["signed"]
        return signed["version"], datetime.fromisoformat(signed["expires"])

    first = stamp()
    assert stamp() == first
    later = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert stamp() == (2, (later + timedelta(days=3)).replace(microsecond=0))


def test_a_note_that_nobody_of_the_stewards_signed_is_passed_over(intake: Intake) -> None:
    """A key that somebody slipped in without a steward's signature does not come into force."""
    stranger = Steward(intake.steward.desk, instance=intake.steward.instance)
    for _ in range(5):
        stranger.makes_key()
    intake.steward.notes |= stranger.notes
    assert intake.steward.publishes().status_code == 200
    assert intake.store.key_in_force() == intake.key


def test_expiry_closes_the_intake(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the stewards' word runs out, the key is no longer given out."""
    long = intake.steward.makes_key(days=60)
    assert intake.steward.publishes().status_code == 200
    assert intake.store.key_in_force() == long
    later = datetime.now(UTC) + LIFE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert intake.store.key_in_force() is None
    assert intake.app.test_client().get("/key").status_code == 503
