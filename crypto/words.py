"""The 2,048 English words of BIP 39: for receipts, fingerprints and passphrases.

The list (`bip39_english.txt`) is that of the `mnemonic` package, copyright 2013-2016 Pavol Rusnak, MIT licence; the
licence stands in `bip39_english.LICENSE`. The words are sorted, and no two share their first four letters.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from functools import cache
from pathlib import Path

WORD_BITS = 11
_PREFIX = 4
_LONGEST_SLIP = 12
_LIST = Path(__file__).with_name("bip39_english.txt")


@cache
def word_list() -> tuple[str, ...]:
    """All words in order: a word's place is its 11-bit value."""
    return tuple(_LIST.read_text("ascii").split())


def words_of(bits: int, count: int) -> list[str]:
    """The words of `count` * 11 bits, the highest first."""
    words = word_list()
    return [words[bits >> WORD_BITS * place & 2047] for place in reversed(range(count))]


def index_of(entry: str) -> int | None:
    """The value of a lower-case word, or of its beginning from four letters on; None if it is not in the list."""
    words = word_list()
    place = bisect_left(words, entry)
    if place == len(words) or not words[place].startswith(entry):
        return None
    return place if words[place] == entry or len(entry) >= _PREFIX else None


def nearest(entry: str) -> tuple[str, ...]:
    """Up to three words that look like the entry, the likeliest first; none for what is far longer than any word."""
    if len(entry) > _LONGEST_SLIP:
        return ()
    return tuple(difflib.get_close_matches(entry, word_list(), n=3, cutoff=0.6))
