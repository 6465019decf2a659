"""A case: what the signed messages of one thread add up to.

Rules: nothing is stored but the messages, so two desks that hold the same messages show the same case; the last word
in the thread's order counts (status, assignment, corrected facets). A reporter's content is a stranger's: only texts
and lists of texts are taken from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal import questions
from portal.desk.checking import Checked
from portal.desk.model import (
    STATUSES,
    Alarm,
    Case,
    CaseFile,
    CaseMessage,
    CaseSummary,
    Decision,
    StatusChange,
)
from portal.desk.names import safe_name
from portal.desk.writing import unopened
from portal.messages import REPORTER
from portal.threads import Entry
from portal.wording import every_field

_NOTHING: Mapping[str, Any] = {}
_COUNTRY = re.compile("[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Around:
    """What a case does not know by itself: people's names, which objects have arrived, alarms of the lists."""

    name: Callable[[str], str]
    here: Callable[[str], bool]
    alarms: tuple[Alarm, ...]
    demo: bool


def summarise(thread: Checked, around: Around) -> CaseSummary:
    """The row of the inbox."""
    content = report_content(thread)
    facets = case_facets(thread)
    statuses = _statuses(thread, around)
    status = statuses[-1] if statuses else None
    holder = assigned(thread)
    return CaseSummary(
        id=thread.id,
        day=thread.days[0],
        last_day=thread.days[-1],
        country=_text(facets, "country"),
        acts=_texts(facets.get("act_types")),
        danger=questions.danger(content),
        status=status.status if status else "reading" if thread.of("desk", "opened") else "new",
        until=status.until if status else None,
        assigned=holder,
        assigned_name=around.name(holder) if holder else None,
        unread=sum(1 for _ in unopened(thread)),
        alarms=len(_alarms(thread, around)),
        demo=around.demo,
    )


def show(thread: Checked, around: Around) -> Case:
    """The whole case."""
    content = report_content(thread)
    messages = tuple(_message(thread, entry, around) for entry in thread.entries)
    return Case(
        summary=summarise(thread, around),
        report=content,
        messages=messages,
        files=tuple(file for message in messages for file in message.files),
        statuses=tuple(_statuses(thread, around)),
        decisions=tuple(_decisions(thread, around)),
        alarms=_alarms(thread, around),
        sealed_by=_in_order(thread.epochs[entry.object] for entry in thread.entries),
        facets=case_facets(thread),
        consents=case_consents(thread),
        can_reply=thread.thread.keys is not None,
    )


def report_content(thread: Checked) -> dict[str, Any]:
    """The reporter's answers: of the first report, with what later ones added or changed."""
    content: dict[str, Any] = {}
    for entry in thread.of("report", "report"):
        content |= clean(entry.message.content)
    return content


def clean(content: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a report may hold: texts, lists of texts where a question takes several answers, real country codes."""
    many = {field.name for field in every_field() if field.many}
    countries = {field.name for field in every_field() if field.kind == "country"}
    kept: dict[str, Any] = {}
    for name, value in content.items():
        if name in many and isinstance(value, list):
            kept[name] = [item for item in value if isinstance(item, str)]
        elif name not in many and isinstance(value, str):
            kept[name] = value
    return {name: value for name, value in kept.items() if name not in countries or _COUNTRY.fullmatch(value)}


def case_facets(thread: Checked) -> dict[str, Any]:
    """What routing looks at: from the reporter's codes, then as reviewers corrected it. Consents are the reporter's."""
    content = report_content(thread)
    found = questions.facets(content)
    for entry in thread.of("desk", "facets"):
        corrected = entry.message.content.get("facets")
        found |= corrected if isinstance(corrected, dict) else _NOTHING
    return found | {"consents": case_consents(thread)}


def case_consents(thread: Checked) -> dict[str, bool]:
    """The scopes that stand now. Whoever withdrew has taken all of them back, until a new report gives them again."""
    given = questions.consents(report_content(thread))
    return dict.fromkeys(given, False) if withdrawn(thread) else given


def withdrawn(thread: Checked) -> bool:
    """Whether the reporter's last word about the report was to withdraw it."""
    words = thread.of("report", "report", "withdraw")
    return bool(words) and words[-1].message.kind == "withdraw"


def assigned(thread: Checked) -> str | None:
    """The device that has the case, by the last assignment."""
    entries = thread.of("desk", "assignment")
    return _text(entries[-1].message.content, "to") if entries else None


def _message(thread: Checked, entry: Entry, around: Around) -> CaseMessage:
    message = entry.message
    files = tuple(
        CaseFile(
            object=file.object,
            name=safe_name(file.name, number),
            type=file.type,
            size=file.size,
            sha256=file.sha256,
            day=message.day,
            here=around.here(file.object),
        )
        for number, file in enumerate(message.files, 1)
    )
    return CaseMessage(
        object=entry.object,
        who=message.author,
        who_name=around.name(message.author),
        day=message.day,
        kind=message.kind,
        text=_spoken(message.content),
        to_reporter=message.direction == "desk" and message.kind == "reply",
        sealed_by=thread.epochs[entry.object],
        content=clean(message.content) if message.author == REPORTER else message.content,
        files=files,
    )


def _spoken(content: Mapping[str, Any]) -> str:
    """The words of a message: a report tells them under `told`, everything else under `text`."""
    return _text(content, "text") or _text(content, "told") or ""


def _statuses(thread: Checked, around: Around) -> list[StatusChange]:
    return [
        StatusChange(
            day=entry.message.day,
            who=entry.message.author,
            who_name=around.name(entry.message.author),
            status=str(entry.message.content["status"]),
            reason=_text(entry.message.content, "reason") or "",
            until=_text(entry.message.content, "until"),
        )
        for entry in thread.of("desk", "status")
        if entry.message.content["status"] in STATUSES
    ]


def _decisions(thread: Checked, around: Around) -> Iterable[Decision]:
    for entry in thread.of("desk", "decision"):
        content = entry.message.content
        facets, chosen = content.get("facets"), content.get("chosen")
        yield Decision(
            day=entry.message.day,
            who=entry.message.author,
            who_name=around.name(entry.message.author),
            catalogue=_text(content, "catalogue") or "",
            facets=facets if isinstance(facets, dict) else _NOTHING,
            recommended=_texts(content.get("recommended")),
            chosen=tuple(one for one in chosen if isinstance(one, dict)) if isinstance(chosen, list) else (),
            reason=_text(content, "reason") or "",
        )


def _alarms(thread: Checked, around: Around) -> tuple[Alarm, ...]:
    own = (Alarm(alarm.kind, alarm.object, alarm.says, thread.id) for alarm in thread.alarms)
    return tuple(dict.fromkeys((*own, *around.alarms)))


def waits(summary: CaseSummary, today: date) -> bool:
    """Whether a case waits for the reporter, and the day it waits until has not come."""
    return summary.status == "waiting" and (summary.until is None or summary.until > today.isoformat())


def _in_order(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _text(content: Mapping[str, Any], name: str) -> str | None:
    value = content.get(name)
    return value if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
