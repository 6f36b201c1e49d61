"""The ticker's rounds go on after a fault, and what they log names nobody."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest
from tests.flows.intaking import ANNA, World, quiet_series
from tests.unit.gateway.making import make_object

from yushan.base import Unavailable
from yushan.engines.observe import configure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.services.gateway import Run


def test_an_unforeseen_error_holds_the_batch_and_says_no_text(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError("patient Wang")

    quiet_series(world, make_object("1.1"))
    holders, world.holders.envelope = world.holders, broken  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        world.tick()
    assert world.states() == {"held": 1}
    (reason,) = world.journal.accounting().reasons
    assert reason.reason == "gateway.intake-failed"
    del holders.envelope  # type: ignore[method-assign]
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_the_ticker_looks_at_files_now_and_then(world: World) -> None:
    world.receive(make_object("1.1"))
    world.tick()
    next(world.spool.rglob("*.dcm")).unlink()
    world.tick(1)
    assert world.journal.alarms() == ()
    world.tick(world.rules.watch_s)
    assert len(world.journal.alarms()) == 1


def test_the_tickers_threads_survive_a_bad_round_and_stop(world: World) -> None:
    rounds = []

    def work(_: float) -> int:
        rounds.append(1)
        if len(rounds) == 1:
            world.ticker.wake()
            raise Unavailable("gateway.disk-full")
        if world.states() == {"held": 1}:
            world.ticker.working.stop()
        return 0

    world.ticker.work = work  # type: ignore[method-assign]
    world.receive(make_object("1.1"))
    world.ticker.start()
    world.ticker.working.join(60)
    world.ticker.stop()
    assert len(rounds) >= 2
    assert world.states() == {"held": 1}


def test_after_a_round_that_failed_what_was_begun_is_started_again(world: World) -> None:
    failed = []

    def start(run: Run, lane: str) -> None:
        if not failed:
            failed.append(run)
            ticker.wake()
            raise Unavailable("gateway.disk-full")
        world.start(run, lane)
        ticker.working.stop()

    ticker = world.make_ticker(start)
    world.receive(make_object("1.1"))
    world.tick()
    world.clock.advance(world.rules.quiet_s)
    ticker.start()
    ticker.working.join(60)
    ticker.stop()
    assert world.runs == failed
    assert world.states() == {"acknowledged": 1}


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the product's log says."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure(stream, logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_no_mark_of_a_patient_is_in_the_log(world: World, said: io.StringIO) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError(f"cannot read {ANNA}")

    marks = (ANNA, "1.2.840.99", "Wang", "CT_AE", "CT1")
    world.receive(make_object("1.2.840.99.1", "1.2.840.99.2", patient=ANNA))
    world.receive(make_object("1.2.840.99.1", "1.2.840.99.2", patient=ANNA, pixel=1))
    world.receive(make_object("1.2.840.99.5", "1.2.840.99.6", patient=ANNA)[:-20])
    world.holders.envelope = broken  # type: ignore[method-assign]
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"held": 1, "conflict": 1, "refused": 1}
    del world.holders.envelope  # type: ignore[method-assign]
    world.settle(2)
    assert world.states() == {"acknowledged": 1, "conflict": 1, "refused": 1}
    assert "gateway.pack-acknowledged" in said.getvalue()
    assert "intake.failed" in said.getvalue()
    assert [mark for mark in marks if mark in said.getvalue()] == []
