"""Days, and the years of the Republic of China (1912 is its first)."""

from __future__ import annotations

from datetime import date
from typing import Final

from yushan.domain.population.tables import tree

WINDOW: Final = tree("people")["window"]
#: First and last day that is told, as ordinals.
FIRST: Final[int] = WINDOW["first"].toordinal()
LAST: Final[int] = WINDOW["last"].toordinal()
YEAR: Final = 365.25


def day(ordinal: int) -> date:
    """A day by its ordinal."""
    return date.fromordinal(ordinal)


def roc(when: date) -> str:
    """A day as forms print it: ``075/03/12``, before the Republic ``民前3/03/12``."""
    year = when.year - 1911
    shown = f"{year:03d}" if year > 0 else f"民前{1 - year}"
    return f"{shown}/{when.month:02d}/{when.day:02d}"


def roc_digits(when: date) -> str:
    """A day as seven digits, as old systems file it: ``0750312``; ``-030312`` before 1912."""
    year = when.year - 1911
    shown = f"{year:03d}" if year > 0 else f"{year - 1:03d}"
    return f"{shown}{when.month:02d}{when.day:02d}"
