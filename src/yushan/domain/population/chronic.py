"""Chronic conditions, their follow-up, small ills, check-ups."""

from __future__ import annotations

from functools import cache
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.calendar import day
from yushan.domain.population.draws import Urn
from yushan.domain.population.events import Visit
from yushan.domain.population.measured import ADULT, FOLLOWED
from yushan.domain.population.measured import CHECKUP as ALL
from yushan.domain.population.story import CONTACTS, Story
from yushan.domain.population.tables import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.population.events import Kind

MINOR: Final = CONTACTS["minor"]
CHRONIC: Final = CONTACTS["chronic"]
CHECKUP: Final = CONTACTS["checkup"]
BASIC: Final = ("LA-CBC", "LA-GLU")
SEASONS: Final = CONTACTS["seasons"]
AIRWAYS: Final = frozenset(SEASONS["airways"])
WARM: Final = frozenset(SEASONS["warm-months"])
WARM_SHARE: Final[float] = SEASONS["warm-share"]
#: Codes of one visit at most.
MOST: Final = 3


class Condition(NamedTuple):
    """A row of ``data/conditions.csv``."""

    code: str
    top: float
    middle: float
    width: float
    least: float
    drugs: tuple[str, ...]
    department: str
    every: int
    after: str
    times: float


@cache
def conditions(sex: str) -> tuple[Condition, ...]:
    """The chronic conditions of one sex."""
    return tuple(
        Condition(
            row["code"],
            float(row["top"]),
            float(row["middle"]),
            float(row["width"]),
            float(row["least"]),
            tuple(row["drugs"].split()),
            row["department"],
            int(row["every"]),
            row["after"],
            float(row["times"]),
        )
        for row in rows("conditions")
        if row["sex"] in {"A", sex}
    )


def fall_ill(story: Story) -> None:
    """Which conditions a person has, from which day on.

    A share ``top`` of people gets the condition some day; the age at which follows a logistic
    curve, so that the prevalence by age is ``top`` times that curve.
    """
    for one in conditions(story.patient.sex):
        drawn = story.draws.unit()
        top = min(one.top * (one.times if one.after in story.known else 1.0), 0.95)
        if not 0 < drawn < top:
            continue
        share = drawn / top
        age = one.middle + one.width * log(share / (1 - share))
        at = story.at_age(max(age, one.least))
        if at <= story.last:
            story.known[one.code] = at


def follow_up(story: Story) -> None:
    """Visits for the chronic conditions, up to three codes in one."""
    if not story.known:
        return
    draws = story.draws
    kept = CHRONIC["kept" if story.is_thinned else "whole-kept"]
    mine = [one for one in conditions(story.patient.sex) if one.code in story.known]
    for group in (mine[:MOST], mine[MOST : 2 * MOST]):
        if not group:
            continue
        every = min(one.every for one in group)
        at = max(story.first, min(story.known[one.code] for one in group)) + draws.between(0, every)
        while at <= story.last:
            if draws.chance(kept):
                story.visits.append(chronic_visit(story, group, at))
            at += every + draws.between(-5, 12)


def chronic_visit(story: Story, group: Sequence[Condition], at: int) -> Visit:
    """One follow-up with refills."""
    earliest = min(story.known[one.code] for one in group)
    if (opened := story.open_day(at)) < earliest:
        opened = story.open_day(at + 7)
    here = [one for one in group if story.known[one.code] <= opened]
    refill = CHRONIC["refill-days"]
    drugs = tuple((drug, refill) for one in here for drug in one.drugs)
    is_tested = story.draws.chance(0.35)
    tested = BASIC if is_tested else ()
    measured = [FOLLOWED[one.code] for one in here if one.code in FOLLOWED] if is_tested else []
    codes = tuple(one.code for one in here)
    groups = ("basic", *measured) if is_tested and story.age(opened) >= ADULT else ()
    return Visit(opened, "outpatient", here[0].department, codes, drugs, tested, 0, (), groups)


class Small(NamedTuple):
    """A row of ``data/minor.csv``."""

    code: str
    department: str
    drugs: tuple[str, ...]


@cache
def smalls(sex: str, decade: int) -> Urn[Small]:
    """Small ills of one sex at one age in tens of years."""
    age = decade * 10 + 5 if decade else 3
    return Urn(
        (Small(row["code"], row["department"], tuple(row["drugs"].split())), float(row["weight"]))
        for row in rows("minor")
        if row["sex"] in {"A", sex} and int(row["from"]) <= age <= int(row["to"])
    )


def small_ills(story: Story) -> None:
    """Colds, teeth, backs: visits at a rate that depends on age."""
    draws, at = story.draws, float(story.first)
    per_year = MINOR["per-year" if story.is_thinned else "whole-per-year"]
    while True:
        age = story.age(int(at))
        times = MINOR["child-times"] if age < 7 else MINOR["old-times"] if age >= 65 else 1.0
        at += draws.wait(365.25 / (per_year * times))
        if at > story.last:
            return
        decade = min(int(story.age(int(at)) / 10), 10)
        one = draws.pick(smalls(story.patient.sex, decade))
        if one.code in AIRWAYS and day(int(at)).month in WARM and not draws.chance(WARM_SHARE):
            continue
        kind: Kind = "emergency" if draws.chance(MINOR["emergency"]) else "outpatient"
        drugs = tuple((drug, 3) for drug in one.drugs)
        story.add(Visit(int(at), kind, one.department, (one.code,), drugs))


def check_ups(story: Story) -> None:
    """The adult preventive examination, for those who go."""
    draws = story.draws
    if story.age(story.last) < 40 or not draws.chance(CHECKUP["share"]):
        return
    at = max(story.first, story.at_age(40)) + draws.between(0, 1000)
    while at <= story.last:
        story.add(Visit(at, "checkup", "FM", ("Z00.00",), (), (*BASIC, "LA-LIPID"), 0, (), ALL))
        at += 1096 if story.age(at) < 65 else 372
