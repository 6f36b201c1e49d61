"""Percentiles of calcium among people of one age, sex and group, by a table that is loaded.

No table is shipped: the published curves may not be passed on. A table is a CSV with a title, an
edition and a source in its first lines; how it looks is in ``docs/calcium-percentiles.md``. Between
the points of a table an estimate is drawn straight in the logarithm of score plus one.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COLUMNS: Final = ("sex", "group", "age_from", "age_to", "percentile", "agatston")
ABOUT: Final = ("title", "edition", "source")
SEXES: Final = frozenset({"female", "male"})
MOST_LINES: Final = 100_000
OLDEST: Final = 120
#: Fewer people of one age, sex and group than this make no percentiles.
LEAST_PEOPLE: Final = 30
#: Percentiles that a table of one's own people has.
USUAL: Final = (5, 10, 25, 50, 75, 90, 95)


class Point(NamedTuple):
    """That many percent of people have this score or less."""

    percentile: float
    score: float


@dataclass(frozen=True, slots=True)
class Stratum:
    """People of one sex, group and age; both ages belong to it, ``group`` may be empty: all."""

    sex: str
    group: str
    age_from: int
    age_to: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class PercentileTable:
    """A table with where it comes from."""

    title: str
    edition: str
    source: str
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class Percentile:
    """Where a score lies: at or above ``least``, below ``most``, and an ``estimate`` between.

    ``least`` 0 and ``most`` 100 say that the table ends there.
    """

    least: float
    most: float
    estimate: float | None
    stratum: Stratum


class Control(NamedTuple):
    """A person of a reference population."""

    age: int
    sex: str
    group: str
    score: float


def read_percentiles(text: str) -> PercentileTable:
    """A table from its CSV.

    Raises
    ------
    Rejected
        ``guidelines.percentiles-unreadable`` with the line and what is wrong there.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise wrong(MOST_LINES, "lines")
    about = dict(said(line) for line in lines if line.startswith("#"))
    for name in ABOUT:
        if not about.get(name):
            raise wrong(1, name)
    rows = [(number, line) for number, line in enumerate(lines, 1)
            if line.strip() and not line.startswith("#")]  # fmt: skip
    if not rows or tuple(next(csv.reader([rows[0][1]]))) != COLUMNS:
        raise wrong(rows[0][0] if rows else 1, "header")
    points: dict[tuple[str, str, int, int], list[Point]] = {}
    for number, line in rows[1:]:
        add(points, number, next(csv.reader([line])))
    strata = tuple(Stratum(*key, tuple(each)) for key, each in points.items())
    check(strata, rows[-1][0])
    return PercentileTable(about["title"], about["edition"], about["source"], strata)


def said(line: str) -> tuple[str, str]:
    """``# name: value``."""
    name, _, value = line.lstrip("# ").partition(":")
    return name.strip().lower(), value.strip()


def add(points: dict[tuple[str, str, int, int], list[Point]], line: int, row: list[str]) -> None:
    """One row to its stratum; percentiles and scores rise."""
    if len(row) != len(COLUMNS):
        raise wrong(line, "columns")
    sex, group, *numbers = (one.strip().lower() for one in row)
    if sex not in SEXES:
        raise wrong(line, "sex")
    try:
        first, last = int(numbers[0]), int(numbers[1])
        point = Point(float(numbers[2]), float(numbers[3]))
    except ValueError:
        raise wrong(line, "number") from None
    if not 0 <= first <= last <= OLDEST:
        raise wrong(line, "age")
    if not (0 < point.percentile < 100 and 0 <= point.score < math.inf):
        raise wrong(line, "range")
    before = points.setdefault((sex, group, first, last), [])
    if before and (before[-1].percentile >= point.percentile or before[-1].score > point.score):
        raise wrong(line, "order")
    before.append(point)


def check(strata: tuple[Stratum, ...], line: int) -> None:
    """At least one stratum, two points in each, and nobody in two."""
    if not strata or any(len(one.points) < 2 for one in strata):
        raise wrong(line, "points")
    ordered = sorted(strata, key=lambda one: (one.sex, one.group, one.age_from))
    for one, after in pairwise(ordered):
        same = (one.sex, one.group) == (after.sex, after.group)
        if same and after.age_from <= one.age_to:
            raise wrong(line, "overlap")


def wrong(line: int, what: str) -> Rejected:
    """What is wrong, and in which line."""
    return Rejected("guidelines.percentiles-unreadable", line=line, what=what)


def percentile_of(
    table: PercentileTable, score: float, *, age: float, sex: str, group: str = ""
) -> Percentile:
    """Where an Agatston score lies among people of this age, sex and group.

    Years lived count whole. A group that the table does not have is looked for under all.

    Raises
    ------
    Rejected
        ``guidelines.percentiles-nobody``: the table has nobody of this age, sex and group.
    """
    found = stratum_of(table, math.floor(age), sex, group.lower())
    if found is None:
        raise Rejected("guidelines.percentiles-nobody", age=math.floor(age), sex=sex[:10])
    below = [one for one in found.points if one.score <= score]
    above = [one for one in found.points if one.score > score]
    least = 0.0 if score <= 0 or not below else below[-1].percentile
    if score <= 0:
        # Everybody without calcium is alike: up to the last point that has none.
        most = below[-1].percentile if below else found.points[0].percentile
        return Percentile(0.0, most, None, found)
    if not below or not above:
        return Percentile(least, above[0].percentile if above else 100.0, None, found)
    return Percentile(least, above[0].percentile, between(below[-1], above[0], score), found)


def stratum_of(table: PercentileTable, age: int, sex: str, group: str) -> Stratum | None:
    """The people one is compared with."""
    for wanted in dict.fromkeys((group, "")):
        for one in table.strata:
            if (one.sex, one.group) == (sex, wanted) and one.age_from <= age <= one.age_to:
                return one
    return None


def between(low: Point, high: Point, score: float) -> float:
    """The percentile of a score between two points."""
    start, end, at = (math.log1p(one) for one in (low.score, high.score, score))
    return low.percentile + (high.percentile - low.percentile) * (at - start) / (end - start)


def percentiles_from(
    controls: Iterable[Control],
    about: tuple[str, str, str],
    *,
    ages: Sequence[tuple[int, int]],
    percentiles: Sequence[int] = USUAL,
) -> PercentileTable:
    """A table of one's own reference population; strata of few people are left out.

    Parameters
    ----------
    controls
        People without the disease, each once.
    about
        Title, edition and source.
    ages
        First and last year of each stratum.
    percentiles
        Which points; a score is the least that so many percent do not exceed.
    """
    scores: dict[tuple[str, str, int, int], list[float]] = {}
    for one in controls:
        span = next((each for each in ages if each[0] <= one.age <= each[1]), None)
        if span is not None and one.sex in SEXES:
            scores.setdefault((one.sex, one.group.lower(), *span), []).append(one.score)
    strata = tuple(
        Stratum(*key, tuple(points_of(sorted(each), percentiles)))
        for key, each in sorted(scores.items())
        if len(each) >= LEAST_PEOPLE
    )
    return PercentileTable(*about, strata)


def points_of(scores: list[float], percentiles: Sequence[int]) -> Iterator[Point]:
    """The points of sorted scores."""
    for one in percentiles:
        yield Point(float(one), scores[max(math.ceil(len(scores) * one / 100) - 1, 0)])


def percentiles_csv(table: PercentileTable) -> str:
    """A table as its CSV, which ``read_percentiles`` reads."""
    lines = [f"# {name}: {getattr(table, name)}" for name in ABOUT]
    lines.append(",".join(COLUMNS))
    lines += [
        f"{one.sex},{one.group},{one.age_from},{one.age_to},{point.percentile:g},{point.score:g}"
        for one in table.strata
        for point in one.points
    ]
    return "\n".join(lines) + "\n"


def with_percentile(
    table: PercentileTable, given: Mapping[str, Any], score: float
) -> tuple[dict[str, Any], Percentile]:
    """Inputs of a case with its percentile, and where the score lies.

    The percentile that a rule compares is the estimate, else the lower end: never more than known.

    Raises
    ------
    Rejected
        ``guidelines.percentiles-person``: the case has no age or sex; else as `percentile_of`.
    """
    age, sex, group = given.get("age"), given.get("sex"), given.get("group") or ""
    if isinstance(age, bool) or not isinstance(age, int | float) or sex not in SEXES:
        raise Rejected("guidelines.percentiles-person")
    found = percentile_of(table, score, age=age, sex=str(sex), group=str(group))
    compared = found.least if found.estimate is None else found.estimate
    return {**given, "percentile": round(compared, 1)}, found
