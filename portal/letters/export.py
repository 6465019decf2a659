"""A draft as text and as a Word document. The same draft gives the same bytes; nothing tells who made it, or when."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from portal.letters.drafting import Draft

NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
LATIN_FONT, ARABIC_FONT = "Times New Roman", "Times New Roman"
# What XML 1.0 cannot hold, and lone surrogates, which no encoding can.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# What may follow w:bidi in paragraph properties, in the order of ECMA-376, part 1, 17.3.1.26.
AFTER_BIDI = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr")
RTL_CLASSES = frozenset({"R", "AL"})
EAST_ASIAN = (
    (re.compile(r"[\u3040-\u30ff]"), "ja-JP", "MS Mincho"),
    (re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]"), "ko-KR", "Batang"),
    (re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]"), "zh-CN", "SimSun"),
)
RUNS = re.compile(
    r"(?P<rtl>[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc](?:[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\s\u060c\u061b.,:()\d]*"
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])?)"
    r"|(?P<cjk>[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+)"
)


def as_text(draft: Draft) -> str:
    """Title, then each field as its label and its text. Ends with a line break."""
    blocks = [draft.title, *(f"{s.label}\n{s.text}" if s.text else s.label.upper() for s in draft.sections)]
    return "\n\n".join(blocks) + "\n"


def as_docx(draft: Draft) -> bytes:
    """A Word document: labels bold, gaps highlighted, right-to-left and East Asian text marked as such."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN_FONT, Pt(11)
    _write(document.add_heading(level=1), draft.title)
    for section in draft.sections:
        if not section.text:
            _write(document.add_heading(level=2), section.label)
            continue
        label = document.add_paragraph()
        label.paragraph_format.keep_with_next = True
        label.paragraph_format.space_after = Pt(0)
        _write(label, section.label, bold=True)
        for line in section.text.split("\n"):
            _write(document.add_paragraph(), line)
    _anonymous(document.core_properties)
    _without_preview(document.part.package.rels)
    return _fixed(document)


def direction(text: str) -> str:
    """ "rtl" or "ltr" by the first strong character, as the Unicode bidirectional algorithm has it (rule P2)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in RTL_CLASSES:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def _write(paragraph: Any, text: str, *, bold: bool = False) -> None:
    """The text as runs of one script each, gaps highlighted."""
    text = UNWRITABLE.sub("", text)
    script = next((entry for entry in EAST_ASIAN if entry[0].search(text)), None)
    if direction(text) == "rtl":
        paragraph._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)
    for piece in re.split(r"(\[to be completed: [^\]]*\])", text):
        position = 0
        for found in RUNS.finditer(piece):
            _run(paragraph, piece[position : found.start()], bold=bold)
            run = _run(paragraph, found[0], bold=bold)
            if found["rtl"]:
                _right_to_left(run, bold=bold)
            else:
                _east_asian(run, script)
            position = found.end()
        gap = piece.startswith("[to be completed: ")
        _run(paragraph, piece[position:], bold=bold, gap=gap)


def _run(paragraph: Any, text: str, *, bold: bool, gap: bool = False) -> Any:
    """One run; None for no text."""
    if not text:
        return None
    run = paragraph.add_run(text)
    run.bold = bold or None
    if gap:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return run


def _right_to_left(run: Any, *, bold: bool) -> None:
    properties = run._r.get_or_add_rPr()
    _fonts(properties, {"w:ascii": LATIN_FONT, "w:hAnsi": LATIN_FONT, "w:cs": ARABIC_FONT, "w:hint": "cs"})
    if bold:
        properties.append(OxmlElement("w:bCs"))
    properties.append(OxmlElement("w:rtl"))
    _language(properties, {"w:bidi": "he-IL" if re.search(r"[\u0590-\u05ff]", run.text) else "ar-SA"})


def _east_asian(run: Any, script: tuple[re.Pattern[str], str, str] | None) -> None:
    """Font and language of the paragraph's script: characters alone do not tell Chinese from Japanese."""
    if script is None:
        return
    properties = run._r.get_or_add_rPr()
    _fonts(properties, {"w:eastAsia": script[2], "w:hint": "eastAsia"})
    _language(properties, {"w:eastAsia": script[1]})


def _fonts(properties: Any, attributes: dict[str, str]) -> None:
    fonts = properties.get_or_add_rFonts()
    for name, value in attributes.items():
        fonts.set(qn(name), value)


def _language(properties: Any, attributes: dict[str, str]) -> None:
    language = OxmlElement("w:lang")
    for name, value in attributes.items():
        language.set(qn(name), value)
    properties.append(language)


def _anonymous(properties: Any) -> None:
    """Nobody, nothing, no day: what the file says of its making."""
    for name in ("author", "last_modified_by", "title", "subject", "comments", "keywords", "category"):
        setattr(properties, name, "")
    properties.created = properties.modified = properties.last_printed = NO_DAY
    properties.revision = 1


def _without_preview(relations: Any) -> None:
    """The template's preview picture shows another document."""
    for name in [name for name, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[name]


def _fixed(document: Any) -> bytes:
    """The document's bytes, its archive rewritten with fixed days."""
    written, fixed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, ZIP_DAY), source.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
