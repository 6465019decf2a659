"""Facets from JSON.

Reading keeps three things apart. What can be read in only one way is read (a lower-case country, a year in quotes, a
single code where a list is expected). A code nobody knows is kept and reported: it never stops a case. What cannot be
read at all raises FacetsError with a sentence. What is absent, null or empty is unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from portal.mechanisms.facets import COUNTRIES, FLAGS, LISTS, SCOPES, SINGLES, Consents, Facets, Perpetrator
from portal.mechanisms.places import country_known
from portal.mechanisms.vocabulary import load_vocabulary

YES = frozenset({"yes", "true", "given", "full_name", "initials", "no_name"})
NO = frozenset({"no", "false", "refused", "none"})
NOT_KNOWN = frozenset({"", "unknown", "not_sure", "dont_know"})

Warn = Callable[[str], None]


class FacetsError(Exception):
    """Facets that cannot be read; the message is a sentence for the person who wrote them."""


def read_facets(entry: Mapping[str, Any], warn: Warn) -> Facets:
    """Facets from a JSON object. Keys that are no facets are ignored; each unknown code is told to `warn`.

    Raises FacetsError for a value that cannot be read.
    """
    values: dict[str, Any] = {}
    for name, vocabulary in LISTS.items():
        values[name] = _codes(entry.get(name), name, vocabulary, warn)
    for name in SINGLES:
        values[name] = _single(entry.get(name), name, warn)
    for name in FLAGS:
        values[name] = _yes_or_no(entry.get(name), name)
    for name in COUNTRIES:
        values[name] = _country(entry.get(name), name, warn)
    values["year"] = _year(entry.get("year"))
    values["perpetrator"] = _perpetrator(entry.get("perpetrator"), warn)
    values["consents"] = _consents(entry.get("consents"), warn)
    values["treaty_status"] = _treaty_status(entry.get("treaty_status"), warn)
    return Facets(**values)


def shown(value: Any) -> str:
    """A value as it may stand in a sentence on any terminal: ASCII, short."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise FacetsError(f"{name} must be a text, not {shown(value)}.")
    return value.strip()


def _codes(value: Any, name: str, vocabulary: str, warn: Warn) -> tuple[str, ...]:
    if value is None:
        return ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise FacetsError(f"{name} must be a list of codes, not {shown(value)}.")
    codes: dict[str, None] = {}
    for item in items:
        code = "" if item is None else _text(item, f"each code of {name}")
        if code and code not in codes:
            _check(vocabulary, code, name, warn)
            codes[code] = None
    return tuple(codes)


def _check(vocabulary: str, code: str, name: str, warn: Warn) -> None:
    if not load_vocabulary().knows(vocabulary, code):
        warn(f"{name}: the code {shown(code)} is not known; no rule looks at it.")


def _single(value: Any, name: str, warn: Warn) -> str | None:
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else None
    code = "" if value is None else _text(value, name)
    if not code or (code in NOT_KNOWN and not load_vocabulary().knows(name, code)):
        return None
    _check(name, code, name, warn)
    return code


def _yes_or_no(value: Any, name: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    word = value.strip().lower().replace(" ", "_") if isinstance(value, str) else None
    if word in YES:
        return True
    if word in NO:
        return False
    if word in NOT_KNOWN:
        return None
    raise FacetsError(f"{name} must be true, false or null, not {shown(value)}.")


def _country(value: Any, name: str, warn: Warn) -> str | None:
    code = "" if value is None else _text(value, name).upper()
    if not code or code.lower() in NOT_KNOWN:
        return None
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise FacetsError(f"{name} must be a country code of two letters (ISO 3166-1), not {shown(value)}.")
    if not country_known(code):
        warn(f"{name}: the country code {shown(code)} is not known; no rule of place looks at it.")
    return code


def _year(value: Any) -> int | None:
    if value is None or (isinstance(value, str) and value.strip().lower() in NOT_KNOWN):
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{4}\s*", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1900 <= value <= 2200:
        raise FacetsError(f"year must be a year of four digits, not {shown(value)}.")
    return value


def _perpetrator(value: Any, warn: Warn) -> Perpetrator:
    if value is None:
        return Perpetrator()
    if isinstance(value, list):
        value = "+".join(_text(item, "each kind of perpetrator") for item in value)
    kinds, _, detail = _text(value, "perpetrator").partition(":")
    codes: dict[str, None] = {}
    for kind in (part.strip() for part in kinds.split("+")):
        if kind and kind not in codes:
            _check("perpetrator", kind, "perpetrator", warn)
            codes[kind] = None
    return Perpetrator(tuple(codes), detail.strip())


def _consents(value: Any, warn: Warn) -> Consents:
    if value is None:
        return Consents()
    if isinstance(value, list):
        named = {_text(item, "each scope of consents").upper() for item in value}
        value = {scope: scope in named for scope in (*SCOPES, *sorted(named))}
    if not isinstance(value, dict):
        raise FacetsError(f"consents must be an object with the scopes A to G, not {shown(value)}.")
    scopes: dict[str, bool | None] = {}
    for key, answer in value.items():
        scope = key.strip().upper()
        if scope in SCOPES:
            scopes[scope] = _yes_or_no(answer, f"consents.{scope}")
        else:
            warn(f"consents: the scope {shown(key)} is not known; the scopes are A to G.")
    return Consents(**scopes)


def _treaty_status(value: Any, warn: Warn) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FacetsError(f'treaty_status must be an object like {{"tb-cat": "party"}}, not {shown(value)}.')
    statuses: dict[str, str] = {}
    for body, status in sorted(value.items()):
        _check("un_body_cooperated", body, "treaty_status", warn)
        if found := _single(status, "treaty_status", warn):
            statuses[body] = found
    return statuses
