"""The codes of facets: complete for the form, labelled for people, ready for translators."""

from __future__ import annotations

import io

import pytest

from portal.mechanisms import CatalogueError, load_catalogue, load_vocabulary
from portal.mechanisms.labels import extract
from portal.mechanisms.vocabulary import FILE, read_vocabulary

# The codes that documented cases and other programs use; they stay accepted for good.
KEPT = {
    "act_types": """accreditation_denial arrest_detention asset_freeze criminal_charges death_in_custody
        denial_medical_care denial_of_entry_exile detention_conditions disappearance dismissal_disbarment
        expulsion_of_un_staff family_targeted interrogation judicial_harassment ngo_deregistration obstruction_of_un
        physical_attack raid_seizure restrictive_law sanctions sanctions_threat sexual_violence sexual_violence_threats
        smear surveillance terrorism_charges terrorist_designation threats_intimidation torture_ill_treatment
        travel_restriction visa_denial""",
    "victim_profile": """civil_society civilians defender detainee icc_personnel indigenous_leader
        indigenous_or_minority_leader investigator journalist judge lawyer lgbti_defender ngo nhri petitioner
        political_actor prosecutor relative relative_of_disappeared religious_community security_council_briefer
        un_expert un_staff unnamed_group unnamed_individual woman_defender""",
    "un_body_cooperated": """ecosoc-ngo-committee emrip hrc hrc-investigative-bodies icc ilo-cfa ohchr ohchr_training
        sp-country-MM sp-country-PS sp-foaa sp-forb sp-housing sp-hrd sp-ijl sp-ip sp-poverty sp-system sp-wgad sp-wgeid
        tb-cat tb-ccpr tb-cedaw tb-cerd tb-spt treaty_bodies un-peace-op un-security-council un_anticorruption_body
        un_general unpfii upr wb-inspection-panel""",
    "urgency": "imminent ongoing past",
    "perpetrator": "state de_facto_authority non_state business un_insider unknown",
}


@pytest.mark.parametrize("facet", KEPT)
def test_the_codes_in_use_stay_known(facet: str) -> None:
    """No code that was once accepted is forgotten."""
    assert [code for code in KEPT[facet].split() if not load_vocabulary().knows(facet, code)] == []


def test_every_mechanism_is_a_body_that_a_person_may_have_dealt_with() -> None:
    """A mechanism's id is a code for that body, shown by its name."""
    for mechanism in load_catalogue().values():
        assert load_vocabulary().knows("un_body_cooperated", mechanism.id)
    assert load_vocabulary().label("un_body_cooperated", "tb-cat").startswith("Committee against Torture")


def test_a_code_nobody_knows_is_shown_as_it_is() -> None:
    """An unknown code is neither hidden nor dressed up."""
    assert load_vocabulary().label("act_types", "zzz") == "zzz"
    assert not load_vocabulary().knows("act_types", "zzz")


def test_the_translators_get_every_label_and_every_group() -> None:
    """Babel's extraction finds exactly the labels that pages show."""
    vocabulary = load_vocabulary()
    shown = {code.label for codes in vocabulary.facets.values() for code in codes.values()}
    found = {message for _, _, message, _ in extract(io.BytesIO(FILE.read_bytes()), [], [], {})}
    assert found == shown | set(vocabulary.groups.values())


def test_labels_within_a_facet_are_distinct() -> None:
    """Two ticks in one list never read the same."""
    for facet, codes in load_vocabulary().facets.items():
        labels = [code.label for code in codes.values()]
        assert len(labels) == len(set(labels)), facet


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('group = "liberty"', 'group = "nowhere"', "the group 'nowhere' has no label"),
        ('letter = "urgent appeal"', 'letter = "postcard"', "letter must be one of"),
        ('code = "house_arrest"', 'code = "arrest_detention"', "a code stands there twice"),
        ('schema = "unhindered.vocabulary/1"', 'schema = "0"', "schema must be"),
    ],
)
def test_a_slip_in_the_vocabulary_stops_the_load(before: str, after: str, sentence: str) -> None:
    """A wrong group, letter or code is a sentence at the start, not a rule that never matches."""
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(CatalogueError, match=sentence):
        read_vocabulary(text.replace(before, after, 1))
