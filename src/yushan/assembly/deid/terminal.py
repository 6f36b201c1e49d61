"""The terminal: a line that tells how far it is, and Ctrl-C that ends cleanly."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from yushan.base import translator
from yushan.doors.cli import language
from yushan.flows.deid import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from yushan.base import Clock

#: Seconds between two drawings of the line.
PACE_S: Final = 0.2
#: Inputs before a rate is believed.
ENOUGH: Final = 20
STAGES: Final = {
    "list": "Listing",
    "look": "Looking",
    "make": "De-identifying",
    "verify": "Verifying",
}


class Line:
    """One line on standard error, drawn again and again; silent when nobody watches."""

    def __init__(self, clock: Clock, *, is_seen: bool) -> None:
        self.clock, self.is_seen = clock, is_seen
        self.tell = translator("zh-Hant" if language() == "zh-Hant" else "en")
        self.stage, self.began, self.first, self.drawn = "", 0.0, 0, 0.0

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Draw how far a stage is, now and then and at its end."""
        if not self.is_seen:
            return
        now = self.clock.monotonic()
        if stage != self.stage:
            self.stage, self.began, self.first = stage, now, done
        elif now - self.drawn < PACE_S and done != of:
            return
        self.drawn = now
        self.draw(self.said(done, of, now - self.began))

    def said(self, done: int, of: int, seconds: float) -> str:
        """The line."""
        word = self.tell(STAGES.get(self.stage, self.stage))
        count = f"{done:,} / {of:,}" if of else f"{done:,}"
        fresh = done - self.first
        if fresh < ENOUGH or not seconds:
            return f"{word} {count}"
        rate = fresh / seconds
        left = f", {clock_face((of - done) / rate)} {self.tell('left')}" if of > done else ""
        return f"{word} {count}, {rate:,.0f}/s{left}"

    def draw(self, text: str) -> None:
        """Write over the line."""
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self.is_seen and self.stage:
            self.draw("")


def clock_face(seconds: float) -> str:
    """Seconds as h:mm:ss or m:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def stoppable() -> Iterator[Stopped]:
    """Within: Ctrl-C and SIGTERM ask for an end; a second one ends at once."""
    stopped = Stopped()
    before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def ask(number: int, _: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, before[number])

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.getsignal(number)
        signal.signal(number, ask)
    try:
        yield stopped
    finally:
        for asked, handler in before.items():
            signal.signal(asked, handler)
