"""Brain metastases after lung or breast cancer: number, size and answer of each over time."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population import comparing
from yushan.domain.population.calendar import day
from yushan.domain.population.events import Statement, Visit, Wanted
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.story import Story

BRAIN: Final = tree("courses")["brain"]
CODE: Final = "C79.31"
PLACES: Final = (
    ("left", "frontal lobe"), ("right", "frontal lobe"), ("left", "parietal lobe"),
    ("right", "parietal lobe"), ("left", "temporal lobe"), ("right", "temporal lobe"),
    ("left", "occipital lobe"), ("right", "occipital lobe"), ("left", "cerebellar hemisphere"),
    ("right", "cerebellar hemisphere"),
)  # fmt: skip
#: Smallest lesion that is counted, in mm; most lesions of a scan that get a sentence each.
SEEN: Final = 2.0
TOLD: Final = 4


class Lesion(NamedTuple):
    """One metastasis: diameter at first, rate per year (below 0: it shrinks), first day."""

    name: str
    side: str
    place: str
    size_mm: float
    rate: float
    came: int

    def size(self, at: int) -> float:
        """Longest diameter on a day, 0 when not seen."""
        if at < self.came:
            return 0.0
        grown = round(self.size_mm * exp(self.rate * (at - self.came) / 365.25), 1)
        return grown if grown >= SEEN else 0.0


def metastases(story: Story, cancer: int, primary: str, dead: int) -> None:
    """Whether and when the cancer reaches the brain, and the MRs from then on."""
    draws = story.draws
    share = BRAIN["after-lung" if primary.startswith("C34") else "after-breast"]
    if not draws.chance(share):
        return
    at = story.open_day(cancer + int(draws.wait(BRAIN["until-mean-days"])))
    if at >= min(story.last, dead):
        return
    lesions = [
        lesion(story, number, at)
        for number in range(1, 2 + int(draws.wait(BRAIN["lesions-mean"] - 1)))
    ]
    at_first = len(lesions)
    before: int | None = None
    for number in range(int(BRAIN["scans-most"])):
        when = story.open_day(at + number * BRAIN["every-days"]) if number else at
        if when > min(story.last, dead):
            break
        if number == 2 and draws.chance(0.35):
            lesions.append(
                lesion(story, len(lesions) + 1, when)._replace(size_mm=4.0 + draws.wait(3))
            )
        statements = seen(lesions, when, before)
        wanted = Wanted("IM-MR-BRAIN", CODE, "brain", statements)
        done = ("RT-SRS",) if number == 0 else ()
        story.visits.append(
            Visit(when, "outpatient", "NEURO", (CODE, primary), (), done, 0, (wanted,))
        )
        before = when
    sizes = " ".join(f"{one.size_mm:.1f}" for one in lesions)
    story.tell(
        "brain-metastases",
        at,
        count=at_first,
        later=len(lesions) - at_first,
        sizes_mm=sizes,
        primary=primary,
    )


def lesion(story: Story, number: int, at: int) -> Lesion:
    """A metastasis; sizes follow a power law."""
    draws = story.draws
    side, place = draws.one_of(PLACES)
    size = min(3.0 * (1.0 - draws.unit()) ** (-1 / 1.6), 45.0)
    rate = -draws.spread(0.6, 2.5) if draws.chance(BRAIN["shrinks"]) else draws.spread(0.2, 1.2)
    return Lesion(f"metastasis-{number}", side, place, round(size, 1), rate, at)


def seen(lesions: list[Lesion], at: int, before: int | None) -> tuple[Statement, ...]:
    """What an MR says: the number, and the largest ones with their change."""
    there = sorted(
        (one for one in lesions if one.size(at)), key=lambda one: (-one.size(at), one.name)
    )
    if not there:
        gone = "resolved" if before else ""
        return (
            Statement(
                "metastasis", "absent", change=gone, prior_day=day(before) if before else None
            ),
        )
    told = [Statement("metastases-count", how_many=len(there))]
    for one in there[:TOLD]:
        prior = one.size(before) if before else 0.0
        told.append(
            Statement(
                "metastasis",
                "present",
                one.side,
                one.place,
                (one.size(at),),
                change(one.size(at), prior) if before else "",
                (prior,) if prior else (),
                day(before) if before and prior else None,
                lesion=one.name,
            )
        )
    largest = there[0].size(at)
    oedema = Statement("oedema", "present" if largest >= 10 else "absent")
    return (*told, oedema, Statement("midline-shift", "absent"))


def change(now: float, prior: float) -> str:
    """The word for a change of the longest diameter."""
    return comparing.changed("metastasis", (now,), (prior,)) if prior else "new"
