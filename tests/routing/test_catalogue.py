"""The catalogue: complete, checked, and with one stable fingerprint."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from portal.mechanisms import CatalogueError, load_catalogue
from portal.mechanisms.catalogue import FOLDER, read_catalogue, read_mechanism
from portal.mechanisms.digest import catalogue_digest, folder_digest

GOOD = (FOLDER / "sp-hrd.toml").read_text(encoding="utf-8")


def test_the_catalogue_holds_102_mechanisms() -> None:
    """Ten committees, 45 thematic and 16 country mandates, and the rest, under their own ids."""
    catalogue = load_catalogue()
    assert len(catalogue) == 102
    assert list(catalogue) == sorted(catalogue)
    categories = [mechanism.category for mechanism in catalogue.values()]
    assert categories.count("treaty_body") == 10
    assert categories.count("special_procedure_thematic") == 45
    assert categories.count("special_procedure_country") == 16


def test_a_fact_keeps_its_source_its_confidence_and_the_state_of_its_channel() -> None:
    """The entry for the senior official keeps a sourced address, a legacy one and its sources."""
    entry = load_catalogue()["un-asg-reprisals"]
    statuses = {channel.value: (channel.status, channel.status_note) for channel in entry.channels}
    assert statuses["ohchr-reprisals@un.org"] == ("sourced", "FR mirror page")
    assert statuses["reprisals@ohchr.org"] == ("legacy", "")
    assert entry.confidence == "sourced"
    assert entry.sources[0].retrieved_or_published == "stored copy, undated"
    assert entry.names_other["fr"] == "Sous-Secrétaire général aux droits de l'homme"


def test_what_nobody_saw_in_a_source_says_so() -> None:
    """An entry without a source is marked unverified and names what is from memory."""
    for mechanism in load_catalogue().values():
        assert mechanism.sources or mechanism.confidence == "unverified", mechanism.id
        assert mechanism.confidence != "unverified" or mechanism.unverified_fields, mechanism.id


def test_a_channel_without_a_day_of_verification_is_to_be_looked_up() -> None:
    """No channel counts as ready for use until somebody has confirmed it on a known day."""
    text = GOOD.replace('status = "sourced"\n', 'status = "sourced"\nlast_verified = 2026-11-20\n', 1)
    verified, other = read_mechanism(text, "sp-hrd.toml").channels[:2]
    assert (verified.last_verified, verified.look_up_first) == (date(2026, 11, 20), False)
    assert other.look_up_first


BAD = {
    'confidence = "sourced"': ('confidence = "sure"', "sp-hrd.toml, line 5: confidence must be one of"),
    'id = "sp-hrd"': ('id = "sp-other"', "sp-hrd.toml, line 2: id must be 'sp-hrd'"),
    "eligibility = [": ("eligible = [", "eligibility must be a list of texts"),
    'schema = "unhindered.mechanism/1"': ('schema = "2"', "line 1: schema must be"),
    'status = "sourced"': ('status = "probably"', "a channel's status must be one of"),
    'languages = [\n  "en"': ("languages = [\n  7", "languages must be a list of texts"),
    'mandate = "': ('mandate = "" # "', "mandate must be a text and not empty"),
}


@pytest.mark.parametrize(("before", "after", "sentence"), [(k, *v) for k, v in BAD.items()], ids=list(BAD))
def test_a_wrong_file_is_refused_with_file_line_and_reason(before: str, after: str, sentence: str) -> None:
    """A file that breaks the schema is told in a sentence a person can act on."""
    assert before in GOOD
    with pytest.raises(CatalogueError) as refused:
        read_mechanism(GOOD.replace(before, after, 1), "sp-hrd.toml")
    assert sentence in str(refused.value)


def test_a_file_that_is_not_toml_is_refused_with_its_line() -> None:
    """A missing quote is told with its line."""
    with pytest.raises(CatalogueError, match=r"sp-hrd.toml: not readable as TOML.*line 3"):
        read_mechanism(GOOD.replace('name = "', "name = ", 1), "sp-hrd.toml")


def test_a_sourced_entry_without_sources_is_refused() -> None:
    """Only what is marked as from memory may stand without a source."""
    without = GOOD[: GOOD.index("[[sources]]")].replace("[names_other]", "sources = []\n\n[names_other]")
    with pytest.raises(CatalogueError, match="at least one source"):
        read_mechanism(without, "sp-hrd.toml")


def test_one_wrong_file_stops_the_catalogue_and_all_problems_are_told(tmp_path: Path) -> None:
    """Two wrong files give two sentences; half a catalogue is not loaded."""
    for name in ("tb-cat.toml", "sp-hrd.toml", "sp-foe.toml"):
        shutil.copy(FOLDER / name, tmp_path)
    for name in ("sp-hrd.toml", "sp-foe.toml"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace('"sourced"', '"sure"', 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(tmp_path)
    assert [problem.split(",")[0] for problem in refused.value.problems] == ["sp-foe.toml", "sp-hrd.toml"]


def test_the_digest_depends_on_every_byte_and_on_nothing_else(tmp_path: Path) -> None:
    """Same files in another folder, written in another order: same digest; one byte or one name more: another."""
    names = ["tb-cat.toml", "sp-hrd.toml", "rules.toml"]
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, order in ((first, names), (second, names[::-1])):
        folder.mkdir()
        for name in order:
            (folder / name).write_text(f"name = {name!r}\n", encoding="utf-8")
    before = folder_digest(first)
    assert before == folder_digest(second)
    (second / "sp-hrd.toml").rename(second / "sp-hre.toml")
    (first / "sp-hrd.toml").write_text("name = 'sp-hrd.toml'\n\n", encoding="utf-8")
    assert len({before, folder_digest(first), folder_digest(second)}) == 3


def test_the_shipped_digest_covers_catalogue_rules_and_vocabulary() -> None:
    """What a decision rests on is named by one digest of 64 hex digits, the same at every reading."""
    assert len(catalogue_digest()) == 64
    assert catalogue_digest() == folder_digest(FOLDER.parent)
    assert {"catalogue/sp-hrd.toml", "rules/acts.toml", "vocabulary.toml"} <= {
        path.relative_to(FOLDER.parent).as_posix() for path in FOLDER.parent.rglob("*.toml")
    }
