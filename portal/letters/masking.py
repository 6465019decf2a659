"""Names out of a text: every known name, its parts and spellings, becomes "[person A]".

Rules kept here: when in doubt, mask. Case, accents, Arabic vowel signs, hyphens and invisible characters do not hide a
name; Arabic prefixes, Russian endings and scripts without spaces are allowed for. A part of a name that is also a
common word is masked too: the reviewer sees it and decides.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.letters.folding import fold, folded

WITHHELD = "[withheld]"
# Words in names that are no names: masking them would tear up every sentence.
TITLES = frozenset({
    "dr", "mr", "mrs", "ms", "miss", "mx", "prof", "sir", "sheikh", "shaikh", "haji", "jr", "sr", "ii", "iii",
    "aka", "alias", "known", "as", "the", "nee",
})  # fmt: skip
PARTICLES = TITLES | {
    "de", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "le", "les", "los", "las", "el", "al",
    "ul", "bin", "bint", "ibn", "ben", "abu", "umm", "van", "von", "der", "den", "ter", "ten", "y", "e",
    "and", "und", "et", "of",
}  # fmt: skip
LETTER = r"[^\W\d_]"
NO_SPACES = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]"
)
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{3,4}")
ARABIC = re.compile(r"[\u0600-\u06ff]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
HEBREW = re.compile(r"[\u0590-\u05ff]")
# What stands between the parts of one name; a comma or an "and" may stand between two people.
BETWEEN = sorted(PARTICLES - TITLES - {"and", "und", "et", "y", "e", "of"})
GAP = re.compile(rf"[\s\-\u2010-\u2015'\u2019.\u00b7\u30fb]*(?:(?:{'|'.join(BETWEEN)})[\s\-.'\u2019]+)*")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a name: how to find it, the persons who bear it, and whether it counts only with a capital.

    The last is for names that begin with what is a particle elsewhere: Ben, Do, Van.
    """

    pattern: re.Pattern[str]
    persons: frozenset[int]
    capital: bool

    def found(self, text: str, plain: str, origin: list[int]) -> Iterator[tuple[int, int, frozenset[int]]]:
        for match in self.pattern.finditer(plain):
            if not self.capital or text[origin[match.start()]].isupper():
                yield match.start(), match.end(), self.persons


class Mask:
    """Masks the given persons and phrases. Each person is the names and spellings of one human being."""

    def __init__(self, persons: Iterable[Iterable[str]], phrases: Iterable[str] = ()) -> None:
        bearers: dict[str, set[int]] = {}
        leading: set[str] = set()
        for number, names in enumerate(_joined(persons)):
            for name in names:
                leading |= leading_particle(name) - set(name_words(name))
                for form in name_words(name) | name_forms(name) | leading_particle(name):
                    bearers.setdefault(form, set()).add(number)
        # Longest first: a whole name is taken before its parts.
        self._parts = [
            Part(_pattern(form), frozenset(who), form in leading)
            for form, who in sorted(bearers.items(), key=lambda pair: (-len(pair[0]), pair[0]))
        ]
        self._phrases = [_phrase(phrase) for phrase in phrases if folded(phrase).strip()]

    def __call__(self, text: str) -> str:
        """The text with every name masked. What holds no name comes back unchanged."""
        return self._without_names(self._without_phrases(text))

    def finds(self, text: str) -> bool:
        """Whether something in the text would be masked."""
        return self(text) != text

    def _without_phrases(self, text: str) -> str:
        plain, origin = fold(text)
        spans = [found.span() for pattern in self._phrases for found in pattern.finditer(plain)]
        return _cut(text, origin, [(start, end, WITHHELD) for start, end in spans])

    def _without_names(self, text: str) -> str:
        plain, origin = fold(text)
        spans = [span for part in self._parts for span in part.found(text, plain, origin)]
        spans.sort(key=lambda span: (span[0], -span[1]))
        return _cut(text, origin, [(start, end, label(min(who))) for start, end, who in _merged(spans, plain)])


def label(person: int) -> str:
    """ "[person A]" for the first person, and so on; numbers after Z."""
    return f"[person {string.ascii_uppercase[person] if person < 26 else person + 1}]"


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", folded(name)) if word]


def name_words(name: str) -> set[str]:
    """The words of a name that are no particles; all of them when there is no other."""
    words = _words(name)
    found = {word for word in words if word not in PARTICLES and (len(word) > 1 or NO_SPACES.search(word))}
    return found or ({" ".join(words)} if words else set())


def name_forms(name: str) -> set[str]:
    """Other forms of a name: its words run together, and a Chinese given name without the family name."""
    words = _words(name)
    forms = {"".join(words), "".join(reversed(words))} if len(words) > 1 else set()
    return forms | {word[-2:] for word in words if HAN.fullmatch(word)}


def leading_particle(name: str) -> set[str]:
    """The first word of a name of several words when it looks like a particle but may be a name of its own."""
    words = [word for word in _words(name) if word not in TITLES]
    return {words[0]} if len(words) > 1 and words[0] in PARTICLES else set()


def _joined(persons: Iterable[Iterable[str]]) -> list[list[str]]:
    """One list of names a human being: where the words of one are all among those of another, it is the same."""
    found: list[tuple[set[str], list[str]]] = []
    for names in persons:
        spellings = [name for name in names if name_words(name)]
        words = {word for name in spellings for word in name_words(name)}
        if not words:
            continue
        same = next((entry for entry in found if words <= entry[0] or entry[0] <= words), None)
        if same is None:
            found.append((words, spellings))
        else:
            same[0].update(words)
            same[1].extend(spellings)
    return [names for _, names in found]


def _pattern(part: str) -> re.Pattern[str]:
    """How one folded part is found in folded text: as a word, with what its script attaches to words."""
    exact = re.escape(part)
    if NO_SPACES.search(part):
        return re.compile(exact)
    if ARABIC.search(part):
        stem = re.escape(part.removeprefix("ال")) if len(part) > 4 else exact
        return re.compile(rf"(?<!{LETTER})[وفبلكس]{{0,2}}(?:ال|لل)?{stem}(?!{LETTER})")
    if HEBREW.search(part):
        return re.compile(rf"(?<!{LETTER})[ושהבכלמ]{{0,3}}{exact}(?!{LETTER})")
    if CYRILLIC.search(part) and len(part) > 3:
        stem = re.escape(re.sub(r"[аеиоуыэюяьії]$", "", part))
        return re.compile(rf"(?<!{LETTER}){stem}[\u0400-\u04ff]{{0,3}}(?!{LETTER})")
    return re.compile(rf"(?<!{LETTER}){exact}(?!{LETTER})")


def _phrase(phrase: str) -> re.Pattern[str]:
    words = [re.escape(word) for word in folded(phrase).split()]
    inner = r"\s+".join(words)
    if NO_SPACES.search(inner):
        return re.compile(inner)
    start = rf"(?<!{LETTER})" if re.match(LETTER, words[0]) else ""
    end = rf"(?!{LETTER})" if re.search(rf"{LETTER}$", words[-1]) else ""
    return re.compile(start + inner + end)


def _merged(spans: list[tuple[int, int, frozenset[int]]], plain: str) -> list[tuple[int, int, frozenset[int]]]:
    """Overlapping spans, and neighbouring parts of one person's name, as one."""
    merged: list[tuple[int, int, frozenset[int]]] = []
    for start, end, who in spans:
        if merged:
            last_start, last_end, last_who = merged[-1]
            shared = last_who & who
            if start < last_end or (shared and GAP.fullmatch(plain, last_end, start)):
                merged[-1] = (last_start, max(end, last_end), shared or last_who)
                continue
        merged.append((start, end, who))
    return merged


def _cut(text: str, origin: list[int], spans: list[tuple[int, int, str]]) -> str:
    """The original text with folded spans replaced; marks and invisible characters that follow a cut letter go too."""
    result, position = [], 0
    for start, end, replacement in sorted(spans):
        if origin[start] < position:
            continue
        result += [text[position : origin[start]], replacement]
        position = max(origin[end] if end < len(origin) else len(text), origin[end - 1] + 1)
    return "".join([*result, text[position:]])
