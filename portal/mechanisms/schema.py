"""What a catalogue file must hold, and sentences for what is wrong with one.

A file is one mechanism. Checks are those a careful reader would make: every key known, every text a text, every
channel with a status, at least one source, dates that are dates. The result names the file, the line and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

SCHEMA = "unhindered.mechanism/1"
CATEGORIES = frozenset(
    {
        "un_central",
        "special_procedures",
        "special_procedure_thematic",
        "special_procedure_country",
        "treaty_body",
        "field",
        "un_internal",
        "un_related",
        "related_un",
        "development_bank",
        "judicial_external",
        "regional",
        "emergency_support",
    }
)
CONFIDENCE = frozenset({"sourced", "partial", "unverified"})
CHANNEL_STATUS = frozenset({"sourced", "partly sourced", "legacy", "inferred", "unverified", "not listed"})
ID = re.compile(r"[a-z0-9]+(-[a-zA-Z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2}")

TEXTS = ("name", "mandate", "protects", "urgency_handling", "follow_up")
LISTS = (
    "legal_basis",
    "accepts_from",
    "eligibility",
    "required_information",
    "consent_rules",
    "languages",
    "typical_acts_or_profiles",
    "unverified_fields",
)
TABLES = ("names_other", "time_limits")
KNOWN = frozenset({"schema", "id", "category", "confidence", "channels", "sources", *TEXTS, *LISTS, *TABLES})
MAY_BE_EMPTY = frozenset({"urgency_handling", "follow_up"})


def problems(entry: Mapping[str, Any], file_id: str) -> Iterator[tuple[str, str]]:
    """Pairs of (key, sentence) for everything wrong with one parsed file; none when it is right."""
    for key in entry:
        if key not in KNOWN:
            yield key, f"the key {key!r} is not known"
    if entry.get("schema") != SCHEMA:
        yield "schema", f"schema must be {SCHEMA!r}"
    if entry.get("id") != file_id:
        yield "id", f"id must be {file_id!r}, the name of the file"
    elif not ID.fullmatch(file_id):
        yield "id", "an id is made of lower-case words joined by hyphens"
    yield from _one_of(entry, "category", CATEGORIES)
    yield from _one_of(entry, "confidence", CONFIDENCE)
    for key in TEXTS:
        value = entry.get(key)
        if not isinstance(value, str) or not (value.strip() or key in MAY_BE_EMPTY):
            yield key, f"{key} must be a text" + ("" if key in MAY_BE_EMPTY else " and not empty")
    for key in LISTS:
        if not _texts(entry.get(key)):
            yield key, f"{key} must be a list of texts"
    for key in TABLES:
        if not isinstance(entry.get(key), dict) or not _texts(list(entry[key].values())):
            yield key, f"{key} must be a table of texts"
    for language in entry.get("names_other") or ():
        if not LANGUAGE.fullmatch(language):
            yield "names_other", f"{language!r} is not a two-letter language code"
    yield from _channels(entry.get("channels"))
    yield from _sources(entry.get("sources"), from_memory=entry.get("confidence") == "unverified")


def _one_of(entry: Mapping[str, Any], key: str, allowed: frozenset[str]) -> Iterator[tuple[str, str]]:
    if entry.get(key) not in allowed:
        yield key, f"{key} must be one of: {', '.join(sorted(allowed))}"


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _channels(channels: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(channels, list):
        yield "channels", "channels must be a list of tables, empty when no channel is known"
        return
    for channel in channels:
        if not isinstance(channel, dict) or not {"type", "value", "status"} <= channel.keys():
            yield "channels", "a channel needs a type, a value and a status"
            continue
        if unknown := channel.keys() - {"type", "value", "status", "status_note", "last_verified"}:
            yield "channels", f"a channel does not take {', '.join(sorted(unknown))}"
        if not _texts([v for k, v in channel.items() if k != "last_verified"]):
            yield "channels", "type, value, status and status_note of a channel must be texts"
        elif channel["status"] not in CHANNEL_STATUS:
            yield "channels", f"a channel's status must be one of: {', '.join(sorted(CHANNEL_STATUS))}"
        if type(channel.get("last_verified", date.min)) is not date:
            yield "channels", "last_verified must be a day, written 2026-11-24 without quotes"


def _sources(sources: Any, *, from_memory: bool) -> Iterator[tuple[str, str]]:
    keys = {"title", "url", "retrieved_or_published"}
    if not isinstance(sources, list) or not (sources or from_memory):
        yield "sources", "at least one source must be given, unless the confidence is 'unverified'"
        return
    for source in sources:
        if not isinstance(source, dict) or source.keys() != keys or not _texts(list(source.values())):
            yield "sources", "a source needs a title, a url and retrieved_or_published, all texts"
