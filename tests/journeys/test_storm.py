"""Roles are killed at random while hospitals send: nothing is lost and nothing is twice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.journeys.storm import Storm, Weather

if TYPE_CHECKING:
    from tests.journeys.house import House


pytestmark = pytest.mark.slow

SEED = int(os.environ.get("YUSHAN_STORM_SEED", "11"))


def test_no_kill_loses_or_doubles_an_instance(house: House) -> None:
    storm = Storm(house, Weather(SEED, kills=5, instances=160, calm_s=(0.5, 4.0)))
    outcome = storm.run()
    print(outcome.line())
    assert outcome.faults == ()
    assert outcome.hit.total() == 5
