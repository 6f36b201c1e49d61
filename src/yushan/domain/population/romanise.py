"""Han names in Latin letters: Hanyu, Tongyong, Wade-Giles, passports, and how systems file them.

A syllable is spelled by ``data/syllables.csv``; family names in the passport's manner as is
customary (``data/surnames.csv``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.tables import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Letters that need a break before them in Hanyu ("xi an" is Xi'an).
VOWELS: Final = ("a", "e", "o")
MANNERS: Final = ("passport", "wade-giles", "hanyu", "tongyong", "filed-run", "filed-apart")


@dataclass(frozen=True, slots=True)
class Sounds:
    """A Han name by its sounds: Hanyu syllables, and the family name as its bearers write it."""

    family: tuple[str, ...]
    given: tuple[str, ...]
    customary: str


@cache
def spelled(syllable: str) -> Mapping[str, str]:
    """A Hanyu syllable in each system."""
    found = {row["hanyu"]: row for row in rows("syllables")}[syllable]
    wade = found["wade_giles"]
    plain = wade.replace("'", "").replace("ü", "u")
    return {
        "hanyu": "lü" if syllable == "lyu" else syllable,
        "tongyong": found["tongyong"],
        "wade-giles": wade,
        "passport": {"i": "yi"}.get(plain, plain),
    }


def joined(syllables: tuple[str, ...], system: str, between: str) -> str:
    """Syllables in one system, the first letter large."""
    parts = [spelled(one)[system] for one in syllables]
    if system == "hanyu" and not between:
        parts[1:] = [f"'{part}" if part[0] in VOWELS else part for part in parts[1:]]
    return between.join(parts).capitalize()


def camel(syllables: tuple[str, ...], system: str) -> str:
    """Each syllable with a large letter and nothing between them."""
    return "".join(spelled(one)[system].capitalize() for one in syllables)


@cache
def families(family: tuple[str, ...], customary: str) -> tuple[str, ...]:
    """A family name in each of :data:`MANNERS`."""
    return (
        customary.upper(),
        joined(family, "wade-giles", "-"),
        joined(family, "hanyu", ""),
        joined(family, "tongyong", ""),
        customary,
        customary.upper(),
    )


@cache
def givens(given: tuple[str, ...]) -> tuple[str, ...]:
    """A given name in each of :data:`MANNERS`."""
    passport = joined(given, "passport", "-")
    return (
        passport.upper(),
        joined(given, "wade-giles", "-"),
        joined(given, "hanyu", ""),
        joined(given, "tongyong", "-"),
        camel(given, "passport"),
        passport.upper().replace("-", " "),
    )


def spellings(sounds: Sounds) -> dict[str, tuple[str, str]]:
    """Family and given name by manner of spelling.

    ``passport``: CHEN, MEI-LING; ``wade-giles``: Ch'en, Mei-ling; ``hanyu``: Chen, Meiling;
    ``tongyong``: Chen, Mei-ling; ``filed-run``: Chen, MeiLing; ``filed-apart``: CHEN, MEI LING.
    """
    pairs = zip(families(sounds.family, sounds.customary), givens(sounds.given), strict=True)
    return dict(zip(MANNERS, pairs, strict=True))
