"""The API for desks: signed, fresh, once; and what it lists and hands out."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from crypto.age import encrypt
from crypto.hybrid import HybridIdentity
from portal.intake import clock
from portal.wire import NONCE_HEADER
from tests.intake.conftest import Intake
from tests.intake.people import Desk

DAYS = "/api/days"


def error(response: object) -> object:
    return response.get_json()["error"]  # type: ignore[attr-defined]


def test_hello_tells_who_is_there(new_intake: Intake) -> None:
    """Instance, whether a desk is enrolled, and the time, for whoever asks."""
    said = new_intake.app.test_client().get("/api/hello").get_json()
    assert said["instance"] == new_intake.store.instance.hex()
    assert said["enrolled"] is False
    assert abs(datetime.fromisoformat(said["time"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_every_answer_of_the_api_brings_a_nonce(intake: Intake) -> None:
    """Refusals bring one too, or a desk could never begin."""
    client = intake.app.test_client()
    for path in ("/api/hello", DAYS, "/api/meet/" + "0" * 32 + "/ask"):
        assert client.get(path).headers[NONCE_HEADER]


def test_an_unsigned_request_gets_nothing(intake: Intake) -> None:
    """Without a signature there is a refusal and no list."""
    response = intake.app.test_client().get(DAYS)
    assert (response.status_code, error(response)) == (401, "signature")


def test_a_stranger_is_told_that_the_key_is_unknown(intake: Intake) -> None:
    """A good signature by a key that is not registered opens nothing."""
    stranger = Desk(intake.app)
    stranger.client.get("/api/hello")
    response = stranger.asks("GET", DAYS)
    assert (response.status_code, error(response)) == (401, "unknown key")


def test_a_nonce_is_good_once(intake: Intake) -> None:
    """A request that is sent again as it was is refused, however fresh it is."""
    desk = intake.steward.desk
    desk.asks("GET", DAYS)
    headers = desk.signature("GET", DAYS)
    assert desk.sends("GET", DAYS, b"", headers).status_code == 200
    replayed = desk.sends("GET", DAYS, b"", headers)
    assert (replayed.status_code, error(replayed)) == (401, "nonce")


def test_a_nonce_is_good_for_five_minutes(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A nonce that waited longer is refused, and so is one that nobody issued."""
    desk = intake.steward.desk
    desk.asks("GET", DAYS)
    later = datetime.now(UTC) + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert error(desk.asks_once("GET", DAYS)) == "nonce"
    monkeypatch.undo()
    desk.nonce = "AAAA" * 14
    assert error(desk.asks_once("GET", DAYS)) == "nonce"


@pytest.mark.parametrize(("minutes", "words"), [(30, "30 minutes ahead"), (-600, "600 minutes behind")])
def test_a_clock_that_is_off_is_told_by_how_much(intake: Intake, minutes: int, words: str) -> None:
    """The refusal says how far the clocks are apart, in seconds and in a sentence."""
    desk = intake.steward.desk
    created = datetime.now(UTC) + timedelta(minutes=minutes)
    response = desk.sends("GET", DAYS, b"", desk.signature("GET", DAYS, created=created))
    said = response.get_json()
    assert (response.status_code, said["error"]) == (401, "clock")
    assert abs(said["seconds"] - minutes * 60) <= 2
    assert words in said["says"]


def test_a_clock_two_minutes_off_is_borne(intake: Intake) -> None:
    """Small differences are not refused."""
    desk = intake.steward.desk
    for minutes in (-4, 1.9):
        desk.asks("GET", DAYS)
        created = datetime.now(UTC) + timedelta(minutes=minutes)
        assert desk.sends("GET", DAYS, b"", desk.signature("GET", DAYS, created=created)).status_code == 200


def test_what_is_signed_is_what_is_done(intake: Intake) -> None:
    """Another body, method, address or query than the signed one is refused."""
    desk = intake.steward.desk
    body, path = b'{"slot":"%s"}' % (b"0" * 64), "/api/meet"
    attempts = [
        ("POST", path, b'{"slot":"%s"}' % (b"1" * 64)),
        ("PUT", "/api/directory", body),
        ("POST", path + "?x=1", body),
        ("POST", "/api/desks", body),
    ]
    for method, target, sent in attempts:
        desk.asks("GET", DAYS)
        assert error(desk.sends(method, target, sent, desk.signature("POST", path, body))) == "signature"
    desk.asks("GET", DAYS)
    assert desk.sends("POST", path, body, desk.signature("POST", path, body)).status_code == 200


def test_a_desk_that_is_no_admin_may_read_and_not_rule(intake: Intake) -> None:
    """Directory, desks and meetings are an admin's."""
    desk = intake.second_desk()
    assert desk.asks("GET", DAYS).status_code == 200
    for method, path in (("GET", "/api/desks"), ("PUT", "/api/directory"), ("POST", "/api/meet")):
        assert desk.asks(method, path, b"{}").status_code == 403
    assert desk.asks("DELETE", f"/api/desks/{intake.steward.desk.keyid}").status_code == 403


def test_a_removed_desk_is_a_stranger(intake: Intake) -> None:
    """From the moment it is removed its signature opens nothing."""
    desk, admin = intake.second_desk(), intake.steward.desk
    assert desk.asks("GET", DAYS).status_code == 200
    assert {d["keyid"] for d in admin.asks_json("GET", "/api/desks")["desks"]} == {desk.keyid, admin.keyid}
    assert admin.asks("DELETE", f"/api/desks/{desk.keyid}").status_code == 200
    assert error(desk.asks("GET", DAYS)) == "unknown key"
    assert admin.asks("DELETE", f"/api/desks/{desk.keyid}").status_code == 404


def test_there_is_always_an_admin(intake: Intake) -> None:
    """The last admin can be neither removed nor made less."""
    admin = intake.steward.desk
    assert admin.asks("DELETE", f"/api/desks/{admin.keyid}").status_code == 409
    body = json.dumps({"api": admin.api.hex(), "admin": False}).encode()
    assert admin.asks("POST", "/api/desks", body).status_code == 409
    other = intake.second_desk(admin=True)
    assert other.asks("DELETE", f"/api/desks/{admin.keyid}").status_code == 200


def test_a_day_has_a_digest_of_its_list(intake: Intake) -> None:
    """The digest is that of the bytes of the list, and changes when something is added."""
    reporter, desk = intake.reporter(), intake.steward.desk
    reporter.tells("one")
    [(day, said)] = desk.asks_json("GET", DAYS)["days"].items()
    listed = desk.asks("GET", f"{DAYS}/{day}")
    assert hashlib.sha256(listed.data).hexdigest() == said["digest"]
    names = [found["id"] for found in listed.get_json()["objects"]]
    reporter.tells("two")
    assert desk.asks_json("GET", DAYS)["days"][day] != said
    again = desk.asks_json("GET", f"{DAYS}/{day}")["objects"]
    assert set(names) < {found["id"] for found in again}
    assert again == sorted(again, key=lambda found: str(found["id"]))
    assert {found["audience"] for found in again} == {"desk"}


def test_a_closed_day_keeps_its_digest(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days later the digest is remembered, and still that of the list."""
    intake.reporter().tells("one")
    desk = intake.steward.desk
    before = desk.asks_json("GET", DAYS)
    later = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setattr("portal.intake.shelf.clock.today", lambda: later.date())
    assert desk.asks_json("GET", DAYS) == before
    monkeypatch.setattr("portal.intake.shelf._listing", lambda *_: pytest.fail("computed again"))
    assert desk.asks_json("GET", DAYS) == before


def test_a_day_that_is_none_is_not_found(intake: Intake) -> None:
    """An empty day has an empty list; what is no day has none."""
    desk = intake.steward.desk
    assert desk.asks_json("GET", f"{DAYS}/2020-01-01") == {"objects": [], "tombstones": []}
    assert desk.asks("GET", f"{DAYS}/yesterday").status_code == 404


@pytest.mark.parametrize("size", [100, 300_000])
def test_objects_come_in_ranges(intake: Intake, size: int) -> None:
    """Any range of a stored object, in a row or in a file, is the same bytes as in the whole."""
    reporter, desk = intake.reporter(), intake.steward.desk
    entry = reporter.attaches("a.bin", os.urandom(size))
    assert reporter.tells("x", (entry,)).status_code == 201
    path = f"/api/objects/{entry.object}"
    whole = desk.asks("GET", path)
    assert whole.headers["Accept-Ranges"] == "bytes"
    length = len(whole.data)
    for first, last in ((0, 0), (10, 1626), (1600, 1700), (1627, 1627), (1627, length - 1), (length - 5, length - 1)):
        part = desk.asks("GET", path, headers={"Range": f"bytes={first}-{last}"})
        assert (part.status_code, part.data) == (206, whole.data[first : last + 1])
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{length}"
    assert desk.asks("GET", path, headers={"Range": "bytes=5000-"}).data == whole.data[5000:]
    assert desk.asks("GET", path, headers={"Range": f"bytes={length}-"}).status_code == 416


def test_what_a_desk_brings_is_kept_once(intake: Intake) -> None:
    """The same again is fine; another content, thread or audience under the same id is refused."""
    desk, thread = intake.steward.desk, os.urandom(32).hex()
    recipient = HybridIdentity.generate().recipient
    sealed, other = (encrypt(bytes(16384), [recipient]) for _ in range(2))
    path = f"/api/objects/{os.urandom(16).hex()}?thread={thread}&audience="
    assert desk.asks("PUT", path + "desk", sealed).status_code == 201
    assert desk.asks("PUT", path + "desk", sealed).status_code == 200
    assert desk.asks("PUT", path + "desk", other).status_code == 409
    assert desk.asks("PUT", path + "reporter", sealed).status_code == 409
    assert desk.asks("PUT", path.replace(thread, "0" * 64) + "desk", sealed).status_code == 409
    assert desk.asks("PUT", path + "everybody", sealed).status_code == 400


def test_what_a_desk_brings_is_sealed(intake: Intake) -> None:
    """The intake takes no plaintext from a desk either."""
    path = f"/api/objects/{os.urandom(16).hex()}?thread={'0' * 64}&audience=desk"
    for body in (b"plain words", b"", encrypt(bytes(100), [HybridIdentity.generate().recipient])):
        assert intake.steward.desk.asks("PUT", path, body).status_code == 422


def test_wraps_are_kept_in_their_newest_version(intake: Intake) -> None:
    """A wrap is sealed to eight keys or a multiple; a new one takes the old one's place and says so."""
    desk, epoch = intake.steward.desk, os.urandom(16).hex()
    recipients = [HybridIdentity.generate().recipient for _ in range(16)]
    first, second = encrypt(bytes(16384), recipients[:8]), encrypt(bytes(16384), recipients)
    assert desk.asks("GET", f"/api/wraps/{epoch}").status_code == 404
    for sealed, version in ((first, 1), (first, 1), (second, 2)):
        assert desk.asks("PUT", f"/api/wraps/{epoch}", sealed).get_json() == {"version": version}
    assert desk.asks("GET", f"/api/wraps/{epoch}").data == second
    assert desk.asks_json("GET", "/api/wraps") == {
        "wraps": {epoch: {"version": 2, "sha256": hashlib.sha256(second).hexdigest()}}
    }
    for refused in (encrypt(bytes(16384), recipients[:7]), b"seed", encrypt(bytes(16384), recipients[:1])):
        assert desk.asks("PUT", f"/api/wraps/{epoch}", refused).status_code == 422


def test_a_meeting_place_is_open_to_who_knows_it(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """An admin opens it by a hash; with the id both sides leave letters, the joining one only once; it lasts a week."""
    client, slot = intake.app.test_client(), os.urandom(16)
    place = f"/api/meet/{slot.hex()}"
    assert client.put(place + "/ask", data=b"too early").status_code == 404
    intake.steward.desk.asks_json("POST", "/api/meet", {"slot": hashlib.sha256(slot).hexdigest()})
    assert client.get(place + "/ask").status_code == 404
    assert client.put(place + "/ask", data=b"I am").status_code == 200
    assert client.put(place + "/ask", data=b"I am").status_code == 200
    assert client.put(place + "/ask", data=b"No, I am").status_code == 409
    assert client.put(place + "/answer", data=b"You are").status_code == 200
    assert (client.get(place + "/ask").data, client.get(place + "/answer").data) == (b"I am", b"You are")
    assert client.put(place + "/answer", data=bytes(256 * 1024 + 1)).status_code == 413
    assert client.get(f"/api/meet/{hashlib.sha256(slot).hexdigest()}/ask").status_code == 404
    later = datetime.now(UTC) + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(place + "/ask").status_code == 404
