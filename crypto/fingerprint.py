"""Fingerprints that two people compare by voice or on paper.

Both forms show SHA-256 of the bytes: words for reading aloud (eight of them are 88 bits), hexadecimal groups for
comparing the whole.
"""

from __future__ import annotations

import hashlib

from crypto.words import WORD_BITS, words_of

_MOST_WORDS = 256 // WORD_BITS


def words(data: bytes, count: int = 8) -> list[str]:
    """The first `count` * 11 bits of SHA-256(data) as English words; at most 23."""
    if not 1 <= count <= _MOST_WORDS:
        raise ValueError(f"a fingerprint has 1 to {_MOST_WORDS} words")
    digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
    return words_of(digest >> 256 - count * WORD_BITS, count)


def hex_groups(data: bytes) -> str:
    """All of SHA-256(data) in lower-case hexadecimal, 16 groups of 4 with spaces between."""
    digest = hashlib.sha256(data).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))
