"""People retry and release, with reason and second person; everything is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.gateway.making import Hospital, make_object

from yushan.base import Absent, Conflict, Rejected
from yushan.services.gateway import State

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database


@pytest.fixture
def hospital(database: Database, tmp_path: Path) -> Hospital:
    return Hospital(database, tmp_path)


def in_conflict(hospital: Hospital) -> tuple[int, int]:
    """Numbers of a quarantined first and of another of the same UID."""
    hospital.receive(make_object("1.1", patient="A"), make_object("1.2", patient="B"))
    hospital.journal.scan()
    hospital.quiet()
    hospital.receive(make_object("1.2", patient="A"))
    hospital.journal.scan()
    assert hospital.states() == {"quarantined": 2, "conflict": 1}
    _, first = hospital.journal.page(State.QUARANTINED)
    (other,) = hospital.journal.page(State.CONFLICT)
    return first.id, other.id


def test_a_corrected_object_takes_the_place_of_a_released_one(hospital: Hospital) -> None:
    wrong, right = in_conflict(hospital)
    handling = hospital.handling
    handling.release([wrong], who="lin", second="chen", reason="wrong patient at the console")
    handling.retry([right], who="lin", reason="corrected in the PACS")
    assert handling.retry_all(State.QUARANTINED, None, who="lin", reason="corrected") == 1
    assert hospital.states() == {"released-by-hand": 1, "received": 2}
    hospital.journal.scan()
    assert hospital.states() == {"released-by-hand": 1, "held": 2}
    assert hospital.quiet() == 1
    assert hospital.states() == {"released-by-hand": 1, "ready": 2}
    assert hospital.journal.closes()
    (act,) = handling.acts(wrong)
    assert (act.act, act.before, act.who, act.second) == ("release", "quarantined", "lin", "chen")


def test_a_conflict_retried_while_the_first_stands_is_a_conflict_again(hospital: Hospital) -> None:
    _, other = in_conflict(hospital)
    hospital.handling.retry([other], who="lin", reason="try")
    hospital.journal.scan()
    assert hospital.states() == {"quarantined": 2, "conflict": 1}


@pytest.mark.parametrize("second", ["", "  ", "lin", " lin "])
def test_release_needs_another_second_person(hospital: Hospital, second: str) -> None:
    number, _ = in_conflict(hospital)
    with pytest.raises(Rejected, match="second-person-missing"):
        hospital.handling.release([number], who="lin", second=second, reason="x")
    assert hospital.handling.acts(number) == ()


@pytest.mark.parametrize(("who", "reason"), [("", "x"), ("lin", ""), ("lin", " ")])
def test_acts_need_a_person_and_a_reason(hospital: Hospital, who: str, reason: str) -> None:
    number, _ = in_conflict(hospital)
    with pytest.raises(Rejected, match="reason-missing"):
        hospital.handling.retry([number], who=who, reason=reason)


def test_what_is_on_its_way_is_not_handled(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    (entry,) = hospital.journal.page(State.HELD)
    with pytest.raises(Conflict, match="not-to-retry"):
        hospital.handling.retry([entry.id], who="lin", reason="x")
    with pytest.raises(Conflict, match="not-to-release"):
        hospital.handling.release([entry.id], who="lin", second="chen", reason="x")
    with pytest.raises(Conflict, match="not-to-retry"):
        hospital.handling.retry_all(State.HELD, None, who="lin", reason="x")


def test_one_wrong_number_stops_the_whole_act(hospital: Hospital) -> None:
    number, other = in_conflict(hospital)
    with pytest.raises(Absent, match="object-absent"):
        hospital.handling.retry([number, other, 999], who="lin", reason="x")
    assert hospital.states() == {"quarantined": 2, "conflict": 1}


def test_a_retried_object_whose_file_is_gone_is_an_alarm(hospital: Hospital) -> None:
    number, _ = in_conflict(hospital)
    (path,) = hospital.spool.rglob("000002.dcm")
    path.unlink()
    hospital.handling.retry([number], who="lin", reason="x")
    hospital.journal.scan()
    assert hospital.states() == {"quarantined": 2, "conflict": 1}
    assert [alarm.code for alarm in hospital.journal.alarms()] == ["gateway.file-missing"]


def test_retry_by_reason_takes_only_that_reason(hospital: Hospital) -> None:
    hospital.receive(b"", b"some text that is no image " * 30)
    hospital.journal.scan()
    retried = hospital.handling.retry_all(
        State.REFUSED, "gateway.empty-file", who="lin", reason="x"
    )
    assert retried == 1
    assert hospital.states() == {"refused": 1, "received": 1}
