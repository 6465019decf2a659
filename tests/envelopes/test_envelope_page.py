"""docs/envelope.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from crypto.age import HYBRID_STANZA_SIZE, sealed_size
from crypto.hybrid import HybridIdentity
from portal.bodies import KINDS, Message
from portal.note import MOST_HEADS, MOST_SEEN, NOTE_SEALED_SIZE, NOTE_SIZE, Note
from portal.threads import AlarmKind

PAGE = (Path(__file__).parents[2] / "docs" / "envelope.md").read_text("utf-8")


def first_cells(heading: str) -> list[str]:
    """The names in code type of the first column of the tables under a heading."""
    section = PAGE.split(heading, 1)[1].split("\n## ", 1)[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_the_page_lists_every_alarm() -> None:
    """The table of alarms is complete and has none that does not exist."""
    assert sorted(first_cells("## 5. A thread")) == sorted(get_args(AlarmKind))


def test_the_page_lists_every_field_and_kind() -> None:
    """The table of a message's fields is complete, and so are the kinds of each direction."""
    assert sorted(first_cells("## 4. A message")) == sorted([*Message.__dataclass_fields__, "v"])
    row = next(line for line in PAGE.splitlines() if line.startswith("| `kind`"))
    for direction, kinds in KINDS.items():
        listed = re.search(rf"{direction}: ((?:`\w+`(?:, )?)+)", row)
        assert listed is not None
        assert re.findall(r"`(\w+)`", listed[1]) == list(kinds)


@pytest.mark.parametrize("number", [HYBRID_STANZA_SIZE, NOTE_SIZE, NOTE_SEALED_SIZE])
def test_the_pages_sizes_are_those_of_the_code(number: int) -> None:
    """Sizes that others rely on stand on the page as they are."""
    assert f"{number:,}" in PAGE


def test_the_pages_formula_of_a_sealed_size_holds() -> None:
    """22 + 1557 n + 48 + 16 + p + 16 max(1, ceil(p / 65536))."""
    assert "22 + 1557 n + 48 + 16 + p + 16 max(1, ceil(p / 65536))" in PAGE
    for n, p in ((1, 0), (1, 16384), (3, 65537)):
        assert sealed_size(p, n) == 22 + 1557 * n + 48 + 16 + p + 16 * max(1, -(-p // 65536))


def test_the_pages_note_and_key_are_those_of_the_code() -> None:
    """The note's fields and limits, and the length of a public key's text."""
    section = PAGE.split("## 6. The chain note", 1)[1]
    for name in ("v", *Note.__dataclass_fields__):
        assert f"`{name}`" in section
    assert f"at most {MOST_HEADS})" in section
    assert f"newest {MOST_SEEN})" in section
    assert f"{len(str(HybridIdentity(bytes(32)).recipient)):,} characters" in PAGE
