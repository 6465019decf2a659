"""Words in the reader's language: gettext with types, and the languages that pages are offered in.

Rules it keeps: a language is chosen by the address (or the caller) and never guessed from a header; it is remembered
for the running context only, so that two requests on two threads do not change each other's; a message without a
translation is shown in English.
"""

from __future__ import annotations

import unicodedata
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from gettext import NullTranslations
from typing import TYPE_CHECKING, Literal

from babel import Locale

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the pages. `locale` is what CLDR calls it, for the names of countries."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]
    locale: str
    catalogue: NullTranslations = field(default_factory=NullTranslations, repr=False, compare=False)


ENGLISH = Language("en", "English", "ltr", "en")
LANGUAGES: dict[str, Language] = {ENGLISH.code: ENGLISH}

_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def language() -> Language:
    """The language spoken in this context."""
    return _current.get()


def speak(code: str) -> Language:
    """Set the language of this context. Raises KeyError when the pages are not offered in it."""
    chosen = LANGUAGES[code]
    _current.set(chosen)
    return chosen


def gettext(message: str) -> str:
    """The message in the language of this context."""
    return language().catalogue.gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """The message in the form that this number asks for."""
    return language().catalogue.ngettext(one, many, number)


def N_(message: str) -> str:
    """Mark a message for the catalogues where it is written; it is translated where it is shown."""
    return message


def install(app: Flask) -> None:
    """Give the app's templates `_`, `ngettext` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]


# CLDR's list holds groups, outlying islands and test entries beside the codes of ISO 3166-1. XK is not in the
# standard, but a person in Kosovo must be able to say where.
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@lru_cache(maxsize=16)
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """(ISO 3166-1 alpha-2, name) in the order of the names in this language."""
    names = Locale.parse(locale).territories
    known = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()]
    return tuple(sorted(((c, n) for c, n in known if c not in _NO_COUNTRY), key=lambda pair: _order(pair[1])))


def _order(name: str) -> str:
    """Å is looked for under A: sort by base letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
