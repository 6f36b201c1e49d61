"""Series become batches when they are quiet; attempts fence each other; waits grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.gateway.making import Hospital, make_object

from yushan.base import Absent, Conflict
from yushan.services.gateway import Output, Rules, Run, Stage, State, backoff_s

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database


@pytest.fixture
def hospital(database: Database, tmp_path: Path) -> Hospital:
    return Hospital(database, tmp_path)


def begin(hospital: Hospital) -> Run:
    (last,) = hospital.batches.due(sending=100)
    return hospital.batches.begin(last)


def outputs(hospital: Hospital, run: Run) -> list[Output]:
    members = hospital.batches.members(run, State.READY)
    return [Output(one.object, 10, 1, None, None) for one in members]


def test_a_series_waits_until_it_is_quiet(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.clock.advance(hospital.rules.quiet_s - 1)
    assert hospital.batches.freeze() == 0
    hospital.receive(make_object("1.2"))
    hospital.journal.scan()
    hospital.clock.advance(hospital.rules.quiet_s - 1)
    assert hospital.batches.freeze() == 0
    hospital.clock.advance(1)
    assert hospital.batches.freeze() == 1
    assert hospital.states() == {"ready": 2}


def test_released_associations_shorten_the_wait(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.journal.end_association(hospital.associate().name)
    hospital.clock.advance(hospital.rules.quiet_released_s)
    assert hospital.batches.freeze() == 1


def test_a_release_is_known_even_before_the_journal_saw_the_association(
    hospital: Hospital,
) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.end_association(hospital.associate().name)
    hospital.journal.end_association("f" * 32)
    hospital.journal.scan()
    hospital.clock.advance(hospital.rules.quiet_released_s)
    assert hospital.batches.freeze() == 1
    (share,) = hospital.journal.accounting().by_device
    assert share.name[0] == "CT_AE"


def test_no_more_batches_are_taken_than_can_be_worked_on(
    database: Database, tmp_path: Path
) -> None:
    hospital = Hospital(database, tmp_path, Rules(batches_at_once=2))
    hospital.receive(*(make_object(f"1.{n}", f"2.{n}") for n in range(1, 4)))
    hospital.journal.scan()
    assert hospital.quiet() == 3
    first, second = hospital.batches.due(sending=0)
    run = hospital.batches.begin(first)
    hospital.batches.begin(second)
    assert hospital.batches.due(sending=0) == ()
    hospital.batches.hold(run, "consent.list-stale", 0.0)
    assert len(hospital.batches.due(sending=0)) == 1


def test_an_explicit_end_needs_no_wait_but_later_objects_do(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.journal.end_series("1.2.3")
    assert hospital.batches.freeze() == 1
    hospital.receive(make_object("1.2"))
    hospital.journal.scan()
    assert hospital.batches.freeze() == 0


def test_a_series_that_never_falls_quiet_is_taken_in_the_end(
    database: Database, tmp_path: Path
) -> None:
    hospital = Hospital(database, tmp_path, Rules(quiet_s=30, longest_s=100))
    frozen = 0
    for number in range(12):
        hospital.receive(make_object(f"1.{number + 1}"))
        hospital.journal.scan()
        hospital.clock.advance(10)
        frozen += hospital.batches.freeze()
    assert frozen == 1


def test_late_objects_make_another_batch(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    assert hospital.quiet() == 1
    hospital.receive(make_object("1.2"))
    hospital.journal.scan()
    assert hospital.quiet() == 1
    assert len(hospital.batches.due(sending=0)) == 2


def test_a_long_series_becomes_several_batches(database: Database, tmp_path: Path) -> None:
    hospital = Hospital(database, tmp_path, Rules(batch_instances=2))
    hospital.receive(*(make_object(f"1.{n}") for n in range(1, 6)))
    hospital.journal.scan()
    assert hospital.quiet() == 3
    assert hospital.states() == {"ready": 5}


def test_different_patients_in_one_series_are_quarantined(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1", patient="A"), make_object("1.2", patient="B"))
    hospital.receive(make_object("1.3", "1.9", patient="B"))
    hospital.journal.scan()
    assert hospital.quiet() == 1
    assert hospital.states() == {"quarantined": 2, "ready": 1}
    (reason,) = hospital.journal.accounting().reasons
    assert reason.reason == "gateway.patients-mixed"


def test_a_late_object_of_another_patient_is_quarantined(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1", patient="A"))
    hospital.journal.scan()
    hospital.quiet()
    hospital.receive(make_object("1.2", patient="B"))
    hospital.journal.scan()
    assert hospital.quiet() == 0
    assert hospital.states() == {"quarantined": 1, "ready": 1}


def test_objects_without_patient_id_belong_to_their_study(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1", patient="", study="1.77"))
    hospital.journal.scan()
    hospital.quiet()
    run = begin(hospital)
    assert hospital.batches.load(run).patient == "study:1.77"


def test_a_new_attempt_fences_the_old_one(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.quiet()
    first = begin(hospital)
    assert hospital.batches.due(sending=100) == ()
    hospital.clock.advance(hospital.rules.patience_s + 1)
    second = begin(hospital)
    assert second.attempt == first.attempt + 1
    with pytest.raises(Conflict, match="superseded"):
        hospital.batches.load(first)
    with pytest.raises(Conflict, match="superseded"):
        hospital.batches.clean(first, outputs(hospital, first), {})
    with pytest.raises(Conflict, match="superseded"):
        hospital.batches.begin(first)
    assert hospital.states() == {"ready": 1}
    assert hospital.batches.load(second).stage is Stage.FROZEN


def test_signs_of_life_keep_an_attempt(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.quiet()
    run = begin(hospital)
    for _ in range(3):
        hospital.clock.advance(hospital.rules.patience_s - 1)
        hospital.batches.load(run)
    assert hospital.batches.due(sending=100) == ()


def test_a_held_batch_comes_back_where_it_was(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"), make_object("1.2"))
    hospital.journal.scan()
    hospital.quiet()
    run = begin(hospital)
    hospital.batches.allow(run, "A" * 16)
    numbers = [one.object for one in hospital.batches.members(run, State.READY)]
    done = [Output(numbers[0], 10, 1, 2.0, None)]
    hospital.batches.clean(run, done, {numbers[1]: ("deid.burned-in", "deid.other")})
    assert hospital.states() == {"deidentified": 1, "quarantined": 1}
    hospital.batches.hold(run, "linkage.holders-unreachable", 0.5)
    assert hospital.states() == {"held": 1, "quarantined": 1}
    assert hospital.batches.due(sending=100) == ()
    hospital.clock.advance(hospital.rules.backoff_s)
    again = begin(hospital)
    assert hospital.states() == {"deidentified": 1, "quarantined": 1}
    ((attempt, output),) = hospital.batches.outputs(again)
    assert (attempt, output.object) == (run.attempt, numbers[0])
    (entry,) = hospital.journal.page(State.QUARANTINED)
    assert entry.reasons == ("deid.burned-in", "deid.other")


def test_a_batch_of_which_nothing_is_left_is_done(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.quiet()
    run = begin(hospital)
    hospital.batches.allow(run, "A" * 16)
    (member,) = hospital.batches.members(run, State.READY)
    hospital.batches.clean(run, [], {member.object: ("deid.burned-in",)})
    assert hospital.batches.load(run).stage is Stage.DONE
    hospital.clock.advance(1e6)
    assert hospital.batches.due(sending=100) == ()


def test_starting_over_forgets_results(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.quiet()
    run = begin(hospital)
    hospital.batches.allow(run, "A" * 16)
    hospital.batches.clean(run, outputs(hospital, run), {})
    hospital.batches.link(run, "ZQ==", linked=True)
    hospital.batches.start_over(run)
    assert hospital.batches.load(run).stage is Stage.ALLOWED
    assert hospital.batches.outputs(run) == ()
    assert hospital.states() == {"ready": 1}


def test_slices_come_in_the_order_of_number_then_position(hospital: Hospital) -> None:
    hospital.receive(*(make_object(f"1.{n}") for n in range(1, 6)))
    hospital.journal.scan()
    hospital.quiet()
    run = begin(hospital)
    hospital.batches.allow(run, "A" * 16)
    a, b, c, d, e = (one.object for one in hospital.batches.members(run, State.READY))
    places = [(a, None, 5.0), (b, 10.0, None), (c, 2.0, None), (d, None, None), (e, None, -5.0)]
    hospital.batches.clean(run, [Output(o, 1, 1, n, p) for o, n, p in places], {})
    assert [one.object for _, one in hospital.batches.outputs(run)] == [c, b, e, a, d]


def test_an_unknown_batch_is_absent(hospital: Hospital) -> None:
    with pytest.raises(Conflict, match="superseded"):
        hospital.batches.load(Run("0" * 32, 1))
    with pytest.raises(Absent, match="batch-absent"):
        hospital.batches.hold(Run("0" * 32, 1), "net.unreachable", 0.0)


def test_waits_double_up_to_a_bound_and_are_spread() -> None:
    rules = Rules(backoff_s=2.0, backoff_most_s=60.0)
    assert [backoff_s(n, rules, 1.0) for n in (1, 2, 3, 4)] == [2.0, 4.0, 8.0, 16.0]
    assert backoff_s(50, rules, 1.0) == 60.0
    assert backoff_s(3, rules, 0.0) == 4.0
