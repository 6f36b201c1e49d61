"""Words, numbers and dates as people of one language read them.

Times are Taipei's; R.O.C. years are a way of writing only: machines get ISO dates.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from yushan.base import translator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.base import Language

TAIPEI: Final = timezone(timedelta(hours=8), "Asia/Taipei")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ROC: Final = 1911
UNITS: Final = ("B", "KB", "MB", "GB", "TB", "PB")


def mark(message: str) -> str:
    """A message that is translated later; marks it for the catalogue."""
    return message


class Words:
    """What a page needs to speak one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.english = language == "en"
        self.translate = translator(language)

    def say(self, message: str, **values: Any) -> str:  # noqa: ANN401 - anything that prints
        """The message in this language; values are escaped unless they are markup."""
        text = self.translate(message)
        return Markup(escape(text)).format(**values) if values else text  # noqa: S704 - escaped

    def count(self, one: str, many: str, n: int, **values: Any) -> str:  # noqa: ANN401
        """The message for a number: ``{n}`` is the number, grouped."""
        return self.say(one if n == 1 else many, n=self.number(n), **values)

    def joined(self, words: Iterable[str]) -> str:
        """Words one after the other."""
        return (", " if self.english else "、").join(words)

    def number(self, value: int) -> str:
        """Grouped by thousands."""
        return f"{value:,}"

    def percent(self, part: int, whole: int) -> str:
        """A share with one decimal; a share that is not zero never reads as zero."""
        if not part or not whole:
            return "0%"
        share = 100 * part / whole
        if share < 0.1:
            return self.translate("<0.1%")
        return f"{share:.0f}%" if part == whole else f"{share:.1f}%"

    def size(self, octets: int) -> str:
        """Bytes with a unit of a thousand."""
        value, unit = float(octets), 0
        while value >= 1000 and unit < len(UNITS) - 1:
            value, unit = value / 1000, unit + 1
        return (
            f"{value:.0f} {UNITS[unit]}"
            if value >= 10 or unit == 0
            else f"{value:.1f} {UNITS[unit]}"
        )

    def year(self, year: int) -> str:
        """A year alone: 115 or 2026."""
        return str(year) if self.english else str(year - ROC)

    def day(self, when: date | datetime) -> str:
        """A day in a sentence: 115年11月22日, 22 Nov 2026."""
        when = local(when)
        if self.english:
            return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
        return f"{when.year - ROC}年{when.month}月{when.day}日"

    def month(self, when: date | datetime) -> str:
        """A month in a table: 115-11, 2026-11."""
        when = local(when)
        return f"{self.year(when.year)}-{when.month:02d}"

    def month_of(self, when: date) -> str:
        """A month in a sentence: 民國 115 年 11 月, November is written short: Nov 2026."""
        if self.english:
            return f"{MONTHS[when.month - 1]} {when.year}"
        return f"民國 {when.year - ROC} 年 {when.month} 月"

    def moment(self, when: datetime) -> str:
        """A day and time in a table: 115-11-22 14:32, 2026-11-22 14:32."""
        here = when.astimezone(TAIPEI)
        return f"{self.year(here.year)}-{here:%m-%d %H:%M}"

    def when(self, text: str) -> str:
        """A time as rooms keep it (ISO 8601), in a table."""
        return self.moment(datetime.fromisoformat(text)) if text else "—"

    def clock(self, when: datetime) -> str:
        """A time of day: 14:32:08."""
        return f"{when.astimezone(TAIPEI):%H:%M:%S}"


def local(when: date | datetime) -> date:
    """The day in Taipei."""
    return when.astimezone(TAIPEI).date() if isinstance(when, datetime) else when


def seconds(value: float) -> datetime:
    """Seconds since 1970 as an aware time."""
    return datetime.fromtimestamp(value, UTC)


def dicom_date(text: str | None) -> date | None:
    """A DICOM date (``20261122``), None if it is empty or not one."""
    try:
        return datetime.strptime(text or "", "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
