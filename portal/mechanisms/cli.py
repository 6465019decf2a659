"""`route` as a function: JSON in, JSON out. Needs no settings, database, identity or network.

Input is one object with the facets of a case, or a list of such objects; other keys are ignored. Output is, for each,
a list of {"id", "role", "kind", "reasons", "missing"}. Whatever cannot be read is one sentence (RouteInputError).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from portal.mechanisms.engine import recommend
from portal.mechanisms.facets import Facets
from portal.mechanisms.reading import FacetsError, read_facets, shown


class RouteInputError(Exception):
    """Input that cannot be routed; the message is a sentence that says what to mend."""


def route_json(text: str, warn: Callable[[str], None]) -> str:
    """The recommendations for the case, or the list of cases, in `text`, as indented JSON in ASCII.

    `warn` gets a sentence for each unknown code. Raises RouteInputError.
    """
    given = _parse(text)
    answer: Any
    if isinstance(given, list):
        answer = [route_case(entry, warn, f"Case {number}: ") for number, entry in enumerate(given, 1)]
    else:
        answer = route_case(given, warn)
    return json.dumps(answer, indent=2)


def _parse(text: str) -> Any:
    if not text.strip():
        raise RouteInputError("There is nothing to read: give one case as a JSON object, or a list of cases.")
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise RouteInputError(f"This is not JSON: {error.msg} at {where}.") from None
    except (ValueError, RecursionError):
        raise RouteInputError(
            "This is not JSON that can be read: it is nested too deeply or holds a huge number."
        ) from None


def route_case(entry: Any, warn: Callable[[str], None], where: str = "") -> list[dict[str, Any]]:
    """The recommendations for one case as plain values. Raises RouteInputError, starting with `where`."""
    if not isinstance(entry, dict):
        raise RouteInputError(f"{where}A case must be a JSON object with facets, not {shown(entry)}.")
    try:
        facets = read_facets(entry, lambda sentence: warn(where + sentence))
    except FacetsError as error:
        raise RouteInputError(f"{where}{error}") from None
    return as_plain(facets)


def as_plain(facets: Facets) -> list[dict[str, Any]]:
    """The recommendations for facets as the plain values that `route` prints."""
    return [
        {
            "id": item.id,
            "role": item.role,
            "kind": item.kind,
            "reasons": [str(reason) for reason in item.reasons],
            "missing": list(item.missing),
        }
        for item in recommend(facets).items
    ]
