"""Over-removal: of what research needs and names nobody, next to nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spec.deid.keep import Wanted, located, lost, measure, read, sample
from tests.spec.deid.objects import ct, part10
from tests.spec.deid.stage import header_only

#: Share of the sample that may be lost.
MOST = 0.02


def test_the_sample_is_of_many_files_and_makers() -> None:
    rows = sample()
    assert len({one.file for one in rows}) > 50
    assert len(rows) > 2500
    assert {one.how for one in rows} == {"same", "there", "words"}


def test_a_loss_is_seen() -> None:
    before = read(part10(ct()))
    after = read(part10(ct(Rows=None, StudyDate=None, SeriesDescription=("LO", "5.0"))))
    for how, name, words in (
        ("same", "Rows", ""),
        ("there", "StudyDate", ""),
        ("words", "SeriesDescription", "Chest"),
    ):
        wanted = Wanted("", (), how, name, words)
        assert lost(before, after, wanted)
        assert not lost(before, before, wanted)


@pytest.mark.filterwarnings("ignore")
def test_next_to_nothing_that_research_needs_is_lost() -> None:
    outcome = measure(header_only)
    assert outcome.judged > 25
    assert outcome.rate < MOST, [(*one.wanted[:2], one.wanted.attribute) for one in outcome.lost]


def test_the_files_that_come_with_packages_are_found() -> None:
    files = {one.file for one in sample()}
    here = [file for file in files if located(file)]
    assert len(here) > 25
    assert located("zoo-nowhere/file.dcm") is None
    assert located("zoo-rt/ct.0.dcm", Path("/nowhere")) is None
