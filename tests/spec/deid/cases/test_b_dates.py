"""B01-B08: dates move together or not at all; nothing is invented."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spec.deid.cases.acts import output, released, stage
from tests.spec.deid.cases.test_a_values import new_errors
from tests.spec.deid.objects import OFFSET, PET, SUBJECT, ct, part10, read

from yushan.base import Pseudonym
from yushan.domain.deid import Released, reissue

MOVED = (date(2019, 7, 25) + timedelta(days=OFFSET)).strftime("%Y%m%d")


def days(one: str, other: str) -> int:
    """Days between two dates."""
    return (date.fromisoformat(other) - date.fromisoformat(one)).days


@pytest.mark.parametrize("shift", [0, 7, -161, 3650])
def test_b01_prior_and_follow_up_of_two_hospitals(shift: int) -> None:
    prior = output(part10(ct(StudyDate=("DA", "20190725"))), offset=88)
    later = output(part10(ct(StudyDate=("DA", "20190831"))), offset=-2901)
    one, two = (
        read(bytes(reissue(data, uid_key=b"c" * 32, subject=Pseudonym(SUBJECT), shift_days=by)))
        for data, by in ((prior, shift - 88), (later, shift + 2901))
    )
    assert days(one.StudyDate, two.StudyDate) == 37


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20190725140322.123456+0800", f"{MOVED}140322.123456+0800"),
        ("20190725", MOVED),
        ("2019", ""),
        ("201907", ""),
    ],
)
def test_b02_date_times_of_every_precision(written: str, expected: str) -> None:
    made = released(part10(ct(AcquisitionDateTime=("DT", written))))
    assert str(made.get("AcquisitionDateTime", "")) == expected


def test_b02_dates_of_the_old_form() -> None:
    assert released(part10(ct(StudyDate=("DA", "2019.07.25")))).StudyDate == MOVED


def pet() -> bytes:
    """A PET slice: times of injection and decay in three places."""
    isotope = {
        0x00181072: ("TM", "233000"),
        0x00181074: ("DS", "370000000"),
        0x00181075: ("DS", "6586.2"),
        0x00181078: ("DT", "20190724233000"),
    }
    return part10(
        ct(
            SOPClassUID=("UI", PET),
            Modality=("CS", "PT"),
            AcquisitionTime=("TM", "003000"),
            AcquisitionDate=("DA", "20190725"),
            SeriesTime=("TM", "003000"),
            Units=("CS", "BQML"),
            DecayCorrection=("CS", "START"),
            PatientWeight=("DS", "70"),
            RadiopharmaceuticalInformationSequence=("SQ", [isotope]),
        )
    )


def suv_factor(data: bytes) -> float:
    """Grams per becquerel left at the start of the series."""
    found = read(data)
    isotope = found.RadiopharmaceuticalInformationSequence[0]
    begun, injected = (
        date.fromisoformat(text[:8]).toordinal() * 86400
        + int(text[8:10]) * 3600 + int(text[10:12]) * 60
        for text in (found.SeriesDate + found.SeriesTime,
                     str(isotope.RadiopharmaceuticalStartDateTime))
    )  # fmt: skip
    left = 0.5 ** ((begun - injected) / float(isotope.RadionuclideHalfLife))
    return float(found.PatientWeight) * 1000 / (float(isotope.RadionuclideTotalDose) * left)


def test_b03_uptake_over_midnight_is_the_same() -> None:
    assert suv_factor(output(pet())) == pytest.approx(suv_factor(pet()), rel=1e-12)


@given(
    first=st.dates(date(1995, 1, 1), date(2029, 1, 1)),
    apart=st.sampled_from([0, 1, 28, 59, 365, 366, 1461]),
    offset=st.integers(-3652, 3652),
)
def test_b04_leap_days_and_ends_of_years(first: date, apart: int, offset: int) -> None:
    dates = [first, first + timedelta(days=apart)]
    made = [
        stage(part10(ct(StudyDate=("DA", one.strftime("%Y%m%d")))), offset=offset) for one in dates
    ]
    assert all(isinstance(one, Released) for one in made)
    one, two = (read(b"".join(one.chunks)).StudyDate for one in made)  # type: ignore[union-attr]
    assert days(one, two) == apart


@pytest.mark.parametrize("day", ["20200229", "20191231", "20200101"])
def test_b04_the_days_themselves(day: str) -> None:
    made = released(part10(ct(StudyDate=("DA", day))))
    assert days(made.StudyDate, day) == -OFFSET


@pytest.mark.parametrize("written", ["00000000", "19000101", "99991231", "        "])
def test_b05_dates_that_are_none(written: str) -> None:
    assert released(part10(ct(StudyDate=("DA", written)))).StudyDate == ""


@pytest.mark.parametrize("written", ["20190101-20190201", "2019ABCD", "DaMing", "20190231", "-"])
def test_b06_ranges_and_letters(written: str) -> None:
    assert released(part10(ct(StudyDate=("DA", written))), "DaMing").StudyDate == ""


def test_b07_a_date_in_numbers_and_in_a_uid() -> None:
    object_ = ct(StudyID=("SH", "20190725A01"), FrameOfReferenceUID=("UI", "1.2.20190725.3"))
    made = released(part10(object_), "20190725A01", "1.2.20190725.3")
    assert made.StudyID == ""


def test_b08_without_dates_the_object_stays_valid(tmp_path: object) -> None:
    data = part10(ct(ContentTime=("TM", "140322"), AcquisitionTime=("TM", "140322")))
    out = output(data, policy="basic")
    made = read(out)
    assert made.StudyTime == made.StudyDate == ""
    assert made.LongitudinalTemporalInformationModified == "REMOVED"
    assert new_errors(data, out, tmp_path) == set()
