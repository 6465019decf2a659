"""Text as it is compared when names are looked for: without case, accents, marks and invisible characters.

Folding keeps, for every folded character, where it stood in the original, so that what is found can be cut out there.
"""

from __future__ import annotations

import unicodedata

# Letters that no decomposition takes apart, and Arabic letters that are written interchangeably.
ALIKE = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h",
    "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ٱ": "ا",
    "ё": "е", "й": "и", "ґ": "г",
}  # fmt: skip
TATWEEL = "\u0640"


def fold(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the index of the original character."""
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        for letter in fold_character(character):
            folded.append(letter)
            origin.append(index)
    return "".join(folded), origin


def fold_character(character: str) -> str:
    """One character folded; "" for marks, joiners, direction marks and other characters that nobody sees."""
    if unicodedata.category(character) in ("Cf", "Mn", "Me") or character == TATWEEL:
        return ""
    if "\uac00" <= character <= "\ud7a3":
        return character
    letters = unicodedata.normalize("NFKD", character.casefold())
    return "".join(ALIKE.get(letter, letter) for letter in letters if unicodedata.category(letter) != "Mn")


def folded(text: str) -> str:
    return fold(text)[0]
