"""When a person was examined: the true day, for consent by period. Never written anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.deid.dates import read_day
from yushan.domain.deid.header import Header
from yushan.domain.dicom import walk

if TYPE_CHECKING:
    from datetime import date

    from yushan.domain.dicom import Buffer

STUDY_DATE, SERIES_DATE, ACQUISITION_DATE = 0x00080020, 0x00080021, 0x00080022
ACQUISITION_TIME: Final = 0x0008002A


def examined_on(data: Buffer) -> date | None:
    """The day of the examination of a Part-10 file.

    ``None`` when the header does not say it, or says two days for study and acquisition: consent
    that depends on the day then counts against the use.

    Raises
    ------
    Rejected
        The walker's codes.
    """
    header = Header(walk(data))
    studied, acquired = read_day(header.text(STUDY_DATE)), read_day(header.text(ACQUISITION_DATE))
    acquired = acquired or read_day(header.text(ACQUISITION_TIME)[:8])
    if acquired and studied and acquired != studied:
        return None
    return studied or acquired or read_day(header.text(SERIES_DATE))
