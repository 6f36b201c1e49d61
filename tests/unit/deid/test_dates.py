"""Dates and ages one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.deid import dates


@given(day=st.dates(date(1901, 1, 1), date(2099, 12, 31)), offset=st.integers(-3652, 3652))
def test_a_day_moves_by_exactly_the_offset(day: date, offset: int) -> None:
    moved = dates.shifted_day(day.strftime("%Y%m%d"), offset)
    assert date.fromisoformat(moved) - day == timedelta(days=offset)


@given(st.text(max_size=30))
def test_no_text_is_an_error(text: str) -> None:
    for change in (dates.shifted_day, dates.shifted_date_time):
        assert change(text, 5) == "" or change(text, 5)[:8].isdigit()
    assert dates.kept_time(text) == "" or dates.kept_time(text)[:2].isdigit()
    assert len(dates.pooled_age(text, 89, 1)) in (0, 4)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("140322", "140322"),
        ("14:03:22", "140322"),
        ("14", "14"),
        ("140322.123456", "140322.123456"),
        ("250000", ""),
        ("14:99", ""),
        ("noon", ""),
        ("235960", "235960"),
    ],
)
def test_times_of_day_stay(written: str, kept: str) -> None:
    assert dates.kept_time(written) == kept


@pytest.mark.parametrize(
    ("written", "oldest", "band", "pooled"),
    [
        ("063Y", 89, 1, "063Y"),
        ("089Y", 89, 1, "089Y"),
        ("090Y", 89, 1, "090Y"),
        ("104Y", 89, 1, "090Y"),
        ("063Y", 89, 5, "060Y"),
        ("011M", 89, 1, "011M"),
        ("011M", 89, 5, "000Y"),
        ("999W", 89, 1, "999W"),
        ("75Y", 89, 1, "075Y"),
        ("63", 89, 1, ""),
        ("063X", 89, 1, ""),
    ],
)
def test_ages_are_pooled_and_banded(written: str, oldest: int, band: int, pooled: str) -> None:
    assert dates.pooled_age(written, oldest, band) == pooled


@pytest.mark.parametrize(
    ("birth", "then", "years"),
    [
        ((1956, 3, 12), (2019, 3, 11), 62),
        ((1956, 3, 12), (2019, 3, 12), 63),
        ((2020, 1, 1), (2019, 1, 1), None),
    ],
)
def test_age_is_counted_in_completed_years(
    birth: tuple[int, int, int], then: tuple[int, int, int], years: int | None
) -> None:
    assert dates.age_between(date(*birth), date(*then)) == years


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1080725", date(2019, 7, 25)),
        ("0450312", date(1956, 3, 12)),
        ("108.07.25", date(2019, 7, 25)),
        ("2019.07.25", date(2019, 7, 25)),
        ("2019-07-25", None),
        ("2019.0725", None),
        ("1990725", None),
        ("450312", None),
        ("20190230", None),
        ("00000000", None),
        ("19000101", None),
        ("99991231", None),
    ],
)
def test_years_of_the_republic_are_read_and_impossible_dates_are_none(
    written: str, read: date | None
) -> None:
    assert dates.read_day(written) == read


@pytest.mark.parametrize(
    ("written", "moved", "unmoved"),
    [
        ("20190725140322.123456+0800", "20190804140322.123456+0800", "20190725140322.123456+0800"),
        ("2019", "", "2019"),
        ("201907", "", "201907"),
        ("201913", "", ""),
        ("2019+0800", "", "2019+0800"),
        ("20190725", "20190804", "20190725"),
        ("20190725T1403", "", ""),
    ],
)
def test_no_precision_is_invented(written: str, moved: str, unmoved: str) -> None:
    assert dates.shifted_date_time(written, 10) == moved
    assert dates.shifted_date_time(written, 0) == unmoved
