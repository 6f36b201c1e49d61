"""The scrubber: every pack within its period, faults kept at hand, orphans after a month."""

import pytest
import sqlalchemy as sa
from tests.unit.archive.making import keep, make_house, make_series, put

from yushan.base import Leaving
from yushan.services.archive import Scrubber
from yushan.services.archive import archive_queries as queries
from yushan.services.archive.layout import pack_key, sidecar_key
from yushan.services.archive.tables import ORPHAN

DAY = 86_400


def all_slices(scrubber):
    """Walk through every part of the store in which anything is or should be."""
    archive = scrubber.archive
    with archive.db.read() as tx:
        known = set(queries.pack_names(tx)) | set(tx.scalars(sa.select(ORPHAN.c.pack)))
    slices = {pack[:2] for pack in known} | {key[6:8] for key in archive.store.keys("packs/")}
    return sum(scrubber.walk(prefix) for prefix in sorted(slices))


def harm(house, pack):
    path = house.store.local_path(pack_key(pack))
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(bytes(data))


def test_packs_are_read_again_when_their_period_is_over_oldest_first(database, tmp_path):
    house = make_house(database, tmp_path)
    first = keep(house, "a")
    house.clock.advance(60)
    second = keep(house, "b", contents=(b"b" * 99,))
    scrubber = Scrubber(house.archive, days=10)
    assert scrubber.round() == 0
    harm(house, second.pack)
    house.clock.advance(10 * DAY - 30)
    assert scrubber.round() == 1  # the first one alone is due
    assert house.archive.scrubbed().faults == ()
    house.clock.advance(60)
    assert scrubber.round() == 1
    known = house.archive.scrubbed()
    assert [(one.pack, one.what) for one in known.faults] == [(second.pack, "content")]
    assert known.packs == 2
    assert known.oldest_at < known.newest_at
    assert scrubber.round() == 0
    assert first.pack not in {one.pack for one in known.faults}


def test_a_fault_that_was_mended_is_no_fault_any_more(database, tmp_path):
    house = make_house(database, tmp_path)
    sidecar = keep(house, contents=(b"a" * 99,))
    scrubber = Scrubber(house.archive)
    for _ in range(2):
        harm(house, sidecar.pack)
        scrubber.scrub(sidecar.pack)
    assert house.archive.scrubbed().faults == ()


def test_who_is_forgotten_leaves_nothing_in_what_the_scrubber_knows(database, tmp_path):
    house = make_house(database, tmp_path)
    sidecar = keep(house, subject="Q" * 16)
    harm(house, sidecar.pack)
    Scrubber(house.archive).scrub(sidecar.pack)
    assert house.archive.scrubbed().faults
    with database.begin() as tx:
        house.archive.forget(tx, Leaving(subject="Q" * 16))
    assert house.archive.scrubbed().faults == ()
    assert house.archive.scrubbed().packs == 0


def test_the_allowance_holds_over_rounds(database, tmp_path):
    house = make_house(database, tmp_path)
    for name in "abcd":
        keep(house, name, contents=(name.encode() * 1000,))
    house.clock.advance(91 * DAY)
    scrubber = Scrubber(house.archive, mib_s=1500 / (1 << 20), every_s=1.0)
    read = [scrubber.round() for _ in range(6)]
    assert sum(read) == 4
    assert max(read) == 2
    assert read[0] == 2


def test_a_pack_that_somebody_took_and_dropped_is_due_again_after_an_hour(database, tmp_path):
    house = make_house(database, tmp_path)
    sidecar = keep(house)
    house.clock.advance(91 * DAY)
    scrubber = Scrubber(house.archive)
    assert scrubber.claim() == sidecar.pack  # and the process dies
    assert Scrubber(house.archive).claim() is None
    house.clock.advance(3601)
    assert Scrubber(house.archive).round() == 1


def test_orphans_are_told_at_once_and_deleted_after_a_month(database, tmp_path):
    house = make_house(database, tmp_path)
    stays = keep(house, "a")
    coming, sidecar = make_series("b", contents=(b"b",))
    put(house, coming, sidecar)  # an admission is under way
    house.store.put("packs/0f/00/0f00.zip", b"who put me here")
    scrubber = Scrubber(house.archive)
    assert all_slices(scrubber) == 0
    assert [one.code for one in house.archive.scrubbed().faults] == ["archive.stray"]
    house.clock.advance(29 * DAY)
    assert all_slices(scrubber) == 0
    house.clock.advance(2 * DAY)
    assert all_slices(scrubber) == 1
    assert house.archive.scrubbed().orphans == 0
    left = {key.rsplit("/", 1)[1].split(".")[0] for key in house.store.keys("packs/")}
    assert left == {stays.pack, sidecar.pack}


def test_an_orphan_that_gets_a_row_is_none_any_more(database, tmp_path):
    house = make_house(database, tmp_path)
    sidecar = keep(house)
    with database.begin() as tx:
        tx.exec_driver_sql("delete from archive_pack")
    scrubber = Scrubber(house.archive)
    all_slices(scrubber)
    assert house.archive.scrubbed().orphans == 1
    with database.begin() as tx:
        house.archive.clear(tx)
        for staged in house.archive.stored():
            house.archive.enter(tx, staged)
    all_slices(scrubber)
    assert house.archive.scrubbed().orphans == 0
    assert sidecar.pack


@pytest.mark.parametrize("key", [pack_key, lambda pack: sidecar_key(pack, 0)])
def test_a_row_without_its_file_is_told_long_before_its_period_is_over(database, tmp_path, key):
    house = make_house(database, tmp_path)
    lost, stays = keep(house, "a"), keep(house, "b", contents=(b"b",))
    scrubber = Scrubber(house.archive)
    all_slices(scrubber)
    assert house.archive.scrubbed().faults == ()
    house.store.delete(key(lost.pack))
    all_slices(scrubber)
    [fault] = house.archive.scrubbed().faults
    assert fault.pack == lost.pack != stays.pack
    assert fault.code in {"archive.pack-missing", "archive.sidecar-damaged"}


def test_a_new_index_keeps_when_packs_were_read_and_what_was_not_read_is_due(database, tmp_path):
    house = make_house(database, tmp_path)
    sidecar = keep(house)
    read_at = house.archive.scrubbed().newest_at
    house.clock.advance(DAY)
    for known in (True, False):
        with database.begin() as tx:
            if not known:
                tx.exec_driver_sql("delete from archive_scrub")
            house.archive.clear(tx)
            for staged in house.archive.stored():
                house.archive.enter(tx, staged)
        assert house.archive.scrubbed().newest_at == (read_at if known else "")
        assert Scrubber(house.archive).claim() == (None if known else sidecar.pack)


def test_what_left_while_it_was_due_is_due_no_more(database, tmp_path):
    house = make_house(database, tmp_path)
    keep(house)
    with database.begin() as tx:
        house.archive.clear(tx)
    house.clock.advance(91 * DAY)
    assert Scrubber(house.archive).round() == 1
    assert house.archive.scrubbed().packs == 0
