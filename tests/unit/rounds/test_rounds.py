from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from yushan.engines.observe import exposition
from yushan.engines.rounds import Rounds
from yushan.engines.rounds import rounds as module

if TYPE_CHECKING:
    import pytest


class Counted:
    """Counts its rounds; the ones named fail."""

    def __init__(self, failing: frozenset[int] = frozenset()) -> None:
        self.failing, self.seen, self.told = failing, 0, 0
        self.happened = threading.Condition()

    def __call__(self) -> None:
        with self.happened:
            self.seen += 1
            self.happened.notify_all()
        if self.seen in self.failing:
            raise ValueError("WANG^DAMING")

    def fell(self) -> None:
        self.told += 1

    def wait_for(self, count: int) -> None:
        with self.happened:
            assert self.happened.wait_for(lambda: self.seen >= count, 10)


def test_it_goes_round_at_once_and_again_when_woken() -> None:
    what = Counted()
    rounds = Rounds("test-woken", what, 3600.0)
    rounds.start()
    for count in (1, 2, 3):
        what.wait_for(count)
        rounds.wake()
    rounds.stop()
    assert not rounds.is_alive
    assert rounds.is_ending
    assert b'yushan_rounds_total{name="test-woken"}' in exposition()


def test_a_round_that_fails_is_told_counted_and_tried_again() -> None:
    what = Counted(frozenset({1, 2}))
    rounds = Rounds("test-failing", what, 0.001, failed=what.fell)
    rounds.start()
    what.wait_for(3)
    rounds.stop()
    assert (what.told, rounds.failures) == (2, 0)
    assert b'yushan_rounds_failed_total{name="test-failing"} 2.0' in exposition()


def test_failures_in_a_row_make_longer_pauses_up_to_a_bound() -> None:
    rounds = Rounds("test-pauses", Counted(frozenset(range(99))), 0.5)
    pauses = []
    for _ in range(9):
        rounds.once()
        pauses.append(rounds.pause_s())
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    seldom = Rounds("test-seldom", Counted(frozenset({1})), 3600.0)
    seldom.once()
    assert seldom.pause_s() == 3600.0


def test_who_ended_no_round_for_long_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds("test-stuck", Counted(), 1.0)
    rounds.once()
    assert not rounds.is_stuck()
    now = module.time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 901.0)
    assert rounds.is_stuck()


def test_stopping_before_the_first_round_is_fine() -> None:
    what = Counted()
    rounds = Rounds("test-never", what, 1.0, first_s=3600.0)
    rounds.stop()
    rounds.start()
    rounds.stop()
    assert what.seen == 0
