"""Codes in the words of the person who reads them. A code that has no words yet is shown as it is, readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from markupsafe import Markup

from portal import questions
from portal.desk.model import CaseMessage
from portal.desk.web.files import visible
from portal.desk.web.room import desk
from portal.mechanisms import load_vocabulary
from portal.text import N_, countries, language
from portal.text import gettext as _

STATUSES = {
    "new": N_("New"),
    "reading": N_("Reading"),
    "needs answer": N_("Needs an answer"),
    "waiting": N_("Waiting"),
    "assessed": N_("Assessed"),
    "drafting": N_("Drafting"),
    "awaiting second reader": N_("Awaiting a second reader"),
    "sent": N_("Sent"),
    "follow-up": N_("Follow-up"),
    "closed": N_("Closed"),
}
ROLES = {
    "emergency": N_("Emergency help: first"),
    "primary": N_("Primary: meant for this"),
    "secondary": N_("Secondary: can help as well"),
    "referral": N_("Referral: help outside these procedures"),
    "blocked": N_("Held back: a consent is missing"),
    "admin": N_("Admin"),
    "reviewer": N_("Reviewer"),
}
ALARMS = {
    "altered": N_("Altered"),
    "other thread": N_("From another thread"),
    "replayed": N_("Replayed"),
    "injected": N_("Injected"),
    "missing": N_("Missing"),
    "forked": N_("Two histories"),
    "unreadable": N_("Cannot be opened"),
    "old key": N_("Sealed to a replaced key"),
}
KEY_STATES = {
    "in force": N_("In force"),
    "accepting": N_("Older, still accepted"),
    "closed": N_("Closed"),
}
CHANNELS = {
    "sourced": N_("seen in a source"),
    "legacy": N_("an older address"),
    "inferred": N_("inferred"),
    "unverified": N_("not verified"),
}
CONSENTS = {
    "A": N_("We may keep and read the report"),
    "B": N_("We may tell the UN office in confidence"),
    "C": N_("A letter with the name may go to the government or company"),
    "D": N_("A letter without names may go to the government or company"),
    "E": N_("It may be published"),
    "F": N_("The UN office may ask back through us"),
    "G": N_("We may share it with other mechanisms and emergency help"),
}

HISTORY = {
    "opened": N_("opened what the person sent"),
    "decision": N_("recorded where the case can go"),
    "facets": N_("changed the facts that routing looks at"),
    "reseal": N_("sealed the case to another key"),
}


def readable(code: str) -> str:
    """`arrest_detention` as "arrest detention"."""
    return code.replace("_", " ").replace("-", " ").strip()


def label(table: dict[str, str], code: str) -> str:
    return _(table[code]) if code in table else readable(code)


def country(code: str | None) -> str:
    if not code:
        return _("Country not told")
    return dict(countries(language().locale)).get(code, code)


def acts(codes: Iterable[str]) -> str:
    """What was done, in a line of a list."""
    return "; ".join(_(load_vocabulary().label("act_types", code)) for code in codes)


def answers(content: Mapping[str, Any]) -> tuple[questions.Answer, ...]:
    """The report's answers but the free account, which has a place of its own."""
    return questions.describe({name: answer for name, answer in content.items() if name != "told"})


def unanswered(content: Mapping[str, Any]) -> list[str]:
    """The questions that mattered and got no answer, as they were asked."""
    return [questions.title_of(field) for field in questions.missing(content)]


def happened(entry: CaseMessage) -> str:
    """An entry of the case's history as a sentence after the name of who made it."""
    content = entry.content
    if entry.kind == "status":
        says = _("set the status to “%(status)s”") % {"status": label(STATUSES, str(content.get("status")))}
        more = [str(content[key]) for key in ("reason", "until") if content.get(key)]
        return says + (f" ({'; '.join(more)})" if more else "")
    if entry.kind == "assignment":
        names = {person.id: person.name for person in desk().people()}
        to = content.get("to")
        return _("assigned the case to %(name)s") % {"name": names.get(str(to), _("somebody")) if to else _("nobody")}
    return _(HISTORY[entry.kind]) if entry.kind in HISTORY else readable(entry.kind)


def case_name(case_id: str) -> str:
    """Eight digits of the case's id, short enough to say on the telephone."""
    return f"{case_id[:4]}-{case_id[4:8]}"


def size(octets: int) -> str:
    """Kilobytes and megabytes of a thousand, as file managers show them."""
    if octets < 1000:
        return _("%(n)d bytes") % {"n": octets}
    if octets < 1_000_000:
        return _("%(n)d KB") % {"n": round(octets / 1000)}
    return _("%(n).1f MB") % {"n": octets / 1_000_000}


def digits(value: str) -> Markup:
    """Ids and fingerprints keep their order inside right-to-left sentences."""
    return Markup('<bdi class="code" dir="ltr">{}</bdi>').format(value)


def install(app: Flask) -> None:
    tables = {
        "status": STATUSES,
        "role": ROLES,
        "alarm": ALARMS,
        "key_state": KEY_STATES,
        "channel": CHANNELS,
        "consent": CONSENTS,
    }
    for name, table in tables.items():
        app.jinja_env.filters[name] = lambda code, table=table: label(table, code)
    app.jinja_env.filters.update(
        country=country,
        acts=acts,
        answers=answers,
        unanswered=unanswered,
        happened=happened,
        case_name=case_name,
        filesize=size,
        digits=digits,
        visible=visible,
    )
