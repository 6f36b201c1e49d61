"""Nodules of the lung over time, screening, lung cancer.

A nodule grows exponentially in volume, so its diameter at time t is d0 * 2^(t / (3 * doubling
time)); what each CT shows is that diameter, rounded to 0.1 mm.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population import comparing
from yushan.domain.population.brain import metastases
from yushan.domain.population.calendar import FIRST, day
from yushan.domain.population.cancers import OPERATED, Care, cancer, fate, follow, treat
from yushan.domain.population.draws import Urn
from yushan.domain.population.events import Statement, Visit, Wanted
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.story import Story

LUNG: Final = tree("courses")["lung"]
OFFER: Final[int] = LUNG["offer"].toordinal()
LOBES: Final = Urn((name, one["share"]) for name, one in LUNG["lobes"].items())
BENIGN: Final = Urn(LUNG["types-benign"].items())
MALIGNANT: Final = Urn(LUNG["types-cancer"].items())
#: Ages of screening.
AGES: Final = (50, 75)
#: Doubling time that stands for a nodule that does not grow, in days.
NEVER: Final = 1e9
#: Shortest diameter that a report mentions, in mm.
SEEN: Final = 2.0


class Nodule(NamedTuple):
    """One nodule: diameter ``size_mm`` on day ``at``, short over long axis, doubling time."""

    lobe: str
    kind: str
    size_mm: float
    at: int
    ratio: float
    doubling_days: float
    gone: int
    is_spiculated: bool

    def axes(self, at: int) -> tuple[float, ...]:
        """Long and short axis on a day in mm, empty when it is gone or too small."""
        mean = self.size_mm * 2 ** ((at - self.at) / (3 * self.doubling_days))
        if at >= self.gone or mean < SEEN:
            return ()
        long = round(2 * mean / (1 + self.ratio), 1)
        return long, round(long * self.ratio, 1)


@cache
def waits() -> tuple[tuple[float, int], ...]:
    """Upper limits of mean diameter and days until the next CT."""
    return tuple((row["below-mm"], row["days"]) for row in LUNG["next"])


def breathe(story: Story) -> None:
    """Cancer or nodules, and the CTs that see them."""
    found = cancer(story, "lung")
    adult = story.age(story.last) >= 18
    if found is not None and found[0] < story.last:
        malignant(story, *found)
    elif adult and story.draws.chance(LUNG["incidental"]):
        at = story.draws.between(
            max(story.first, story.at_age(18)), max(story.last, story.at_age(18))
        )
        watch(story, benign(story, at), at, "IM-CT-CHEST", "R91.1")
    elif is_screened(story):
        at = OFFER + story.draws.between(0, 1000)
        nodule = benign(story, at) if story.draws.chance(LUNG["nodule"]) else None
        watch(story, nodule, at, "IM-LDCT", "Z12.2")


def is_screened(story: Story) -> bool:
    """Whether the person takes part in screening."""
    if not AGES[0] <= story.age(OFFER) < AGES[1]:
        return False
    share = LUNG["screened-smoker" if story.smoker else "screened-family"]
    return story.draws.chance(share)


def benign(story: Story, at: int) -> Nodule:
    """A nodule that stays, or goes within half a year."""
    draws = story.draws
    size = 3.0 + draws.wait(2.6)
    gone = at + draws.between(30, 180) if draws.chance(LUNG["resolving"]) else 10**7
    lobe, kind = draws.pick(LOBES), draws.pick(BENIGN)
    return Nodule(
        lobe, kind, min(size, 24.0), at, draws.spread(0.7, 1.0), NEVER, gone, is_spiculated=False
    )


def growing(story: Story, at: int, stage: str) -> Nodule:
    """A cancer by its size on the day it is found."""
    draws = story.draws
    low, high = {"I": (8, 28), "II": (25, 48), "III": (25, 65), "IV": (20, 70)}[stage]
    kind = draws.pick(MALIGNANT) if stage == "I" else "solid"
    fast, slow = LUNG["doubling-days"][kind]
    is_spiculated = kind != "non-solid" and draws.chance(LUNG["spiculated-cancer"])
    return Nodule(
        draws.pick(LOBES), kind, draws.spread(low, high), at, draws.spread(0.65, 0.95),
        draws.spread(fast, slow), 10**7, is_spiculated,
    )  # fmt: skip


def shown(nodule: Nodule | None, at: int, before: int | None) -> tuple[Statement, ...]:
    """What a CT of a day says, compared with that of ``before``."""
    axes = nodule.axes(at) if nodule else ()
    prior = nodule.axes(before) if nodule and before else ()
    if nodule is None or not axes:
        change = "resolved" if prior else ""
        prior_day = day(before) if prior and before else None
        return (Statement("nodule", "absent", change=change, prior_day=prior_day),)
    side, _, place = nodule.lobe.partition("-")
    change = changed(axes, prior, is_first=before is None)
    nodes = Statement("mediastinal-node", "absent")
    margin = (Statement("spiculation"),) if nodule.is_spiculated else ()
    months = max(round(next_in(axes) / 30.4), 1)
    one = Statement(
        "nodule", "present", side, f"{place} lobe", axes, change, prior,
        day(before) if prior and before else None, 1, nodule.kind, lesion="nodule-1",
    )  # fmt: skip
    return (one, *margin, nodes, Statement("follow-up", grade=str(months)))


def changed(axes: tuple[float, ...], prior: tuple[float, ...], *, is_first: bool) -> str:
    """The word for a change of mean diameter."""
    if is_first:
        return ""
    if not prior:
        return "new"
    return comparing.changed("nodule", axes, prior)


def watch(story: Story, nodule: Nodule | None, at: int, procedure: str, code: str) -> None:
    """CTs of one nodule, three at most, or a screening that finds none."""
    before: int | None = None
    for _ in range(3):
        at = story.open_day(at)
        if at > story.last:
            break
        wanted = Wanted(procedure, code, "lung", shown(nodule, at, before))
        story.visits.append(Visit(at, "outpatient", "CHEST", (code,), (), (), 0, (wanted,)))
        if nodule is None or (before and not nodule.axes(at)):
            break
        before, at = at, at + next_in(nodule.axes(at))
        procedure, code = ("IM-LDCT" if procedure == "IM-LDCT" else "IM-CT-CHEST"), "R91.1"
    if nodule is not None:
        story.tell("nodule", nodule.at, is_cancer=0, **facts(nodule))


def next_in(axes: tuple[float, ...]) -> int:
    """Days until the next CT."""
    mean = sum(axes) / 2
    return next(days for below, days in waits() if mean < below)


def facts(nodule: Nodule) -> dict[str, str | float]:
    """A nodule as facts of a course."""
    return {
        "lobe": nodule.lobe,
        "kind": nodule.kind,
        "size_mm": round(nodule.size_mm, 2),
        "doubling_days": round(nodule.doubling_days, 1),
        "spiculated": int(nodule.is_spiculated),
    }


def malignant(story: Story, at: int, stage: str) -> None:
    """Lung cancer: films before, diagnosis, treatment, brain metastases of some, the end."""
    nodule = growing(story, at, stage)
    code = LUNG["lobes"][nodule.lobe]["code"]
    at = story.open_day(at)
    earlier = story.open_day(at - story.draws.between(60, 380))
    before = earlier if max(FIRST, story.first) < earlier < at else None
    if before:
        wanted = Wanted("IM-CT-CHEST", "R91.1", "lung", shown(nodule, before, None))
        story.visits.append(Visit(before, "outpatient", "CHEST", ("R91.1",), (), (), 0, (wanted,)))
    wanted = Wanted("IM-CT-CHEST", code, "lung", shown(nodule, at, before))
    done = ("PA-BIOPSY",)
    story.visits.append(Visit(at, "outpatient", "CHEST", (code,), (), done, 0, (wanted,)))
    dead = fate(story, "lung", stage, at, code)
    drugs = () if stage in OPERATED else (("L01EB04", 28),)
    care = Care(code, "CHEST", drugs, "OP-LOBE" if stage in OPERATED else "")
    treat(story, care, at)
    follow(story, care, at)
    story.tell("lung-cancer", at, stage=stage, is_cancer=1, **facts(nodule))
    metastases(story, at, code, dead)
