"""What every benchmark gives, and how things are compared: in one run, in turn, by their medians.

Absolute rates move by a factor of two with whatever else a machine does; ratios of interleaved rounds do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: what was measured, against what, and the goal where there is one. `value` is what the goal is about."""

    what: str
    ours: str
    against: str
    value: float
    unit: str = "of it"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def missed(self) -> bool:
        below = self.at_least is not None and self.value < self.at_least
        return below or (self.at_most is not None and self.value > self.at_most)

    @property
    def goal(self) -> str:
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return "" if self.at_most is None else f"at most {self.at_most:g}"


def seconds(act: Callable[[], object]) -> float:
    """How long this takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def in_turn(*acts: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """Run each act in every round, one after the other; gives the median of what each returned."""
    found: list[list[float]] = [[] for _ in acts]
    for _ in range(rounds):
        for act, kept in zip(acts, found, strict=True):
            kept.append(act())
    return [median(kept) for kept in found]


def table(figures: Sequence[Figure]) -> str:
    """The rows as a table in Markdown."""
    heads = ("what", "here", "against", "figure", "goal", "")
    rows = [heads, ("---",) * len(heads)]
    for figure in figures:
        mark = "" if not figure.goal else "MISSED" if figure.missed else "met"
        value = f"{figure.value:.3g} {figure.unit}" if figure.value < 1000 else f"{figure.value:,.0f} {figure.unit}"
        rows.append((figure.what, figure.ours, figure.against, value, figure.goal, mark))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
