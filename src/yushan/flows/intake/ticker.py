"""The ticker: looks at the clock and the tables, and starts what is due.

It is the only one that starts attempts. What a former life began it starts again under the same
number, in case the process died between the two; a run that gives no sign of life is started with a
new one. So none is ever stranded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import Conflict
from yushan.engines.observe import facts, gauge, log_for
from yushan.engines.rounds import Rounds
from yushan.flows.intake.desk import QUEUE, READING
from yushan.services.gateway import Decisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from yushan.services.gateway import Batches, Journal, Outbox, Run, Sender

log = log_for(__name__)

TICK_S: Final = 1.0


class Ticker:
    """Two threads: one journals what arrives, one freezes, starts what is due, and watches.

    Parameters
    ----------
    start
        Starts an attempt in a lane (``READING``: pictures first) and returns at once (or runs it,
        in tests); twice is once.
    """

    def __init__(
        self,
        journal: Journal,
        batches: Batches,
        outbox: Outbox,
        sender: Sender,
        start: Callable[[Run, str], None],
    ) -> None:
        self.journal, self.batches, self.outbox, self.sender = journal, batches, outbox, sender
        self.decisions = Decisions(batches.db, batches.clock, batches.rules)
        self.start_run = start
        self.scanning = Rounds("intake-scan", self.scan_round, TICK_S, failed=self.doubt)
        self.working = Rounds("intake-work", self.work_round, TICK_S, failed=self.doubt)
        self.watched: float | None = None
        self.summed: float | None = None
        self.closes = False
        self.resumed = False

    def tick(self, now: float) -> int:
        """One round of both at ``now`` (monotonic seconds); how many attempts were started."""
        self.journal.scan()
        return self.work(now)

    def work(self, now: float) -> int:
        """One round without looking into the spool; how many attempts were started."""
        self.decisions.apply()
        self.batches.freeze()
        sending = self.outbox.may_send() if self.is_sound(now) else 0
        started = self.start_all(self.batches.due(sending=sending), QUEUE)
        started += self.start_all(self.batches.due_reading(), READING)
        self.sender.follow()
        self.watch(now)
        return started

    def start_all(self, lasts: Iterable[Run], lane: str) -> int:
        """Start the attempts after some; how many."""
        started = 0
        for last in lasts:
            try:
                run = self.batches.begin(last)
            except Conflict:
                continue  # another process of this role was faster
            self.start_run(run, lane)
            started += 1
        return started

    def resume(self) -> int:
        """Start every attempt that was begun; how many. Those that run take no notice."""
        lanes = {QUEUE: self.batches.running(reading=False)}
        lanes[READING] = self.batches.running(reading=True)
        for lane, begun in lanes.items():
            for run in begun:
                self.start_run(run, lane)
        self.resumed = True
        return sum(map(len, lanes.values()))

    def is_sound(self, now: float) -> bool:
        """Whether the sum over everything closes; taken anew as often as the rules say."""
        if self.summed is None or now - self.summed >= self.journal.rules.sum_s or not self.closes:
            self.summed, self.closes = now, self.journal.closes()
            if not self.closes:
                log.error("gateway.sum-broken", extra=facts(code="gateway.sum-broken"))
        return self.closes

    def watch(self, now: float) -> None:
        """Look for every file and let old originals go, as often as the rules say."""
        if self.watched is not None and now - self.watched < self.journal.rules.watch_s:
            return
        self.watched = now
        self.journal.check_files()
        self.journal.purge()
        gauge("gateway_alarms", "journal rows without file").set(len(self.journal.alarms()))

    def doubt(self) -> None:
        """A round failed: some attempt may have been begun in vain."""
        self.resumed = False

    @property
    def rounds(self) -> tuple[Rounds, Rounds]:
        """Both threads."""
        return self.scanning, self.working

    def start(self) -> None:
        """Tick in threads until ``stop``."""
        for one in self.rounds:
            one.start()

    def scan_round(self) -> None:
        """Journal what arrived; the other thread need not wait for its next round."""
        if self.journal.scan():
            self.working.wake()

    def work_round(self) -> None:
        """Start what is due, and first what may have been begun in vain."""
        if not self.resumed:
            self.resume()
        self.work(self.journal.clock.monotonic())

    def wake(self) -> None:
        """Something ended or arrived: look again at once."""
        for one in self.rounds:
            one.wake()

    def stop(self) -> None:
        """Let the rounds that run end."""
        for one in self.rounds:
            one.stop()
