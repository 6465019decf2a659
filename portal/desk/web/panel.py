"""What the case page shows about routing: the facets as a form, what the rules recommend, the catalogue's channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.desk.model import Case, Suggestion
from portal.desk.web.forms import DecideForm, FacetsForm
from portal.desk.web.room import desk
from portal.mechanisms.catalogue import load_catalogue
from portal.mechanisms.vocabulary import Code, load_vocabulary
from portal.text import countries, language
from portal.text import gettext as _

MANY = ("act_types", "victim_profile", "un_body_cooperated")


def actors(perpetrator: str) -> tuple[list[str], str]:
    """`state+business:mining company` as its kinds and its detail."""
    kinds, _colon, detail = perpetrator.partition(":")
    return [kind for kind in kinds.split("+") if kind], detail


def facets_form(case: Case, formdata: Any = None) -> FacetsForm:
    """The facets as they stand, or as they were posted; codes that no list knows stay choosable."""
    known = load_vocabulary().facets
    now = dict(case.facets)
    kinds, detail = actors(str(now.get("perpetrator") or ""))
    form = FacetsForm(formdata=formdata, data=now | {"perpetrator": kinds, "detail": detail})
    form.country.choices = [("", _("Not known")), *countries(language().locale)]
    form.urgency.choices = [("", _("Not known"))] + [(c.code, _(c.label)) for c in known["urgency"].values()]
    for facet in (*MANY, "perpetrator"):
        present = kinds if facet == "perpetrator" else now.get(facet) or ()
        codes = [*known[facet], *(code for code in present if code not in known[facet])]
        form[facet].choices = [(code, _(load_vocabulary().label(facet, code))) for code in codes]
    return form


def grouped(facet: str, form: FacetsForm) -> list[tuple[str, list[tuple[str, str]]]]:
    """A facet's choices under the headings of the vocabulary, in its order; unknown codes come last."""
    known: Iterable[Code] = load_vocabulary().facets[facet].values()
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in known:
        groups.setdefault(_(load_vocabulary().groups[code.group]), []).append((code.code, _(code.label)))
    listed = {code.code for code in load_vocabulary().facets[facet].values()}
    if others := [choice for choice in form[facet].choices if choice[0] not in listed]:
        groups[_("Other")] = others
    return list(groups.items())


def decide_form(suggestions: Iterable[Suggestion], formdata: Any = None) -> DecideForm:
    form = DecideForm(formdata=formdata)
    suggested = list(suggestions)
    form.chosen.choices = [(f"{s.id}|{s.kind}", s.name) for s in suggested]
    ids = {s.id for s in suggested}
    form.other.choices = [("", _("None"))] + [(m.id, m.name) for m in load_catalogue().values() if m.id not in ids]
    return form


def routing_panel(case: Case) -> dict[str, object]:
    """What the case page shows about routing."""
    suggestions = desk().recommend(case.summary.id)
    facets = facets_form(case)
    return {
        "facets": facets,
        "groups": {facet: grouped(facet, facets) for facet in MANY},
        "suggestions": suggestions,
        "decide": decide_form(suggestions),
        "catalogue": load_catalogue(),
        "vocabulary": load_vocabulary(),
    }
