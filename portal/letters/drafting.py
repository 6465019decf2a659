"""A case, a mechanism and a kind of communication become a draft: the mechanism's own fields, filled or marked.

Rules kept here (claim C10): without consent A or B nothing is drafted; without consent C no name and no identifying
field enters what reaches a State, and the draft says so; what must stay private stays out whatever the consents; the
organisation, never the reporter, is the source. Nothing is made up: what is not known is "[to be completed: …]".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from portal.letters.case import CaseFacts
from portal.letters.errors import ConsentMissing, NoForm
from portal.letters.fill import NAMES, VALUES, WORDS_ENOUGH, Value, state_name
from portal.letters.forms import Field, Form, load_forms
from portal.letters.masking import Mask
from portal.mechanisms.catalogue import load_catalogue
from portal.mechanisms.vocabulary import load_vocabulary

NO_NAME = "[withheld: there is no consent to name the person]"
NAMES_WITHHELD = (
    "There is no consent to name the people concerned to a State. Their names and personal details are withheld; "
    "they appear as [person A] and so on."
)


class Section(NamedTuple):
    """A field of the draft. `gap` says that something is to be completed; a heading has no text."""

    label: str
    text: str
    gap: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A prepared communication, for a person to read, complete and send.

    `warnings` are for the reviewer and stand in no export. `missing_consents` are the scopes without which it must not
    leave; `masked` says that names were withheld.
    """

    mechanism: str
    kind: str
    title: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...]
    missing_consents: tuple[str, ...]
    masked: bool
    language: str = "en"


def can_draft(mechanism_id: str) -> bool:
    """Whether there is a form for this mechanism."""
    return mechanism_id in load_forms()


def draft(case: CaseFacts, mechanism_id: str, kind: str) -> Draft:
    """The draft for one mechanism. Raises ConsentMissing, or NoForm for a mechanism or kind without a form."""
    form = _form(mechanism_id, kind)
    for scope in ("A", "B"):
        if _refused(case, scope):
            raise ConsentMissing(scope, load_vocabulary().facets["consent"][scope].label + ".")
    withheld = form.reaches_state and not case.agreed("C")
    mask = _mask(case, withheld)
    sections = (*_head(case, form, kind, mask, withheld), *_body(case, form, kind, mask, withheld))
    missing = _missing_consents(case, form)
    return Draft(
        mechanism=mechanism_id,
        kind=kind,
        title=f"{kind[0].upper()}{kind[1:]}: {form.title}",
        sections=sections,
        warnings=_warnings(case, form, sections, withheld, missing),
        missing_consents=missing,
        masked=withheld,
    )


def _form(mechanism_id: str, kind: str) -> Form:
    form = load_forms().get(mechanism_id)
    if form is None:
        name = load_catalogue()[mechanism_id].name if mechanism_id in load_catalogue() else mechanism_id
        raise NoForm(
            f"There is no draft form for {name}.", "Write to it by hand, with the catalogue's list beside you."
        )
    if kind not in form.kinds:
        raise NoForm(f"{form.title} is not made for: {kind}.", f"Choose one of: {', '.join(form.kinds)}.")
    return form


def _refused(case: CaseFacts, scope: str) -> bool:
    """B must be given. A is what brought the report here; it counts as given until it is taken back."""
    return not case.agreed(scope) if scope != "A" else case.consent("A") is not None and not case.agreed("A")


def _missing_consents(case: CaseFacts, form: Form) -> tuple[str, ...]:
    """The scopes that must be there before it leaves: D is enough for a letter without names."""
    if not form.reaches_state or case.agreed("C"):
        return ()
    return () if case.agreed("D") else ("C", "D")


def _mask(case: CaseFacts, withheld: bool) -> Mask:
    persons = [[case.person.name, *case.person.other_names], *([name] for name in case.names)] if withheld else []
    return Mask(persons, case.keep_private)


def _completed(gap: str) -> str:
    return f"[to be completed: {gap}]"


def _head(case: CaseFacts, form: Form, kind: str, mask: Mask, withheld: bool) -> list[Section]:
    state, organisation = state_name(case), mask(case.organisation)
    opening = form.opening.format(
        organisation=organisation or _completed("name of the organisation"),
        state=state or _completed("the State responsible"),
    )
    head = [
        Section("To", form.to, False),
        Section("In respect of", state or _completed("the State responsible"), not state),
        Section("Kind of communication", kind, False),
        Section("Date", _completed("date of sending"), True),
    ]
    if case.reference:
        head.append(Section("Our reference", mask(case.reference), False))
    if withheld:
        head.append(Section("Names", NAMES_WITHHELD, False))
    return [*head, Section("Introduction", opening, not (state and organisation))]


def _body(case: CaseFacts, form: Form, kind: str, mask: Mask, withheld: bool) -> list[Section]:
    sections: list[Section] = []
    part, said = "", set()
    for field in form.fields:
        if not field.asked(kind):
            continue
        if field.part != part:
            part = field.part
            sections.append(Section(part, "", False))
        if withheld and field.identifies:
            if part not in said:
                sections.append(Section(part or "Personal details", NO_NAME, False))
            said.add(part)
        elif section := _section(case, field, mask):
            sections.append(section)
    return _without_bare_headings(sections)


def _without_bare_headings(sections: list[Section]) -> list[Section]:
    """A heading whose fields are all withheld gives way to the line that says so."""
    kept = []
    for section, following in zip(sections, [*sections[1:], Section("", "", False)], strict=True):
        if section.text or (following.text and following.label != section.label):
            kept.append(section)
    return kept


def _section(case: CaseFacts, field: Field, mask: Mask) -> Section | None:
    """One field filled; None for an optional one of which nothing is known."""
    values = [(key, VALUES[key](case)) for key in field.values]
    known = [(key, value) for key, value in values if value.known]
    if not known:
        return None if field.optional else Section(field.label, _completed(field.gap), True)
    several = len(field.values) > 1
    lines = [_line(key, value, mask, several) for key, value in known]
    gaps = [_completed(NAMES[key][0].lower()) for key, value in values if several and _wanted(key, value)]
    if not field.optional and not any(value.free.strip() or key in WORDS_ENOUGH for key, value in known):
        gaps = [_completed(field.gap)]
    return Section(field.label, "\n".join([*lines, *gaps]), bool(gaps))


def _wanted(key: str, value: Value) -> bool:
    return key in NAMES and NAMES[key][1] and not value.known


def _line(key: str, value: Value, mask: Mask, several: bool) -> str:
    text = "\n".join(part for part in (value.words, mask(value.free)) if part.strip())
    return f"{NAMES[key][0]}: {text}" if several and key in NAMES else text


def _warnings(
    case: CaseFacts, form: Form, sections: tuple[Section, ...], withheld: bool, missing: tuple[str, ...]
) -> tuple[str, ...]:
    found = []
    if missing:
        found.append("Neither consent C nor consent D is there: this must not leave before one of them is given.")
    if withheld:
        found.append("Names are masked. Read it again: a place, a date or an office can still single a person out.")
    if not form.reaches_state and not case.agreed("C"):
        found.append("Consent C is missing: the name is given in confidence only, not to be put to a Government.")
    if case.keep_private:
        found.append(
            "Some names or phrases were to be kept private and are masked; look for other ways of saying them."
        )
    if form.mechanism in ("sp-wgad", "sp-wgeid") and withheld:
        found.append("This Working Group cannot act without the name: ask for consent C before sending.")
    if gaps := sum(section.gap for section in sections):
        found.append(f"Fields to be completed: {gaps}.")
    mechanism = load_catalogue()[form.mechanism]
    if mechanism.languages:
        found.append(f"Languages: {', '.join(mechanism.languages)}.")
    return (*found, *(_channel_warning(c.value, c.status) for c in mechanism.channels if c.look_up_first))


def _channel_warning(value: str, status: str) -> str:
    return f"Look up before use, no day of verification is known: {value} ({status})."
