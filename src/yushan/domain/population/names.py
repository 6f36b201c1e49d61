"""Names by chance: Han, indigenous, foreign."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.draws import Draws, Urn
from yushan.domain.population.romanise import Sounds, spellings
from yushan.domain.population.tables import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Last year of birth of each fashion in given names.
ERAS: Final = ((1950, "old"), (1975, "mid"), (1995, "late"), (9999, "new"))
#: Share of given names taken whole from the list of common ones; the rest is put together.
WHOLE: Final = 0.45
#: Between the names of an indigenous person and of the parent.
DOT: Final = "·"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in characters, by its spellings in Latin letters, and by its sounds if Han.

    ``characters`` is empty where the person has none; ``surname`` is how many of them belong to
    the family. ``latin`` maps a manner to family and given name.
    """

    characters: str
    surname: int
    latin: Mapping[str, tuple[str, str]]


def era(year: int) -> str:
    """The fashion of a year of birth."""
    return next(name for last, name in ERAS if year <= last)


@cache
def surnames() -> Urn[tuple[str, tuple[str, ...], str]]:
    """Family names: characters, syllables, customary spelling."""
    return Urn(
        ((row["name"], tuple(row["hanyu"].split()), row["customary"]), float(row["share"]))
        for row in rows("surnames")
    )


@cache
def whole(sex: str, fashion: str) -> Urn[tuple[str, tuple[str, ...]]]:
    """Common given names."""
    return Urn(
        ((row["name"], tuple(row["hanyu"].split())), float(row["weight"]))
        for row in rows("given")
        if (row["sex"], row["era"]) == (sex, fashion)
    )


@cache
def parts(sex: str, fashion: str, place: str) -> tuple[tuple[str, str], ...]:
    """Characters of given names in one place."""
    return tuple(
        (row["name"], row["hanyu"])
        for row in rows("given_parts")
        if row["sex"] == sex and row["place"] == place and fashion in row["eras"].split()
    )


def han(draws: Draws, sex: str, year: int, single: float) -> Name:
    """A Han name in the fashion of a year of birth; ``single`` is the share of short ones."""
    family, sounds, customary = draws.pick(surnames())
    fashion = era(year)
    if draws.chance(WHOLE):
        given, spoken = draws.pick(whole(sex, fashion))
    else:
        first, last = draws.one_of(parts(sex, fashion, "1")), draws.one_of(parts(sex, fashion, "2"))
        given, spoken = first[0] + last[0], (first[1], last[1])
    if draws.chance(single):
        given, spoken = given[1:], spoken[1:]
    latin = spellings(Sounds(sounds, spoken, customary))
    return Name(family + given, len(family), latin)


def same_everywhere(family: str, given: str) -> dict[str, tuple[str, str]]:
    """Spellings of a name that is Latin already: as it is, and in capitals for the passport."""
    plain = (ascii_of(family), ascii_of(given))
    return {
        "passport": (plain[0].upper(), plain[1].upper()),
        "wade-giles": plain,
        "hanyu": plain,
        "tongyong": plain,
        "filed-run": (plain[0], plain[1].replace(" ", "")),
        "filed-apart": (plain[0].upper(), plain[1].upper()),
        "own": (family, given),
    }


def ascii_of(text: str) -> str:
    """Latin letters without their marks."""
    from unicodedata import normalize  # noqa: PLC0415 - only where a name has marks

    plain = text.replace("Đ", "D").replace("đ", "d")
    return normalize("NFD", plain).encode("ascii", "ignore").decode()


@cache
def indigenous_names(people: str, sex: str) -> tuple[tuple[str, str], ...]:
    """Personal names of one people."""
    return tuple(
        (row["name"], row["romanised"])
        for row in rows("indigenous")
        if row["people"] == people and sex in {row["sex"], "A"}
    )


PEOPLES: Final = tuple(sorted({row["people"] for row in rows("indigenous")}))


def indigenous(draws: Draws, sex: str) -> Name:
    """A personal name followed by a parent's, as registered without a family name."""
    people = draws.one_of(PEOPLES)
    own = draws.one_of(indigenous_names(people, sex))
    parent = draws.one_of(indigenous_names(people, draws.one_of("FM")))
    return Name(f"{own[0]}{DOT}{parent[0]}", 0, same_everywhere(parent[1], own[1]))


@cache
def nations() -> Urn[str]:
    """Where foreigners come from."""
    return Urn({row["nation"]: float(row["share"]) for row in rows("foreigners")}.items())


@cache
def foreign_parts(nation: str, part: str, sex: str) -> tuple[tuple[str, str], ...]:
    """Family or given names of a nation."""
    return tuple(
        (row["name"], row["romanised"])
        for row in rows("foreigners")
        if (row["nation"], row["part"]) == (nation, part) and row["sex"] in {sex, "A"}
    )


def foreign(draws: Draws, sex: str) -> tuple[str, Name]:
    """Nation and name of a foreigner; some have one name only, some write Han characters."""
    nation = draws.pick(nations())
    family = draws.one_of(foreign_parts(nation, "family", sex))
    given = draws.one_of(foreign_parts(nation, "given", sex))
    return nation, Name(family[0] + given[0], len(family[0]), same_everywhere(family[1], given[1]))
