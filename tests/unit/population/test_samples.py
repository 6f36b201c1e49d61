"""Invented people: valid numbers of the reserved range, the shared and the opted-out person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.population import LETTERS, OPTED_OUT, PEOPLE, SHARED, identity, load_person


def is_valid(number: str) -> bool:
    """The check of the R.O.C. identity, written out once more."""
    value = LETTERS[number[0]]
    digits = [value // 10, value % 10, *map(int, number[1:])]
    weights = [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]
    return sum(w * d for w, d in zip(weights, digits, strict=True)) % 10 == 0


def test_the_check_knows_published_examples() -> None:
    for number in ("A123456789", "Z123456780", "A100537307"):
        assert is_valid(number)
    assert not is_valid("A123456788")


@given(st.sampled_from(sorted(LETTERS)), st.sampled_from("FM"), st.integers(0, 999))
def test_made_numbers_are_valid_and_of_the_reserved_serials(
    letter: str, sex: str, serial: int
) -> None:
    number = identity(letter, sex, serial)
    assert is_valid(number)
    assert number[1:6] in {"10000", "20000"}


@pytest.mark.parametrize("serial", [-1, 1000, 2_345_678])
def test_numbers_outside_the_reserved_serials_are_refused(serial: int) -> None:
    with pytest.raises(ValueError, match="reserved"):
        identity("A", "F", serial)


def test_the_shared_person_has_a_chart_in_both_hospitals() -> None:
    assert set(SHARED.charts) == set(OPTED_OUT.charts) == {"hospital-a", "hospital-b"}
    assert len(set(SHARED.charts.values())) == 2
    assert [one for one in PEOPLE if one.opted_out] == [OPTED_OUT]


def test_a_hundred_people_are_a_hundred() -> None:
    people = [load_person(number, "load") for number in range(100)]
    assert len({one.identity for one in people}) == 100
    assert len({one.charts["load"] for one in people}) == 100
