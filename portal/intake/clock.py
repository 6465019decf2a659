"""The one place where the intake asks for the time. What it keeps is the day; instants serve only signatures."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day, in UTC, the same for everybody."""
    return now().date()
