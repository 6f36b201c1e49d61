"""Statements made up on their own: a corpus of reports without lives behind them."""

from __future__ import annotations

from datetime import date
from math import exp, log
from typing import TYPE_CHECKING, Any, Final

from yushan.domain.population.calendar import FIRST, LAST
from yushan.domain.population.draws import MIXTURE, Draws
from yushan.domain.population.events import Statement, Status
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MIX: Final[Mapping[str, list[dict[str, Any]]]] = tree("report_exams")["mix"]
#: Word of change and by which factor the examination before differs.
CHANGES: Final = (
    ("stable", 1.0),
    ("larger", 0.7),
    ("smaller", 1.4),
    ("new", 0.0),
    ("resolved", 0.0),
)
#: Longest time between two examinations, in days.
LONGEST: Final = 900


def mixtures() -> tuple[str, ...]:
    """The procedures of which statements can be made up."""
    return tuple(MIX)


def mixture(procedure: str, seed: int) -> tuple[Statement, ...]:
    """Statements for one report, by chance of ``data/report_exams.toml``.

    Raises
    ------
    ValueError
        Nothing can be made up for the procedure.
    """
    if procedure not in MIX:
        raise ValueError(f"no mixture of {procedure}")
    draws = Draws(MIXTURE, seed)
    prior = date.fromordinal(draws.between(FIRST, LAST - LONGEST))
    return tuple(one for row in MIX[procedure] for one in thing(draws, row, prior))


def thing(draws: Draws, row: Mapping[str, Any], prior: date) -> Iterator[Statement]:
    """None, one or some statements of one concept."""
    drawn = draws.unit()
    if drawn < (limit := row.get("present", 0.0)):
        status: Status = "present"
    elif drawn < (limit := limit + row.get("uncertain", 0.0)):
        status = "uncertain"
    elif drawn < limit + row.get("absent", 0.0):
        yield gone(draws, row, prior)
        return
    else:
        return
    places = list(row.get("places", [""]))
    for _ in range(draws.between(1, min(row.get("most", 1), len(places)))):
        place = places.pop(draws.between(0, len(places) - 1))
        yield there(draws, row, (status, place), prior)


def gone(draws: Draws, row: Mapping[str, Any], prior: date) -> Statement:
    """Something that is not there, or no longer."""
    if draws.chance(row.get("compared", 0.0) * 0.2):
        return Statement(row["concept"], "absent", change="resolved", prior_day=prior)
    return Statement(row["concept"], "absent")


def there(
    draws: Draws, row: Mapping[str, Any], found: tuple[Status, str], prior: date
) -> Statement:
    """Something that is, or may be, there."""
    status, spot = found
    side, _, place = spot.partition(":")
    sizes: tuple[float, ...] = ()
    if "sizes-mm" in row and (status == "present" or draws.chance(0.5)):
        low, high = row["sizes-mm"]
        long = exp(draws.spread(log(low), log(high)))
        sizes = (round(long, 1), round(long * draws.spread(0.55, 1.0), 1))[: row["axes"]]
    change, times = "", 0.0
    if draws.chance(row.get("compared", 0.0)):
        change, times = draws.one_of(CHANGES[:4])
    before = tuple(round(one * times, 1) for one in sizes) if times else ()
    return Statement(
        row["concept"], status, side, place, sizes, change, before,
        prior if change and change != "new" else None, 0,
        draws.one_of(row["kinds"]) if "kinds" in row else "",
        draws.one_of(row["grades"]) if "grades" in row else "",
    )  # fmt: skip
