"""The day of an examination, for consent by period."""

from __future__ import annotations

from datetime import date

import pytest
from tests.spec.deid.objects import ct, part10

from yushan.domain.deid import examined_on

DAY = date(2019, 7, 25)


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({}, DAY),
        ({"StudyDate": ("DA", "1080725")}, DAY),
        ({"AcquisitionDate": ("DA", "20190725")}, DAY),
        ({"AcquisitionDate": ("DA", "20190726")}, None),
        ({"AcquisitionDateTime": ("DT", "20190726000300.5")}, None),
        ({"StudyDate": ("DA", ""), "AcquisitionDate": ("DA", "20190724")}, date(2019, 7, 24)),
        ({"StudyDate": None}, DAY),
        ({"StudyDate": None, "SeriesDate": ("DA", "00000000")}, None),
    ],
)
def test_the_day_is_the_true_one_or_none(
    changes: dict[str, tuple[str, str] | None], day: date | None
) -> None:
    assert examined_on(part10(ct(**changes))) == day
