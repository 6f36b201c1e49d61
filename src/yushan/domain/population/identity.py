"""Numbers of people who do not exist: valid by their check digit, of reserved serials only.

R.O.C. identity numbers are a letter, 1 or 2, seven digits and a check digit; residents' numbers
have 8 or 9 in the second place (since 2021), or a letter A-D before. The check: the letter's two
digits and the others weighted 1 9 8 7 6 5 4 3 2 1 1 sum to a multiple of ten (Ministry of the
Interior; National Immigration Agency).

This project keeps to the serials 0000000-0019999 of every letter and second place. Of these
0000000-0000999 belong to hand-made samples, the rest to :func:`yushan.domain.population.people`.
Nobody's number is looked up or copied, yet the authorities reserve nothing for samples: a number
of this range may by chance be somebody's, so it is never evidence of a person.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from yushan.domain.population.tables import rows

LETTERS: Final = {row["letter"]: int(row["value"]) for row in rows("letters")}
WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
#: Serials of hand-made samples, and of everything this project makes.
RESERVED: Final = 1000
SPAN: Final = 20_000
#: Second place by kind of number and sex.
SECOND: Final = {
    "national": {"M": "1", "F": "2"},
    "resident": {"M": "8", "F": "9"},
    "resident-old": {"M": "C", "F": "D"},
}
NUMBER: Final = re.compile(r"[A-Z][1289A-D][0-9]{8}")
#: Steps of the letters' shares: a number's place in such a round gives letter and sex.
ROUND: Final = 1000


def numbered(letter: str, second: str, serial: int) -> str:
    """A number with its check digit; ``serial`` has at most seven digits."""
    place = second if second.isdecimal() else str(LETTERS[second] % 10)
    digits = (*divmod(LETTERS[letter], 10), int(place), *map(int, f"{serial:07d}"))
    total = sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True))
    return f"{letter}{second}{serial:07d}{-total % 10}"


def identity(letter: str, sex: str, serial: int) -> str:
    """An identity number of the serials for hand-made samples, with its check digit.

    Raises
    ------
    ValueError
        ``serial`` is not in 0..999: only these belong to samples.
    """
    if not 0 <= serial < RESERVED:
        raise ValueError(f"serial {serial} is outside the reserved range")
    return numbered(letter, SECOND["national"][sex], serial)


def is_valid(number: str) -> bool:
    """Whether form and check digit are those of an identity or resident's number."""
    if not NUMBER.fullmatch(number):
        return False
    return numbered(number[0], number[1], int(number[2:9])) == number


def is_synthetic(number: str) -> bool:
    """Whether a valid number lies in the serials that this project keeps to."""
    return is_valid(number) and int(number[2:9]) < SPAN


@cache
def cells() -> tuple[tuple[str, str, int, int], ...]:
    """One round of letters and sexes: letter, sex, rank in the cell, size of the cell."""
    weights = {row["letter"]: float(row["share"]) for row in rows("letters")}
    total = sum(weights.values())
    counts = {
        (letter, sex): max(1, round(ROUND * weight / total / 2))
        for letter, weight in weights.items()
        for sex in ("F", "M")
    }
    filled = [
        (place / size, letter, sex, place, size)
        for (letter, sex), size in counts.items()
        for place in range(size)
    ]
    return tuple((letter, sex, place, size) for _, letter, sex, place, size in sorted(filled))


@cache
def capacity() -> int:
    """How many people can have a number of their own."""
    largest = max(size for *_, size in cells())
    return (SPAN - RESERVED) // largest * len(cells())


def cell(number: int) -> tuple[str, str, int]:
    """Letter, sex and serial of the ``number``-th person; no two people share all three.

    Raises
    ------
    ValueError
        ``number`` is negative, or there are no more reserved serials.
    """
    if not 0 <= number < capacity():
        raise ValueError(f"person {number}: there are numbers for 0 to {capacity() - 1}")
    turn, place = divmod(number, len(cells()))
    mixed = (place * 389 + turn * 211) % len(cells())
    letter, sex, rank, size = cells()[mixed]
    return letter, sex, RESERVED + turn * size + rank
