"""The first start, the lock, people and keys: what a person is asked, and what happens then."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from portal.desk import model
from portal.desk.errors import DeskError
from portal.desk.web.lock import own_path
from tests.desk.paperdesk import CASE, PASSPHRASE, WORDS, PaperDesk, Visitor, visits

FOUND = {"name": " Ada ", "passphrase": PASSPHRASE, "again": PASSPHRASE, "code": "abcd-efgh"}
SHOWN_WORDS = " ".join(WORDS)


def arrives(tmp_path: Path, state: model.State = "unlocked", **more: str) -> tuple[PaperDesk, Visitor]:
    desk = PaperDesk(state=state)
    return desk, visits(desk, tmp_path, **more)


def test_a_new_desk_offers_three_ways(tmp_path: Path) -> None:
    """Found, join, restore: explained, whatever address is asked for."""
    _desk, visitor = arrives(tmp_path, "new")
    for path in ("/", "/inbox", f"/case/{CASE}/", "/people/", "/keys/"):
        assert visitor.get(path).location == "/start/"
    page = visitor.get("/start/").text
    for path in ("/start/found", "/start/join", "/start/restore"):
        assert f'href="{path}"' in page and visitor.get(path).status_code == 200


def test_founding_does_not_end_before_the_file_is_saved(tmp_path: Path) -> None:
    """Name, code and passphrase; then every page leads to saving; the saved file itself opens the intake."""
    desk, visitor = arrives(tmp_path, "new")
    page = visitor.get("/start/found").text
    assert "one two three four five six seven" in page
    assert visitor.post("/start/found", FOUND).location == "/start/save"
    assert desk.asked == [("found", "Ada", PASSPHRASE, "abcd-efgh")]
    for path in ("/inbox", "/people/", f"/case/{CASE}/"):
        assert visitor.get(path).location == "/start/resume"
    assert visitor.get("/start/resume").location == "/start/save"
    copy = visitor.get("/start/identity.age")
    assert copy.data == b"age identity"
    assert copy.headers["Content-Disposition"] == "attachment; filename=desk-identity.age"
    visitor.get("/start/save")
    assert visitor.post("/start/save").status_code == 422
    wrong = visitor.post("/start/save", {"identity": (BytesIO(b"something else"), "x.age")})
    assert wrong.status_code == 422 and "another file" in wrong.text
    assert visitor.post("/start/save", {"identity": (BytesIO(copy.data), "x.age")}).location == "/welcome"
    assert ("finish", b"age identity") in desk.asked
    assert SHOWN_WORDS in visitor.get("/welcome").text


def test_founding_can_be_finished_by_a_typed_word(tmp_path: Path) -> None:
    """Who cannot choose the file here says in a word that it is in its place; any other word is not enough."""
    desk, visitor = arrives(tmp_path, "new")
    visitor.get("/start/found")
    visitor.post("/start/found", FOUND)
    visitor.get("/start/save")
    assert visitor.post("/start/save", {"word": "yes"}).status_code == 422
    assert visitor.post("/start/save", {"word": " Saved "}).status_code == 303
    assert ("finish", None) in desk.asked


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Type the name"),
        ({"code": ""}, "Type the one-time code"),
        ({"passphrase": "short", "again": "short"}, "at least 12 characters"),
        ({"again": "another long passphrase"}, "The two passphrases differ"),
    ],
)
@pytest.mark.parametrize("way", ["found", "join"])
def test_what_is_missing_is_told_and_nothing_is_made(
    tmp_path: Path, way: str, change: dict[str, str], says: str
) -> None:
    """Both first forms check the same four answers; a passphrase never comes back in a page."""
    desk, visitor = arrives(tmp_path, "new")
    visitor.get(f"/start/{way}")
    answer = visitor.post(f"/start/{way}", FOUND | change)
    assert answer.status_code == 422 and says in answer.text
    assert PASSPHRASE not in answer.text and desk.asked == []


def test_a_refused_code_is_a_sentence(tmp_path: Path) -> None:
    """What the intake says about a code reaches the person with what to do."""
    desk, visitor = arrives(tmp_path, "new")
    desk.fails = DeskError("This code has been used.", "Print a new one at the intake.")
    visitor.get("/start/found")
    answer = visitor.post("/start/found", FOUND)
    assert answer.status_code == 422 and "Print a new one at the intake." in answer.text


def test_joining_waits_for_the_words_to_be_compared(tmp_path: Path) -> None:
    """The words are shown; until the admin admits, nothing else opens."""
    desk, visitor = arrives(tmp_path, "new")
    visitor.get("/start/join")
    assert visitor.post("/start/join", FOUND).location == "/start/wait"
    assert SHOWN_WORDS in visitor.get("/start/wait").text
    assert visitor.get("/inbox").location == "/start/resume"
    assert "Not admitted yet" in visitor.post("/start/wait").text
    desk.admitted = True
    assert visitor.post("/start/wait").location == "/welcome"


def test_restoring_needs_file_and_passphrase(tmp_path: Path) -> None:
    """Both are handed to the desk as they are."""
    desk, visitor = arrives(tmp_path, "new")
    visitor.get("/start/restore")
    assert visitor.post("/start/restore", {"passphrase": PASSPHRASE}).status_code == 422
    form = {"passphrase": PASSPHRASE, "identity": (BytesIO(b"age"), "x.age")}
    assert visitor.post("/start/restore", form).status_code == 303
    assert desk.asked[0] == ("restore", b"age", PASSPHRASE)


@pytest.mark.parametrize("page", ["", "found", "join", "restore", "save", "wait"])
def test_the_first_start_happens_once(tmp_path: Path, page: str) -> None:
    """On a desk that has an identity these pages do nothing."""
    desk, visitor = arrives(tmp_path)
    assert visitor.get(f"/start/{page}").status_code == 303
    visitor.post(f"/start/{page}", FOUND)
    assert not [act for act in desk.asked if act[0] in ("found", "join", "restore", "finish")]


def test_a_locked_desk_shows_nothing_and_comes_back_to_the_page(tmp_path: Path) -> None:
    """The case that was asked for opens after the passphrase; before it, no name and no case is on the page."""
    _desk, visitor = arrives(tmp_path, "locked")
    answer = visitor.get(f"/case/{CASE}/")
    assert answer.status_code == 303 and answer.location.startswith("/unlock?next=")
    page = visitor.get(answer.location)
    assert "airport" not in page.text and "Ada" not in page.text
    assert visitor.post("/unlock", {"passphrase": PASSPHRASE, "next": f"/case/{CASE}/"}).location == f"/case/{CASE}/"


def test_a_wrong_passphrase_says_how_long_to_wait(tmp_path: Path) -> None:
    """The sentence of the desk is shown, the passphrase is not."""
    desk, visitor = arrives(tmp_path, "locked")
    visitor.get("/unlock")
    answer = visitor.post("/unlock", {"passphrase": "wrong guess here"})
    assert answer.status_code == 403 and "Try again in 4 seconds." in answer.text
    assert "wrong guess here" not in answer.text and desk.state == "locked"


def test_the_lock_button_is_on_every_page_and_locks(tmp_path: Path) -> None:
    """One press, from anywhere."""
    desk, visitor = arrives(tmp_path)
    for path in (
        "/inbox",
        f"/case/{CASE}/",
        "/people/",
        "/keys/",
        "/keys/rotate",
        "/keys/copy",
        "/welcome",
        "/nowhere",
    ):
        assert 'action="/lock"' in visitor.get(path).text, path
    assert visitor.post("/lock").status_code == 303
    assert desk.state == "locked" and visitor.get("/inbox").location.startswith("/unlock")


@pytest.mark.parametrize("box", ["reply", "note"])
def test_a_text_survives_the_automatic_lock(tmp_path: Path, box: str) -> None:
    """Not sent while locked; back in its own box after unlocking; shown once."""
    desk, visitor = arrives(tmp_path)
    visitor.get(f"/case/{CASE}/")
    desk.lock()
    late = visitor.post(f"/case/{CASE}/{box}", {"text": "A long & careful letter"})
    assert late.status_code == 403 and "was not done" in late.text and "A long &amp; careful letter" in late.text
    kept = {"kept_case": CASE, "kept_box": box, "kept_text": "A long & careful letter", "passphrase": PASSPHRASE}
    assert visitor.post("/unlock", kept).location == f"/case/{CASE}/#{box}"
    assert not [act for act in desk.asked if act[0] == box]
    page = visitor.get(f"/case/{CASE}/").text
    field = page.index(f'id="{box}-text"')
    assert "A long &amp; careful letter" in page[field : field + 400]
    assert "A long &amp; careful letter" not in visitor.get(f"/case/{CASE}/").text


def test_locking_forgets_a_kept_text(tmp_path: Path) -> None:
    """The lock button leaves nothing of a letter in memory."""
    desk, visitor = arrives(tmp_path)
    visitor.get(f"/case/{CASE}/")
    desk.lock()
    visitor.post(f"/case/{CASE}/note", {"text": "Dear friend"})
    visitor.post(
        "/unlock", {"kept_case": CASE, "kept_box": "note", "kept_text": "Dear friend", "passphrase": PASSPHRASE}
    )
    visitor.get("/inbox")
    visitor.post("/lock")
    desk.state = "unlocked"
    assert "Dear friend" not in visitor.get(f"/case/{CASE}/").text


@pytest.mark.parametrize(
    "address",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil", "javascript:x", "/\t/evil", "", None],
)
def test_unlocking_leads_to_no_other_site(address: str | None) -> None:
    """Only addresses of this desk are followed."""
    assert own_path(address) is None


def test_a_demonstration_says_so_on_every_page(tmp_path: Path) -> None:
    """Also at the door and on errors."""
    desk, visitor = arrives(tmp_path, UNHINDERED_DEMO="1")
    door = Visitor(visitor.client.application).get("/")
    pages = [visitor.get(path) for path in ("/inbox", f"/case/{CASE}/", "/people/", "/keys/", "/nowhere")]
    desk.lock()
    pages.append(visitor.get("/unlock"))
    for page in (door, *pages):
        assert "Demonstration: no real report is here" in page.text


def test_an_invitation_is_shown_once(tmp_path: Path) -> None:
    """The code stands on the page that made it and nowhere afterwards."""
    _desk, visitor = arrives(tmp_path)
    visitor.get("/people/")
    assert "ABCD-EFGH-JKMN-PQRS-TVWX-YZ" in visitor.post("/people/invite").text
    assert "ABCD-EFGH" not in visitor.get("/people/").text


def test_nobody_is_admitted_before_the_words_are_compared(tmp_path: Path) -> None:
    """The box must be ticked and a role chosen."""
    desk, visitor = arrives(tmp_path)
    desk.waiting = (model.Pending("p1", "join", "Linus", WORDS),)
    page = visitor.get("/people/").text
    assert "Linus" in page and SHOWN_WORDS in page
    assert visitor.post("/people/admit/p1", {"p1-roles": "reviewer"}).status_code == 422
    assert visitor.post("/people/admit/p1", {"p1-compared": "y"}).status_code == 422
    assert visitor.post("/people/admit/p1", {"p1-roles": "owner", "p1-compared": "y"}).status_code == 422
    assert [act for act in desk.asked if act[0] == "admit"] == []
    good = {"p1-roles": ["reviewer", "admin"], "p1-compared": "y"}
    assert visitor.post("/people/admit/p1", good).status_code == 303
    assert desk.asked[-1] == ("admit", "p1", ["reviewer", "admin"])


@pytest.mark.parametrize("path", ["/people/invite", "/people/admit/p1", "/keys/rotate"])
def test_reviewers_who_are_not_admins_cannot_act_as_one(tmp_path: Path, path: str) -> None:
    """Neither the buttons nor their addresses work."""
    desk, visitor = arrives(tmp_path)
    desk.admin = False
    for page in ("/people/", "/keys/"):
        assert f'"{path}"' not in visitor.get(page).text
    assert visitor.post(path, {"sure": "y", "p1-roles": "admin", "p1-compared": "y"}).status_code == 403
    assert not [act for act in desk.asked if act[0] in ("invite", "admit", "rotate")]


def test_rotation_says_first_what_will_happen(tmp_path: Path) -> None:
    """Nothing happens without the tick; with it, one new key."""
    desk, visitor = arrives(tmp_path)
    page = visitor.get("/keys/rotate").text
    assert "This is what will happen" in page and "ab12cd34" in page
    assert visitor.post("/keys/rotate").status_code == 422
    assert ("rotate",) not in desk.asked
    assert visitor.post("/keys/rotate", {"sure": "y"}).location == "/keys/"
    assert desk.asked.count(("rotate",)) == 1
    assert "99999999" in visitor.get("/keys/").text


def test_the_keys_page_shows_dates_states_and_the_fingerprint(tmp_path: Path) -> None:
    """What an admin compares by voice, and every key with its days."""
    _desk, visitor = arrives(tmp_path)
    page = visitor.get("/keys/").text
    for words in (
        "In force",
        "Older, still accepted",
        "2026-12-20",
        "2027-04-20",
        "12 objects",
        SHOWN_WORDS,
        "0f3c 0f3c",
    ):
        assert words in page


def test_an_identity_file_can_be_saved_again(tmp_path: Path) -> None:
    """A deliberate press, a plain name; a copy that is out of date is said so."""
    desk, visitor = arrives(tmp_path)
    desk.copy_due = True
    assert "no longer carries the newest key" in visitor.get("/keys/copy").text
    saved = visitor.post("/keys/copy/identity.age")
    assert saved.data == b"age identity" and "attachment" in saved.headers["Content-Disposition"]
