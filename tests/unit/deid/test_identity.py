"""National identity numbers and their check digits (Interior Ministry's examples)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.deid import normal_identity


@pytest.mark.parametrize(
    "number", ["A123456789", "Z123456780", "A100537307", "A800000014", "AC01234567"]
)
def test_published_examples_are_numbers(number: str) -> None:
    assert normal_identity(number) == number


@pytest.mark.parametrize(
    "written",
    ["Ａ１２３４５６７８９", "a123456789", "A 123-456-789", " A123456789 ", "A.123.456.789"],
)
def test_width_case_and_separators_do_not_matter(written: str) -> None:
    assert normal_identity(written) == "A123456789"


@pytest.mark.parametrize(
    "written", ["A123456788", "A323456789", "1234567890", "AA", "", "A1234567890"]
)
def test_others_are_none(written: str) -> None:
    assert normal_identity(written) is None


@given(st.integers(0, 9), st.integers(0, 8))
def test_one_wrong_digit_is_noticed_unless_its_weight_hides_it(digit: int, place: int) -> None:
    number = list("A123456789")
    was = number[place + 1]
    number[place + 1] = str(digit)
    changed = "".join(number)
    weight = (8, 7, 6, 5, 4, 3, 2, 1, 1)[place]
    same = (digit - int(was)) * weight % 10 == 0
    assert (normal_identity(changed) == changed) == (same and changed[1] in "1289")
