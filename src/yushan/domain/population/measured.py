"""Blood pressure, weight and blood values at check-ups and follow-up.

A value is the mean of sex and age, what the person is like (the same for life), what the known
conditions add, and chance of the day. ``data/measurements.csv`` has all of them; the planted
hazard of ``heart.py`` does not use them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.tables import rows

if TYPE_CHECKING:
    from yushan.domain.population.story import Story

#: Age at which the table's means hold.
CENTRE: Final = 50.0
#: Youngest age at which these are measured.
ADULT: Final = 18.0
#: What a check-up measures.
CHECKUP: Final = ("basic", "checkup", "lipid", "sugar", "kidney")
#: What a follow-up of a condition measures besides the basic values.
FOLLOWED: Final = {"E11.9": "sugar", "E78.5": "lipid", "N18.3": "kidney"}


class Gauge(NamedTuple):
    """A row of the table."""

    kind: str
    unit: str
    means: dict[str, float]
    per_year: float
    between: float
    within: float
    least: float
    most: float
    digits: int
    effects: tuple[tuple[str, float], ...]


@cache
def gauges() -> dict[str, tuple[Gauge, ...]]:
    """Rows of the table by group."""
    found: dict[str, list[Gauge]] = {}
    for row in rows("measurements"):
        effects = tuple(
            (code, float(value))
            for code, value in (one.split(":") for one in row["effects"].split())
        )
        gauge = Gauge(
            row["kind"], row["unit"], {"M": float(row["men"]), "F": float(row["women"])},
            float(row["per_year"]), float(row["between"]), float(row["within"]),
            float(row["least"]), float(row["most"]), int(row["digits"]), effects,
        )  # fmt: skip
        found.setdefault(row["groups"], []).append(gauge)
    return {group: tuple(mine) for group, mine in found.items()}


def measure(story: Story, gauge: Gauge, at: int) -> float:
    """One value of a day."""
    own = story.build.get(gauge.kind)
    if own is None:
        own = story.build[gauge.kind] = story.draws.normal(0.0, gauge.between)
    value = gauge.means[story.patient.sex] + gauge.per_year * (story.age(at) - CENTRE) + own
    for code, effect in gauge.effects:
        if story.has(code, at):
            value += effect
    value += story.draws.normal(0.0, gauge.within)
    return round(min(max(value, gauge.least), gauge.most), gauge.digits)
