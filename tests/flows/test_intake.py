"""From spool to receipt: each step, what holds it, what ends it."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest
from tests.flows.intaking import ANNA, BEN, KEYS, World
from tests.unit.gateway.making import make_object

from yushan.base import Rejected, Unavailable
from yushan.domain.deid import site_offset_days, site_pseudonym
from yushan.domain.dicom import summarize
from yushan.domain.packs import read_members
from yushan.engines.observe import configure
from yushan.flows.intake import STEPS
from yushan.services.gateway import Rules, Run, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.engines.database import Database


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path)


def sent(world: World) -> list[bytes]:
    """All members of all packs that the commons has a receipt for."""
    found = []
    for pack in world.commons.receipts:
        data = bytes(world.commons.bytes[pack])
        found += [data[m.start : m.start + m.length] for m in read_members(data)]
    return found


def test_a_quiet_series_becomes_an_acknowledged_pack(world: World) -> None:
    world.receive(*(make_object(f"1.{n}", number=10 - n, patient=ANNA) for n in range(1, 6)))
    assert world.tick() == 0
    assert world.tick(world.rules.quiet_s) == 1
    assert world.states() == {"acknowledged": 5}
    assert world.journal.closes()
    (manifest,) = world.commons.packs.values()
    subject = site_pseudonym(KEYS, ANNA)
    assert (manifest.subject, manifest.instances, manifest.linked) == (subject, 5, True)
    shown = [summarize(data) for data in sent(world)]
    assert [one.instance_number for one in shown] == [5, 6, 7, 8, 9]
    assert {one.patient_id for one in shown} == {subject}
    (said,) = world.holders.made
    assert said["identity"] == ANNA
    assert said["offset_days"] == site_offset_days(KEYS, subject)
    assert said["consent_token"] == f"token of {ANNA}"
    assert said["aad"].splitlines()[1:] == ["h1", subject]
    assert list(world.shop.root.iterdir()) == []
    assert list(world.outbox.folder.iterdir()) == []


def test_no_identifier_of_origin_is_in_what_was_sent(world: World) -> None:
    world.receive(make_object("1.2.840.99.1", "1.2.840.99.2", study="1.2.840.99", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    (data,) = sent(world)
    for mark in (b"1.2.840.99", ANNA.encode(), b"Wang", b"CT1"):
        assert mark not in data
    assert all(mark not in str(world.commons.packs) for mark in ("1.2.840.99", ANNA))


def test_a_person_without_number_goes_unlinked(world: World) -> None:
    world.receive(make_object("1.1", patient="MR-77"))
    world.tick()
    world.tick(world.rules.quiet_s)
    (manifest,) = world.commons.packs.values()
    assert not manifest.linked
    assert world.office.asked == []
    assert world.holders.made[0]["identity"] is None


def test_opted_out_objects_stay_in_the_hospital(world: World) -> None:
    world.office.against.add(b"token of " + ANNA.encode())
    world.receive(make_object("1.1", patient=ANNA))
    world.receive(make_object("1.2", "1.9", patient=BEN))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"opted-out": 1, "acknowledged": 1}
    assert len(world.commons.packs) == 1
    assert not list(world.shop.root.iterdir())


def test_a_withdrawal_between_stage_1_and_sending_stops_the_pack(world: World) -> None:
    world.commons.up = False
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"packed": 1}
    world.office.against.add(b"token of " + ANNA.encode())
    world.commons.up = True
    world.settle(3)
    assert world.states() == {"opted-out": 1}
    assert world.commons.packs == {}
    assert list(world.outbox.folder.iterdir()) == []
    assert world.journal.closes()


@pytest.mark.parametrize("trouble", ["fresh", "up"])
def test_without_consent_everything_is_held_and_comes_back(world: World, trouble: str) -> None:
    setattr(world.office, trouble, False)
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"held": 1}
    (reason,) = world.journal.accounting().reasons
    assert reason.reason.startswith("consent.")
    world.tick(0.1)
    assert len(world.runs) == 1
    setattr(world.office, trouble, True)
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_a_list_that_goes_stale_before_sending_keeps_the_pack(world: World) -> None:
    world.commons.up = False
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    world.commons.up, world.office.fresh = True, False
    world.settle(2)
    assert world.states() == {"packed": 1}
    assert world.commons.packs == {}
    world.office.fresh = True
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_without_key_holders_cleaned_objects_are_held_and_cleaned_once(world: World) -> None:
    world.holders.up = False
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"held": 1}
    outputs = list(world.shop.root.rglob("*.dcm"))
    assert len(outputs) == 1
    before = outputs[0].stat().st_mtime_ns
    world.settle(2)
    assert outputs[0].stat().st_mtime_ns == before
    world.holders.up = True
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_a_commons_down_for_a_day_loses_nothing(world: World) -> None:
    world.commons.up = False
    for series in range(1, 6):
        world.receive(make_object(f"1.{series}", f"2.{series}", patient=f"P{series}"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"packed": 5}
    calls = world.commons.calls
    for _ in range(24 * 12):
        world.tick(300)
    probes = world.commons.calls - calls
    assert 200 <= probes <= 24 * 12 * 2
    world.commons.up = True
    world.settle(3)
    assert world.states() == {"acknowledged": 5}
    assert len(world.commons.receipts) == 5


def test_different_national_numbers_in_one_series_are_quarantined(world: World) -> None:
    same = {"patient": "CHART-1"}
    one = make_object("1.1", **same, other=ANNA)
    two = make_object("1.2", **same, other=BEN)
    world.receive(one, two)
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"quarantined": 2}
    (reason,) = world.journal.accounting().reasons
    assert reason.reason == "gateway.identities-mixed"
    assert world.holders.made == []


def test_what_cannot_be_proven_safe_is_quarantined_and_the_rest_goes(world: World) -> None:
    world.receive(make_object("1.1"), make_object("1.2", burned="YES"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 1, "quarantined": 1}
    (entry,) = world.journal.page(State.QUARANTINED)
    assert entry.reasons
    assert all(reason.startswith(("deid.", "verifier.")) for reason in entry.reasons)


def test_an_object_that_kills_its_child_is_set_aside_alone(world: World) -> None:
    world.receive(*(make_object(f"1.{n}") for n in range(1, 8)))
    world.workers.dies = lambda function, path: function == "clean" and path.endswith("5.dcm")
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 6, "quarantined": 1}
    (entry,) = world.journal.page(State.QUARANTINED)
    assert (entry.file, entry.reasons) == ("000005.dcm", ("sandbox.child-died",))


def test_an_object_that_cannot_be_looked_at_does_not_go_though_stage_1_could(
    world: World,
) -> None:
    world.receive(make_object("1.1"), make_object("1.2"))
    world.workers.dies = lambda function, path: function == "look" and path.endswith("2.dcm")
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 1, "quarantined": 1}


def test_a_file_that_changed_or_vanished_in_the_spool_is_quarantined(world: World) -> None:
    world.receive(make_object("1.1"), make_object("1.2"), make_object("1.3"))
    world.tick()
    one, two, _ = sorted(world.spool.rglob("*.dcm"))
    one.write_bytes(make_object("1.1", pixel=9))
    two.unlink()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 1, "quarantined": 2}
    reasons = {one.reason for one in world.journal.accounting().reasons}
    assert reasons == {"gateway.file-changed", "gateway.file-missing"}


def test_late_objects_go_as_another_pack(world: World) -> None:
    world.receive(make_object("1.1"))
    world.tick()
    world.tick(world.rules.quiet_s)
    world.receive(make_object("1.2"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 2}
    assert len(world.commons.receipts) == 2


def until(world: World, *steps: str) -> Run:
    """A batch taken through some steps and left there."""
    (last,) = world.batches.due(sending=100)
    run = world.batches.begin(last)
    for name in steps:
        assert world.intake.take(name, run)
    return run


def quiet_series(world: World, *objects: bytes) -> None:
    world.receive(*objects)
    world.journal.scan()
    world.quiet()


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


def test_a_refusing_commons_holds_only_its_pack(world: World) -> None:
    def refuse(_: object) -> object:
        raise Rejected("exchange.no")

    quiet_series(world, make_object("1.1"))
    offer = world.commons.offer
    world.commons.offer = refuse  # type: ignore[method-assign,assignment]
    world.tick()
    assert world.states() == {"packed": 1}
    assert world.outbox.may_send() > 1
    world.commons.offer = offer  # type: ignore[method-assign]
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_nothing_is_sent_while_the_sum_does_not_close(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.commons.up = False
    quiet_series(world, make_object("1.1"))
    world.tick()
    world.commons.up = True
    monkeypatch.setattr(world.journal, "closes", lambda: False)
    world.settle(3)
    assert world.states() == {"packed": 1}
    monkeypatch.undo()
    world.settle(1)
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


def test_a_long_series_in_small_batches_keeps_its_order(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path, Rules(batch_instances=4, piece_bytes=1000))
    world.receive(*(make_object(f"1.{n}", number=n) for n in range(1, 11)))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 10}
    assert sorted(one.instances for one in world.commons.packs.values()) == [2, 4, 4]


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
