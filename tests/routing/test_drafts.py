"""Drafts for twelve mechanisms: their fields in their order, what is known filled in, what was not agreed left out."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product

import pytest

from portal.letters import (
    CaseFacts,
    ConsentMissing,
    ConsentRecord,
    Detention,
    Draft,
    NoForm,
    Person,
    as_text,
    can_draft,
    draft,
)
from portal.letters.forms import FOLDER, load_forms, read_form
from portal.mechanisms import CatalogueError, Facets, Perpetrator, load_catalogue
from portal.mechanisms.kinds import kind_for

TWELVE = [
    "hrc-president-bureau",
    "sp-foaa",
    "sp-foe",
    "sp-hrd",
    "sp-ijl",
    "sp-torture",
    "sp-truth",
    "sp-wgad",
    "sp-wgeid",
    "tb-cat",
    "un-asg-reprisals",
    "upr-secretariat",
]
PAIRS = [(name, kind) for name, form in load_forms().items() for kind in form.kinds]
TO_STATES = [pair for pair in PAIRS if pair[0] != "un-asg-reprisals"]

NAME = "Ana María López"
OTHER = "Анна Лопес"
COLLEAGUE = "Pedro Kanté"
REPORTER = "Nadia Haddad"
FREE = f"{NAME} and {COLLEAGUE} were followed. LOPEZ saw it; Анны Лопес was named. {REPORTER} told us. It rained."


def yes(*scopes: str, by: str = "person") -> tuple[ConsentRecord, ...]:
    return tuple(ConsentRecord(scope, True, "2026-11-03", by) for scope in scopes)


FACETS = Facets(
    country="EG",
    year=2024,
    act_types=("arrest_detention", "threats_intimidation"),
    victim_profile=("lawyer",),
    un_body_cooperated=("tb-cat", "upr"),
    urgency="ongoing",
    perpetrator=Perpetrator(("state",), "national_security"),
    contact_kind=("information",),
)
PERSON = Person(
    name=NAME,
    other_names=(OTHER,),
    born="canary-born",
    sex="canary-sex",
    nationality="canary-nationality",
    id_document="canary-document",
    occupation="canary-occupation",
    residence="canary-residence",
)
DETENTION = replace(
    Detention(**{field.name: f"canary-{field.name} {NAME}" for field in fields(Detention)}),
    why_arbitrary=f"Category II: {NAME} spoke to the Committee.",
)
FULL = CaseFacts(
    facets=FACETS,
    narrative=FREE,
    place=f"The office of {NAME}, Cairo",
    date="12 March 2024",
    perpetrators=f"Major X, who shouted at {NAME}",
    cooperation=f"Report of {NAME} to the Committee, November 2023",
    session="48th session of the working group",
    link=f"They asked {NAME} about Geneva.",
    affected=f"{NAME} and the family of {COLLEAGUE}",
    activities=f"{NAME} defends detainees.",
    groups=f"Bar association of {COLLEAGUE}",
    context=f"{COLLEAGUE} was followed in 2022.",
    remedies=f"Complaint by {NAME}, no answer.",
    international_steps=f"{NAME} wrote to nobody else.",
    un_document="A/HRC/57/60, para. 12",
    wishes=("letter",),
    protection_wished=f"Let {NAME} travel.",
    person=PERSON,
    detention=DETENTION,
    names=(COLLEAGUE,),
    keep_private=(REPORTER, "the blue door"),
    consents=yes("A", "B", "C", "D", "E", "F"),
    organisation="Rights House",
    contact="desk@rights.example",
    reference="RH-7",
)
LEAKS = ("ana ", "maria", "maría", "lópez", "lopez", "лопес", "анн", "pedro", "kanté", "canary")


def labels(made: Draft) -> list[str]:
    return [section.label for section in made.sections]


def test_there_are_forms_for_these_twelve() -> None:
    """And for no other; each is checked against the catalogue when it is read."""
    assert sorted(load_forms()) == TWELVE
    assert can_draft("sp-wgad")
    assert not can_draft("sp-vaw")


@pytest.mark.parametrize("mechanism", TWELVE)
def test_the_fields_stand_in_the_order_that_the_mechanism_asks_for(mechanism: str) -> None:
    """Every item of the catalogue's required information is covered, in its order, for every kind."""
    wanted = load_catalogue()[mechanism].required_information
    for kind in load_forms()[mechanism].kinds:
        asked = [field for field in load_forms()[mechanism].fields if field.asked(kind)]
        assert tuple(item for field in asked for item in field.covers) == wanted
        made = labels(draft(FULL, mechanism, kind))
        places = [made.index(field.label) for field in asked if field.label in made]
        assert places == sorted(places)
        assert len(places) == len(asked)


@pytest.mark.parametrize("mechanism", TWELVE)
def test_every_kind_that_the_rules_can_choose_has_a_draft(mechanism: str) -> None:
    """Whatever the facets, the kind that is recommended is one the form is made for."""
    choices = product(
        ("imminent", "ongoing", "past", None),
        ((), ("disappearance",), ("restrictive_law",), ("smear",), ("arrest_detention",)),
        (True, False, None),
        (True, False),
    )
    for urgency, acts, flag, pending in choices:
        facets = replace(FACETS, urgency=urgency, act_types=acts, within_three_months=flag, complaint_pending=pending)
        assert kind_for(mechanism, facets).kind in load_forms()[mechanism].kinds


@pytest.mark.parametrize(("mechanism", "kind"), PAIRS)
def test_a_full_case_leaves_nothing_open_but_the_date(mechanism: str, kind: str) -> None:
    """Filled from the case, in respect of the State responsible, with the organisation as confidential source."""
    made = draft(FULL, mechanism, kind)
    text = as_text(made)
    assert [section.label for section in made.sections if section.gap] == ["Date"]
    assert text.startswith(f"{kind[0].upper()}{kind[1:]}: ")
    assert "In respect of\nEgypt\n" in text
    assert "Rights House\ndesk@rights.example" in text
    assert NAME in text
    assert made.language == "en"
    assert not made.masked
    assert made.missing_consents == ()


@pytest.mark.parametrize(("mechanism", "kind"), PAIRS)
def test_what_is_not_known_is_marked_and_never_made_up(mechanism: str, kind: str) -> None:
    """An empty case gives every field with what is to be completed."""
    made = draft(CaseFacts(Facets(), consents=yes("B", "C")), mechanism, kind)
    for section in made.sections:
        assert section.gap is ("[to be completed: " in section.text), section
    open_fields = {section.label for section in made.sections if section.gap}
    for field in load_forms()[mechanism].fields:
        if (
            field.asked(kind)
            and not field.optional
            and not any("consent" in v or v == "source_confidential" for v in field.values)
        ):
            assert field.label in open_fields
    assert {"In respect of", "Date", "Introduction"} <= open_fields


@pytest.mark.claim("C10")
@pytest.mark.parametrize(("mechanism", "kind"), TO_STATES)
def test_without_consent_c_no_name_reaches_a_state(mechanism: str, kind: str) -> None:
    """Names planted in every field, in every spelling, are masked; identifying fields are left out; it says so."""
    made = draft(replace(FULL, consents=yes("A", "B", "D")), mechanism, kind)
    text = as_text(made).casefold()
    assert [leak for leak in LEAKS if leak in text] == []
    assert "there is no consent to name the people concerned to a state" in text
    assert "[withheld: there is no consent to name the person]" in text
    assert "it rained." in text
    assert made.masked
    assert made.missing_consents == ()
    assert any("Names are masked" in warning for warning in made.warnings)


@pytest.mark.claim("C10")
@pytest.mark.parametrize(("mechanism", "kind"), TO_STATES)
def test_without_c_and_d_the_draft_says_that_it_may_not_leave(mechanism: str, kind: str) -> None:
    """A letter without names wants consent D; the draft carries what is missing."""
    made = draft(replace(FULL, consents=yes("B")), mechanism, kind)
    assert made.missing_consents == ("C", "D")
    assert "must not leave" in made.warnings[0]


@pytest.mark.claim("C10")
def test_the_senior_official_is_told_the_name_in_confidence_and_that_it_may_go_no_further() -> None:
    """Consent B is to tell the UN office in confidence; the note says that C was not given."""
    made = draft(replace(FULL, consents=yes("B")), "un-asg-reprisals", "confidential letter")
    text = as_text(made)
    assert NAME in text
    assert "CONFIDENTIAL" in text
    assert "A letter naming the person to the State or other actor: not asked yet." in text
    assert any("not to be put to a Government" in warning for warning in made.warnings)


@pytest.mark.claim("C10")
@pytest.mark.parametrize(("mechanism", "kind"), PAIRS)
def test_without_consent_b_nothing_is_drafted(mechanism: str, kind: str) -> None:
    """Not given, refused, or taken back: the error names the scope and what it allows."""
    refused = ConsentRecord("B", False, "2026-11-10", "refused")
    for consents in ((), yes("A", "C", "D", "E"), (*yes("A", "B", "C"), refused)):
        with pytest.raises(ConsentMissing) as error:
            draft(replace(FULL, consents=consents), mechanism, kind)
        assert (error.value.scope, error.value.words) == ("B", "We may tell the UN human rights office in confidence.")
        assert str(error.value).startswith("Consent B is missing: ")


@pytest.mark.claim("C10")
def test_a_report_that_may_not_be_kept_is_not_drafted() -> None:
    """Consent A taken back stops every draft."""
    consents = (*yes("A", "B", "C"), ConsentRecord("A", False, "2026-11-10", "person"))
    with pytest.raises(ConsentMissing) as error:
        draft(replace(FULL, consents=consents), "un-asg-reprisals", "confidential letter")
    assert error.value.scope == "A"


@pytest.mark.claim("C10")
@pytest.mark.parametrize(("mechanism", "kind"), PAIRS)
def test_what_is_to_stay_private_stays_out_whatever_the_consents(mechanism: str, kind: str) -> None:
    """The reporter's name and a phrase the person asked not to share appear in no draft."""
    case = replace(FULL, narrative=f"{FREE} NADIA  HADDAD came through The Blue Door.")
    text = as_text(draft(case, mechanism, kind)).casefold()
    assert "haddad" not in text
    assert "blue door" not in text
    assert "[withheld]" in text


@pytest.mark.claim("C10")
def test_who_gave_consent_is_told_without_a_name() -> None:
    """A consent recorded in free words is masked like any other text of the case."""
    case = replace(FULL, consents=yes("B", "D", by=f"the brother of {NAME}"))
    text = as_text(draft(case, "upr-secretariat", "confidential letter"))
    assert "the brother of [person A] (2026-11-03)" in text
    assert "López" not in text


def test_consents_are_told_with_day_giver_and_extent() -> None:
    """Given, refused and not asked read differently; publication says how the name may appear."""
    consents = (
        *yes("B"),
        ConsentRecord("C", True, "2026-11-04", "family"),
        ConsentRecord("E", True, "2026-11-04", "family", "initials"),
        ConsentRecord("F", False, "2026-11-04", "person"),
    )
    text = as_text(draft(replace(FULL, consents=consents), "un-asg-reprisals", "confidential letter"))
    for sentence in (
        "in confidence to the United Nations human rights office: yes. The person agreed (2026-11-03).",
        "State or other actor: yes. The family or a representative agreed (2026-11-04).",
        "A letter without names, on the pattern, law or group: not asked yet.",
        "Publication (reports, online database): yes. The family",
        "a representative agreed (2026-11-04). Initials only.",
        "Further contact with the person, through the source: no (2026-11-04).",
    ):
        assert sentence in text


def test_a_kind_the_form_is_not_made_for_and_a_mechanism_without_form_are_sentences() -> None:
    """The error says what to choose instead."""
    with pytest.raises(NoForm, match="not made for: urgent appeal") as error:
        draft(FULL, "sp-wgad", "urgent appeal")
    assert error.value.hint == "Choose one of: urgent action, opinion."
    with pytest.raises(NoForm, match="no draft form for Special Rapporteur on violence against women"):
        draft(FULL, "sp-vaw", "urgent appeal")


def test_the_two_working_groups_say_that_they_need_the_name() -> None:
    """Masked, such a submission is not admissible: the reviewer is told."""
    for mechanism, kind in (("sp-wgad", "urgent action"), ("sp-wgeid", "prompt intervention")):
        made = draft(replace(FULL, consents=yes("B", "D")), mechanism, kind)
        assert any("cannot act without the name" in warning for warning in made.warnings)


def test_the_questionnaire_on_detention_has_its_six_parts() -> None:
    """Identity, arrest, detention, circumstances, internal steps, sender."""
    made = labels(draft(FULL, "sp-wgad", "urgent action"))
    parts = [label for label in made if label.split(".")[0] in ("I", "II", "III", "IV", "V", "VI")]
    assert [part.split(".")[0] for part in parts] == ["I", "II", "III", "IV", "V", "VI"]
    withheld = draft(replace(FULL, consents=yes("B", "D")), "sp-wgad", "urgent action")
    assert [s.text for s in withheld.sections if s.label == "II. Arrest"] == [
        "[withheld: there is no consent to name the person]"
    ]


def test_prompt_intervention_asks_about_the_one_who_is_targeted() -> None:
    """The urgent procedure asks about the disappeared person; prompt intervention does not."""
    urgent = labels(draft(FULL, "sp-wgeid", "urgent action"))
    prompt = labels(draft(FULL, "sp-wgeid", "prompt intervention"))
    assert "1. Full name of the disappeared person" in urgent
    assert "1. Person targeted, and the tie to a disappearance" in prompt
    assert [label[0] for label in prompt if label[0].isdigit()] == list("123456")


def test_channels_that_nobody_verified_are_to_be_looked_up() -> None:
    """The warning names the address and what is known of it."""
    warnings = draft(FULL, "tb-cat", "focal-point letter").warnings
    assert [
        w for w in warnings if w.startswith("Look up before use") and "petitions@ohchr.org" in w and "(legacy)" in w
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('values = ["contact_with_un"]', 'values = ["weather"]', "no value 'weather'"),
        ('covers = ["why linked"]', 'covers = ["why"]', "the fields must cover, in this order"),
        ('mechanism = "tb-cat"', 'mechanism = "tb-dog"', "is not in the catalogue"),
        ('schema = "unhindered.form/1"', 'schema = "0"', "schema must be"),
        (
            'gap = "name as in papers, age or year of birth, sex, nationality, occupation"\nidentifies = true',
            'gap = "x"',
            "must say identifies",
        ),
        ('label = "Protection wished"', 'label = "Protection wished"\ncolour = "red"', "unknown keys: colour"),
    ],
)
def test_a_slip_in_a_form_stops_the_load(before: str, after: str, sentence: str) -> None:
    """A form that asks for less than its mechanism wants is refused."""
    text = (FOLDER / "tb-cat.toml").read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(CatalogueError, match=sentence):
        read_form(text.replace(before, after, 1), "tb-cat.toml")
