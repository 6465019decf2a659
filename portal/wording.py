"""The questions of a report, in plain words, as one table. `questions.py` reads it; both doors are drawn from it.

Rules it keeps: free text first, ticks later; nearly everything may be skipped and "I do not know" is always an answer;
nobody is asked who they are; short sentences; no word that makes the reader a case. A code never changes its meaning:
stored reports hold codes, and a reviewer reads them in the reviewer's own language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from portal.text import N_

Kind = Literal["radio", "checks", "text", "area", "country"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to tick: its code and its plain words."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """Answers that stand together. Those with a label are folded away behind it: a phone shows ten lines at a time."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Asked only if the field `name` was answered with one of `codes`. The plain page asks it with an "if"."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing asked. `label` is empty where the section's title is the question."""

    name: str
    kind: Kind
    label: str = ""
    hint: str = ""
    groups: tuple[Group, ...] = ()
    optional: bool = True
    rows: int = 4
    only_if: Condition | None = None

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(choice for group in self.groups for choice in group.choices)

    @property
    def many(self) -> bool:
        """Whether several answers may be given at once."""
        return self.kind == "checks"


@dataclass(frozen=True, slots=True)
class Section:
    """One question as a person meets it: a heading, a hint, fields, and fields behind "if you can tell more"."""

    key: str
    title: str
    hint: str
    fields: tuple[Field, ...]
    more: str = ""
    more_fields: tuple[Field, ...] = ()
    more_if: Condition | None = None

    @property
    def optional(self) -> bool:
        """Whether nothing in it is among the questions that matter most."""
        return all(field.optional for field in self.all_fields)

    @property
    def all_fields(self) -> tuple[Field, ...]:
        return self.fields + self.more_fields


def _flat(*pairs: tuple[str, str]) -> tuple[Group, ...]:
    return (Group("", tuple(Choice(code, label) for code, label in pairs)),)


def _group(label: str, *pairs: tuple[str, str]) -> Group:
    return Group(label, tuple(Choice(code, label) for code, label in pairs))


def _if(name: str, *codes: str) -> Condition:
    return Condition(name, codes)


_UNKNOWN = ("unknown", N_("I do not know"))

SECTIONS: tuple[Section, ...] = (
    Section(
        "danger",
        N_("Is someone in danger now?"),
        N_("If someone is, call for help first. Then tell us."),
        (
            Field(
                "danger",
                "radio",
                groups=_flat(("yes", N_("Yes")), ("no", N_("No")), _UNKNOWN),
                optional=False,
            ),
        ),
    ),
    Section(
        "told",
        N_("What happened?"),
        N_("Tell it in your own words, in any language. You do not need names."),
        (Field("told", "area", optional=False, rows=10),),
    ),
    Section(
        "where",
        N_("Where and when did it happen?"),
        "",
        (
            Field("place_country", "country", N_("Country or territory where it happened"), optional=False),
            Field("place", "text", N_("Town, area or building"), N_("Leave it out if it could show who you are.")),
            Field("when", "text", N_("When"), N_("A month and a year is enough.")),
            Field(
                "going_on",
                "radio",
                N_("Is it still going on?"),
                groups=_flat(
                    ("ongoing", N_("Yes, it goes on")),
                    ("will", N_("It is about to happen")),
                    ("past", N_("No, it is over")),
                    _UNKNOWN,
                ),
            ),
            Field("will_when", "text", N_("If it is about to happen: when?"), only_if=_if("going_on", "will")),
        ),
    ),
    Section(
        "behind",
        N_("Who is behind it?"),
        N_("This can be another State than the one where it happened."),
        (
            Field(
                "behind",
                "radio",
                N_("Which State or authority is behind it?"),
                groups=_flat(
                    ("same", N_("The State where it happened")),
                    ("other", N_("Another State")),
                    ("none", N_("Not a State")),
                    _UNKNOWN,
                ),
                optional=False,
            ),
            Field("behind_country", "country", N_("If another State: which one?"), only_if=_if("behind", "other")),
            Field(
                "who",
                "checks",
                N_("Who did it?"),
                N_("What they are is enough. Tick all that fit."),
                groups=_flat(
                    ("police", N_("Police")),
                    ("security", N_("Security or intelligence service")),
                    ("military", N_("Army")),
                    ("court", N_("Court or prosecutor")),
                    ("prison", N_("Prison staff")),
                    ("government", N_("Member of a government or parliament")),
                    ("official", N_("Another public official")),
                    ("de_facto", N_("A group that rules the area, but is not its State")),
                    ("armed_group", N_("Another armed group")),
                    ("business", N_("A company")),
                    ("private", N_("Private persons")),
                    ("un_insider", N_("Someone inside the United Nations")),
                    _UNKNOWN,
                ),
            ),
            Field("who_name", "text", N_("Names or units, if you want to give them")),
        ),
    ),
    Section(
        "acts",
        N_("What was done?"),
        N_("Tick all that fit. A threat to do it counts too."),
        (
            Field(
                "acts",
                "checks",
                groups=(
                    _group(
                        N_("Threats and watching"),
                        ("threats_intimidation", N_("Threats, warnings or pressure")),
                        ("interrogation", N_("Questioned by police or officials")),
                        ("surveillance", N_("Watched, followed or spied on, also online")),
                        ("smear", N_("Lies or insults in public, such as “traitor”")),
                        ("family_targeted", N_("Family, friends or colleagues were targeted")),
                        ("raid_seizure", N_("Home or office searched, things taken or destroyed")),
                    ),
                    _group(
                        N_("Violence"),
                        ("physical_attack", N_("Physical attack")),
                        ("death_threat", N_("Threat to kill")),
                        ("attempted_killing", N_("Attempt to kill")),
                        ("killing", N_("Someone was killed")),
                        ("torture_ill_treatment", N_("Torture or cruel treatment")),
                        ("sexual_violence", N_("Sexual violence")),
                        ("sexual_violence_threats", N_("Threat of sexual violence")),
                        ("disappearance", N_("Someone was taken, and nobody says where they are")),
                    ),
                    _group(
                        N_("Arrest and courts"),
                        ("arrest_detention", N_("Arrest, prison or house arrest")),
                        ("detention_conditions", N_("Worse treatment in prison")),
                        ("denial_medical_care", N_("No doctor or medicine")),
                        ("death_in_custody", N_("Someone died in prison or police hands")),
                        ("criminal_charges", N_("Criminal charges or a sentence")),
                        ("judicial_harassment", N_("Court cases meant to silence")),
                        ("terrorism_charges", N_("Charges of terrorism")),
                        ("terrorist_designation", N_("Put on a list of terrorists")),
                    ),
                    _group(
                        N_("Travel and access"),
                        ("travel_restriction", N_("Stopped from travelling, or passport taken")),
                        ("denial_of_entry_exile", N_("Not allowed to enter or to return, or forced into exile")),
                        ("visa_denial", N_("Visa refused or taken back")),
                        ("accreditation_denial", N_("Badge or access to a meeting refused")),
                        ("obstruction_of_un", N_("A visit or work of the United Nations was blocked")),
                        ("expulsion_of_un_staff", N_("United Nations staff were sent away")),
                    ),
                    _group(
                        N_("Work, money and law"),
                        ("dismissal_disbarment", N_("Lost a job, an office or a licence")),
                        ("asset_freeze", N_("Money or accounts frozen")),
                        ("sanctions", N_("Sanctions against a person")),
                        ("sanctions_threat", N_("Threat of sanctions")),
                        ("ngo_deregistration", N_("Organisation closed, refused or cut off from money")),
                        ("restrictive_law", N_("A new law or rule that stops people from speaking out")),
                    ),
                ),
            ),
            Field("acts_other", "text", N_("Something else")),
        ),
    ),
    Section(
        "contact",
        N_("Which contact with the UN or another international body is it about?"),
        N_("It counts too if you only tried, or if they only thought so."),
        (
            Field(
                "bodies",
                "checks",
                groups=(
                    *_flat(
                        ("unsure", N_("I am not sure")),
                        ("ohchr", N_("UN Human Rights Office, also in the country")),
                        ("sp-system", N_("A Special Rapporteur, an independent expert or a working group")),
                        ("treaty_bodies", N_("A committee that watches a treaty, or a complaint to one")),
                        ("tb-spt", N_("A visit to a prison by the UN")),
                        ("hrc", N_("Human Rights Council or one of its meetings")),
                        ("upr", N_("Universal Periodic Review of a country")),
                        ("hrc-investigative-bodies", N_("A commission of inquiry or fact-finding mission")),
                        ("un-peace-op", N_("A peace operation or political mission")),
                        ("un-security-council", N_("Security Council")),
                    ),
                    _group(
                        N_("More bodies"),
                        ("unpfii", N_("Permanent Forum on Indigenous Issues")),
                        ("emrip", N_("Expert Mechanism on the Rights of Indigenous Peoples")),
                        ("ecosoc-ngo-committee", N_("The committee that admits organisations to the UN")),
                        ("ohchr_training", N_("A training by the UN")),
                        ("un_anticorruption_body", N_("A UN body against corruption")),
                        ("icc", N_("International Criminal Court")),
                        ("ilo-cfa", N_("International Labour Organization")),
                        ("wb-inspection-panel", N_("World Bank or another development bank")),
                        ("un_general", N_("Another part of the UN")),
                        ("council_of_europe", N_("Council of Europe")),
                        ("osce", N_("Organization for Security and Co-operation in Europe")),
                        ("inter_american_system", N_("Inter-American human rights bodies")),
                        ("african_commission", N_("African Commission on Human and Peoples’ Rights")),
                    ),
                ),
                optional=False,
            ),
            Field("bodies_which", "text", N_("Which one, if you know")),
            Field(
                "contact",
                "checks",
                N_("What kind of contact was it?"),
                groups=_flat(
                    ("had", N_("There was contact")),
                    ("tried", N_("Someone tried to make contact")),
                    ("thought", N_("They only thought that there was contact")),
                    ("close", N_("Someone close to the person had contact")),
                    ("planned", N_("Contact was planned, and this should stop it")),
                ),
            ),
            Field("contact_when", "text", N_("When was this contact?"), N_("A month and a year is enough.")),
            Field(
                "why",
                "area",
                N_("Why do you think it happened because of this contact?"),
                N_("For example: how soon after it, what was said, what was asked, papers that name the UN."),
            ),
        ),
    ),
    Section(
        "affected",
        N_("Who is affected?"),
        N_("No names are needed here."),
        (
            Field(
                "affected",
                "checks",
                groups=_flat(
                    ("me", N_("Me")),
                    ("other", N_("Someone else")),
                    ("group", N_("A group of people")),
                    ("organisation", N_("An organisation")),
                ),
            ),
            Field("number", "text", N_("How many people, about?")),
            Field(
                "relation",
                "text",
                N_("If it is someone else: how do you know them?"),
                only_if=_if("affected", "other", "group"),
            ),
            Field(
                "profile",
                "checks",
                N_("What do they do, or who are they?"),
                N_("Tick all that fit."),
                groups=(
                    *_flat(
                        ("defender", N_("Defends human rights")),
                        ("woman_defender", N_("Woman who defends human rights")),
                        ("lgbti_defender", N_("Defends the rights of LGBTI people")),
                        ("lawyer", N_("Lawyer")),
                        ("judge", N_("Judge")),
                        ("prosecutor", N_("Prosecutor")),
                        ("journalist", N_("Journalist or blogger")),
                        ("ngo", N_("Works for an organisation")),
                    ),
                    _group(
                        N_("More"),
                        ("trade_unionist", N_("Trade unionist")),
                        ("environmental_defender", N_("Defends land or the environment")),
                        ("academic", N_("Researcher")),
                        ("teacher", N_("Teacher")),
                        ("student", N_("Student")),
                        ("artist", N_("Artist")),
                        ("indigenous_leader", N_("Indigenous person or leader")),
                        ("minority", N_("Member of a minority")),
                        ("religious_community", N_("Member of a religious community")),
                        ("political_actor", N_("Politician or member of a party")),
                        ("nhri", N_("National human rights institution")),
                        ("petitioner", N_("Made a complaint to an international body")),
                        ("relative", N_("Relative of someone who had contact")),
                        ("relative_of_disappeared", N_("Relative of someone who disappeared")),
                        ("detainee", N_("In prison")),
                        ("migrant", N_("Migrant or refugee")),
                        ("person_with_disability", N_("Person with a disability")),
                        ("child", N_("Under 18")),
                        ("investigator", N_("Collects evidence of crimes")),
                        ("icc_personnel", N_("Works for the International Criminal Court")),
                        ("un_staff", N_("Works for the United Nations")),
                        ("un_expert", N_("Independent expert of the United Nations")),
                        ("security_council_briefer", N_("Spoke to the Security Council")),
                        ("civilians", N_("None of these")),
                    ),
                ),
            ),
        ),
    ),
    Section(
        "held",
        N_("Is someone detained or missing?"),
        "",
        (
            Field(
                "held",
                "radio",
                groups=_flat(("detained", N_("Detained")), ("missing", N_("Missing")), ("no", N_("No")), _UNKNOWN),
            ),
        ),
        N_("If someone is: tell more"),
        (
            Field("held_since", "text", N_("When and where were they taken or last seen?")),
            Field("held_by", "text", N_("Who took them? Did they show a paper?")),
            Field("held_charges", "text", N_("What are they accused of?")),
            Field("held_place", "text", N_("Where are they now?")),
            Field("held_contact", "text", N_("Can a lawyer or the family see them?")),
            Field("held_health", "text", N_("How is their health?")),
        ),
        _if("held", "detained", "missing"),
    ),
    Section(
        "consent",
        N_("What may we do with it?"),
        N_(
            "When you send it, we keep and read it. Anything more is your choice. If you are not sure, choose no: "
            "you can change it later, before we send anything."
        ),
        (
            Field(
                "agreed",
                "radio",
                N_("Did the person whom it is about agree?"),
                groups=_flat(
                    ("self", N_("It is about me, and I agree")),
                    ("yes", N_("Yes, they agreed")),
                    ("family", N_("Their family agreed for them")),
                    ("could_not", N_("I could not ask")),
                    ("no", N_("No")),
                ),
                optional=False,
            ),
            Field(
                "agreed_why",
                "text",
                N_("If they could not be asked: why?"),
                only_if=_if("agreed", "could_not"),
            ),
            Field(
                "tell_un",
                "radio",
                N_("May we tell the UN office in confidence?"),
                N_("No government is told, and nothing is published."),
                groups=_flat(("yes", N_("Yes")), ("no", N_("No"))),
                optional=False,
            ),
            Field(
                "letter_unnamed",
                "radio",
                N_("May a letter without names go to a government or company?"),
                groups=_flat(("yes", N_("Yes")), ("no", N_("No"))),
                optional=False,
            ),
            Field(
                "letter_named",
                "radio",
                N_("May a letter with the person’s name go to a government or company?"),
                N_("They will learn the name, and may guess who told us."),
                groups=_flat(("yes", N_("Yes")), ("no", N_("No"))),
                optional=False,
            ),
            Field(
                "publish",
                "radio",
                N_("May the name appear in public reports?"),
                groups=_flat(("name", N_("Yes, the name")), ("initials", N_("Only initials")), ("no", N_("No"))),
                optional=False,
            ),
            Field(
                "share",
                "radio",
                N_("May we share it with others who can help?"),
                N_("For example regional bodies, or organisations that give emergency help. We ask again each time."),
                groups=_flat(("yes", N_("Yes")), ("no", N_("No"))),
            ),
            Field(
                "contact_back",
                "radio",
                N_("May we ask you questions?"),
                N_("You find them here, with your receipt. We have no other way to reach you."),
                groups=_flat(("yes", N_("Yes")), ("no", N_("No"))),
            ),
        ),
        N_("If you said yes to a letter with the name: who is the person?"),
        (
            Field("person_name", "text", N_("Name as in the papers"), N_("You can also give it later, when we ask.")),
            Field("person_age", "text", N_("Age")),
            Field("person_sex", "text", N_("Sex or gender")),
            Field("person_nationality", "text", N_("Nationality")),
            Field("person_work", "text", N_("Work or role")),
            Field("person_home", "text", N_("Town where they live")),
        ),
        _if("letter_named", "yes"),
    ),
    Section(
        "wishes",
        N_("What do you want to happen?"),
        "",
        (
            Field(
                "wants",
                "checks",
                groups=_flat(
                    ("advice", N_("Advice")),
                    ("letter", N_("A letter to the government")),
                    ("quiet", N_("Quiet contact, without publicity")),
                    ("public", N_("Public attention")),
                    ("emergency", N_("Emergency help")),
                    ("record", N_("Only that it is recorded")),
                ),
            ),
            Field(
                "tried",
                "area",
                N_("What has been tried already?"),
                N_("Police, courts, the UN, the press, other organisations, and what came of it."),
            ),
            Field("document", "text", N_("Number of a UN document that speaks of it, if you know one")),
            Field("withhold", "area", N_("Is there anything that we must not share with anybody?")),
        ),
    ),
)


def every_field() -> Iterator[Field]:
    """All fields, in the order in which they are asked."""
    for section in SECTIONS:
        yield from section.all_fields
