"""Time as the gateway's tables hold it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yushan.base import Clock


def now_s(clock: Clock) -> float:
    """Seconds since 1970 UTC."""
    return clock.now().timestamp()


def local_hour(at: float, hours_east: float) -> str:
    """``yyyymmddhh`` on the hospital's clock."""
    zone = timezone(timedelta(hours=hours_east))
    return datetime.fromtimestamp(at, zone).strftime("%Y%m%d%H")


def whole_hour(at: datetime) -> datetime:
    """The hour it is in, UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
