"""Names out of a text, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.letters.folding import fold, folded
from portal.letters.masking import Mask, label

CASES = [
    ("Ana María López", "ANA MARIA LOPEZ was seen.", "[person A] was seen."),
    ("Ana María López", "López's house, Ana-María; (ana)", "[person A]'s house, [person A]; ([person A])"),
    (
        "Ana María López",
        "ana.lopez@example.org or ana_lopez",
        "[person A]@example.org or [person A]_[person A]",
    ),
    ("Ana María López", "handle anamarialopez", "handle [person A]"),
    ("Ana María López", "López, Ana said", "[person A], [person A] said"),
    ("Ana María López", "A\u200dna Ma\u00adría Lo\u0301pez", "[person A]"),
    ("Ana María López", "Anatomy of a banana in Lopezville", "Anatomy of a banana in Lopezville"),
    ("Juan de la Cruz", "Juan de la Cruz left de la ville", "[person A] left de la ville"),
    ("Dr. Ben Li", "Ben and Li, but ben is not he", "[person A] and [person A], but ben is not he"),
    ("Łukasz Żak", "LUKASZ ZAK i Łukasza", "[person A] i Łukasza"),
    ("Jörg Groß", "JÖRG GROSS, Jorg Gross", "[person A], [person A]"),
    ("Ayşe Işık", "AYSE ISIK, ayşe ışık", "[person A], [person A]"),
    ("Иванов Сергей", "Сергея Иванова били; Ивановым", "[person A] били; [person A]"),
    ("محمد العلي", "قال لمحمد العلي", "قال [person A]"),
    ("محمد العلي", "مُحَمَّد هنا", "[person A] هنا"),
    ("أحمد", "احمد وصل", "[person A] وصل"),
    ("王小明", "律师王小明被捕", "律师[person A]被捕"),
    ("王小明", "小明说", "[person A]说"),
    ("홍길동", "홍길동은 변호사", "[person A]은 변호사"),
    ("สมชาย", "ทนายสมชายถูกจับ", "ทนาย[person A]ถูกจับ"),
    ("Élodie", "elodie and ÉLODIE\u0301", "[person A] and [person A]"),
]


@pytest.mark.claim("C10")
@pytest.mark.parametrize(("name", "text", "masked"), CASES, ids=[case[1] for case in CASES])
def test_a_name_is_found_in_all_its_clothes(name: str, text: str, masked: str) -> None:
    """Case, accents, joiners, addresses, prefixes, endings and scripts without spaces hide nothing."""
    assert Mask([[name]])(text) == masked


def test_spellings_of_one_person_share_a_letter_and_others_get_their_own() -> None:
    """The person is A in every spelling; a relative with the same family name is B where the whole name stands."""
    mask = Mask([["Ana López", "Анна Лопес"], ["Pedro López"], ["Ana López"]])
    assert mask("Ana López, Анна Лопес and Pedro López") == "[person A], [person A] and [person B]"


def test_after_z_persons_are_numbered() -> None:
    """The labels never run out."""
    assert (label(0), label(25), label(26)) == ("[person A]", "[person Z]", "[person 27]")


def test_a_private_phrase_is_withheld_as_a_whole() -> None:
    """Whatever its case and spacing; not inside other words."""
    mask = Mask([], ["red house", "+44 20 7946"])
    assert mask("The Red\n House by redhouses, +44 20 7946.") == "The [withheld] by redhouses, [withheld]."


def test_without_names_a_text_comes_back_unchanged() -> None:
    """Nothing to mask, nothing touched."""
    for mask in (Mask([]), Mask([[""], ["  "]], [""]), Mask([["-"]])):
        assert mask("Straße, naïve, مُحَمَّد") == "Straße, naïve, مُحَمَّد"
        assert not mask.finds("anything")


NAMES = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=2, max_size=8).filter(
    lambda n: len(folded(n)) > 1
)


@pytest.mark.claim("C10")
@given(NAMES, st.text(max_size=20), st.text(max_size=20))
def test_no_name_set_apart_by_spaces_survives(name: str, before: str, after: str) -> None:
    """Whatever stands around it, in capitals or not: after masking, the name is not found again."""
    mask = Mask([[name]])
    for written in (name, name.upper(), name.lower(), name.title()):
        if folded(written) == folded(name):
            text = f"{before} {written} {after}"
            assert folded(name) not in folded(mask(text)).replace("[person a]", " ").split()


@given(st.text(max_size=60))
def test_folding_remembers_where_each_letter_stood(text: str) -> None:
    """One origin for each folded letter, in order, inside the text."""
    plain, origin = fold(text)
    assert len(plain) == len(origin)
    assert origin == sorted(origin)
    assert all(0 <= index < len(text) for index in origin)
