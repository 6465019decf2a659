"""A case written up for a mechanism: from the reporter's answers to what `portal.letters` fills its forms with.

Rules: nothing is made up; a consent is dated by the message that gave it; what the reporter asked not to share is
handed on as private, whatever else was agreed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from portal import letters, questions
from portal.desk.case import case_facets, clean, report_content, withdrawn
from portal.desk.checking import Checked
from portal.desk.errors import DeskError
from portal.desk.model import Draft
from portal.letters import CaseFacts, ConsentRecord, Detention, Person
from portal.mechanisms import Facets, FacetsError, read_facets
from portal.mechanisms.kinds import kind_for

# Which answer gives which scope; A is what brought the report here.
_ANSWERS = {
    "B": "tell_un",
    "C": "letter_named",
    "D": "letter_unnamed",
    "E": "publish",
    "F": "contact_back",
    "G": "share",
}
_GIVEN_BY = {"self": "person", "yes": "person", "family": "family", "could_not": "could_not_ask", "no": "refused"}
_NAMING = {"name": "full_name", "initials": "initials"}
_WISHES = {
    "quiet": "quiet_contact",
    "public": "public_attention",
    "record": "only_recorded",
    "emergency": "emergency_help",
}
_LONGEST_PHRASE = 60


def make_draft(thread: Checked, organisation: str, mechanism: str, kind: str) -> Draft:
    """The draft as text, or why there is none. With an empty `kind`, the one that the rules choose."""
    made = _made(thread, organisation, mechanism, kind)
    if isinstance(made, letters.DraftError):
        return Draft(mechanism, kind, "", "", (), f"{made} {made.hint}")
    return Draft(made.mechanism, made.kind, made.title, letters.as_text(made), made.warnings, None)


def make_docx(thread: Checked, organisation: str, mechanism: str, kind: str) -> bytes:
    """The same as a Word document. Raises DeskError where there is no draft."""
    made = _made(thread, organisation, mechanism, kind)
    if isinstance(made, letters.DraftError):
        raise DeskError(str(made), made.hint)
    return letters.as_docx(made)


def routing_facets(thread: Checked) -> Facets:
    """The case in codes, for the rules. Raises DeskError for a correction that cannot be read."""
    return checked_facets(case_facets(thread))


def checked_facets(facets: Mapping[str, Any]) -> Facets:
    """Facets as the rules take them. A code that nobody knows is kept and stops nothing."""
    try:
        return read_facets(facets, lambda sentence: None)
    except FacetsError as error:
        raise DeskError(str(error), "Correct it and save again.") from error


def case_facts(thread: Checked, organisation: str) -> CaseFacts:
    """What is known of a case, in the terms of letters."""
    said = report_content(thread)
    return CaseFacts(
        facets=routing_facets(thread),
        narrative=_of(said, "told"),
        place=_of(said, "place"),
        date=_of(said, "when", "will_when"),
        perpetrators=_of(said, "who_name"),
        cooperation=_of(said, "bodies_which", "contact_when"),
        link=_of(said, "why"),
        affected=_of(said, "number"),
        remedies=_of(said, "tried"),
        un_document=_of(said, "document"),
        wishes=tuple(_WISHES.get(code, code) for code in said.get("wants", ())),
        person=_person(said),
        detention=_detention(said),
        names=names_known(thread),
        keep_private=tuple(_phrases(_of(said, "withhold"))),
        consents=tuple(_consents(thread)),
        organisation=organisation,
        reference=thread.id[:8],
    )


def names_known(thread: Checked) -> tuple[str, ...]:
    """The names that reviewers listed for this case: without consent C they are masked in what goes to a State."""
    listed = case_facets(thread).get("names")
    return tuple(name for name in listed if isinstance(name, str) and name) if isinstance(listed, list) else ()


def _made(thread: Checked, organisation: str, mechanism: str, kind: str) -> letters.Draft | letters.DraftError:
    facts = case_facts(thread, organisation)
    try:
        return letters.draft(facts, mechanism, kind or kind_for(mechanism, facts.facets).kind)
    except letters.DraftError as error:
        return error
    except StopIteration:
        raise DeskError("There is no such mechanism in the catalogue.", "Choose from the list.") from None


def _of(said: Mapping[str, Any], *names: str) -> str:
    """The person's own words under these questions."""
    return "\n".join(said[name] for name in names if said.get(name))


def _person(said: Mapping[str, Any]) -> Person:
    return Person(
        name=_of(said, "person_name"),
        born=_of(said, "person_age"),
        sex=_of(said, "person_sex"),
        nationality=_of(said, "person_nationality"),
        occupation=_of(said, "person_work"),
        residence=_of(said, "person_home"),
    )


def _detention(said: Mapping[str, Any]) -> Detention:
    missing = said.get("held") == "missing"
    return Detention(
        date="" if missing else _of(said, "held_since"),
        last_seen=_of(said, "held_since") if missing else "",
        forces=_of(said, "held_by"),
        charges=_of(said, "held_charges"),
        held_at=_of(said, "held_place"),
        lawyer_and_family=_of(said, "held_contact"),
        health=_of(said, "held_health"),
    )


def _consents(thread: Checked) -> Iterator[ConsentRecord]:
    """Every answer about a scope, in the order it was given; a withdrawal takes back all of them."""
    said: dict[str, Any] = {}
    for entry in thread.of("report", "report"):
        new = clean(entry.message.content)
        said |= new
        by = _GIVEN_BY.get(str(said.get("agreed")), "could_not_ask")
        scopes = questions.consents(said)
        for scope, name in _ANSWERS.items():
            # Who agreed can be said later than what they agreed to; both together are the answer.
            if said.get(name) and new.keys() & {name, "agreed"}:
                note = _NAMING.get(str(said[name]), "no_name") if scope == "E" else ""
                yield ConsentRecord(scope, scopes[scope], entry.message.day, by, note)
    if withdrawn(thread):
        day = thread.of("report", "withdraw")[-1].message.day
        yield from (ConsentRecord(scope, False, day, "refused") for scope in ("A", *_ANSWERS))


def _phrases(text: str) -> Iterator[str]:
    """Names and short phrases out of what must not be shared; whole sentences are for the reviewer to heed."""
    for phrase in re.split(r"[\n,;.،؛。、]+", text):
        if 1 < len(phrase.strip()) <= _LONGEST_PHRASE:
            yield phrase.strip()
