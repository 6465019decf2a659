"""Drafts as Word documents: every script whole and in its direction, gaps to be seen, nothing about who made them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn

from portal.letters import CaseFacts, ConsentRecord, as_docx, as_text, draft
from portal.letters.export import direction
from portal.letters.forms import load_forms
from portal.mechanisms import Facets

ARABIC = "قُبض على المحامية يوم 12 مارس 2024 (أمام UN House) في القاهرة."
HEBREW = "עורכת הדין נעצרה."
CHINESE = "律师于2024年3月被捕，家属未收到通知。"
JAPANESE = "弁護士が拘束されました。"
KOREAN = "변호사가 체포되었다."
RUSSIAN = "Адвоката задержали в аэропорту."
LINES = (ARABIC, HEBREW, CHINESE, JAPANESE, KOREAN, RUSSIAN, "She said: قالت لا, and 不 too.")
CASE = CaseFacts(
    Facets(country="EG", act_types=("arrest_detention",)),
    narrative="\n".join(LINES),
    organisation="Rights House",
    consents=tuple(ConsentRecord(scope, True, "2026-11-03", "person") for scope in "ABC"),
)


def document(case: CaseFacts = CASE) -> Any:
    return Document(io.BytesIO(as_docx(draft(case, "sp-hrd", "urgent appeal"))))


def paragraph(text: str) -> Any:
    return next(p for p in document().paragraphs if p.text == text)


@pytest.mark.parametrize("line", LINES)
def test_every_script_is_kept_letter_by_letter(line: str) -> None:
    """What the person wrote stands in the document and in the text, unchanged."""
    assert paragraph(line).text == line
    assert line in as_text(draft(CASE, "sp-hrd", "urgent appeal"))


@pytest.mark.parametrize(("line", "language"), [(ARABIC, "ar-SA"), (HEBREW, "he-IL")])
def test_right_to_left_text_is_marked_in_paragraph_and_run(line: str, language: str) -> None:
    """w:bidi on the paragraph before its other properties, w:rtl and a language on the runs."""
    found = paragraph(line)
    properties = found._p.pPr
    assert properties.find(qn("w:bidi")) is not None
    runs = [run._r.rPr for run in found.runs if direction(run.text) == "rtl"]
    assert runs
    for run in runs:
        assert run.find(qn("w:rtl")) is not None
        assert run.find(qn("w:lang")).get(qn("w:bidi")) == language
        assert run.rFonts.get(qn("w:cs"))
        order = [child.tag for child in run]
        assert order == sorted(order, key=[qn("w:rFonts"), qn("w:bCs"), qn("w:rtl"), qn("w:lang")].index)


@pytest.mark.parametrize(("line", "language"), [(CHINESE, "zh-CN"), (JAPANESE, "ja-JP"), (KOREAN, "ko-KR")])
def test_east_asian_text_names_its_font_and_language(line: str, language: str) -> None:
    """Without the hint a word processor may choose a font of another language."""
    found = paragraph(line)
    fonts = [run._r.rPr.rFonts for run in found.runs if run._r.rPr.rFonts is not None]
    assert fonts
    assert all(font.get(qn("w:hint")) == "eastAsia" and font.get(qn("w:eastAsia")) for font in fonts)
    languages = [run._r.rPr.find(qn("w:lang")) for run in found.runs]
    assert {lang.get(qn("w:eastAsia")) for lang in languages if lang is not None} == {language}
    assert found._p.pPr is None or found._p.pPr.find(qn("w:bidi")) is None


def test_a_left_to_right_sentence_keeps_its_direction_around_foreign_words() -> None:
    """Arabic inside an English sentence is marked as a run, not as a paragraph."""
    found = paragraph(LINES[-1])
    assert found._p.pPr is None or found._p.pPr.find(qn("w:bidi")) is None
    assert any(run._r.rPr.find(qn("w:rtl")) is not None for run in found.runs)


def test_gaps_are_highlighted_and_nothing_else_is() -> None:
    """What is to be completed is yellow."""
    for found in document().paragraphs:
        for run in found.runs:
            gap = run.text.startswith("[to be completed: ")
            assert (run.font.highlight_color == WD_COLOR_INDEX.YELLOW) is gap


@pytest.mark.parametrize(("mechanism", "kind"), [(m, form.kinds[0]) for m, form in load_forms().items()])
def test_the_same_draft_gives_the_same_bytes_that_tell_nothing_of_their_making(mechanism: str, kind: str) -> None:
    """No author, fixed days inside and out, no preview picture; every label and text is there."""
    made = draft(CASE, mechanism, kind)
    first = as_docx(made)
    assert first == as_docx(made)
    opened = Document(io.BytesIO(first))
    properties = opened.core_properties
    assert {properties.author, properties.last_modified_by, properties.title, properties.comments} == {""}
    assert {properties.created.year, properties.modified.year} == {2000}
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name]
    written = "\n".join(found.text for found in opened.paragraphs)
    for section in made.sections:
        assert section.label in written
        assert section.text in written


def test_what_a_document_cannot_hold_is_left_out_and_the_rest_is_kept() -> None:
    """Control characters and broken surrogates from a hostile report do not stop a draft."""
    hostile = CaseFacts(CASE.facets, narrative="a\x00b\x0b\ud800c\ufffe <w:t>&amp;", consents=CASE.consents)
    texts = [found.text for found in document(hostile).paragraphs]
    assert "abc <w:t>&amp;" in texts


@pytest.mark.parametrize(
    ("text", "way"), [(ARABIC, "rtl"), ("123 مرحبا", "rtl"), ("abc مرحبا", "ltr"), ("123", "ltr"), ("", "ltr")]
)
def test_the_first_strong_letter_gives_the_direction(text: str, way: str) -> None:
    """As the Unicode bidirectional algorithm has it."""
    assert direction(text) == way
