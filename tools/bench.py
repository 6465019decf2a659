"""Benchmarks: `make bench`, or `python -m tools.bench NAME …` for some of them. Prints a table in Markdown.

Every figure is a ratio of two things measured in turn in the same run, or a size; the goals are those of the design.
A missed goal ends with status 1.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from tools.benches.figures import Figure, table
from tools.benches.opening import opening
from tools.benches.pages import click, form, landing
from tools.benches.sealing import sealing
from tools.benches.submissions import submissions
from tools.benches.upload import upload

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "sealing": sealing,
    "submissions": submissions,
    "upload": upload,
    "opening": opening,
    "landing": landing,
    "form": form,
    "click": click,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure, and compare with what it is measured against.")
    parser.add_argument("name", nargs="*", choices=[[], *BENCHES], help="which of them; all if none is named")
    chosen = parser.parse_args().name or list(BENCHES)
    figures: list[Figure] = []
    for name in chosen:
        begun = time.monotonic()
        figures += BENCHES[name]()
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    print(f"\n{table(figures)}")
    return int(any(figure.missed for figure in figures))


if __name__ == "__main__":
    raise SystemExit(main())
