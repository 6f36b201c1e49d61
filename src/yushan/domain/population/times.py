"""Times of day of requests, examinations and reports, in Taipei."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from math import exp
from typing import TYPE_CHECKING, Final

from yushan.domain.population.draws import Urn
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from datetime import date

    from yushan.domain.population.draws import Draws
    from yushan.domain.population.events import Kind

#: Taiwan keeps no summer time.
TAIPEI: Final = timezone(timedelta(hours=8))
TABLE: Final = tree("contacts")["imaging"]
HOURS: Final = {kind: Urn(enumerate(TABLE[kind])) for kind in ("outpatient", "emergency")}
#: Hours between which images without haste are read, and the day on which they are not.
OPENS, CLOSES, SUNDAY = 8, 19, 6
#: Minutes of a day.
LATEST: Final = 24 * 60 - 1


def times(
    draws: Draws, kind: Kind, ordered: date, examined: date
) -> tuple[datetime, datetime, datetime]:
    """When images were asked for, made and reported; each not before the one before.

    An examination of the same day follows the request within hours; one of a later day comes at
    an hour of that day.
    """
    urn = HOURS["emergency" if kind in {"emergency", "inpatient"} else "outpatient"]
    at = draws.pick(urn) * 60 + draws.between(0, 59)
    asked = moment(ordered, at)
    if examined == ordered:
        made = moment(ordered, min(at + waited(draws, "until-examined", kind), LATEST))
    else:
        made = moment(examined, draws.pick(HOURS["outpatient"]) * 60 + draws.between(0, 59))
    told = made + timedelta(minutes=1 + waited(draws, "until-reported", kind))
    return asked, made, told if kind in {"emergency", "inpatient"} else at_work(told)


def at_work(when: datetime) -> datetime:
    """The same moment, or the morning after it where nobody reads: nights and Sundays."""
    if when.hour >= CLOSES:
        when = when.replace(hour=OPENS) + timedelta(days=1)
    elif when.hour < OPENS:
        when = when.replace(hour=OPENS)
    return when + timedelta(days=1) if when.weekday() == SUNDAY else when


def moment(day: date, minutes: int) -> datetime:
    """A minute of a day in Taipei."""
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=TAIPEI)


def waited(draws: Draws, which: str, kind: Kind) -> int:
    """Minutes of waiting."""
    middle, spread = TABLE[which][kind]
    return int(middle * exp(draws.normal(0.0, spread)))
