"""Coronary calcium and first cardiovascular events under a hazard that is known.

``data/hazards.toml`` plants the coefficients. Time runs from an index day two years after
the first day of the window, so that claims show before it who has what; death
depends on age and sex only until an event, so censoring is independent given the covariates.
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import TYPE_CHECKING, Final

from yushan.domain.population.calendar import FIRST, LAST, YEAR, day
from yushan.domain.population.events import Risk, Statement, Visit, Wanted
from yushan.domain.population.story import CONTACTS
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.population.story import Story

HAZARD: Final = tree("hazards")
#: Day from which people are at risk, as ordinal.
INDEX: Final[int] = HAZARD["index"]["day"].toordinal()
BETA: Final[Mapping[str, float]] = HAZARD["beta"]
CALCIUM: Final = HAZARD["calcium"]
#: Names of the covariates, in the order of :class:`Covariates`.
COVARIATES: Final = ("age10", "male", "diabetes", "hypertension", "smoker", "calcium")
#: From which to which age people pay for a CT of the coronary arteries.
PAYING: Final = (45, 75)
#: ln(score + 1) of the least calcium there is.
LEAST: Final = log(2)
VESSELS: Final = ("LAD", "RCA", "LCX", "LM")
SHARES: Final = (0.5, 0.27, 0.18, 0.05)

Covariates = tuple[float, int, int, int, int, float]


def covariates(story: Story, age: float) -> Covariates:
    """The covariates of the index day, in the order of ``COVARIATES``; calcium is ln(score + 1)."""
    age10 = (age - HAZARD["age"]["centre"]) / 10
    male = int(story.patient.sex == "M")
    diabetes = int(story.has("E11.9", INDEX))
    smoker = int(story.smoker)
    chance = CALCIUM["intercept"] + CALCIUM["age10"] * age10 + CALCIUM["male"] * male
    chance += CALCIUM["diabetes"] * diabetes + CALCIUM["smoker"] * smoker
    score = 0.0
    is_there = story.draws.chance(1 / (1 + exp(-chance)))
    amount = story.draws.normal(CALCIUM["mean"] + CALCIUM["mean-age10"] * age10, CALCIUM["sd"])
    if is_there:
        score = float(round(exp(min(max(amount, 0.0), 8.5))))
    return age10, male, diabetes, int(story.has("I10", INDEX)), smoker, log1p(score)


def linear(values: Covariates) -> float:
    """Sum of coefficient times covariate."""
    return sum(BETA[name] * value for name, value in zip(COVARIATES, values, strict=True))


def years_to_event(uniform: float, predictor: float) -> float:
    """The Weibull time of a uniform number under a linear predictor."""
    shape, scale = HAZARD["weibull"]["shape"], HAZARD["weibull"]["scale"]
    return float(scale * (-log(1.0 - uniform) * exp(-predictor)) ** (1 / shape))


def beat(story: Story) -> Risk | None:
    """Plant the hazard, tell the event and the CT of some; the truth, None outside the ages."""
    age = story.age(INDEX)
    if not HAZARD["age"]["from"] <= age < HAZARD["age"]["until"]:
        return None
    draws = story.draws
    values = covariates(story, age)
    predictor = linear(values)
    years = years_to_event(draws.unit(), predictor)
    is_infarction = draws.chance(HAZARD["event"]["infarction"])
    is_fatal = draws.chance(HAZARD["event"]["fatal"])
    code = draws.one_of(("I21.9", "I21.4")) if is_infarction else "I63.9"
    at = INDEX + int(years * YEAR)
    if at <= story.last:
        strike(story, at, code, is_fatal=is_fatal)
    scan(story, age, values[5])
    return Risk(
        story.patient.number, day(INDEX), round(age, 4), values[1], values[2], values[3],
        values[4], round(exp(values[5]) - 1), round(predictor, 6), years, 0, code,
    )  # fmt: skip


def settled(risk: Risk, last: int) -> Risk | None:
    """The truth once the end of the life is known: time cut at the end, event or not.

    None for those who did not live on the index day.
    """
    if last < INDEX:
        return None
    if INDEX + int(risk.years * YEAR) <= last:
        return risk._replace(years=round(risk.years, 6), event=1)
    return risk._replace(years=round((last - INDEX) / YEAR, 6), code="")


def strike(story: Story, at: int, code: str, *, is_fatal: bool) -> None:
    """Emergency, stay, drugs afterwards; perhaps death within the stay."""
    draws = story.draws
    stay = draws.between(4, 14)
    if is_fatal:
        story.end(at + draws.between(0, stay), code)
    is_infarction = code.startswith("I21")
    images = ("IM-XA-COR", "TE-ECG") if is_infarction else ("IM-MR-BRAIN", "TE-ECG")
    done = ("OP-PCI",) if is_infarction and draws.chance(0.7) else ()
    seen = stenosis(story) if is_infarction else infarct(story)
    wanted = (Wanted(images[0], code, "heart", seen), Wanted(images[1], code, "heart"))
    department = "CV" if is_infarction else "NEURO"
    drugs: tuple[tuple[str, int], ...] = (("B01AC06", stay), ("C10AA05", stay))
    story.visits.append(
        Visit(at, "inpatient", department, (code,), drugs, ("LA-CBC", *done), stay, wanted)
    )
    later = at + stay + 14
    kept = "I25.10" if is_infarction else code
    while later <= min(story.last, at + 1100):
        drugs = (("B01AC06", 28), ("B01AC04", 28), ("C10AA05", 28))
        story.add(Visit(later, "outpatient", department, (kept,), drugs))
        later += draws.between(84, 120)


def stenosis(story: Story) -> tuple[Statement, ...]:
    """What angiography shows: the culprit, perhaps a second vessel."""
    draws = story.draws
    vessels = [vessel for vessel in VESSELS[:3] if draws.chance(0.4)] or [VESSELS[0]]
    return tuple(
        Statement("coronary-stenosis", place=one, grade=str(draws.between(14, 20) * 5))
        for one in vessels
    )


def infarct(story: Story) -> tuple[Statement, ...]:
    """What MR shows of a stroke."""
    draws = story.draws
    side = draws.one_of(("left", "right"))
    place = "MCA territory" if draws.chance(0.75) else "PCA territory"
    bleeding = Statement("haemorrhage", "absent")
    return (Statement("infarct", "present", side, place), bleeding)


def scan(story: Story, age: float, logged: float) -> None:
    """A CT of the coronary arteries that some pay for at a check-up."""
    draws = story.draws
    if not PAYING[0] <= age < PAYING[1] or not draws.chance(CONTACTS["checkup"]["calcium"]):
        return
    at = draws.between(FIRST, LAST)
    grown = logged + CALCIUM["growth-per-year"] * (at - INDEX) / YEAR
    score = round(exp(max(grown, LEAST)) - 1) if logged else 0
    wanted = Wanted("IM-CT-CAC", "Z00.00", "heart", calcium_statements(score))
    story.add(Visit(at, "checkup", "CV", ("Z00.00",), (), (), 0, (wanted,)))


def calcium_statements(score: int) -> tuple[Statement, ...]:
    """What the report says: the total and each vessel with calcium."""
    if score <= 0:
        return (Statement("coronary-calcium", "absent", grade="0"),)
    parts = [round(score * share) for share in SHARES]
    parts[0] += score - sum(parts)
    vessels = [
        Statement("vessel-calcium", place=vessel, grade=str(part))
        for vessel, part in zip(VESSELS, parts, strict=True)
        if part > 0
    ]
    return (Statement("coronary-calcium", grade=str(score)), *vessels)
