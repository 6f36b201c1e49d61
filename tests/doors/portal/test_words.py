"""Numbers and dates as people of one language read them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from yushan.doors.portal.words import Words, dicom_date

ZH, EN = Words("zh-Hant"), Words("en")
LATE = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # already the 23rd in Taipei


def test_dates_are_of_taipei_and_years_of_the_republic_in_chinese():
    assert ZH.day(LATE) == "115年11月23日"
    assert EN.day(LATE) == "23 Nov 2026"
    assert ZH.month(date(2024, 8, 1)) == "113-08"
    assert EN.month(date(2024, 8, 1)) == "2024-08"
    assert ZH.month_of(date(2024, 8, 1)) == "民國 113 年 8 月"
    assert EN.month_of(date(2024, 8, 1)) == "Aug 2024"
    assert ZH.moment(LATE) == "115-11-23 01:30"
    assert EN.moment(LATE) == "2026-11-23 01:30"
    assert ZH.clock(LATE) == "01:30:00"
    assert (ZH.year(2026), EN.year(2026)) == ("115", "2026")


def test_numbers_are_grouped():
    assert ZH.number(2_394_015_538) == "2,394,015,538"


@pytest.mark.parametrize(("part", "whole", "zh", "en"), [
    (0, 100, "0%", "0%"), (0, 0, "0%", "0%"), (1, 1, "100%", "100%"), (533, 1000, "53.3%", "53.3%"),
    (1, 100_000, "不到 0.1%", "<0.1%"), (1, 1000, "0.1%", "0.1%"),
])  # fmt: skip
def test_a_share_that_is_not_zero_never_reads_as_zero(part, whole, zh, en):
    assert (ZH.percent(part, whole), EN.percent(part, whole)) == (zh, en)


@pytest.mark.parametrize(("octets", "text"), [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (524_288, "524 KB"), (216_000_000, "216 MB"),
    (1_500_000_000, "1.5 GB"), (10**18, "1000 PB"),
])  # fmt: skip
def test_sizes_have_units_of_a_thousand(octets, text):
    assert EN.size(octets) == text


@given(st.text())
def test_whatever_is_put_into_a_message_is_escaped(value):
    said = EN.say("Sign in as {role}", role=value)
    assert isinstance(said, Markup)
    assert "<" not in said.removeprefix("Sign in as ")


def test_markup_put_into_a_message_stays_markup():
    assert EN.say("{n} online", n=Markup("<b>3</b>")) == "<b>3</b> online"


def test_one_and_many_are_told_apart_in_english():
    assert EN.count("{n} image", "{n} images", 1) == "1 image"
    assert EN.count("{n} image", "{n} images", 1200) == "1,200 images"
    assert ZH.count("{n} image", "{n} images", 1) == "1 張影像"


@pytest.mark.parametrize(("text", "day"), [
    ("20240815", date(2024, 8, 15)), ("", None), (None, None), ("2024", None), ("20241399", None),
])  # fmt: skip
def test_a_dicom_date_is_a_date_or_nothing(text, day):
    assert dicom_date(text) == day
