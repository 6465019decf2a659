"""A language that nobody speaks, written from right to left: it shows what is not translated and what does not turn.

Every Latin letter of a message becomes an Arabic one, placeholders stay, and the whole is a third longer, as
translations are. What is still Latin on a page was not marked for translation, or is a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations

from portal import text

CODE = "ar-x-pseudo"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ARABIC = "ابجدهوزحطيكلمنسعفصقرشتثخذض"
_TURN = str.maketrans(_LATIN + _LATIN.upper(), _ARABIC + _ARABIC)
_PLACES = re.compile(r"(%\(\w+\)s|\{\w+\})")


class Pseudo(NullTranslations):
    """Turns every message."""

    def gettext(self, message: str) -> str:
        parts = _PLACES.split(message)
        turned = "".join(part if place % 2 else part.translate(_TURN) for place, part in enumerate(parts))
        return turned + " ـ" * (len(message) // 8)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


PSEUDO = text.Language(CODE, "Pseudo", "rtl", "ar", Pseudo())


@contextmanager
def offered() -> Iterator[str]:
    """The pages are offered in the pseudo language too; gives its code."""
    text.LANGUAGES[CODE] = PSEUDO
    try:
        yield CODE
    finally:
        del text.LANGUAGES[CODE]
        text.speak("en")
