"""Progress for whoever waits at the terminal: one line per piece of work, on standard error."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from typing import Self

WIDTH: Final = 28


class Progress:
    """A bar that fills, or on something that is no terminal a line now and then."""

    def __init__(self, title: str, total: int, out: TextIO | None = None) -> None:
        self.title, self.total = title, max(total, 1)
        self.out = out or sys.stderr
        self.live = self.out.isatty()
        self.begun, self.drawn, self.done = time.monotonic(), 0.0, -1

    def __enter__(self) -> Self:
        self.show(0)
        return self

    def __exit__(self, *_: object) -> None:
        self.out.write("\n" if self.live else "")
        self.out.flush()

    def show(self, done: int, note: str = "") -> None:
        """Draw ``done`` of ``total``; ten times a second at most."""
        now = time.monotonic()
        last = done >= self.total > self.done
        if not last and now - self.drawn < (0.1 if self.live else 5.0):
            return
        self.drawn, self.done = now, done
        filled = WIDTH * min(done, self.total) // self.total
        bar = "█" * filled + "░" * (WIDTH - filled)
        spent = now - self.begun
        line = f"{self.title:<26} {bar} {done:>5}/{self.total} {spent:5.1f} s {note}"
        self.out.write(f"\r{line:<100}" if self.live else f"{line.rstrip()}\n")
        self.out.flush()


def say(text: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
