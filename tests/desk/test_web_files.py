"""Names and texts that strangers chose."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from portal.desk.web.files import SHOWN_AT_MOST, read_text, safe_name, visible
from tests.desk.paperdesk import CASE, FILE, HOSTILE, PLAIN, RLO, PaperDesk, Visitor, file, visits

NAMES = {
    "../../x": "x",
    "..\\..\\windows\\system32\\cmd.exe": "windowssystem32cmd.exe",
    "/etc/passwd": "etc_passwd",
    HOSTILE: "etc_passfdp.exe",
    f"photo{RLO}gpj.scr": "photogpj.scr",
    "a\x00b\x1bc\r\nSet-Cookie: x.pdf": "abc_Set-Cookie_x.pdf",
    'a"; filename="b.exe': "a_filenameb.exe",
    "تقرير.pdf": "file-0123456789ab.pdf",
    "报告.docx": "file-0123456789ab.docx",
    "": "file-0123456789ab",
    ".": "file-0123456789ab",
    "..": "file-0123456789ab",
    ".htaccess": "file-0123456789ab.htaccess",
    "CON": "file-0123456789ab",
    "nul.txt": "file-0123456789ab.txt",
    "com1.": "file-0123456789ab",
    "desktop.ini/.": "desktop.ini",
    "x.p\u200ddf": "x.pdf",
    "~/.bashrc": "file-0123456789ab.bashrc",
    "report final.tar.gz": "report_final.tar.gz",
}


@pytest.mark.claim("C12")
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_stays_in_its_folder(name: str, tmp_path: Path) -> None:
    """No separator, no device, no hidden file, no control or direction mark; what is left is still recognisable."""
    safe = safe_name(name, FILE)
    assert safe == NAMES[name]
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", safe)
    assert (tmp_path / safe).resolve().parent == tmp_path.resolve()


@pytest.mark.claim("C12")
def test_a_name_is_never_long() -> None:
    """A name of a million letters does not break a file system."""
    assert len(safe_name("a" * 1_000_000 + ".pdf", FILE)) < 100


@pytest.mark.claim("C12")
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_download_is_saved_and_never_shown(name: str, tmp_path: Path) -> None:
    """Attachment under the safe name, of no type that runs, sandboxed, not sniffed, not stored."""
    desk = PaperDesk(cases={CASE: replace(PLAIN, files=(file(name, "text/html"),))}, contents={FILE: b"<script>"})
    answer = visits(desk, tmp_path).get(f"/case/{CASE}/file/{FILE}")
    assert answer.status_code == 200 and answer.data == b"<script>"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={NAMES[name]}"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Length"] == "8"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.claim("C12")
def test_a_hostile_name_cannot_turn_the_page_around(tmp_path: Path) -> None:
    """Direction overrides in a file's name and in what a person wrote are written out on the case's page."""
    told = {"told": f"before {RLO}after \u2067x\u2069 \u061c \x07 end", "language": "en"}
    desk = PaperDesk(cases={CASE: replace(PLAIN, report=told)})
    page = visits(desk, tmp_path).get(f"/case/{CASE}/").text
    assert RLO not in page and "../../etc/pass⟨U+202E⟩fdp.exe" in page
    assert "before ⟨U+202E⟩after ⟨U+2067⟩x⟨U+2069⟩ ⟨U+061C⟩ ⟨U+0007⟩ end" in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u061c\x00-\x08]", page)


def text_page(tmp_path: Path, content: bytes, *, name: str = "notes.txt", kind: str = "text/plain") -> tuple[int, str]:
    shown = replace(file(name, kind), size=len(content))
    desk = PaperDesk(cases={CASE: replace(PLAIN, files=(shown,))}, contents={FILE: content})
    answer = visits(desk, tmp_path).get(f"/case/{CASE}/file/{FILE}/text")
    return answer.status_code, answer.text


@pytest.mark.claim("C12")
def test_plain_text_is_shown_as_text(tmp_path: Path) -> None:
    """Markup is not markup, and hidden characters are seen."""
    status, page = text_page(tmp_path, f"<b>one</b>{RLO}two\nمرحبا".encode())
    assert status == 200 and "&lt;b&gt;one&lt;/b&gt;⟨U+202E⟩two\nمرحبا" in page


@pytest.mark.claim("C12")
@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"<script>alert(1)</script>", "page.html", "text/html"),
        (b"<svg onload=alert(1)>", "picture.svg", "image/svg+xml"),
        (b"%PDF-1.7", "paper.pdf", "application/pdf"),
        (b"MZ\x90\x00\x03", "notes.txt", "text/plain"),
        (b"\xff\xfe\x00", "notes.txt", "text/plain"),
        (b"a" * (SHOWN_AT_MOST + 1), "notes.txt", "text/plain"),
    ],
)
def test_nothing_but_short_plain_text_is_shown(tmp_path: Path, content: bytes, name: str, kind: str) -> None:
    """Everything else can only be saved, and the page says so."""
    status, page = text_page(tmp_path, content, name=name, kind=kind)
    assert status == 415 and "Save it instead" in page
    assert "alert(1)" not in page and "a" * 500 not in page


def test_text_of_windows_and_of_unix_is_read() -> None:
    """UTF-8 with and without its mark, and UTF-16 with its mark."""
    assert read_text("é\n".encode()) == read_text("é\n".encode("utf-16")) == "é\n"
    assert read_text("é\n".encode("utf-8-sig")) == "é\n"
    assert read_text("é".encode("latin-1")) is None


def test_joiners_stay_because_people_write_with_them() -> None:
    """Persian and Indic words keep the characters that join and part their letters."""
    assert visible("می\u200cخواهم क्\u200dष") == "می\u200cخواهم क्\u200dष"


@pytest.mark.claim("C12")
@pytest.mark.parametrize("object_id", ["ff" * 16, "..%2f..%2fetc%2fpasswd", "%2e%2e"])
def test_a_file_is_found_only_in_its_case(tmp_path: Path, object_id: str) -> None:
    """An object of another case, or a path instead of an id, is not there."""
    desk = PaperDesk(contents={"ff" * 16: b"of another case"})
    visitor: Visitor = visits(desk, tmp_path)
    for path in (f"/case/{CASE}/file/{object_id}", f"/case/{CASE}/file/{object_id}/text"):
        assert visitor.get(path).status_code == 404
