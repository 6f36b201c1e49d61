"""A step may run twice, lose its results or die: the next attempt makes the same."""

from __future__ import annotations

import pytest
from tests.flows.intaking import ANNA, World, quiet_series, sent, until
from tests.unit.gateway.making import make_object

from yushan.flows.intake import STEPS
from yushan.services.gateway import Run


@pytest.mark.parametrize("done", range(1, len(STEPS) + 1))
def test_each_step_does_nothing_the_second_time(world: World, done: int) -> None:
    quiet_series(world, make_object("1.1", patient=ANNA), make_object("1.2", patient=ANNA))
    run = until(world, *STEPS[:done])
    states, made = world.states(), len(world.holders.made)
    for name in STEPS[:done]:
        assert world.intake.take(name, run)
    assert world.states() == states
    assert len(world.holders.made) == made
    assert world.intake.run(run)
    assert world.states() == {"acknowledged": 2}


def test_damaged_results_are_made_again(world: World) -> None:
    quiet_series(world, make_object("1.1"))
    run = until(world, "consent", "clean", "link")
    (output,) = world.shop.root.rglob("*.dcm")
    output.write_bytes(output.read_bytes()[:-2] + b"xx")
    assert not world.intake.take("seal", run)
    assert world.states() == {"held": 1}
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_a_lost_work_folder_is_made_again(world: World) -> None:
    quiet_series(world, make_object("1.1", patient=ANNA))
    run = until(world, "consent", "clean")
    world.shop.clear(run)
    assert world.intake.take("link", run)
    assert world.holders.made[-1]["identity"] == ANNA
    assert not world.intake.take("seal", run)
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_a_lost_work_folder_and_lost_originals_never_go_unlinked(world: World) -> None:
    quiet_series(world, make_object("1.1", patient=ANNA))
    run = until(world, "consent", "clean")
    world.shop.clear(run)
    for path in world.spool.rglob("*.dcm"):
        path.unlink()
    assert not world.intake.take("link", run)
    world.settle(2)
    assert world.states() == {"quarantined": 1}
    assert world.commons.packs == {}


def test_a_damaged_pack_is_made_again(world: World) -> None:
    quiet_series(world, make_object("1.1"))
    run = until(world, "consent", "clean", "link", "seal")
    (pack,) = world.outbox.folder.iterdir()
    pack.write_bytes(b"x" * pack.stat().st_size)
    assert not world.intake.take("send", run)
    world.settle(2)
    assert world.states() == {"acknowledged": 1}
    assert len(sent(world)) == 1


def test_a_superseded_run_stops_without_a_trace(world: World) -> None:
    quiet_series(world, make_object("1.1"))
    old = until(world, "consent")
    world.clock.advance(world.rules.patience_s + 1)
    world.settle(1)
    assert world.states() == {"acknowledged": 1}
    assert not world.intake.run(old)
    assert world.states() == {"acknowledged": 1}


def test_a_run_that_died_is_started_again_with_a_new_number(world: World) -> None:
    quiet_series(world, make_object("1.1"))
    run = until(world, "consent", "clean")
    assert world.tick(world.rules.patience_s - 1) == 0
    assert world.tick(2) == 1
    assert world.runs == [Run(run.batch, run.attempt + 1)]
    assert world.states() == {"acknowledged": 1}


def test_an_attempt_begun_by_a_process_that_died_at_once_runs_in_the_next_life(
    world: World,
) -> None:
    died = world.make_ticker(lambda _run, _lane: None)  # begun, and never came to run
    world.receive(make_object("1.1"))
    died.tick(0.0)
    world.clock.advance(world.rules.quiet_s)
    assert died.tick(world.clock.monotonic()) == 1
    assert world.tick() == 0  # it is taken to be alive
    world.ticker.work_round()
    assert [run.attempt for run in world.runs] == [1]
    assert world.states() == {"acknowledged": 1}
    world.ticker.work_round()
    assert len(world.runs) == 1
