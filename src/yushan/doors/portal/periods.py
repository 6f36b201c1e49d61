"""Periods of the accounting: today, 7 days, 30 days, all; and arrivals as bars. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from yushan.doors.portal.words import TAIPEI

if TYPE_CHECKING:
    from collections.abc import Sequence

#: key in the address -> days back from today's midnight; None is no bound.
DAYS: Final[dict[str, int | None]] = {"today": 0, "7d": 6, "30d": 29, "all": None}
WIDTH: Final = 300.0
HEIGHT: Final = 74.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the arrivals: place and size in the picture's units (300 × 96)."""

    x: float
    width: float
    height: float
    count: int
    text: str
    word: str
    now: bool


def since_of(period: str, now: datetime) -> datetime | None:
    """When a period begins, in Taipei; None for all."""
    days = DAYS[period]
    if days is None:
        return None
    here = now.astimezone(TAIPEI)
    return here.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)


def hours_of_day(hourly: Sequence[tuple[str, int]], now: datetime) -> tuple[Bar, ...]:
    """Today's 24 hours; every third is written under its bar."""
    here = now.astimezone(TAIPEI)
    today = f"{here:%Y%m%d}"
    counts = [0] * 24
    for hour, count in hourly:
        if hour.startswith(today):
            counts[int(hour[8:])] += count
    texts = [f"{hour:02d}" if hour % 3 == 0 else "" for hour in range(24)]
    words = [f"{hour:02d}:00" for hour in range(24)]
    return bars(counts, texts, words, here.hour)


def days_of(hourly: Sequence[tuple[str, int]], now: datetime, days: int | None) -> tuple[Bar, ...]:
    """Days up to today; without a bound from the first arrival on, at most 60."""
    here = now.astimezone(TAIPEI).date()
    counts: dict[str, int] = {}
    for hour, count in hourly:
        counts[hour[:8]] = counts.get(hour[:8], 0) + count
    if days is None:
        first = datetime.strptime(min(counts, default=f"{here:%Y%m%d}"), "%Y%m%d").date()  # noqa: DTZ007 - a local day
        days = min(59, max(6, (here - first).days))
    shown = [here - timedelta(days=back) for back in range(days, -1, -1)]
    step = max(1, len(shown) // 5)
    texts = [
        f"{day.month}/{day.day}" if (len(shown) - 1 - place) % step == 0 else ""
        for place, day in enumerate(shown)
    ]
    words = [f"{day:%Y-%m-%d}" for day in shown]
    values = [counts.get(f"{day:%Y%m%d}", 0) for day in shown]
    return bars(values, texts, words, len(shown) - 1)


def bars(
    counts: Sequence[int], texts: Sequence[str], words: Sequence[str], now: int
) -> tuple[Bar, ...]:
    """Counts as bars of equal width; nothing at all gives none."""
    most = max(counts, default=0)
    if not most:
        return ()
    slot = WIDTH / len(counts)
    width = slot * 0.84
    return tuple(
        Bar(
            place * slot + (slot - width) / 2,
            width,
            HEIGHT * count / most,
            count,
            text,
            word,
            now=place == now,
        )
        for place, (count, text, word) in enumerate(zip(counts, texts, words, strict=True))
    )
