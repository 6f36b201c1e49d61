"""Dates moved by whole days, ages pooled; what is no real date becomes empty, never an error."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

#: Today's form, the old one with dots, and the R.O.C. era (year + 1911), which has three digits.
DAY: Final = re.compile(r"([0-9]{4}|[01][0-9]{2})(\.?)([0-9]{2})\2([0-9]{2})")
ERA: Final = 1911
DATE_TIME: Final = re.compile(
    r"([0-9]{8})((?:(?:[01][0-9]|2[0-3])(?:[0-5][0-9](?:(?:[0-5][0-9]|60)(?:\.[0-9]{1,6})?)?)?)?"
    r"(?:[+-](?:0[0-9]|1[0-4])[0-5][0-9])?)"
)
TIME: Final = re.compile(r"([01][0-9]|2[0-3])(:?[0-5][0-9](:?([0-5][0-9]|60)(\.[0-9]{1,6})?)?)?")
#: Three digits; consoles that wrote two meant a zero before them.
AGE: Final = re.compile(r"([0-9]{1,3})([DWMY])")
#: Dates that equipment writes for "unknown" lie at or outside of these years.
FIRST_YEAR: Final = 1901
LAST_YEAR: Final = 2099
#: Year or month alone, as DT may be.
COARSE: Final = re.compile(
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])?(?:[+-](?:0[0-9]|1[0-4])[0-5][0-9])?"
)
DAYS_PER: Final = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}


def read_day(text: str) -> date | None:
    """A DA value as a date; None for placeholders, ranges and nonsense.

    Three digits are a year of the R.O.C. era, as consoles in Taiwan write it: ``1080725``.
    """
    match = DAY.fullmatch(text.strip(" \0"))
    if match is None:
        return None
    digits, _, month, day = match.groups()
    year = int(digits) + (ERA if len(digits) == 3 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None


def shifted_day(text: str, offset_days: int) -> str:
    """A DA value moved by days, 8 digits; empty when it is no date."""
    day = read_day(text)
    return "" if day is None else (day + timedelta(days=offset_days)).strftime("%Y%m%d")


def shifted_date_time(text: str, offset_days: int) -> str:
    """A DT value with its day moved, all else kept; empty below day precision.

    A month or a year alone cannot be moved by days without inventing precision; unmoved it stays.
    """
    stripped = text.strip(" \0")
    match = DATE_TIME.fullmatch(stripped)
    if match is None:
        return stripped if not offset_days and COARSE.fullmatch(stripped) else ""
    day = shifted_day(match.group(1), offset_days)
    return day + match.group(2) if day else ""


def kept_time(text: str) -> str:
    """A TM value in today's form; empty when it is no time."""
    stripped = text.strip(" \0")
    return stripped.replace(":", "") if TIME.fullmatch(stripped) else ""


def pooled_age(text: str, oldest_years: int, band_years: int) -> str:
    """An AS value: above ``oldest_years`` pooled one year higher, else rounded down to bands."""
    match = AGE.fullmatch(text.strip(" \0"))
    if match is None:
        return ""
    number, unit = int(match.group(1)), match.group(2)
    years = int(number * DAYS_PER[unit] / DAYS_PER["Y"])
    if years > oldest_years:
        return f"{oldest_years + 1:03d}Y"
    if band_years > 1:
        return f"{years - years % band_years:03d}Y"
    return f"{number:03d}{unit}"


def age_between(birth: date, then: date) -> int | None:
    """Completed years from birth to a day; None when the day comes first."""
    years = then.year - birth.year - ((then.month, then.day) < (birth.month, birth.day))
    return years if 0 <= years < 150 else None
