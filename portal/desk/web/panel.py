"""What the case page shows about routing: the facets as a form, what the rules recommend, the catalogue's channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.desk.model import Case, Suggestion
from portal.desk.web.forms import DecideForm, FacetsForm, offer
from portal.desk.web.room import desk
from portal.mechanisms import load_catalogue, load_vocabulary
from portal.mechanisms.kinds import load_kinds
from portal.text import countries, language
from portal.text import gettext as _

MANY = ("act_types", "victim_profile", "un_body_cooperated")


def actors(perpetrator: str) -> tuple[list[str], str]:
    """`state+business:mining company` as its kinds and its detail."""
    kinds, _colon, detail = perpetrator.partition(":")
    return [kind for kind in kinds.split("+") if kind], detail


def choices(facet: str, present: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """A facet's codes with their words, under the vocabulary's headings; codes that no list knows come last."""
    vocabulary = load_vocabulary()
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in vocabulary.facets[facet].values():
        groups.setdefault(_(vocabulary.groups[code.group]), []).append((code.code, _(code.label)))
    if others := [code for code in present if code not in vocabulary.facets[facet]]:
        groups.setdefault(_("Other"), []).extend((code, _(vocabulary.label(facet, code))) for code in others)
    return list(groups.items())


def facets_form(case: Case, formdata: Any = None) -> FacetsForm:
    """The facets as they stand, or as they were posted; a code that no list knows stays choosable."""
    now = dict(case.facets)
    kinds, detail = actors(str(now.get("perpetrator") or ""))
    names = "\n".join(now.get("names") or ())
    form = FacetsForm(formdata=formdata, data=now | {"perpetrator": kinds, "detail": detail, "names": names})
    form.country.choices = offer([("", _("Not known")), *countries(language().locale)])
    urgencies = load_vocabulary().facets["urgency"].values()
    form.urgency.choices = offer([("", _("Not known")), *((code.code, _(code.label)) for code in urgencies)])
    for facet, groups in facet_groups(case).items():
        form[facet].choices = offer(pair for _heading, pairs in groups for pair in pairs)
    return form


def facet_groups(case: Case) -> dict[str, list[tuple[str, list[tuple[str, str]]]]]:
    """The tick boxes of each facet that takes several codes."""
    kinds, _detail = actors(str(case.facets.get("perpetrator") or ""))
    groups = {facet: choices(facet, case.facets.get(facet) or ()) for facet in MANY}
    return groups | {"perpetrator": choices("perpetrator", kinds)}


def decide_form(suggestions: Iterable[Suggestion], formdata: Any = None) -> DecideForm:
    """What the rules named, to tick, and every other mechanism to add, save those that a missing consent holds back."""
    form = DecideForm(formdata=formdata)
    named = list(suggestions)
    form.chosen.choices = offer((f"{s.id}|{s.kind}", s.name) for s in named if not s.blocked)
    ids = {s.id for s in named}
    others = [(m.id, m.name) for m in load_catalogue().values() if m.id not in ids]
    form.other.choices = offer([("", _("None")), *others])
    form.other_kind.choices = offer((kind, _(kind)) for kind in sorted({kind.kind for kind in load_kinds()}))
    return form


def in_parts(suggestions: Iterable[Suggestion]) -> list[tuple[str, list[Suggestion]]]:
    """The suggestions by role: emergency help before everything, what a missing consent holds back at the end."""
    order = ("emergency", "primary", "secondary", "referral", "blocked")
    parts: dict[str, list[Suggestion]] = {part: [] for part in order}
    for suggestion in suggestions:
        role = "emergency" if suggestion.kind == "emergency help" else suggestion.role
        parts["blocked" if suggestion.blocked else role].append(suggestion)
    return [(part, ways) for part, ways in parts.items() if ways]


def routing_panel(case: Case) -> dict[str, object]:
    """What the case page shows about routing."""
    suggestions = desk().recommend(case.summary.id)
    return {
        "facets": facets_form(case),
        "groups": facet_groups(case),
        "gates": desk().routing(case.summary.id).gates,
        "parts": in_parts(suggestions),
        "decide": decide_form(suggestions),
        "catalogue": load_catalogue(),
    }
