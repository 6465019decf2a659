"""What a report says, as both sites understand it: from a form to codes, and from codes back to plain words.

Rules it keeps: content is flat (field name to text, code, or list of codes), so the script's form and the plain form
cannot differ in shape; an unknown code is dropped, never guessed; nothing here refuses an answer for being absent.
Consents are read strictly: what was not clearly given is not given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.text import countries, gettext, language
from portal.wording import SECTIONS, Choice, Field, Group, Section, every_field

__all__ = [
    "MAX_AREA",
    "MAX_TEXT",
    "SECTIONS",
    "Answer",
    "Choice",
    "Field",
    "Group",
    "Section",
    "consents",
    "content_from_form",
    "danger",
    "describe",
    "facets",
    "has_words",
    "missing",
    "publication",
    "tidy",
    "title_of",
]

# Letters. A message is at most 1 MiB of UTF-8; longer accounts travel as a file.
MAX_AREA = 100_000
MAX_TEXT = 2_000

Content = Mapping[str, Any]
Values = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question in the language of the context. `values` are plain words, or the person's own text."""

    section: str
    label: str
    values: tuple[str, ...]
    own_words: bool


def content_from_form(values: Values, lang: str) -> dict[str, Any]:
    """The content of a report from a posted form: answered fields only, in the order of the questions."""
    content: dict[str, Any] = {"language": lang}
    for field in every_field():
        answer = _many(field, values) if field.many else _one(field, values)
        if answer:
            content[field.name] = answer
    return content


def _many(field: Field, values: Values) -> list[str]:
    given = set(values.getlist(field.name))
    return [choice.code for choice in field.choices if choice.code in given]


def _one(field: Field, values: Values) -> str:
    text = tidy(values.get(field.name, ""))
    if field.kind == "country":
        return text if re.fullmatch("[A-Z]{2}", text) else ""
    if field.kind == "radio":
        return text if any(choice.code == text for choice in field.choices) else ""
    return text


def tidy(text: str) -> str:
    """One kind of line ending, no space at either end. Browsers send CR LF from a form and LF from a script."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def has_words(content: Content) -> bool:
    """Whether anything was written in the person's own words."""
    return any(content.get(field.name) for field in every_field() if field.kind in ("text", "area"))


def missing(content: Content) -> tuple[Field, ...]:
    """The questions that matter most and have no answer yet. A report is kept without them."""
    return tuple(field for field in every_field() if not field.optional and not content.get(field.name))


def title_of(field: Field) -> str:
    """What a field asks, in the language of the context: its own label, or its section's title."""
    section = next(section for section in SECTIONS if field in section.all_fields)
    return gettext(field.label or section.title)


def describe(content: Content) -> tuple[Answer, ...]:
    """Every answer in plain words, in the order of the questions; a code from elsewhere is shown as it stands."""
    return tuple(_described(content))


def _described(content: Content) -> Iterator[Answer]:
    names = dict(countries(language().locale))
    for section in SECTIONS:
        for field in section.all_fields:
            given = content.get(field.name)
            if not given:
                continue
            labels = {choice.code: gettext(choice.label) for choice in field.choices}
            labels |= names if field.kind == "country" else {}
            values = given if isinstance(given, list) else [given]
            yield Answer(
                gettext(section.title),
                gettext(field.label or section.title),
                tuple(labels.get(str(value), str(value)) for value in values),
                field.kind in ("text", "area"),
            )


def danger(content: Content) -> bool:
    """Whether the reporter said that someone is in danger now."""
    return content.get("danger") == "yes"


# Who did it, as the facet `perpetrator` has it: a kind, and what the person is.
_ACTORS = {
    "police": ("state", "police"),
    "security": ("state", "security"),
    "military": ("state", "military"),
    "court": ("state", "court"),
    "prison": ("state", "prison"),
    "government": ("state", "government"),
    "official": ("state", "official"),
    "de_facto": ("de_facto_authority", ""),
    "armed_group": ("armed_group", ""),
    "business": ("business", ""),
    "private": ("non_state", "private"),
    "un_insider": ("un_insider", ""),
    "unknown": ("unknown", ""),
}
_KINDS = ("state", "de_facto_authority", "armed_group", "non_state", "business", "un_insider", "unknown")
# The link to the UN, the strongest first.
_NEXUS = {
    "had": "actual",
    "tried": "attempted",
    "planned": "attempted",
    "thought": "perceived",
    "close": "association",
}


def facets(content: Content) -> dict[str, Any]:
    """What routing asks of a case, from the reporter's codes. `country` is the State responsible, None if unknown.

    `territory` is where it happened (regional bodies go by it). A reviewer corrects all of it.
    """
    where, behind = content.get("place_country"), content.get("behind")
    return {
        "country": {"same": where, "other": content.get("behind_country")}.get(str(behind)),
        "territory": where,
        "year": _year(content),
        "act_types": [*content.get("acts", ()), *(["other"] if content.get("acts_other") else [])],
        "victim_profile": _profiles(content),
        "un_body_cooperated": [code for code in content.get("bodies", ()) if code != "unsure"],
        "nexus": next((_NEXUS[code] for code in _NEXUS if code in content.get("contact", ())), None),
        "urgency": _urgency(content),
        "danger": {"yes": True, "no": False}.get(str(content.get("danger"))),
        "perpetrator": _perpetrator(content),
    }


def _profiles(content: Content) -> list[str]:
    found = list(content.get("profile", ()))
    affected = set(content.get("affected", ()))
    if "organisation" in affected and "ngo" not in found:
        found.append("ngo")
    if "group" in affected:
        found.append("unnamed_group")
    return found


def _urgency(content: Content) -> str | None:
    if danger(content) or content.get("going_on") == "will":
        return "imminent"
    return {"ongoing": "ongoing", "past": "past"}.get(str(content.get("going_on")))


def _perpetrator(content: Content) -> str | None:
    actors = [_ACTORS[code] for code in content.get("who", ()) if code in _ACTORS]
    kinds = {kind for kind, _ in actors}
    if content.get("behind") in ("same", "other"):
        kinds.add("state")
    kinds = kinds - {"unknown"} or kinds
    details = [detail for _, detail in actors if detail]
    if not kinds:
        return None
    joined = "+".join(kind for kind in _KINDS if kind in kinds)
    return f"{joined}:{details[0]}" if details else joined


def _year(content: Content) -> int | None:
    """The last year that the answer to "when" names, in any digit script."""
    digits = "".join(str(unicodedata.decimal(c, c)) for c in str(content.get("when", "")))
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", digits)
    return int(years[-1]) if years else None


_SPOKEN_FOR = ("self", "yes", "family")


def consents(content: Content) -> dict[str, bool]:
    """Scopes A to G of consent. Without the person's own or their family's word nothing but A and F is given.

    A keep and read; B pass to the UN in confidence; C a letter with the name; D a letter without; E publication in
    any form (see `publication`); F questions through the mailbox; G sharing with others who help.
    """
    may = content.get("agreed") in _SPOKEN_FOR
    return {
        "A": True,
        "B": may and content.get("tell_un") == "yes",
        "C": may and content.get("letter_named") == "yes",
        "D": may and content.get("letter_unnamed") == "yes",
        "E": may and content.get("publish") in ("name", "initials"),
        "F": content.get("contact_back") != "no",
        "G": may and content.get("share") == "yes",
    }


def publication(content: Content) -> str:
    """In what form the name may be published: "name", "initials" or "no"."""
    return str(content["publish"]) if consents(content)["E"] else "no"
