"""The change feed: numbers without gaps, in the order of commits, whoever writes at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.archive.making import keep, make_house, make_series, put, series_of

from yushan.base import Leaving, PackId
from yushan.flows.rebuild import rebuild_index
from yushan.services.archive import ChangeKind
from yushan.services.catalogue import Catalogue

LATER = "2026-12-02T00:00:00.000+00:00"


def told(house, after=0, limit=100):
    return [
        (one.sequence, one.kind.value, one.version) for one in house.archive.changes(after, limit)
    ]


def test_the_feed_tells_of_new_added_and_gone_series(database, tmp_path):
    house = make_house(database, tmp_path)
    first = keep(house, "a", subject="Q" * 16)
    late = keep(house, "a", contents=(b"late",), received_at=LATER, version=2, subject="Q" * 16)
    keep(house, "b", contents=(b"b",))
    assert told(house) == [(1, "created", 1), (2, "replaced", 2), (3, "created", 1)]
    one, two, _ = house.archive.changes()
    assert (one.series, one.study, one.pack) == (
        first.series_instance_uid, first.study_instance_uid, first.pack)  # fmt: skip
    assert two.pack == late.pack
    assert told(house, 1, 1) == [(2, "replaced", 2)]
    with database.begin() as tx:
        house.archive.forget(tx, Leaving(subject="Q" * 16))
    assert told(house) == [(1, "gone", 0), (2, "gone", 0), (3, "created", 1), (4, "deleted", 0)]
    assert house.archive.changes(3)[0].series == first.series_instance_uid
    assert house.archive.feed()[1] == 4


def test_a_series_that_is_gone_is_named_for_ninety_days_and_not_longer(database, tmp_path):
    house = make_house(database, tmp_path)
    gone = keep(house, "a", subject="Q" * 16)
    with database.begin() as tx:
        house.archive.forget(tx, Leaving(subject="Q" * 16))
    house.clock.advance(89 * 86_400)
    house.archive.sweep()
    assert house.archive.changes(1)[0].series == series_of(gone)
    house.clock.advance(2 * 86_400)
    house.archive.sweep()
    assert [one.kind for one in house.archive.changes()] == [ChangeKind.GONE] * 2
    assert {one.series + one.study + one.pack for one in house.archive.changes()} == {""}


def test_what_is_rolled_back_leaves_no_gap(database, tmp_path):
    house = make_house(database, tmp_path)
    data, sidecar = make_series("a")
    put(house, data, sidecar)
    staged = house.archive.staged(PackId(sidecar.pack), 1)

    def die():
        with database.begin() as tx:
            house.archive.admit(tx, staged)
            raise LookupError

    with pytest.raises(LookupError):
        die()
    keep(house, "b", contents=(b"b",))
    assert told(house) == [(1, "created", 1)]


def test_who_follows_while_many_write_misses_nothing(database, tmp_path):
    """A reader that goes on from the last number it saw sees every one, each once."""
    house = make_house(database, tmp_path)
    made = []
    for number in range(24):
        data, sidecar = make_series(f"s{number}", contents=(f"{number}".encode(),))
        put(house, data, sidecar)
        made.append(house.archive.staged(PackId(sidecar.pack), 1))
    seen, over = [], threading.Event()

    def follow():
        while True:
            last = over.is_set()
            seen.extend(house.archive.changes(seen[-1].sequence if seen else 0, 5))
            if last and len(seen) == house.archive.feed()[1]:
                return

    def write(place, staged):
        with database.begin() as tx:
            house.archive.admit(tx, staged)
            if place % 5 == 0:
                tx.rollback()

    with ThreadPoolExecutor(5) as pool:
        following = pool.submit(follow)
        writing = [pool.submit(write, *one) for one in enumerate(made)]
        for one in writing:
            one.exception()
        over.set()
        following.result(30)
    assert [one.sequence for one in seen] == list(range(1, len(seen) + 1))
    committed = {staged.pack for place, staged in enumerate(made) if place % 5}
    assert {one.pack for one in seen} == committed


def test_an_index_made_anew_tells_only_what_differs(database, tmp_path):
    house = make_house(database, tmp_path)
    lost, stays = keep(house, "a"), keep(house, "b", contents=(b"b",))
    catalogue = Catalogue(database)
    rebuild_index(database, house.archive, catalogue, house.ledger)
    assert house.archive.feed()[1] == 2
    with database.begin() as tx:  # the database lost a pack, and holds one that the store lost
        tx.exec_driver_sql(f"delete from archive_part where pack = '{lost.pack}'")
        tx.exec_driver_sql(f"delete from archive_pack where pack = '{lost.pack}'")
    for key in [key for key in house.store.keys("packs/") if stays.pack in key]:
        house.store.delete(key)
    rebuild_index(database, house.archive, catalogue, house.ledger)
    assert told(house, 2) == [(3, "deleted", 0), (4, "created", 1)]
