"""What cancers share: when they come, their stage, treatment, follow-up and how they end."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.calendar import YEAR
from yushan.domain.population.draws import Urn
from yushan.domain.population.events import Visit
from yushan.domain.population.story import onset
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.events import Wanted
    from yushan.domain.population.story import Story

CANCERS: Final = tree("cancers")
#: Cancers that imaging does not follow here: diagnosis, treatment, visits.
PLAIN: Final = tuple(
    name for name, one in CANCERS.items() if isinstance(one, dict) and "code" in one
)
#: Stages that are operated on.
OPERATED: Final = frozenset({"0", "I", "II"})


class Care(NamedTuple):
    """How one cancer is looked after."""

    code: str
    department: str
    drugs: tuple[tuple[str, int], ...] = ()
    operation: str = ""
    radiotherapy: bool = False


@cache
def stages(name: str) -> Urn[str]:
    """Stages of a cancer when it is found."""
    return Urn(CANCERS[name]["stages"].items())


def cancer(story: Story, name: str) -> tuple[int, str] | None:
    """Day and stage of a new cancer within the window, or None."""
    row = CANCERS[name]
    rate = row.get(story.patient.sex)
    if rate is None:
        return None
    times = row.get("smoker-times", 1.0) if story.smoker else 1.0
    at = onset(story, rate * times / 1e5, row["growth"])
    return None if at is None else (at, story.draws.pick(stages(name)))


def fate(story: Story, name: str, stage: str, at: int, code: str) -> int:
    """The day on which the cancer would kill; ends the life if it comes first."""
    years = story.draws.wait(1 / CANCERS[name]["death"][stage])
    dead = at + int(years * YEAR) + 20
    story.end(dead, code)
    return dead


def treat(story: Story, care: Care, at: int, wanted: tuple[Wanted, ...] = ()) -> None:
    """Operation, radiotherapy and drugs after the diagnosis of a day."""
    draws = story.draws
    if care.operation:
        done = ("LA-CBC", care.operation)
        stay = draws.between(4, 12)
        story.visits.append(
            Visit(at + 12, "inpatient", care.department, (care.code,), (), done, stay, wanted)
        )
    if care.radiotherapy:
        codes = ("Z51.0", care.code)
        story.add(Visit(at + 24, "outpatient", "RADONC", codes, (), ("RT-COURSE",)))
    for cycle in range(6 if care.drugs else 0):
        codes = ("Z51.11", care.code)
        story.add(Visit(at + 30 + 21 * cycle, "outpatient", care.department, codes, care.drugs))


def follow(story: Story, care: Care, at: int, every: int = 91) -> None:
    """Visits after treatment, five years at most."""
    until = min(story.last, at + 1826)
    later = at + 180
    while later <= until:
        story.add(Visit(later, "outpatient", care.department, ("Z08", care.code)))
        later += every + story.draws.between(-7, 10)
        every = min(every + 8, 183)


def plain_cancers(story: Story) -> None:
    """Cancers without a course of images."""
    for name in PLAIN:
        found = cancer(story, name)
        if found is None or found[0] >= story.last:
            continue
        at, stage = found
        row = CANCERS[name]
        care = Care(row["code"], row["department"], operation="OP-OTHER" * (stage in OPERATED))
        story.add(Visit(at, "outpatient", care.department, (care.code,), (), ("PA-BIOPSY",)))
        treat(story, care, at)
        follow(story, care, at)
        fate(story, name, stage, at, care.code)
        story.tell(name, at, stage=stage)
