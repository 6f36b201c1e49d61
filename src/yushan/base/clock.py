"""Time as an argument: rooms get a clock, tests hand in one they can move."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Aware UTC time."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class ManualClock:
    """A clock for tests: it stands until it is moved; sleeping moves it."""

    def __init__(self, now: datetime) -> None:
        self.time = now
        self.ticks = 0.0

    def now(self) -> datetime:
        """The time it was set to."""
        return self.time

    def monotonic(self) -> float:
        """Seconds it was moved in all."""
        return self.ticks

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move on by ``seconds``."""
        self.time += timedelta(seconds=seconds)
        self.ticks += seconds
