"""How facts that cannot wait get on disk together, and further ones as sums.

Whoever comes while another's transaction runs waits for it, and then one of those who wait writes
for all. When it fails (disk full, database gone) all of them are refused; and when it was a sum
that could not be written, everybody is refused until it is: nothing is lost silently.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

import sqlalchemy as sa

from yushan.base import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: A request waits no longer than this for others' transaction.
PATIENCE_S: Final = 10.0
#: So many sums are kept; more are entered sooner.
MOST: Final = 10_000


class Fact(Protocol):
    """What is written: hashable, and able to stand for several of its kind."""

    def more(self: F, seen: Sum, over_s: int) -> F:
        """The same as a sum over some seconds (0: of one request)."""
        ...


F = TypeVar("F", bound=Fact)


@dataclass(slots=True, eq=False)
class Waiting(Generic[F]):
    """Facts of a request that waits until they are on disk."""

    facts: Sequence[F]
    done: bool = False
    failed: bool = False


@dataclass(slots=True)
class Sum:
    """Further ones since the first, at ``since``; none yet if ``times`` is 0."""

    since: float
    count: int = 0
    size: int = 0
    times: int = 0


class Writer(Generic[F]):
    """Writes facts by ``enter``, which takes some in one transaction."""

    def __init__(self, enter: Callable[[list[F]], None], window_s: float) -> None:
        self.enter, self.window_s = enter, window_s
        self.turn = threading.Condition()
        self.waiting: list[Waiting[F]] = []
        self.writing = False
        self.lock = threading.Lock()
        self.sums: dict[F, Sum] = {}
        self.stuck = False

    def count(self, fact: F, count: int, size: int) -> None:
        """Write a fact, or add to its sum if it was written a moment ago."""
        if self.stuck or len(self.sums) > MOST:
            self.flush()
        now = time.monotonic()
        with self.lock:
            known = self.sums.get(fact)
            if self._added(known, now, count, size):
                return
            self.sums[fact] = Sum(now)
        try:
            self.write([*summed(fact, known, now), fact.more(Sum(now, count, size, 1), 0)])
        except Unavailable:
            self._put_back({fact: known})
            raise

    def count_again(self, fact: F, count: int, size: int) -> bool:
        """Add to the sum of a fact that was written a moment ago; False: `count` it."""
        if self.stuck or len(self.sums) > MOST:
            return False
        with self.lock:
            return self._added(self.sums.get(fact), time.monotonic(), count, size)

    def _added(self, known: Sum | None, now: float, count: int, size: int) -> bool:
        """Whether it went into the sum; call it with the lock held."""
        if known is None or now - known.since >= self.window_s:
            return False
        known.count, known.size = known.count + count, known.size + size
        known.times += 1
        return True

    def write(self, facts: Sequence[F]) -> None:
        """All of it on disk, with whatever others want to write, or ``Unavailable``."""
        mine = Waiting(facts)
        batch: list[Waiting[F]] = []
        with self.turn:
            self.waiting.append(mine)
            self.turn.wait_for(lambda: mine.done or not self.writing, PATIENCE_S)
            if not mine.done and not self.writing:
                self.writing, batch, self.waiting = True, self.waiting, []
            elif mine in self.waiting:
                self.waiting.remove(mine)
        if batch:
            self._lead(batch)
        if mine.failed or not mine.done:
            raise Unavailable("ledger.not-written")

    def _lead(self, batch: list[Waiting[F]]) -> None:
        """Write for everybody who waits."""
        failed = True
        try:
            self.enter([fact for one in batch for fact in one.facts])
            failed = False
        except sa.exc.DBAPIError as error:
            raise Unavailable("ledger.not-written") from error
        finally:
            with self.turn:
                for one in batch:
                    one.done, one.failed = True, failed
                self.writing = False
                self.turn.notify_all()

    def tick(self) -> None:
        """Write the sums whose time is over; a failure is remembered, not raised."""
        try:
            self._end(self.window_s)
        except Unavailable:
            self.stuck = True

    def flush(self) -> None:
        """Write all sums now; ``Unavailable``."""
        self._end(0.0)
        self.stuck = False

    def _end(self, older_s: float) -> None:
        now = time.monotonic()
        with self.lock:
            due = {fact: one for fact, one in self.sums.items() if now - one.since >= older_s}
            for fact in due:
                del self.sums[fact]
        facts = [said for fact, one in due.items() for said in summed(fact, one, now)]
        if not facts:
            return
        try:
            self.write(facts)
        except Unavailable:
            self._put_back(due)
            raise

    def _put_back(self, due: dict[F, Sum | None] | dict[F, Sum]) -> None:
        """After a failure nothing counts as written: what was summed waits, the rest is new."""
        with self.lock:
            for fact, kept in due.items():
                sums = [one for one in (kept, self.sums.pop(fact, None)) if one is not None]
                whole = Sum(
                    float("-inf"),  # over: the next one is a first one again
                    sum(one.count for one in sums),
                    sum(one.size for one in sums),
                    sum(one.times for one in sums),
                )
                if whole.times:
                    self.sums[fact] = whole


def summed(fact: F, one: Sum | None, now: float) -> list[F]:
    """The further ones as a fact of their own, if there were any."""
    if one is None or one.times == 0:
        return []
    return [fact.more(one, max(1, round(min(now - one.since, 86400.0))))]
