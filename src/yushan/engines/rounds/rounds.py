"""One loop for all that must be looked at now and then: tickers, scrubbers, heads."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from yushan.engines.observe import counter, facts, gauge, log_for

if TYPE_CHECKING:
    from collections.abc import Callable

log = log_for(__name__)

#: The longest pause after failures; each one in a row after the first doubles it.
PAUSE_MOST_S: Final = 60.0
#: Whoever has not ended a round well for so many usual pauses (and so many seconds) is stuck.
STUCK_PAUSES: Final = 10
STUCK_LEAST_S: Final = 900.0


class Rounds:
    """Goes round in a thread of its own.

    A round that fails is logged by type, code and place, counted, and tried again after a growing
    pause; ``wake`` cuts a usual pause short, not one after a failure.

    Parameters
    ----------
    name
        Name of the thread and label of its figures; ours, from a short list.
    what
        One round; what it returns is of no interest.
    every_s
        Usual pause between two rounds in seconds.
    failed
        Called after a round that failed.
    first_s
        Pause before the first round in seconds.
    """

    def __init__(
        self,
        name: str,
        what: Callable[[], object],
        every_s: float,
        *,
        failed: Callable[[], None] | None = None,
        first_s: float = 0.0,
    ) -> None:
        self.name, self.what, self.every_s = name, what, every_s
        self.failed, self.first_s = failed, first_s
        self.failures = 0
        self.good_at = time.monotonic()
        self._ended, self._woken = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        labels = ("name",)
        self._done = counter("rounds_total", "rounds that ended well", labels).labels(name)
        self._failed = counter("rounds_failed_total", "rounds that failed", labels).labels(name)
        gauge("round_age_seconds", "since the last round that ended well", labels).labels(
            name
        ).set_function(self.age_s)

    def start(self) -> None:
        """Go round until ``stop``; once only."""
        self._thread = threading.Thread(target=self._loop, name=self.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something happened: go round at once."""
        self._woken.set()

    def stop(self) -> None:
        """Let the round that runs end, then leave; fine from a round, or if it never started."""
        self._ended.set()
        self._woken.set()
        if self._thread is not threading.current_thread():
            self.join()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until the thread has left."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_ending(self) -> bool:
        """Whether it was told to stop: a long round should look now and then."""
        return self._ended.is_set()

    def age_s(self) -> float:
        """Seconds since the last round that ended well (since it was made, before the first)."""
        return time.monotonic() - self.good_at

    def is_stuck(self) -> bool:
        """Whether no round has ended well for far too long."""
        return self.age_s() > max(STUCK_LEAST_S, STUCK_PAUSES * self.every_s + self.first_s)

    def once(self) -> bool:
        """One guarded round; whether it ended well."""
        try:
            self.what()
        except Exception:  # the one guard of this loop
            self.failures += 1
            self._failed.inc()
            log.exception("round.failed", extra=facts(name=self.name, count=self.failures))
            if self.failed is not None:
                self.failed()
            return False
        self.failures, self.good_at = 0, time.monotonic()
        self._done.inc()
        return True

    def _loop(self) -> None:
        self._woken.wait(self.first_s)
        while not self._ended.is_set():
            self._woken.clear()
            if self.once():
                self._woken.wait(self.every_s)
            else:
                self._ended.wait(self.pause_s())

    def pause_s(self) -> float:
        """Pause after the failures in a row so far; never shorter than the usual one."""
        grown = self.every_s * 2.0 ** min(self.failures - 1, 16)
        return max(self.every_s, min(PAUSE_MOST_S, grown))
