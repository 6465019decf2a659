"""Countries and the areas that rules of place speak of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale

FILE = Path(__file__).parent / "areas.toml"


@dataclass(frozen=True, slots=True)
class Area:
    """Countries that a regional body or a mandate covers; `source` says where the list comes from."""

    id: str
    label: str
    source: str
    countries: frozenset[str]


@cache
def load_areas() -> Mapping[str, Area]:
    """The areas by id, read once."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    areas = (Area(a["id"], a["label"], a["source"], frozenset(a["countries"])) for a in data["area"])
    return MappingProxyType({area.id: area for area in areas})


@cache
def country_names() -> Mapping[str, str]:
    """English names by two-letter code, from the Unicode CLDR: the names people know, not official titles."""
    territories = Locale("en").territories
    return MappingProxyType({code: name for code, name in territories.items() if len(code) == 2 and code.isalpha()})


def country_known(code: str) -> bool:
    """Whether a code names a country or territory; CLDR's codes for "unknown" and pseudo regions do not."""
    return code in country_names() and code not in {"ZZ", "XA", "XB", "EU", "EZ", "UN", "QO"}


def country_name(code: str) -> str:
    """The English name of a country, or the code itself when there is none."""
    return country_names().get(code, code) if country_known(code) else code
