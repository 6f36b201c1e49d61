"""Invented people: who they are, their numbers, their charts. One number is one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.calendar import FIRST, LAST, YEAR, roc
from yushan.domain.population.charts import Chart, charts_of
from yushan.domain.population.draws import WHO, Draws, Urn
from yushan.domain.population.identity import SECOND, capacity, cell, numbered
from yushan.domain.population.names import Name, foreign, han, indigenous
from yushan.domain.population.tables import rows, tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Changes when the same seed and number give another person or life.
VERSION: Final = 2
KINDS: Final = tree("people")["kinds"]
#: Manner of spelling -> (family, given) as the alphabetic group of a DICOM name.
FILED: Final = "filed-run"
#: Ages at which a woman may be the mother of a newborn, in years.
FERTILE: Final = (19, 43)
#: So far by number, at most, a newborn's mother is from it (she is the nearest who can be).
NEAR: Final = 60


@dataclass(frozen=True, slots=True)
class Patient:
    """One invented person.

    Parameters
    ----------
    number, seed
        Which person of which population.
    kind
        ``national``, ``indigenous`` (registered under such a name), ``foreigner``, ``newborn``.
    nation
        Two letters of ISO 3166.
    names
        In characters and in several spellings.
    sex
        ``F`` or ``M``.
    birth
        Day of birth.
    identity
        National or resident's number of the reserved serials, or None (visitors, newborns).
    all_charts
        Main chart of each hospital first, then duplicates.
    mother
        Number of the person under whose name a newborn is filed, or None.
    opted_out
        Has said no to every secondary use at the end of the window.
    """

    number: int
    seed: int
    kind: str
    nation: str
    names: Name
    sex: str
    birth: date
    identity: str | None
    all_charts: tuple[Chart, ...]
    mother: int | None = None
    opted_out: bool = False

    @property
    def name(self) -> str:
        """In characters, or empty."""
        return self.names.characters

    @property
    def family(self) -> str:
        """Family name in Latin letters, as systems file it."""
        return self.names.latin[FILED][0]

    @property
    def given(self) -> str:
        """Given name in Latin letters, as systems file it."""
        return self.names.latin[FILED][1]

    @property
    def romanised(self) -> str:
        """The alphabetic group of the DICOM name."""
        return (
            f"{self.family}^{self.given}"
            if self.given and self.family
            else self.family or self.given
        )

    @property
    def birth_date(self) -> str:
        """Day of birth as DICOM DA."""
        return self.birth.strftime("%Y%m%d")

    @property
    def birth_roc(self) -> str:
        """Day of birth in the years of the Republic, ``075/03/12``."""
        return roc(self.birth)

    @property
    def charts(self) -> Mapping[str, str]:
        """Number of the main chart by hospital."""
        return {one.site: one.number for one in self.all_charts if not one.is_duplicate}

    @property
    def home(self) -> str:
        """The hospital the person goes to first."""
        return self.all_charts[0].site


def people(seed: int, count: int, first: int = 0) -> Iterator[Patient]:
    """``count`` people from the ``first`` on.

    Raises
    ------
    ValueError
        There are fewer reserved numbers than people.
    """
    return (person(number, seed) for number in range(first, first + count))


def person(number: int, seed: int = 0) -> Patient:
    """The ``number``-th person of a population; populations differ but share identity numbers.

    Raises
    ------
    ValueError
        There is no reserved number for this person.
    """
    letter, sex, serial = cell(number)
    draws = Draws(WHO, seed, number)
    kind = draws.pick(kinds())
    if kind == "newborn":
        return newborn(number, seed, sex, draws)
    nation, names, birth = "TW", None, birth_of(draws, sex)
    if kind == "foreigner":
        birth = date.fromordinal(FIRST - int(draws.spread(16, 58) * YEAR))
        nation, names = foreign(draws, sex)
    elif kind == "indigenous":
        names = indigenous(draws, sex)
    found = names or han(draws, sex, birth.year, KINDS["single-name"])
    second = second_place(draws, kind, sex)
    return Patient(
        number, seed, kind, nation, found, sex, birth,
        numbered(letter, second, serial) if second else None,
        charts_of(draws, number, found, birth),
        opted_out=draws.chance(tree("consents")["all"]["share"]),
    )  # fmt: skip


@cache
def kinds() -> Urn[str]:
    """Kinds of people."""
    given = {
        "foreigner": KINDS["foreigner"],
        "indigenous": KINDS["indigenous-name"],
        "newborn": KINDS["newborn"],
    }
    return Urn([("national", 1 - sum(given.values())), *given.items()])


@cache
def bands(sex: str) -> Urn[tuple[int, int]]:
    """Ages at the first day of the window."""
    column = {"M": "male", "F": "female"}[sex]
    return Urn(
        ((int(row["from_year"]), int(row["to_year"])), float(row[column])) for row in rows("ages")
    )


def birth_of(draws: Draws, sex: str) -> date:
    """A day of birth; ages below zero are births within the window."""
    youngest, oldest = draws.pick(bands(sex))
    if youngest < 0:
        return date.fromordinal(draws.between(FIRST, LAST - tree("people")["newborn"]["days"]))
    return date.fromordinal(FIRST - 1 - int(draws.spread(youngest, oldest + 1) * YEAR))


def second_place(draws: Draws, kind: str, sex: str) -> str | None:
    """Second place of the person's number, None for who has none."""
    if kind != "foreigner":
        return SECOND["national"][sex]
    if draws.chance(KINDS["no-number"]):
        return None
    is_old = draws.chance(KINDS["resident-old"])
    return SECOND["resident-old" if is_old else "resident"][sex]


def newborn(number: int, seed: int, sex: str, draws: Draws) -> Patient:
    """A child of the last days, filed under the mother's name, without a number."""
    born = date.fromordinal(LAST - draws.between(0, tree("people")["newborn"]["days"]))
    mother = mother_of(number, seed, born)
    word, latin = {"F": ("之女", "Daughter"), "M": ("之子", "Son")}[sex]
    characters = mother.names.characters + word if mother.names.characters else ""
    spelled = {
        manner: (family, f"{given} {latin.upper() if given.isupper() else latin}")
        for manner, (family, given) in mother.names.latin.items()
    }
    names = Name(characters, mother.names.surname, spelled)
    chart = charts_of(draws, number, names, born, home=mother.home)[:1]
    return Patient(
        number, seed, "newborn", mother.nation, names, sex, born, None, chart, mother.number
    )


def mother_of(number: int, seed: int, born: date) -> Patient:
    """The nearest woman of the right age by number."""
    step = 0
    while True:
        step += 1
        for near in (number - step, number + step):
            if not 0 <= near < capacity() or cell(near)[1] != "F":
                continue
            who = person(near, seed) if not is_newborn(near, seed) else None
            if who and FERTILE[0] <= (born - who.birth).days / YEAR <= FERTILE[1]:
                return who


def children_of(mother: Patient) -> list[Patient]:
    """Newborns among the people who are filed under this woman's name."""
    last_age = (LAST - mother.birth.toordinal()) / YEAR
    if mother.sex != "F" or not FERTILE[0] <= last_age <= FERTILE[1] + 1:
        return []
    seed, number = mother.seed, mother.number
    near = range(max(number - NEAR, 0), min(number + NEAR + 1, capacity()))
    children = (person(one, seed) for one in near if one != number and is_newborn(one, seed))
    return [one for one in children if one.mother == number]


@lru_cache(4096)
def is_newborn(number: int, seed: int) -> bool:
    """Whether a person is filed under the mother, without making the person."""
    return Draws(WHO, seed, number).pick(kinds()) == "newborn"
