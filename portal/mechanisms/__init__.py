"""Who can act on a report: the catalogue of mechanisms, the vocabulary of facets, and the rules over both.

Rules kept here: pure (no I/O beyond reading this package's own data files); no import of the intake, the desk or
Flask; the same facets and the same data give the same answer; nothing is ever sent. Every fact and every rule is a
line of TOML that a person who does not program can read, with its source beside it.
"""

from __future__ import annotations

from portal.mechanisms.catalogue import Catalogue, CatalogueError, Channel, Mechanism, Source, load_catalogue
from portal.mechanisms.digest import catalogue_digest
from portal.mechanisms.engine import recommend
from portal.mechanisms.facets import SCOPES, Consents, Facets, Perpetrator
from portal.mechanisms.reading import FacetsError, read_facets
from portal.mechanisms.results import FollowUp, GateNote, Reason, Recommendation, Recommendations
from portal.mechanisms.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "SCOPES",
    "Catalogue",
    "CatalogueError",
    "Channel",
    "Consents",
    "Facets",
    "FacetsError",
    "FollowUp",
    "GateNote",
    "Mechanism",
    "Perpetrator",
    "Reason",
    "Recommendation",
    "Recommendations",
    "Source",
    "Vocabulary",
    "catalogue_digest",
    "load_catalogue",
    "load_vocabulary",
    "read_facets",
    "recommend",
]
