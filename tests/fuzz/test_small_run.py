"""A small seeded run: every input comes to one end, with no word, no partial file, no exception."""

from __future__ import annotations

import pytest

from tests.fuzz.run import Options, run
from tests.fuzz.trial import mutated


def test_the_same_number_gives_the_same_input() -> None:
    assert mutated(3, 77) == mutated(3, 77)
    assert len({mutated(3, number)[1] for number in range(30)}) > 25


@pytest.mark.filterwarnings("ignore")
def test_every_mutated_file_comes_to_one_end() -> None:
    report = run(
        Options(seed=20, count=150, seconds=240.0)
    )  # a machine that does much else is slow
    assert report.faults == {}
    assert report.closes
    assert report.kinds["released"] > 5
    assert report.peak_kib < 512 * 1024
    assert report.slowest[0] < 10
