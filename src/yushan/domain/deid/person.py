"""Birth date and age of the person: consistent with each other, the oldest pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.deid import dates
from yushan.domain.deid.encode import element
from yushan.domain.deid.policy import MODIFIED_DATES, option_bit

if TYPE_CHECKING:
    from yushan.domain.deid.header import Header
    from yushan.domain.deid.task import Task

BIRTH_DATE, AGE, STUDY_DATE = 0x00100030, 0x00101010, 0x00080020
CHARACTERISTICS: Final = "retain_patient_characteristics"


def person(
    header: Header, task: Task, *, has_age: bool = True
) -> tuple[dict[int, bytes | None], int]:
    """Birth date and age as they will be written, and the options that keep them.

    ``has_age``: whether the IOD has an age of the patient.

    The age comes from the header, or from birth and study date when it is missing; the older of the
    two decides about pooling, so that a wrong age hides nobody's birth date.
    """
    policy = task.policy
    birth, then = dates.read_day(header.text(BIRTH_DATE)), dates.read_day(header.text(STUDY_DATE))
    years = dates.age_between(birth, then) if birth and then else None
    written = header.text(AGE) or (f"{years:03d}Y" if years is not None else "")
    oldest, band = policy.oldest_age_years, policy.age_band_years
    is_old = (years or 0) > oldest or dates.pooled_age(written, oldest, 1) == f"{oldest + 1:03d}Y"
    age = f"{oldest + 1:03d}Y" if is_old else dates.pooled_age(written, oldest, band)
    fixed: dict[int, bytes | None] = {BIRTH_DATE: element(BIRTH_DATE, "DA"), AGE: None}
    bits = 0
    if policy.has(CHARACTERISTICS) and age and has_age:
        fixed[AGE] = element(AGE, "AS", age.encode())
        bits |= option_bit(CHARACTERISTICS)
    if policy.birth_date == "shift" and birth and not is_old:
        moved = dates.shifted_day(header.text(BIRTH_DATE), task.offset_days)
        fixed[BIRTH_DATE] = element(BIRTH_DATE, "DA", moved.encode())
        bits |= option_bit(MODIFIED_DATES)
    return fixed, bits
