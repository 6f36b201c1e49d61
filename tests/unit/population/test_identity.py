"""Numbers of people who do not exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.population import capacity, is_synthetic, is_valid
from yushan.domain.population.identity import LETTERS, SECOND, SPAN, cell, numbered

SECONDS = sorted({place for by_sex in SECOND.values() for place in by_sex.values()})


def is_right(number: str) -> bool:
    """The check of the rule, written out once more."""
    value = LETTERS[number[0]]
    second = number[1] if number[1].isdecimal() else str(LETTERS[number[1]] % 10)
    digits = [value // 10, value % 10, int(second), *map(int, number[2:])]
    return (
        sum(w * d for w, d in zip([1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1], digits, strict=True)) % 10 == 0
    )


def test_the_check_knows_published_examples():
    assert all(map(is_valid, ("A123456789", "Z123456780", "A800000014", "AD30196818")))
    assert not any(map(is_valid, ("A123456788", "A323456789", "a123456789", "A1234567890", "")))
    assert not is_synthetic("A123456789")


@given(st.sampled_from(sorted(LETTERS)), st.sampled_from(SECONDS), st.integers(0, SPAN - 1))
def test_numbers_are_valid_and_known_as_invented(letter, second, serial):
    number = numbered(letter, second, serial)
    assert is_right(number)
    assert is_synthetic(number)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not is_valid(wrong)


@given(st.sets(st.integers(0, capacity() - 1), min_size=2, max_size=40))
def test_no_two_people_share_letter_sex_and_serial(numbers):
    cells = {cell(number) for number in numbers}
    assert len(cells) == len(numbers)
    assert all(1000 <= serial < SPAN for *_, serial in cells)


def test_there_are_numbers_for_a_hundred_thousand_people_and_an_end():
    assert capacity() > 100_000
    for number in (-1, capacity()):
        with pytest.raises(ValueError, match="there are numbers for"):
            cell(number)
