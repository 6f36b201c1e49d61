"""The table of states is complete, and moves follow it."""

from __future__ import annotations

import pytest

from yushan.base import Broken
from yushan.services.gateway import LIFE, Stage, State, can_follow, check_follow, diagram
from yushan.services.gateway.states import AT_STAGE

ENDS = {State.ACKNOWLEDGED, State.DUPLICATE, State.RELEASED_BY_HAND}


def reachable() -> set[State]:
    found, open_ = set(), [State.RECEIVED]
    while open_:
        state = open_.pop()
        if state not in found:
            found.add(state)
            open_ += LIFE[state][1]
    return found


def test_every_state_has_a_row_and_is_reachable() -> None:
    assert set(LIFE) == set(State) == reachable()


def test_only_ends_have_no_arrow() -> None:
    assert {state for state, (_, nexts) in LIFE.items() if not nexts} == ENDS


def test_from_every_other_state_there_is_a_way_to_an_end() -> None:
    good = set(ENDS)
    for _ in State:
        good |= {state for state, (_, nexts) in LIFE.items() if nexts & good}
    assert good == set(State)


def test_every_open_stage_has_its_place() -> None:
    assert set(AT_STAGE) == set(Stage) - {Stage.DONE}


def test_a_missing_arrow_is_our_fault() -> None:
    assert not can_follow(State.ACKNOWLEDGED, State.READY)
    with pytest.raises(Broken, match="arrow-missing"):
        check_follow(State.ACKNOWLEDGED, State.READY)


def test_the_diagram_names_every_state() -> None:
    drawn = diagram()
    assert drawn.startswith("stateDiagram-v2")
    for state in State:
        assert state.replace("-", "_") in drawn
