"""docs/routing.md keeps up with the data: what it does not name, a reviewer of rules cannot use."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.letters.forms import load_forms
from portal.mechanisms import Facets
from portal.mechanisms.conditions import FLAGS, LISTS
from portal.mechanisms.gates import load_gates
from portal.mechanisms.rules import FILES, FOLDER, load_ranking

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "routing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*Facets.__dataclass_fields__, *LISTS, *FLAGS])
def test_every_facet_and_every_condition_is_explained(name: str) -> None:
    """Each stands in the page as code."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", [*load_gates().texts, *load_ranking().strength, *load_forms(), *FILES])
def test_every_gate_strength_form_and_file_is_named(name: str) -> None:
    """Nothing that decides is left out of the page."""
    assert name in PAGE


def test_the_rule_shown_is_a_rule_in_force() -> None:
    """The example is copied from the data, letter by letter."""
    example = PAGE.split("```toml\n")[1].split("```")[0]
    assert example in (FOLDER / "acts.toml").read_text(encoding="utf-8")
