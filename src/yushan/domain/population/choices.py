"""Choices about secondary use: who stops what, when, and how it came in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.calendar import LAST, day
from yushan.domain.population.charts import SITES
from yushan.domain.population.draws import Urn
from yushan.domain.population.events import ConsentChoice
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.events import Decision
    from yushan.domain.population.story import Story

TABLE: Final = tree("consents")
#: From when choices can be made, and over how many days they spread.
OPENED: Final = date(2025, 12, 10).toordinal()
#: Offices are open from nine to five in Taipei: hours of UTC.
OFFICE: Final = (1, 9)


@cache
def channels() -> Urn[str]:
    """How choices come in."""
    return Urn(TABLE["channels"].items())


@cache
def parts() -> Urn[str]:
    """What part is stopped."""
    return Urn(TABLE["parts"].items())


def choose(story: Story) -> tuple[ConsentChoice, ...]:
    """The choices of one person in order; the dead and newborns make none."""
    if story.last < LAST or story.patient.kind == "newborn":
        return ()
    draws = story.draws
    drawn = draws.unit()
    if story.patient.opted_out:
        return (choice(story, "stop", OPENED + draws.between(0, 150)),)
    limit = TABLE["taken-back"]["share"]
    if drawn < limit:
        at = OPENED + draws.between(0, 90)
        return choice(story, "stop", at), choice(story, "allow", at + draws.between(5, 60))
    if drawn < (limit := limit + TABLE["part"]["share"]):
        return (part(story),)
    if drawn < limit + TABLE["allowed"]["share"]:
        return (choice(story, "allow", OPENED + draws.between(0, 190)),)
    return ()


def choice(story: Story, decision: Decision, at: int) -> ConsentChoice:
    """One choice about everything, recorded seconds to days after it holds."""
    draws = story.draws
    channel = draws.pick(channels())
    hours = (0, 23) if channel == "portal" else OFFICE
    second = draws.between(hours[0] * 3600, hours[1] * 3600)
    made = datetime.combine(day(at), datetime.min.time(), UTC) + timedelta(seconds=second)
    late = timedelta(days=draws.between(1, 6)) if channel == "paper" else timedelta(seconds=2)
    person = story.patient.number
    return ConsentChoice(person, decision, "", "", "", None, None, channel, made, made + late)


def part(story: Story) -> ConsentChoice:
    """A stop of one part: a use, a hospital, a modality, a year of examinations."""
    draws = story.draws
    kind, _, value = draws.pick(parts()).partition(":")
    made = choice(story, "stop", OPENED + draws.between(0, 180))
    if kind == "use":
        return made._replace(use=value)
    if kind == "modality":
        return made._replace(modality=value)
    if kind == "site":
        return made._replace(site=draws.one_of(SITES))
    year = draws.between(2017, 2023)
    return made._replace(examined_from=date(year, 1, 1), examined_until=date(year, 12, 31))
