"""Sums of the cube: right on every edge, exact for some, protected for everybody."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from tests.unit.catalogue.making import make_catalogue, make_sidecar
from tests.unit.catalogue.test_search import add, some_studies

from yushan.base import Leaving
from yushan.domain.statistics import RULES
from yushan.services.catalogue import ALL, EACH, EACH_YEAR, Slice

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=2)


@pytest.fixture
def filled(database):
    return make_catalogue(database, *some_studies())


def by_hand(catalogue, site, month, part):
    """The same sums from the cube."""
    found = {}
    for one in catalogue.cube():
        cell = one.cell
        if (site in (ALL, cell.site) and part in (ALL, cell.body_part)
                and (month == ALL or cell.month.startswith(month))):  # fmt: skip
            found[cell.row] = found[cell.row] + one.counts if cell.row in found else one.counts
    return found


def test_every_edge_adds_up(filled):
    with filled.db.begin() as tx:
        filled.forget(tx, Leaving(subject="C" * 16))
    sites, months, parts = (ALL, "north", "south"), (ALL, "2026", "2026-03"), (ALL, "CHEST", "")
    for site, month, part in product(sites, months, parts):
        found = filled.figures.sums(Slice(site, month, part), exact=True)
        assert {one.cell.row: one.counts for one in found} == by_hand(filled, site, month, part)


def test_each_value_of_an_edge_and_some_rows(filled):
    months = filled.figures.sums(Slice(month=EACH), ("CT",), exact=True)
    assert [one.cell.month for one in months] == sorted(
        {f"2026-{n % 9 + 1:02d}" for n in range(0, 40, 4)}
    )
    years = filled.figures.sums(Slice(month=EACH_YEAR), ("CT",), exact=True)
    assert [(one.cell.month, one.counts.studies) for one in years] == [("2026", 10)]
    sites = filled.figures.sums(Slice(site=EACH, body_part=EACH), exact=True)
    assert {(str(one.cell.site), one.cell.body_part) for one in sites} == {
        (site, part) for site in ("north", "south") for part in ("", "CHEST", "HEAD")
        if (site == "south") == (part == "CHEST")
    } | {("north", ""), ("south", "")}  # fmt: skip


def test_everybody_sees_steps_that_add_up_on_every_edge(filled):
    assert filled.figures.shown(NOON).studies == 40
    whole = filled.figures.sums(Slice(), exact=False)
    assert sum(one.counts.studies for one in whole) // RULES.step == 48 // RULES.step
    for edge in ("site", "body_part", "month"):
        parts = filled.figures.sums(Slice(**{edge: EACH}), exact=False)
        for name in ("studies", "series", "instances", "bytes"):
            assert sum(getattr(one.counts, name) for one in parts) == sum(
                getattr(one.counts, name) for one in whole
            )
        assert all(one.counts.studies % RULES.step == 0 for one in parts)


def test_who_comes_alone_is_not_seen_to_come(filled):
    before = filled.figures.shown(NOON)
    table = filled.figures.sums(Slice(site=EACH), exact=False)
    add(filled, make_sidecar("alone", "a", instances=900))
    assert filled.figures.shown(LATER) == before
    assert filled.figures.sums(Slice(site=EACH), exact=False) == table
    for n in range(4):
        add(filled, make_sidecar(f"more{n}", "a"))
    assert filled.figures.shown(NOON + timedelta(hours=1)) == before
    after = filled.figures.shown(LATER)
    assert (after.number, after.studies) == (2, 45)


def test_a_small_collection_shows_nothing_yet(database):
    catalogue = make_catalogue(database, *some_studies()[:3])
    shown = catalogue.figures.shown(NOON)
    assert (shown.subjects, shown.studies) == (0, 0)
    assert catalogue.figures.sums(Slice(), exact=False) == []


def test_more_images_of_the_same_studies_are_shown_a_day_later(filled):
    filled.figures.shown(NOON)
    add(filled, make_sidecar("st1", "many", instances=500, modality="MR", subject="B" * 16,
                             received="2026-12-05"))  # fmt: skip
    assert filled.figures.shown(LATER).number == 2
    whole = filled.figures.sums(Slice(), ("MR",), exact=False)
    assert sum(one.counts.instances for one in whole) >= 500
