"""Dates: moved together or not at all, never invented, never an error."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spec.deid.objects import OFFSET, PET, SUBJECT, ct, output, part10, read, released

from yushan.domain.deid import Harvest, reissue

MOVED = (date(2019, 7, 25) + timedelta(days=OFFSET)).strftime("%Y%m%d")


def days_between(one: str, other: str) -> int:
    return (date.fromisoformat(other) - date.fromisoformat(one)).days


@given(
    first=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    apart=st.integers(0, 4000),
    offset=st.integers(-3652, 3652),
)
def test_intervals_between_studies_stay(first: date, apart: int, offset: int) -> None:
    prior = output(part10(ct(StudyDate=("DA", first.strftime("%Y%m%d")))), offset=offset)
    later = first + timedelta(days=apart)
    follow_up = output(part10(ct(StudyDate=("DA", later.strftime("%Y%m%d")))), offset=offset)
    assert days_between(read(prior).StudyDate, read(follow_up).StudyDate) == apart


def test_intervals_between_two_hospitals_stay_after_stage_2() -> None:
    here = output(part10(ct(StudyDate=("DA", "20190725"))), offset=100)
    there = output(part10(ct(StudyDate=("DA", "20190831"))), offset=-2000)
    person = 321
    one = reissue(here, uid_key=b"c" * 32, subject=SUBJECT, shift_days=person - 100)
    two = reissue(there, uid_key=b"c" * 32, subject=SUBJECT, shift_days=person + 2000)
    assert days_between(read(bytes(one)).StudyDate, read(bytes(two)).StudyDate) == 37


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20190725140322.123456+0800", f"{MOVED}140322.123456+0800"),
        ("20190725140322", f"{MOVED}140322"),
        ("20190725", MOVED),
        ("2019", ""),
        ("201907", ""),
        ("soon", ""),
        ("20190725140399", ""),
    ],
)
def test_date_times_move_where_they_are_full(written: str, expected: str) -> None:
    made = read(output(part10(ct(AcquisitionDateTime=("DT", written)))))
    assert str(made.get("AcquisitionDateTime", "")) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2019.07.25", MOVED),
        ("20190725", MOVED),
        ("00000000", ""),
        ("19000101", ""),
        ("99991231", ""),
        ("        ", ""),
        ("20190101-20190201", ""),
        ("2019ABCD", ""),
        ("20190230", ""),
        ("20200229", (date(2020, 2, 29) + timedelta(days=OFFSET)).strftime("%Y%m%d")),
    ],
)
def test_what_is_no_date_becomes_empty(written: str, expected: str) -> None:
    made = released(part10(ct(StudyDate=("DA", written))))
    assert made.StudyDate == expected


def pet() -> bytes:
    """A PET slice whose times of injection and decay lie in three levels."""
    isotope = {
        0x00181072: ("TM", "130000"),
        0x00181074: ("DS", "370000000"),
        0x00181075: ("DS", "6586.2"),
        0x00181078: ("DT", "20190725130000.00"),
    }
    return part10(
        ct(
            SOPClassUID=("UI", PET),
            Modality=("CS", "PT"),
            AcquisitionDate=("DA", "20190725"),
            AcquisitionTime=("TM", "140000"),
            SeriesTime=("TM", "140000"),
            Units=("CS", "BQML"),
            DecayCorrection=("CS", "START"),
            CorrectedImage=("CS", "DECY\\ATTN"),
            PatientWeight=("DS", "70"),
            RadiopharmaceuticalInformationSequence=("SQ", [isotope]),
        )
    )


def suv_factor(data: bytes) -> float:
    """Grams per decayed dose, as a reader of the header computes it."""
    found = read(data)
    isotope = found.RadiopharmaceuticalInformationSequence[0]
    injected = isotope.RadiopharmaceuticalStartDateTime
    start = found.SeriesDate + found.SeriesTime
    seconds = (
        date.fromisoformat(start[:8]) - date.fromisoformat(str(injected)[:8])
    ).days * 86400 + (int(start[8:10]) - int(str(injected)[8:10])) * 3600
    decayed = float(isotope.RadionuclideTotalDose) * 2 ** (
        -seconds / float(isotope.RadionuclideHalfLife)
    )
    return float(found.PatientWeight) * 1000 / decayed


def test_uptake_values_are_the_same_before_and_after() -> None:
    assert suv_factor(output(pet())) == pytest.approx(suv_factor(pet()))


def test_dates_in_numbers_and_uids_go() -> None:
    object_ = ct(StudyID=("SH", "20190725A01"), FrameOfReferenceUID=("UI", "1.2.20190725.3"))
    released(part10(object_), "20190725A01", "1.2.20190725.3")


def test_the_time_zone_stays_and_nothing_else_in_its_place() -> None:
    assert (
        released(part10(ct(TimezoneOffsetFromUTC=("SH", "+0800")))).TimezoneOffsetFromUTC == "+0800"
    )
    made = released(part10(ct(TimezoneOffsetFromUTC=("SH", "DaMing"))), "DaMing")
    assert "TimezoneOffsetFromUTC" not in made


def test_without_dates_the_object_stays_valid() -> None:
    made = released(part10(ct()), policy="basic")
    assert made.StudyTime == ""
    assert made.StudyDate == ""
    assert Harvest() == Harvest(frozenset())
