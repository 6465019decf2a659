"""What reviewers do with a case. Every act is a signed entry; nothing is ever changed or taken back.

These functions work on an unlocked desk (`Session`); the facade calls them under its lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from portal.desk.attachment import open_attachment
from portal.desk.case import show, summarise, waits
from portal.desk.drafts import checked_facets, make_docx, make_draft, routing_facets
from portal.desk.errors import DeskError, NotHere
from portal.desk.model import STATUSES, Case, CaseSummary, Draft, OpenedFile, Suggestion, View
from portal.desk.names import safe_name
from portal.desk.session import Session
from portal.desk.standing import today
from portal.desk.writing import acknowledge, answer, entry, unopened
from portal.letters import can_draft
from portal.mechanisms import Recommendation, Recommendations, load_catalogue, recommend

CLOSED = ("closed",)


def inbox(here: Session, view: View) -> tuple[CaseSummary, ...]:
    """Cases of one view: those in danger first, then by their newest day."""
    keep = _views(here)[view]
    rows = [summarise(here.index.checked(thread), here.around(thread)) for thread in here.index.cases()]
    rows.sort(key=lambda row: row.last_day, reverse=True)
    return tuple(sorted((row for row in rows if keep(row)), key=lambda row: not row.danger))


def _views(here: Session) -> dict[View, Callable[[CaseSummary], bool]]:
    day, me = today(), here.keys.me
    return {
        "all": lambda row: True,
        "danger": lambda row: row.danger and row.status not in CLOSED,
        "new": lambda row: row.unread > 0,
        "mine": lambda row: row.assigned == me and row.status not in CLOSED,
        "waiting": lambda row: waits(row, day),
        "closed": lambda row: row.status in CLOSED,
        "alarms": lambda row: row.alarms > 0,
    }


def look(here: Session, case_id: str) -> Case:
    return show(here.thread(case_id), here.around(case_id))


def open_case(here: Session, case_id: str) -> Case:
    """Show the case and let the reporter know, once for each message, that a person opened it."""
    thread = here.thread(case_id)
    if thread.thread.keys is not None:
        for message in list(unopened(thread)):
            try:
                here.write(acknowledge(here.pen, here.thread(case_id), message))
            except DeskError:
                # Reading goes on where nothing can be written (an expired directory, a reporter's broken key).
                break
    return look(here, case_id)


def open_file(here: Session, case_id: str, object_id: str) -> OpenedFile:
    """A file of a message of this case."""
    for message in (one.message for one in here.thread(case_id).of("report")):
        for number, file in enumerate(message.files, 1):
            if file.object == object_id:
                chunks = open_attachment(here.archive.object(object_id), file, list(here.keys.live.values()))
                return OpenedFile(safe_name(file.name, number), file.size, chunks)
    raise NotHere("No message of this case has such a file.")


def reply(here: Session, case_id: str, text: str) -> None:
    """Write to the reporter."""
    here.write(answer(here.pen, here.thread(case_id), _words(text)))


def note(here: Session, case_id: str, text: str) -> None:
    """Write for colleagues."""
    _record(here, case_id, "note", {"text": _words(text)})


def set_status(here: Session, case_id: str, status: str, reason: str, until: str | None) -> None:
    """Say how the case stands. Waiting needs a day and a reason, closing a reason."""
    if status not in STATUSES:
        raise DeskError("There is no such status.", "Choose one of the list.")
    if status in ("waiting", *CLOSED) and not reason.strip():
        raise DeskError("This status needs a reason.", "Write in one sentence why.")
    if status == "waiting":
        _check_day(until)
    _record(here, case_id, "status", {"status": status, "reason": reason.strip(), "until": until})


def assign(here: Session, case_id: str, device: str | None) -> None:
    """Give the case to a reviewer, or to nobody."""
    if device is not None and device not in {member.id for member in here.ground.people.reviewers}:
        raise DeskError("A case can be given to a reviewer only.", "Choose a person of the list.")
    _record(here, case_id, "assignment", {"to": device})


def set_facets(here: Session, case_id: str, facets: Mapping[str, Any]) -> None:
    """Correct what routing looks at, and list `names` that drafts withhold from a State without consent C.

    Consents are the reporter's: they are not corrected here.
    """
    changed = {name: value for name, value in facets.items() if name != "consents"}
    checked_facets(changed)
    _record(here, case_id, "facets", {"facets": changed})


def routing(here: Session, case_id: str) -> Recommendations:
    """What the rules say of the case, with gates and what is blocked."""
    return recommend(routing_facets(here.thread(case_id)))


def suggestions(found: Recommendations) -> tuple[Suggestion, ...]:
    """The recommendations as the case page lists them: first what can be done, then what a consent blocks."""
    catalogue = load_catalogue()

    def row(item: Recommendation, blocked: bool) -> Suggestion:
        return Suggestion(
            id=item.id,
            name=catalogue[item.id].name if item.id in catalogue else item.id,
            role=item.role,
            kind=item.kind,
            reasons=tuple(str(reason) for reason in item.reasons),
            missing=item.missing,
            blocked=blocked,
            drafted=can_draft(item.id),
        )

    return (*(row(item, False) for item in found.items), *(row(item, True) for item in found.blocked))


def decide(here: Session, case_id: str, chosen: Sequence[Mapping[str, str]], reason: str) -> None:
    """Record which mechanisms were chosen, against what was recommended, on which facets and catalogue."""
    catalogue = load_catalogue()
    if any(one.get("id") not in catalogue or not one.get("kind") for one in chosen):
        raise DeskError("A chosen mechanism is not in the catalogue.", "Choose from the list.")
    found = routing(here, case_id)
    content = {
        "catalogue": found.digest,
        "facets": found.facets.as_dict(),
        "recommended": [item.id for item in found.items],
        "chosen": [{"id": one["id"], "kind": one["kind"]} for one in chosen],
        "reason": reason.strip(),
    }
    _record(here, case_id, "decision", content)


def draft(here: Session, case_id: str, mechanism: str, kind: str) -> Draft:
    """A prepared communication as text, or which consent is missing for it."""
    return make_draft(here.thread(case_id), here.ground.people.organisation, mechanism, kind)


def draft_docx(here: Session, case_id: str, mechanism: str, kind: str) -> bytes:
    """The same as a Word document."""
    return make_docx(here.thread(case_id), here.ground.people.organisation, mechanism, kind)


def _record(here: Session, case_id: str, kind: str, content: Mapping[str, Any]) -> None:
    here.write([entry(here.pen, here.thread(case_id), kind, content)])


def _words(text: str) -> str:
    if not text.strip():
        raise DeskError("There is nothing written.", "Write something, then send it.")
    return text.strip()


def _check_day(until: str | None) -> None:
    try:
        date.fromisoformat(until or "")
    except ValueError:
        raise DeskError("Waiting needs a day.", "Choose until when to wait.") from None
