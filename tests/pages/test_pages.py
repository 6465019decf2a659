"""The reporter's pages, seen with a client that looks at every page it is given."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from crypto import fingerprint
from portal import text
from portal.questions import SECTIONS
from tests.pages import pseudo
from tests.pages.checker import Page, read_page
from tests.pages.opened import CONTACTS, ORGANISATION, Intake

KB = 1024
SCRIPTED = ("/en/report", "/en/return")
PUBLIC = ("/en/", *SCRIPTED, "/en/plain", "/en/plain/return")


def words(page: str) -> str:
    return " ".join(read_page(page).all("body")[0].text.split())


def test_the_first_page_says_who_and_how(intake: Intake) -> None:
    """Who runs it, who reads, who helps at once, one honest sentence, the fingerprint, and what it is not."""
    seen = intake.visitor().sees("/en/")
    said = words(seen.text)
    root = intake.store.root()
    assert seen.status_code == 200 and root is not None
    assert said.count(ORGANISATION) == 3
    for contact in CONTACTS.split("|"):
        assert contact in said
    assert " ".join(fingerprint.words(root)) in said
    assert "we cannot hide that you visited" in said
    assert "This is not a website of the United Nations." in said
    links = [link.attributes["href"] for link in read_page(seen.text).all("a")]
    assert {"/en/report", "/en/return", "/leave"} <= set(links)


def test_the_first_page_is_two_small_requests(intake: Intake) -> None:
    """HTML of at most 8 KB and one stylesheet of at most 6 KB; nothing else is loaded."""
    visitor = intake.visitor()
    seen = visitor.sees("/en/")
    loads = read_page(seen.text).all("link", "script", "img", "source", "iframe")
    assert [element.attributes.get("href") for element in loads] == ["data:,", "/static/css/reporter.css"]
    sheet = visitor.sees("/static/css/reporter.css").data
    assert len(seen.data) <= 8 * KB and len(sheet) <= 6 * KB
    assert not re.search(rb"url\(|@import|@font-face", sheet)


def test_the_stylesheet_knows_no_left_and_right() -> None:
    """Only logical properties: the same sheet serves both directions."""
    sheet = Path("portal/static/css/reporter.css").read_text()
    assert re.findall(r"[\w-]*(?:left|right)\b", sheet) == []
    assert re.findall(r"(?<![\w-])(?:width|height|top|bottom)\s*:", sheet) == []


def script_addresses(intake: Intake, start: str) -> set[str]:
    """A script and all that it imports, workers included."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        found.add(address)
        source = intake.visitor().sees(address).text
        for name in re.findall(r"""(?:from|new URL\() ?"([./][\w./-]+\.js)\"""", source):
            base = address.rsplit("/", 1)[0]
            path = name if name.startswith("/") else str(Path(f"{base}/{name}"))
            parts: list[str] = []
            for part in path.split("/"):
                parts = parts[:-1] if part == ".." else parts + ([part] if part not in ("", ".") else [])
            waiting.append("/" + "/".join(parts))
    return found


def test_the_form_page_is_light(intake: Intake) -> None:
    """At most 14 KB compressed, and it is sent compressed; its scripts are at most 70 KB more."""
    visitor = intake.visitor()
    plain = visitor.sees("/en/report")
    sent = visitor.client.get("/en/report", headers={"Accept-Encoding": "gzip"})
    assert sent.headers["Content-Encoding"] == "gzip" and sent.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(sent.data) == plain.data
    assert len(sent.data) <= 14 * KB
    scripts = script_addresses(intake, "/static/js/report.js")
    assert {"/stewards.js", "/static/vendor/age.js", "/static/js/seal-worker.js"} <= scripts
    served = [visitor.client.get(name, headers={"Accept-Encoding": "gzip"}) for name in scripts]
    assert sum(len(script.data) for script in served) <= 70_000


def test_nothing_secret_is_compressed(intake: Intake) -> None:
    """What holds a receipt or somebody's words is sent as it is: its compressed length would tell about it."""
    client = intake.visitor().client
    for path in ("/en/plain/start", "/en/plain/mailbox"):
        seen = client.post(path, data={"receipt": "x"}, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in seen.headers


def test_while_no_key_is_in_force_that_is_said_before_anything_is_typed(new_intake: Intake) -> None:
    """Every door answers 503 with the emergency contacts, and shows no field."""
    visitor = new_intake.visitor()
    for seen in (visitor.sees("/en/"), visitor.sees("/en/report"), visitor.sees("/en/plain")):
        assert seen.status_code == 503
        assert "not open yet" in words(seen.text) and CONTACTS.split("|")[1] in words(seen.text)
        assert not read_page(seen.text).all("textarea", "form")
    assert visitor.client.post("/en/plain/start").status_code == 503


def test_before_any_script_has_run_the_page_says_so_and_hides_its_fields(intake: Intake) -> None:
    """It is getting ready; if nothing changes, both ways are there; no field can be filled in."""
    for path, door in (("/en/report", "/en/plain"), ("/en/return", "/en/plain/return")):
        page = read_page(intake.visitor().sees(path).text)
        start = next(element for element in page.elements if element.attributes.get("id") == "start")
        assert "It is getting ready. If nothing changes here, scripts are off or blocked" in start.text
        links = [link.attributes["href"] for link in page.all("a") if start in link.parents]
        assert links == [path, door]
        for control in page.all("input", "textarea", "select"):
            assert any("hidden" in parent.attributes for parent in control.parents), control


def test_the_scripted_pages_cannot_send_what_was_typed(intake: Intake) -> None:
    """There is no form on them: no key, button or broken script can make the browser post a field."""
    for path in SCRIPTED:
        page = read_page(intake.visitor().sees(path).text)
        assert not page.all("form")
        assert {button.attributes["type"] for button in page.all("button")} == {"button"}


def asked(page: Page) -> list[tuple[str, str]]:
    """Names and codes of every question of a page, in order."""
    controls = [element.attributes for element in page.all("input", "textarea", "select")]
    named = [field for field in controls if field.get("name") and field.get("type") != "hidden"]
    return [(field["name"], field.get("value", "")) for field in named]


def test_both_doors_ask_the_same(intake: Intake) -> None:
    """The same names and codes in the same order; and all that the table of questions has."""
    visitor = intake.visitor()
    scripted, plain = asked(read_page(visitor.sees("/en/report").text)), asked(visitor.begins())
    assert scripted == plain
    fields = {field.name for section in SECTIONS for field in section.all_fields}
    assert {name for name, _ in plain} == fields | {"files"}


def test_every_field_without_scripts_is_on_the_answer_to_a_post(intake: Intake) -> None:
    """Browsers forget such pages when they are left; on the scripted pages the script empties the fields."""
    for path in PUBLIC:
        if path not in SCRIPTED:
            assert not read_page(intake.visitor().sees(path).text).all("input", "textarea", "select"), path


def test_every_visitor_gets_the_same_bytes(intake: Intake) -> None:
    """No token, no cookie, nothing that tells one visitor from another."""
    for path in PUBLIC:
        first, second = intake.visitor().sees(path), intake.visitor().sees(path)
        assert first.data == second.data
        assert list(first.headers) == list(second.headers)
        assert "Set-Cookie" not in first.headers


def test_the_way_in_and_the_way_out(intake: Intake) -> None:
    """`/` leads to the first page; `/leave` leads away, is never stored, and empties what is left of the pages."""
    visitor = intake.visitor()
    first = visitor.sees("/")
    assert (first.status_code, first.headers["Location"]) == (303, "/en/")
    left = visitor.sees("/leave")
    assert (left.status_code, left.headers["Location"]) == (303, "https://weather.example/")
    assert left.headers["Cache-Control"] == "no-store"
    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert left.data == b"" and "Set-Cookie" not in left.headers


def test_the_way_out_stands_on_every_page(intake: Intake) -> None:
    """A link directly under the page's body, before everything but the skip link: inside anything it scrolls away."""
    visitor = intake.visitor()
    seen = [visitor.sees(path).text for path in (*PUBLIC, "/en/nothing")]
    seen += [visitor.client.post("/en/plain/start").text, visitor.reports(told="x").text, visitor.comes_back().text]
    for page in map(read_page, seen):
        [link] = [element for element in page.all("a") if element.attributes["href"] == "/leave"]
        assert link.parents[-1].name == "body"
        assert page.all("a").index(link) == 1


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/en/nothing", 404, "There is no such page"),
        ("/xx/report", 404, "There is no such page"),
        ("/<script>alert(1)</script>/x", 404, "There is no such page"),
        ("/en/plain/send", 405, "There is no such page"),
    ],
)
def test_a_wrong_address_is_told_in_a_page(intake: Intake, path: str, status: int, says: str) -> None:
    """Errors are pages like the others, and repeat nothing of what was asked."""
    seen = intake.visitor().sees(path)
    assert seen.status_code == status
    assert says in words(seen.text) and "alert" not in seen.text


def test_a_failure_here_is_told_in_a_page(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks, the reporter reads what to do and no word of the program."""
    intake.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(type(intake.store), "root", lambda _: 1 / 0)
    seen = intake.visitor().sees("/en/")
    assert seen.status_code == 500
    assert "Reload this page to send it again." in words(seen.text) and "ZeroDivision" not in seen.text


def test_titles_are_neutral(intake: Intake) -> None:
    """The history of a browser shows the title: it names no organisation, no reprisal, no United Nations."""
    for path in PUBLIC:
        title = read_page(intake.visitor().sees(path).text).all("title")[0].text
        assert not re.search(rf"{ORGANISATION}|UN\b|Nations|reprisal|threat|danger", title)


def test_no_browser_keeps_or_sends_away_what_is_typed(intake: Intake) -> None:
    """Every field for words says: do not remember it, do not check its spelling elsewhere; its direction is its own."""
    visitor = intake.visitor()
    for page in (visitor.begins(), read_page(visitor.comes_back().text), read_page(visitor.sees("/en/report").text)):
        for field in page.all("textarea", "select", "input"):
            if field.attributes.get("type") in (None, "text") or field.name != "input":
                assert field.attributes["autocomplete"] == "off", field
            if field.name == "textarea" or (field.name == "input" and "type" not in field.attributes):
                assert (field.attributes["spellcheck"], field.attributes["dir"]) == ("false", "auto"), field


def test_every_word_can_be_translated_and_turned_around(intake: Intake) -> None:
    """In the pseudo language no Latin word is left on any page but names, receipts and what people wrote."""
    with pseudo.offered() as code:
        visitor = intake.visitor()
        pages = [visitor.sees(path.replace("/en/", f"/{code}/")) for path in (*PUBLIC, "/en/nothing")]
        pages += [visitor.client.post(f"/{code}/plain/{page}") for page in ("start", "return")]
        receipt = {"receipt": "5021 5271 6113 3236 7272 0215 1227 7966 5172"}
        pages.append(visitor.client.post(f"/{code}/plain/mailbox", data=receipt))
        pages.append(visitor.client.post(f"/{code}/plain/mailbox", data={"receipt": "1"}))
        whole = receipt | {"nonce": "00" * 16, "end": "1"}
        pages.append(visitor.client.post(f"/{code}/plain/send", data=whole | {"told": "١"}))
        pages.append(visitor.client.post(f"/{code}/plain/send", data=whole))
        for seen in pages:
            page = read_page(seen.text)
            html = page.all("html")[0].attributes
            assert (html["lang"], html["dir"]) == (code, "rtl")
            assert latin_words(seen.text) == []
            assert f'href="/{code}/"' in seen.text
    assert code not in text.LANGUAGES and intake.visitor().sees(f"/{code}/").status_code == 404


def latin_words(page: str) -> list[str]:
    """What is left of Latin script outside names, in the text and in what is read aloud."""
    shown = re.sub(r"<!--.*?-->|<bdi.*?</bdi>|<head>.*?</head>", " ", page, flags=re.DOTALL)
    aloud = re.findall(r'(?:aria-label|data-title)="([^"]*)"', shown)
    bare = re.sub(r"\{\w+\}", " ", re.sub(r"<[^>]*>", " ", shown))
    return re.findall(r"[A-Za-z]{2,}", " ".join([bare, *aloud]))
