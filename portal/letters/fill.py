"""The values that a form's fields ask for, from a case. Nothing is made up: what is not known is an empty text.

A value is either the case's own words (they may hold names) or words of the vocabulary and the portal (they cannot).
The two are kept apart so that masking never touches the name of a State or of a mechanism.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.letters.case import CaseFacts, ConsentRecord
from portal.mechanisms.places import country_name
from portal.mechanisms.vocabulary import load_vocabulary


@dataclass(frozen=True, slots=True)
class Value:
    """What a field says: `words` of the portal first, then the case's own `free` text."""

    words: str = ""
    free: str = ""

    @property
    def known(self) -> bool:
        return bool(self.words.strip() or self.free.strip())


def state_name(case: CaseFacts) -> str:
    """The State responsible, by its common English name; "" when it is not known."""
    return country_name(case.facets.country) if case.facets.country else ""


def _labels(facet: str, codes: tuple[str, ...]) -> str:
    return "; ".join(load_vocabulary().label(facet, code) for code in codes)


def _where(case: CaseFacts) -> Value:
    territory = case.facets.territory
    elsewhere = f"{country_name(territory)}." if territory and territory != case.facets.country else ""
    return Value(elsewhere, case.place)


def _acts(case: CaseFacts) -> Value:
    return Value(_labels("act_types", case.facets.act_types))


def _when(case: CaseFacts) -> Value:
    urgency = case.facets.urgency
    timing = f"{load_vocabulary().label('urgency', urgency)}." if urgency else ""
    year = str(case.facets.year) if case.facets.year and not case.date else ""
    return Value(timing if case.date or year else "", case.date or year)


def _actor(case: CaseFacts) -> Value:
    perpetrator = case.facets.perpetrator
    known = tuple(kind for kind in perpetrator.kinds if kind != "unknown")
    detail = perpetrator.detail.replace("_", " ")
    return Value(_labels("perpetrator", known), "\n".join(text for text in (detail, case.perpetrators) if text))


def _contact_with_un(case: CaseFacts) -> Value:
    facets = case.facets
    bodies = _labels("un_body_cooperated", facets.un_body_cooperated)
    kinds = _labels("contact_kind", facets.contact_kind)
    nexus = _labels("nexus", (facets.nexus,)) if facets.nexus not in (None, "unknown") else ""
    return Value("\n".join(text for text in (bodies, kinds, nexus) if text), case.cooperation)


def _who(case: CaseFacts) -> Value:
    return Value(_labels("victim_profile", case.facets.victim_profile), case.affected)


def _wishes(case: CaseFacts) -> Value:
    return Value(_labels("wish", case.wishes), case.protection_wished)


def _source(case: CaseFacts) -> Value:
    return Value("", "\n".join(text for text in (case.organisation, case.contact) if text) if case.organisation else "")


SCOPES_IN_LETTERS = {
    "B": "Transmission in confidence to the United Nations human rights office",
    "C": "A letter naming the person to the State or other actor",
    "D": "A letter without names, on the pattern, law or group",
    "E": "Publication (reports, online database)",
    "F": "Further contact with the person, through the source",
}


def consent_line(scope: str, record: ConsentRecord | None) -> str:
    """One scope in words: what it allows, whether it was given, by whom and when."""
    allows = SCOPES_IN_LETTERS[scope]
    if record is None:
        return f"{allows}: not asked yet."
    if not record.given:
        return f"{allows}: no ({record.day})."
    who = load_vocabulary().label("consent_given_by", record.given_by).rstrip(".")
    how = load_vocabulary().facets["naming"].get(record.note)
    return f"{allows}: yes. {who} ({record.day}).{f' {how.label}.' if how else ''}"


def _consents(*scopes: str) -> Callable[[CaseFacts], Value]:
    """Several scopes, one a line. Who agreed is a code, or free words that may hold a name."""

    def value(case: CaseFacts) -> Value:
        records = [case.consent(scope) for scope in scopes]
        text = "\n".join(consent_line(scope, record) for scope, record in zip(scopes, records, strict=True))
        coded = all(r is None or r.given_by in load_vocabulary().facets["consent_given_by"] for r in records)
        return Value(text) if coded else Value("", text)

    return value


def _answered(scope: str) -> Callable[[CaseFacts], Value]:
    """One scope, empty when nobody has asked yet."""
    return lambda case: _consents(scope)(case) if case.consent(scope) else Value()


def _free(read: Callable[[CaseFacts], str]) -> Callable[[CaseFacts], Value]:
    return lambda case: Value("", read(case))


# Keys whose coded words say enough; the others want the case's own words as well.
WORDS_ENOUGH = frozenset(
    {
        "state",
        "who",
        "wishes",
        "source_confidential",
        "consents",
        "consents_state_and_public",
        "consent_letter",
        "consent_public",
        "consent_contact",
    }
)
# How a value is introduced where a field asks for several; those marked False may stay unknown.
NAMES: Mapping[str, tuple[str, bool]] = {
    "person.name": ("Name", True),
    "person.other_names": ("Other names or spellings", False),
    "person.born": ("Born, or age", True),
    "person.sex": ("Sex", True),
    "person.nationality": ("Nationality", True),
    "person.id_document": ("Identity document", False),
    "person.occupation": ("Occupation", True),
    "person.residence": ("Residence", False),
    "detention.date": ("Date", False),
    "detention.place": ("Place", False),
    "detention.last_seen": ("Last seen", False),
    "detention.held_at": ("Held at", False),
    "detention.held_by": ("Held by", False),
    "detention.legal_basis": ("Law invoked", False),
    "detention.charges": ("Charges", False),
}
# Every key a form may name.
VALUES: Mapping[str, Callable[[CaseFacts], Value]] = {
    "state": lambda case: Value(state_name(case)),
    "where": _where,
    "when": _when,
    "acts": _acts,
    "actor": _actor,
    "contact_with_un": _contact_with_un,
    "who": _who,
    "wishes": _wishes,
    "source": _source,
    "source_confidential": lambda case: Value("The identity of the source, and whatever is withheld above."),
    "consents": _consents("B", "C", "D", "E", "F"),
    "consents_state_and_public": _consents("C", "E"),
    "consent_letter": _answered("C"),
    "consent_public": _answered("E"),
    "consent_contact": _answered("F"),
    "narrative": _free(lambda case: case.narrative),
    "session": _free(lambda case: case.session),
    "link": _free(lambda case: case.link),
    "activities": _free(lambda case: case.activities),
    "groups": _free(lambda case: case.groups),
    "context": _free(lambda case: case.context),
    "remedies": _free(lambda case: case.remedies),
    "international_steps": _free(lambda case: case.international_steps),
    "un_document": _free(lambda case: case.un_document),
    "person.name": _free(lambda case: case.person.name),
    "person.other_names": _free(lambda case: "; ".join(case.person.other_names)),
    "person.born": _free(lambda case: case.person.born),
    "person.sex": _free(lambda case: case.person.sex),
    "person.nationality": _free(lambda case: case.person.nationality),
    "person.id_document": _free(lambda case: case.person.id_document),
    "person.occupation": _free(lambda case: case.person.occupation),
    "person.residence": _free(lambda case: case.person.residence),
    "detention.date": _free(lambda case: case.detention.date),
    "detention.place": _free(lambda case: case.detention.place),
    "detention.last_seen": _free(lambda case: case.detention.last_seen),
    "detention.forces": _free(lambda case: case.detention.forces),
    "detention.warrant": _free(lambda case: case.detention.warrant),
    "detention.warrant_authority": _free(lambda case: case.detention.warrant_authority),
    "detention.legal_basis": _free(lambda case: case.detention.legal_basis),
    "detention.charges": _free(lambda case: case.detention.charges),
    "detention.held_since": _free(lambda case: case.detention.held_since),
    "detention.held_at": _free(lambda case: case.detention.held_at),
    "detention.held_by": _free(lambda case: case.detention.held_by),
    "detention.ordered_by": _free(lambda case: case.detention.ordered_by),
    "detention.lawyer_and_family": _free(lambda case: case.detention.lawyer_and_family),
    "detention.health": _free(lambda case: case.detention.health),
    "detention.why_arbitrary": _free(lambda case: case.detention.why_arbitrary),
}
