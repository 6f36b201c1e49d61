"""The ticker: looks at the clock and the tables, and starts what is due.

It is the only one that starts attempts. What a former life began it starts again under the same
number, in case the process died between the two; one that does not end in time is started with a
new one. So none is ever stranded. Once an hour it sweeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.engines.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.base import PackId, SiteName
    from yushan.flows.admit.story import Desk

TICK_S: Final = 0.5
HOUR_S: Final = 3600.0


class Ticker(Rounds):
    """Starts attempts, in a thread of its own.

    Parameters
    ----------
    start
        Starts an attempt (site, pack, number) and returns at once, or runs it, in tests;
        twice is once.
    """

    def __init__(self, desk: Desk, start: Callable[[SiteName, PackId, int], None]) -> None:
        super().__init__("admit", self.round, TICK_S, failed=self.doubt)
        self.desk, self.start_run = desk, start
        self.cleaned: float | None = None
        self.resumed = False

    def tick(self, now: float) -> int:
        """One round at ``now`` (monotonic seconds); how many attempts were started."""
        due = self.desk.admissions.due()
        for site, pack, attempt in due:
            self.start_run(site, pack, attempt)
        if self.cleaned is None or now - self.cleaned >= HOUR_S:
            self.cleaned = now
            self.clean()
        return len(due)

    def resume(self) -> int:
        """Start every attempt that was begun; how many. Those that run or ended take no notice."""
        begun = self.desk.admissions.claimed()
        for site, pack, attempt in begun:
            self.start_run(site, pack, attempt)
        self.resumed = True
        return len(begun)

    def round(self) -> None:
        """Start what is due, and first what may have been begun in vain."""
        if not self.resumed:
            self.resume()
        self.tick(self.desk.ledger.clock.monotonic())

    def clean(self) -> None:
        """Let go of what nobody needs."""
        self.desk.archive.sweep()
        self.desk.admissions.sweep()

    def doubt(self) -> None:
        """A round failed: some attempt may have been begun in vain."""
        self.resumed = False
