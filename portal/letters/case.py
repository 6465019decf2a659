"""What a draft is filled from: the facts of one case, as the desk knows them. Values only; "" means not known."""

from __future__ import annotations

from dataclasses import dataclass

from portal.mechanisms.facets import Facets


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One answer about one scope ("A" to "G"), with its day and who gave it.

    `given_by` is a code of the vocabulary's consent_given_by (person, family, could_not_ask, refused) or words.
    `note` says, for scope E, how the name may appear (full_name, initials, no_name), or why the person could not be
    asked. A later record of the same scope replaces an earlier one: that is how consent is withdrawn.
    """

    scope: str
    given: bool
    day: str
    given_by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """The person concerned. All of it identifies: without consent C none of it goes to a State."""

    name: str = ""
    other_names: tuple[str, ...] = ()
    born: str = ""
    sex: str = ""
    nationality: str = ""
    id_document: str = ""
    occupation: str = ""
    residence: str = ""


@dataclass(frozen=True, slots=True)
class Detention:
    """Arrest, detention or disappearance. It singles a person out as surely as a name does."""

    date: str = ""
    place: str = ""
    last_seen: str = ""
    forces: str = ""
    warrant: str = ""
    warrant_authority: str = ""
    legal_basis: str = ""
    charges: str = ""
    held_since: str = ""
    held_at: str = ""
    held_by: str = ""
    ordered_by: str = ""
    lawyer_and_family: str = ""
    health: str = ""
    why_arbitrary: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case, ready to be written up. `organisation` is the named, confidential source.

    `names` are names that only consent C lets go to a State, besides the person's own (other spellings, colleagues
    concerned). `keep_private` are names and phrases that go nowhere, whatever the consents: the reporter, witnesses,
    whatever the person asked not to share.
    """

    facets: Facets
    narrative: str = ""
    place: str = ""
    date: str = ""
    perpetrators: str = ""
    cooperation: str = ""
    session: str = ""
    link: str = ""
    affected: str = ""
    activities: str = ""
    groups: str = ""
    context: str = ""
    remedies: str = ""
    international_steps: str = ""
    un_document: str = ""
    wishes: tuple[str, ...] = ()
    protection_wished: str = ""
    person: Person = Person()
    detention: Detention = Detention()
    names: tuple[str, ...] = ()
    keep_private: tuple[str, ...] = ()
    consents: tuple[ConsentRecord, ...] = ()
    organisation: str = ""
    contact: str = ""
    reference: str = ""

    def consent(self, scope: str) -> ConsentRecord | None:
        """The latest record of a scope; later in the list counts as later."""
        found = [record for record in self.consents if record.scope == scope]
        return found[-1] if found else None

    def agreed(self, scope: str) -> bool:
        """Whether a scope was given. Nothing recorded is not given."""
        record = self.consent(scope)
        return record is not None and record.given
