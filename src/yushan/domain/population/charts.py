"""Chart numbers: each hospital's own style, and the second chart somebody gets by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.calendar import FIRST
from yushan.domain.population.draws import Draws, Urn
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from datetime import date

    from yushan.domain.population.names import Name

FILING: Final = tree("people")["filing"]
HOSPITALS: Final = tree("hospitals")
SITES: Final = tuple(HOSPITALS)
#: A prime: running numbers are a person's number times a hospital's step modulo MODULUS, so they
#: never meet, and charts of two hospitals show nothing of each other.
MODULUS: Final = 499_979
STEPS: Final = dict(zip(SITES, (7919, 104_729, 35_023, 224_737, 1_299_709, 15_485), strict=True))
#: Second charts run from here.
SECOND: Final = 500_000


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of one hospital, with the name as its system files it.

    ``romanised`` is the alphabetic group of a DICOM name (``FAMILY^GIVEN``, or in the order the
    hospital typed it); ``name`` the characters, empty where none were typed.
    """

    site: str
    number: str
    name: str
    romanised: str
    is_duplicate: bool


@cache
def homes() -> Urn[str]:
    """Hospitals by their share of people."""
    return Urn((site, float(one["share"])) for site, one in HOSPITALS.items())


def check_digit(count: int) -> int:
    """Sum of the digits, every second one doubled, modulo ten."""
    digits = map(int, str(count)[::-1])
    return sum(digit * (1 + place % 2) for place, digit in enumerate(digits)) % 10


def chart_number(site: str, count: int, opened: int) -> str:
    """A chart number as one hospital writes it; ``opened`` is a year A.D."""
    one = HOSPITALS[site]
    count += one.get("base", 0)
    style: str = one["chart"]
    return style.format(n=count, y=opened - 1911, c=check_digit(count))


def filed(name: Name, manner: str) -> str:
    """The alphabetic group as a hospital that spells in one manner files it."""
    if manner == "given-first":
        family, given = name.latin["passport"]
        return f"{given} {family}".strip()
    family, given = name.latin[manner]
    return f"{family}^{given}" if family and given else family or given


def charts_of(
    draws: Draws, number: int, name: Name, birth: date, home: str | None = None
) -> tuple[Chart, ...]:
    """A person's charts: one at home, now and then others, seldom a second one at home."""
    site = home or draws.pick(homes())
    year = max(birth.year, date_of_first(draws))
    sites = [site]
    while len(sites) < len(SITES) and draws.chance(1 - 1 / FILING["charts-mean"]):
        other = draws.pick(homes())
        if other not in sites:
            sites.append(other)
    charts = [
        Chart(one, chart_number(one, running(one, number), year), name.characters,
              filed(name, HOSPITALS[one]["names"]), is_duplicate=False)
        for one in sites
    ]  # fmt: skip
    if draws.chance(FILING["duplicate-chart"]):
        charts.append(second_chart(draws, site, running(site, number), year, name))
    return tuple(charts)


def running(site: str, number: int) -> int:
    """The running number of a person's chart in one hospital, 1 to MODULUS."""
    return (number * STEPS[site] + 1) % MODULUS + 1


def date_of_first(draws: Draws) -> int:
    """Year in which the charts were opened."""
    return FIRST // 365 + draws.between(-14, 3)


def second_chart(draws: Draws, site: str, first: int, year: int, name: Name) -> Chart:
    """A second chart, often under another spelling and without the characters."""
    differs = draws.chance(FILING["name-differs-in-duplicate"])
    manner = "filed-apart" if differs else HOSPITALS[site]["names"]
    number = chart_number(site, first + SECOND, year + 1)
    return Chart(
        site, number, "" if differs else name.characters, filed(name, manner), is_duplicate=True
    )
