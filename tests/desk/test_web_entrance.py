"""Who may speak to the desk: tokens, host names, other sites, forms."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from portal.desk.web import tokens
from portal.settings import DeskSettings
from tests.desk.paperdesk import CASE, ORIGIN, PaperDesk, Visitor, desk_app, desk_settings

UNSAFE = [
    "/lock", "/sync", "/shortcuts", "/language", "/touch", "/unlock", "/start/found", "/start/save", "/start/join",
    "/start/wait", "/start/restore", "/people/invite", "/people/admit/p1", "/keys/rotate", "/keys/copy/identity.age",
    f"/case/{CASE}/reply", f"/case/{CASE}/note", f"/case/{CASE}/status", f"/case/{CASE}/assign",
    f"/case/{CASE}/facets", f"/case/{CASE}/decide",
]  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> DeskSettings:
    return desk_settings(tmp_path)


@pytest.fixture
def desk() -> PaperDesk:
    return PaperDesk()


@pytest.fixture
def app(desk: PaperDesk, settings: DeskSettings) -> Flask:
    return desk_app(desk, settings)


@pytest.fixture
def inside(app: Flask, settings: DeskSettings) -> Visitor:
    visitor = Visitor(app)
    assert visitor.get(f"/enter?token={tokens.issue(settings)}").status_code == 303
    visitor.get("/inbox")
    return visitor


def test_only_the_digest_of_a_token_is_kept_for_its_owner_alone(settings: DeskSettings) -> None:
    """The file holds SHA-256 and nothing else, readable by its owner only, in a folder of the same kind."""
    token = tokens.issue(settings)
    path = tokens.token_file(settings)
    assert path.read_text() == tokens.digest(token) and token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["token"]


def test_a_token_opens_once_and_a_wrong_one_consumes_nothing(settings: DeskSettings) -> None:
    """A guess does not use the real token up; the real one works once; an older one not at all."""
    older, token = tokens.issue(settings), tokens.issue(settings)
    assert [tokens.redeem(settings, t) for t in ("", "guess", older, token, token)] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_of_two_visits_at_once_one_enters(settings: DeskSettings) -> None:
    """The token cannot be spent twice by being quick."""
    token = tokens.issue(settings)
    entered: list[bool] = []
    visits = [threading.Thread(target=lambda: entered.append(tokens.redeem(settings, token))) for _ in range(8)]
    for visit in visits:
        visit.start()
    for visit in visits:
        visit.join()
    assert entered.count(True) == 1


def test_a_used_address_says_how_to_get_a_new_one(app: Flask, inside: Visitor, settings: DeskSettings) -> None:
    """A second browser with the same address stays outside and is told what to type."""
    token = tokens.issue(settings)
    assert Visitor(app).get(f"/enter?token={token}").status_code == 303
    late = Visitor(app).get(f"/enter?token={token}")
    assert late.status_code == 403 and "app:desk address" in late.text
    assert inside.get(f"/enter?token={token}").status_code == 303


@pytest.mark.claim("C11")
def test_without_a_session_every_address_is_the_door(app: Flask) -> None:
    """Whoever has not entered sees one page, which tells neither the organisation's name nor whether a case exists."""
    seen = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("static", "entrance.enter") or "GET" not in (rule.methods or set()):
            continue
        path = rule.rule.replace("<case_id>", CASE)
        for name in rule.arguments - {"case_id"}:
            path = path.replace(f"<{name}>", "0" * 32)
        answer = Visitor(app).get(path)
        assert answer.status_code == 403, path
        seen.add(answer.data)
    assert len(seen) == 1 and b"app:desk address" in seen.pop()
    assert "Example Watch" not in Visitor(app).get("/nowhere").text


@pytest.mark.claim("C11")
@pytest.mark.parametrize("path", UNSAFE)
def test_without_a_session_nothing_can_be_done(app: Flask, desk: PaperDesk, path: str) -> None:
    """A form posted from outside does nothing, whatever it holds."""
    assert Visitor(app).post(path, {"text": "x", "name": "x"}).status_code == 403
    assert desk.asked == [] and desk.state == "unlocked"


def test_every_button_is_in_the_list_of_unsafe_addresses(app: Flask) -> None:
    """A new form cannot be forgotten by the tests of this file."""
    posted = {r.rule for r in app.url_map.iter_rules() if "POST" in (r.methods or set())}
    assert {p.replace(CASE, "<case_id>").replace("p1", "<pending_id>") for p in UNSAFE} == posted


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8001", "localhost", "localhost:8002", "evil.example:8001", "localhost:8001.evil.example",
        "LOCALHOST:8001", "",
    ],
)  # fmt: skip
def test_another_host_name_gets_nothing(app: Flask, inside: Visitor, host: str) -> None:
    """DNS rebinding: the session's own cookie under another name opens no page and does no act."""
    for method, path in (
        ("GET", "/inbox"),
        ("GET", "/static/css/desk.css"),
        ("POST", "/lock"),
        ("GET", "/enter?token=x"),
    ):
        answer = inside.client.open(
            path, method=method, base_url=ORIGIN, headers={"Host": host, "Origin": f"http://{host}"}
        )
        assert answer.status_code == 421
        assert "Example Watch" not in answer.text and "Set-Cookie" not in answer.headers


CROSS: list[dict[str, str]] = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "https://localhost:8001"},
    {"Origin": "http://localhost:8001.evil.example"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", CROSS, ids=lambda headers: " ".join(headers.values()))
@pytest.mark.parametrize("path", UNSAFE)
def test_another_site_cannot_post(inside: Visitor, desk: PaperDesk, path: str, headers: dict[str, str]) -> None:
    """Even with the session's cookie and a good CSRF token, the origin decides."""
    before = list(desk.asked)
    answer = inside.post(path, {"text": "x", "sure": "y", "status": "closed", "reason": "x"}, **headers)
    assert answer.status_code == 403
    assert desk.asked == before and desk.state == "unlocked"


@pytest.mark.parametrize("path", UNSAFE)
def test_a_form_without_its_token_is_refused(inside: Visitor, desk: PaperDesk, path: str) -> None:
    """Every form needs the CSRF token of this session, and a missing origin is refused as well."""
    before = list(desk.asked)
    inside.token = ""
    answer = inside.post(path, {"text": "x", "sure": "y"})
    assert answer.status_code == 400 and "too old" in answer.text
    bare = inside.client.post(path, base_url=ORIGIN, data={"text": "x"})
    assert bare.status_code == 403
    assert desk.asked == before and desk.state == "unlocked"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_a_case_is_not_opened_by_another_site_or_ahead_of_time(
    inside: Visitor, desk: PaperDesk, headers: dict[str, str]
) -> None:
    """ "Opened by a person" is only said when a person at this desk asked for the page."""
    assert inside.get(f"/case/{CASE}/", **headers).status_code == 403
    assert ("open", CASE) not in desk.asked
    assert inside.get(f"/case/{CASE}/", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert ("open", CASE) in desk.asked


def test_a_link_from_elsewhere_leads_to_the_first_page_only(inside: Visitor) -> None:
    """The printed address may be a link in a terminal or a mail; a case may not."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert inside.get("/", **link).status_code == 303
    assert inside.get("/inbox", **link).status_code == 403


def test_the_cookie_is_strict_unreadable_and_says_nothing(app: Flask, settings: DeskSettings) -> None:
    """HttpOnly, SameSite=Strict, its own name, gone with the browser; inside is one word, no case and no person."""
    answer = Visitor(app).get(f"/enter?token={tokens.issue(settings)}")
    cookie = answer.headers["Set-Cookie"]
    name, value = cookie.split(";")[0].split("=", 1)
    assert name == "unhindered-desk"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Expires" not in cookie and "Max-Age" not in cookie
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None and serializer.loads(value) == {"entered": True}


def test_over_https_the_cookie_is_secure(tmp_path: Path) -> None:
    """A hosted desk behind TLS never sends its cookie in clear."""
    settings = desk_settings(tmp_path, UNHINDERED_DESK_URL="https://desk.example")
    app = desk_app(PaperDesk(), settings)
    answer = app.test_client().get(
        f"/enter?token={tokens.issue(settings)}", base_url="https://desk.example", headers={"Host": "desk.example"}
    )
    assert answer.status_code == 303 and "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_restart_ends_every_session(settings: DeskSettings, inside: Visitor) -> None:
    """The signing key lives in the process: a cookie of an earlier run opens nothing."""
    cookie = inside.client.get_cookie("unhindered-desk", domain="localhost")
    assert cookie is not None
    later = desk_app(PaperDesk(), settings).test_client()
    later.set_cookie("unhindered-desk", cookie.value, domain="localhost")
    assert later.get("/inbox", base_url=ORIGIN).status_code == 403


def test_every_answer_carries_the_headers(inside: Visitor, app: Flask) -> None:
    """Pages, refusals, styles and errors alike are not stored, not framed and load from nowhere else."""
    answers: list[Any] = [
        inside.get("/inbox"), inside.get("/nowhere"), inside.get("/static/css/desk.css"), Visitor(app).get("/"),
        inside.client.get("/", base_url="http://evil.example"),
    ]  # fmt: skip
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
