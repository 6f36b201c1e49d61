"""How the invented people are spread: the tables of ``docs/population.md``, printed as Markdown."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import date
from itertools import pairwise
from math import exp
from pathlib import Path
from statistics import mean

import numpy as np

from tests.bench.population_drawing import draw
from tests.unit.population.test_hazard import cox, heart_alone, planted
from yushan.domain.population import (
    Life,
    Patient,
    Typist,
    life,
    mixture,
    mixtures,
    people,
    person,
    report,
)
from yushan.domain.population.calendar import WINDOW
from yushan.domain.population.chronic import conditions
from yushan.domain.population.heart import BETA, COVARIATES, INDEX
from yushan.domain.population.tables import rows

Told = list[tuple[Patient, Life]]
Lines = list[tuple[object, ...]]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
#: Expectation of life at birth in 2023, Ministry of the Interior.
PUBLISHED = {"M": 76.94, "F": 83.74}
#: New cases of 2019, men and women (Taiwan Health and Welfare Report 2022, table 2-1), and people.
CASES = {
    "lung-cancer": (8847, 7386), "breast-cancer": (0, 14_856), "colon": (9893, 7409),
    "liver": (7757, 3515), "prostate": (7115, 0), "cervix": (0, 1393),
}  # fmt: skip
MEN, WOMEN = 11.71e6, 11.89e6
#: Per cent of adults, 2019 to 2023 (Health Promotion Administration).
SURVEYED = {"I10": ("hypertension", 27), "E11.9": ("diabetes", 11), "E78.5": ("lipids", 26)}
#: Per cent of births by the mother's age, 2016 (Ministry of the Interior).
MOTHERS = {(25, 30): 23.5, (30, 35): 39.9, (35, 40): 23.3}


def table(title: str, head: tuple[str, ...], lines: Lines) -> None:
    """One table."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for line in lines:
        print(f"| {' | '.join(shown(one) for one in line)} |")


def shown(one: object) -> str:
    """A value as it is printed."""
    if isinstance(one, bool):
        return "yes" if one else "no"
    if isinstance(one, float):
        return f"{one:,.2f}"
    return f"{one:,}" if isinstance(one, int) else str(one)


def years_of(mine: Life) -> float:
    """Years that are told."""
    return ((mine.last - mine.first).days + 1) / 365.25


def kinds(told: Told) -> None:
    """Kinds of people and numbers."""
    counts = Counter(who.kind for who, _ in told)
    counts["without a number"] = sum(who.identity is None for who, _ in told)
    counts["with a second chart in one hospital"] = sum(
        any(one.is_duplicate for one in who.all_charts) for who, _ in told
    )
    counts["smokers"] = sum(mine.smoker for _, mine in told)
    counts["opted out of everything"] = sum(who.opted_out for who, _ in told)
    lines: Lines = [(name, one, 100 * one / len(told)) for name, one in counts.most_common()]
    table("People", ("people", "number", "per cent"), lines)


def surnames(told: Told) -> None:
    """The most frequent family names against the table."""
    weights = {row["name"]: float(row["share"]) for row in rows("surnames")}
    total = sum(weights.values())
    mine = [who for who, _ in told if who.kind == "national"]
    found = Counter(who.name[: who.names.surname] for who in mine)
    table("Family names", ("name", "told, per cent", "table, per cent"),
          [(name, 100 * count / len(mine), 100 * weights[name] / total)
           for name, count in found.most_common(8)])  # fmt: skip


def contacts(told: Told) -> None:
    """Contacts a year and on which days."""
    years = sum(years_of(mine) for _, mine in told)
    by = Counter((one.kind, one.first.weekday()) for _, mine in told for one in mine.encounters)
    lines: Lines = []
    for kind in ("outpatient", "emergency", "inpatient", "checkup"):
        days = [by[kind, day] for day in range(7)]
        shares = [f"{100 * one / sum(days):.0f}" for one in days]
        lines.append((kind, sum(days) / years, *shares))
    table("Contacts per person and year, and their weekdays in per cent", ("kind", "a year", *DAYS),
          lines)  # fmt: skip


def chronic(told: Told) -> None:
    """Prevalence of chronic conditions on the first day against the curve."""
    lines: Lines = []
    first = WINDOW["first"].toordinal()
    for code in ("I10", "E11.9", "E78.5", "J44.9", "N40.1", "M81.0", "B18.1"):
        found = []
        for low, high in ((40, 50), (60, 70), (75, 85)):
            mine = [
                (who, (first - who.birth.toordinal()) / 365.25)
                for who, _ in told
                if any(one.code == code for one in conditions(who.sex))
            ]
            curve = [value(code, who.sex, age) for who, age in mine if low <= age < high]
            found.append(f"{100 * mean(curve):.0f}" if curve else "-")
        lines.append((code, *found))
    table("Share of people who have a condition by age in years, per cent (before what raises it)",
          ("code", "40-49", "60-69", "75-84"), lines)  # fmt: skip


def surveyed(told: Told) -> None:
    """Adults who have a condition in the middle of 2021, against surveys."""
    day = date(2021, 7, 1)
    adults = [
        (mine, {one.code for one in mine.diagnoses})
        for who, mine in told
        if (day - who.birth).days > 18 * 365.25 and mine.first <= day <= mine.last
    ]
    lines: Lines = [
        (word, f"{100 * sum(code in codes for _, codes in adults) / len(adults):.0f}", number)
        for code, (word, number) in SURVEYED.items()
    ]
    smokers = 100 * sum(mine.smoker for mine, _ in adults) / len(adults)
    lines.append(("smokers (2020)", f"{smokers:.0f}", 13))
    table("Adults with a diagnosis in their claims, and adults found in surveys, per cent",
          ("what", "told", "surveys"), lines)  # fmt: skip


def births(told: Told) -> None:
    """Births a year, by the mother's age, and how."""
    ages: list[float] = []
    ways = Counter[str]()
    for who, mine in told:
        for one in mine.courses:
            if one.name == "delivery":
                ages.append((one.began - who.birth).days / 365.25)
                ways.update([str(dict(one.facts)["way"])])
    years = sum(years_of(mine) for _, mine in told)
    lines: Lines = [("births per 1000 people and year", 1000 * len(ages) / years, "7.0 (2020)")]
    for (low, high), number in MOTHERS.items():
        share = 100 * sum(low <= age < high for age in ages) / len(ages)
        lines.append((f"mothers of {low} to {high - 1}, per cent", share, f"{number} (2016)"))
    share = 100 * ways["caesarean"] / len(ages)
    lines.append(("by caesarean section, per cent", share, "33.1 (2004), 39.1 (2024)"))
    table("Births", ("what", "told", "published"), lines)


def whole(seed: int, count: int) -> None:
    """Contacts if none are left out."""
    told = [life(who, is_thinned=False) for who in people(seed, count)]
    years = sum(map(years_of, told))
    kinds = Counter(one.kind for mine in told for one in mine.encounters)
    lines: Lines = [(f"outpatient visits, {count:,} people", kinds["outpatient"] / years, 14.26),
                    ("stays", kinds["inpatient"] / years, 0.13)]  # fmt: skip
    table("Contacts a person and year if all are told, and published for 2022",
          ("what", "told", "published"), lines)  # fmt: skip


def value(code: str, sex: str, age: float) -> float:
    """The curve of one condition."""
    one = next(one for one in conditions(sex) if one.code == code)
    return one.top / (1 + exp(-(age - one.middle) / one.width)) if age >= one.least else 0.0


def cancers(told: Told) -> None:
    """New cancers and the stages."""
    years = Counter[str]()
    for who, mine in told:
        years[who.sex] += years_of(mine)  # type: ignore[assignment]
    new = Counter((one.name, who.sex) for who, mine in told for one in mine.courses)
    lines: Lines = []
    for name in ("lung-cancer", "breast-cancer", "colon", "liver", "prostate", "pancreatic-cancer",
                 "npc", "cervix"):  # fmt: skip
        rates = [1e5 * new[name, sex] / years[sex] for sex in "MF"]
        men, women = CASES.get(name, (0, 0))
        seen = [
            f"{1e5 * men / MEN:.0f}" if men else "-",
            f"{1e5 * women / WOMEN:.0f}" if women else "-",
        ]
        lines.append((name, *(f"{one:.0f}" for one in rates), *seen))
    table("New cancers per 100 000 person-years, new cases of 2019 per 100 000 people",
          ("cancer", "men", "women", "men 2019", "women 2019"), lines)  # fmt: skip


def deaths(told: Told) -> None:
    """Deaths by age, and the expectation of life that they imply."""
    lived, died = np.zeros((2, 110)), np.zeros((2, 110))
    for who, mine in told:
        sex, born = "MF".index(who.sex), who.birth.toordinal()
        young = int((mine.first.toordinal() - born) / 365.25)
        old = int((mine.last.toordinal() - born) / 365.25)
        lived[sex, young : old + 1] += 1
        lived[sex, [young, old]] -= 0.5
        if mine.death:
            died[sex, old] += 1
    lines: Lines = []
    for sex, word in enumerate(("men", "women")):
        bands = [(0, 40), (40, 60), (60, 70), (70, 80), (80, 110)]
        rates = [1000 * died[sex, a:b].sum() / lived[sex, a:b].sum() for a, b in bands]
        edges = [0, *range(5, 100, 5), 110]
        alive, expected = 1.0, 0.0
        for a, b in pairwise(edges):
            rate = died[sex, a:b].sum() / max(lived[sex, a:b].sum(), 1e-9)
            wide = b - a
            left = alive * exp(-rate * wide)
            expected += (alive - left) / rate if rate > 0 else alive * wide
            alive = left
        by_age = [f"{one:.1f}" for one in rates]
        lines.append((word, *by_age, f"{expected:.1f}", PUBLISHED["MF"[sex]]))
    head = ("", "0-39", "40-59", "60-69", "70-79", "80+", "told", "published 2023")
    table("Deaths per 1000 person-years by age, expectation of life at birth", head, lines)


def waves(told: Told) -> None:
    """COVID-19 that is told, by half years, and on which weekdays people came."""
    seen = [one for _, mine in told for one in mine.courses if one.name.startswith("covid")]
    halves = Counter(f"{one.began.year}-{1 + (one.began.month > 6)}" for one in seen)
    table("COVID-19 told by half year", ("half year", *sorted(halves)),
          [("people", *(halves[name] for name in sorted(halves)))])  # fmt: skip
    days = Counter(one.began.weekday() for one in seen)
    table("Weekday on which they came, per cent", tuple(DAYS),
          [tuple(f"{100 * days[day] / len(seen):.0f}" for day in range(7))])  # fmt: skip


def claims(told: Told) -> None:
    """Points of a claim by kind."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for _, mine in told:
        for one in mine.claims:
            parts = (one.consultation, one.drugs, one.treatment, one.imaging, one.ward)
            found.setdefault(one.kind, []).append((*parts, one.copayment, one.total))
    table("Mean points of a claim",
          ("kind", "claims", "consultation", "drugs", "treatment", "imaging", "ward", "own part",
           "total"),
          [(kind, len(mine), *(round(mean(column)) for column in zip(*mine, strict=True)))
           for kind, mine in sorted(found.items())])  # fmt: skip


def images(told: Told) -> None:
    """Orders of images by procedure."""
    count = Counter(one.procedure for _, mine in told for one in mine.orders)
    table("Images per 1000 people", ("procedure", "orders"),
          [(name, 1000 * number / len(told)) for name, number in count.most_common()])  # fmt: skip


def hazard(told: Told) -> None:
    """The planted coefficients and what Cox models make of the truth and of the claims."""
    mine = [(who, one) for who, one in told if one.risk]
    values, years, events = planted([one.risk for _, one in mine])
    beta, error = cox(values, years, events)
    seen = [claimed(one) for _, one in mine]
    values[:, 2:4] = [one[:2] for one in seen]
    read, read_error = cox(
        values, np.array([one[2] for one in seen]), np.array([one[3] for one in seen])
    )
    lines: Lines = [
        (
            name,
            BETA[name],
            interval(beta[place], error[place]),
            interval(read[place], read_error[place]),
        )
        for place, name in enumerate(COVARIATES)
    ]
    table(f"Planted hazard, {len(years):,} people, {int(events.sum()):,} first events",
          ("covariate", "planted", "from the truth", "from claims"), lines)  # fmt: skip


def interval(value: float, error: float) -> str:
    """An estimate with its interval of 95 %."""
    return f"{value:.2f} ({value - 1.96 * error:.2f} to {value + 1.96 * error:.2f})"


def claimed(mine: Life) -> tuple[int, int, float, int]:
    """Diabetes, hypertension, years and event as two years of claims before the index day show."""
    index = date.fromordinal(INDEX)
    before = {one.encounter for one in mine.encounters if one.first < index}
    codes = {one.code for one in mine.diagnoses if one.encounter in before}
    main = {one.encounter: one.code for one in mine.diagnoses if one.place == 1}
    days = [
        one.first
        for one in mine.encounters
        if one.kind == "inpatient" and main[one.encounter].startswith(("I21", "I63"))
    ]
    end = min(days, default=mine.last)
    years = max((end - index).days, 0.5) / 365.25
    return int("E11.9" in codes), int("I10" in codes), years, len(days)


def coverage(first: int, count: int) -> None:
    """How many intervals of several populations hold the planted coefficients."""
    hits = np.zeros(len(COVARIATES), int)
    populations = 12
    truth = np.array([BETA[name] for name in COVARIATES])
    for seed in range(first, first + populations):
        risks = [risk for who in people(seed, count) if (risk := heart_alone(who))]
        beta, error = cox(*planted(risks))
        hits += np.abs(beta - truth) < 1.96 * error
    table(
        f"Intervals of 95 % that hold the planted value, {populations} populations of {count:,}",
        (*COVARIATES, "all"),
        [(*(str(one) for one in hits), f"{hits.sum()} of {populations * len(COVARIATES)}")],
    )


def spellings() -> None:
    """One person's names as hospitals file them."""
    who = next(one for one in people(7, 50) if len(one.all_charts) > 3)
    table(f"{who.name}, {who.identity}, born {who.birth_roc}", ("manner", "family", "given"),
          [(manner, *pair) for manner, pair in who.names.latin.items()])  # fmt: skip
    charts: Lines = [
        (one.site, one.number, one.romanised, one.is_duplicate) for one in who.all_charts
    ]
    table("The same person's charts", ("hospital", "chart", "filed as", "second"), charts)


def reports(count: int) -> None:
    """What made-up reports say, and one of each language."""
    by = Counter[tuple[str, str]]()
    for seed in range(count):
        procedure = mixtures()[seed % len(mixtures())]
        language = ("zh", "en", "mixed")[seed % 3]
        style = ("structured", "prose", "terse")[seed // 3 % 3]
        said = mixture(procedure, seed)
        text = report(said, procedure, language, style, seed)  # type: ignore[arg-type]
        by.update((language, one.statement.status) for one in text.truth if one.statement)
    table(f"Sentences of {count:,} made-up reports", ("language", "present", "absent", "uncertain"),
          [(name, *(by[name, one] for one in ("present", "absent", "uncertain")))
           for name in ("zh", "en", "mixed")])  # fmt: skip
    shown_as = ((12, "zh", "structured"), (31, "en", "prose"), (51, "mixed", "terse"))
    for seed, language, style in shown_as:
        said = mixture("IM-CT-CHEST", seed)
        about = person(seed)
        text = report(said, "IM-CT-CHEST", language, style, seed, about)  # type: ignore[arg-type]
        print(f"\n```text\n{text.text}```")
    said, held = mixture("IM-CT-CHEST", 31), Typist("en", "prose", "held-out", 0.5)
    text = held.report(said, "IM-CT-CHEST", 31).text
    print(f"\nHeld out, every second free word typed wrongly:\n\n```text\n{text}```")


def main() -> None:
    """Tell lives and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--picture", type=Path, help="Draw a PNG as well.")
    given = asked.parse_args()
    told = [(who, life(who)) for who in people(given.seed, given.count)]
    print(f"{given.count:,} people, seed {given.seed}, {WINDOW['first']} to {WINDOW['last']}.")
    for part in (
        kinds,
        surnames,
        contacts,
        chronic,
        surveyed,
        cancers,
        births,
        deaths,
        waves,
        claims,
        images,
        hazard,
    ):
        part(told)
    whole(given.seed, 1000)
    coverage(given.seed, 8000)
    if given.picture:
        draw(told, given.picture)
    spellings()
    reports(1800)


if __name__ == "__main__":
    main()
