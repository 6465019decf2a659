"""Prepared communications: a case in the fields that a mechanism asks for, with what was not agreed to left out.

Rules kept here: pure; imports the mechanisms and nothing of the intake, the desk or Flask; never sends anything.
"""

from __future__ import annotations

from portal.letters.case import CaseFacts, ConsentRecord, Detention, Person
from portal.letters.drafting import Draft, Section, can_draft, draft
from portal.letters.errors import ConsentMissing, DraftError, NoForm
from portal.letters.export import as_docx, as_text

__all__ = [
    "CaseFacts",
    "ConsentMissing",
    "ConsentRecord",
    "Detention",
    "Draft",
    "DraftError",
    "NoForm",
    "Person",
    "Section",
    "as_docx",
    "as_text",
    "can_draft",
    "draft",
]
