"""Waves of COVID-19 and pneumonia of other causes, with the weekdays on which people come."""

from __future__ import annotations

from functools import cache
from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.calendar import day
from yushan.domain.population.draws import Urn
from yushan.domain.population.events import Statement, Visit, Wanted
from yushan.domain.population.story import gompertz
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.events import Status
    from yushan.domain.population.story import Story

TABLE: Final = tree("infections")
SEEN: Final = TABLE["seen"]
PNEUMONIA: Final = TABLE["pneumonia"]
PRESENT: Final = Urn(enumerate(TABLE["days"]["present"]))
ZONES: Final = tuple(
    f"{side} {height}" for side in ("right", "left") for height in ("upper", "middle", "lower")
)
WEIGHTS: Final = tuple(TABLE["zones"][zone.split()[1]] for zone in ZONES)
SEVERITIES: Final = Urn(TABLE["zones"]["severities"].items())
#: How strongly a zone is hit by severity: share of zones, highest score.
HIT: Final = {"mild": (0.22, 1), "moderate": (0.5, 2), "severe": (0.85, 3)}
OLD: Final = 70
#: Months in which pneumonia is more frequent.
WINTER: Final = frozenset({12, 1, 2, 3})


class Wave(NamedTuple):
    """One wave: peak as ordinal, spread in days, share attacked and with pneumonia."""

    name: str
    peak: int
    spread: float
    attacked: float
    pneumonia: float


@cache
def waves() -> tuple[Wave, ...]:
    """The waves of the table."""
    return tuple(
        Wave(name, one["peak"].toordinal(), one["spread-days"], one["attacked"], one["pneumonia"])
        for name, one in TABLE["wave"].items()
    )


def presented(story: Story, at: int) -> int:
    """The day of that week on which a sick person comes."""
    return max(at - (at - 1) % 7 + story.draws.pick(PRESENT), story.first)


def catch(story: Story) -> None:
    """Infections of the waves, then pneumonia of other causes."""
    draws = story.draws
    for wave in waves():
        if not draws.chance(wave.attacked):
            continue
        at = wave.peak + round(draws.normal(0, wave.spread))
        if story.first <= at <= story.last:
            infected(story, wave, presented(story, at))
    bacterial(story)


def infected(story: Story, wave: Wave, at: int) -> None:
    """One infection: unseen, an outpatient visit, or a stay with pneumonia."""
    draws = story.draws
    is_old = story.age(at) >= OLD
    has_pneumonia = draws.chance(min(wave.pneumonia * (SEEN["old-times"] if is_old else 1), 0.9))
    if has_pneumonia:
        stay(story, at, ("U07.1", "J12.82"), (("J05AE30", 5),), 0.14 if is_old else 0.01)
        story.tell("covid-pneumonia", at, wave=wave.name)
    elif draws.chance(SEEN["share"]):
        drugs = (("J05AE30", 5),) if is_old else (("N02BE01", 3),)
        story.visits.append(Visit(at, "outpatient", "CHEST", ("U07.1",), drugs, ("LA-PCR",)))
        story.tell("covid", at, wave=wave.name)


def bacterial(story: Story) -> None:
    """Pneumonia of other causes, more in winter."""
    draws = story.draws
    age = story.age(story.first)
    rate = PNEUMONIA["at-60"] * exp(PNEUMONIA["growth"] * (age - 60))
    at = story.first + int(min(gompertz(draws, rate, PNEUMONIA["growth"]), 99) * 365.25)
    if at >= story.last:
        return
    if day(at).month not in WINTER and draws.chance(1 - 1 / PNEUMONIA["winter-times"]):
        at += draws.between(60, 200)
    at = presented(story, at)
    if at >= story.last:
        return
    stay(story, at, ("J18.9",), (("J01DD04", 7),), PNEUMONIA["fatal"])
    story.tell("pneumonia", at)


def stay(
    story: Story,
    at: int,
    codes: tuple[str, ...],
    drugs: tuple[tuple[str, int], ...],
    fatal: float,
) -> None:
    """Emergency film, a stay, a film before leaving; perhaps death."""
    draws = story.draws
    zones, severity = hit(story)
    days = {"mild": 4, "moderate": 8, "severe": 15}[severity] + draws.between(0, 4)
    film = Wanted("IM-CXR", codes[0], "infection", film_of(zones, None, at))
    story.visits.append(Visit(at, "emergency", "EM", codes, (), ("LA-CBC",), 0, (film,)))
    later = tuple(max(score - 1, 0) for score in zones)
    second = Wanted("IM-CXR", codes[0], "infection", film_of(later, zones, at))
    story.visits.append(
        Visit(at + 1, "inpatient", "CHEST", codes, drugs, ("LA-CBC",), days, (second,))
    )
    if severity != "mild" and draws.chance(fatal):
        story.end(at + draws.between(2, days), codes[0])


def hit(story: Story) -> tuple[tuple[int, ...], str]:
    """Scores 0 to 3 of the six zones, and how severe that is; at least one zone is hit."""
    draws = story.draws
    severity = draws.pick(SEVERITIES)
    share, highest = HIT[severity]
    zones = [
        draws.between(1, highest) if draws.chance(min(share * weight, 0.97)) else 0
        for weight in WEIGHTS
    ]
    if not any(zones):
        zones[2] = 1
    return tuple(zones), severity


def film_of(
    zones: tuple[int, ...], before: tuple[int, ...] | None, at: int
) -> tuple[Statement, ...]:
    """What a film says zone by zone, and of fluid and the heart."""
    told = []
    for name, score in zip(ZONES, zones, strict=True):
        if not score:
            continue
        side, place = name.split()
        old = before[ZONES.index(name)] if before else None
        change = "" if old is None else "smaller" if score < old else "stable"
        prior = day(at) if old is not None else None
        told.append(
            Statement(
                "opacity", "present", side, f"{place} zone", (), change, (), prior, grade=str(score)
            )
        )
    if not told:
        told.append(Statement("opacity", "absent", change="resolved" if before else ""))
    effusion: Status = "uncertain" if sum(zones) > 9 else "absent"
    return (*told, Statement("effusion", effusion), Statement("cardiomegaly", "absent"))
