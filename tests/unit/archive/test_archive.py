"""The archive: rows only with files, files swept without rows, every byte checked again."""

import pytest
import sqlalchemy as sa
from tests.unit.archive.making import keep, make_house, make_series, put, series_of

from yushan.base import Broken, Conflict, Leaving, PackId, SeriesUID, Unavailable
from yushan.engines.store import MemoryStore
from yushan.services.archive import Archive, ArchiveFault, Staged, totals
from yushan.services.archive.layout import pack_key, sidecar_key
from yushan.services.archive.tables import PACK, PART


def rows(database):
    with database.read() as tx:
        return [sorted(map(tuple, tx.execute(sa.select(table)).all())) for table in (PACK, PART)]


def test_an_admitted_pack_is_read_by_series(database, tmp_path):
    house = make_house(database, tmp_path)
    sidecar = keep(house)
    [found] = house.archive.series_sidecars(series_of(sidecar))
    assert found == sidecar
    second = found.instances[1]
    assert house.archive.read(PackId(found.pack), second.start, second.length) == b"two!"
    assert house.archive.series_sidecars(SeriesUID("2.25.1")) == []
    assert house.archive.local_path(PackId(found.pack)).is_file()


def test_late_instances_of_a_series_come_after_the_first(database, tmp_path):
    house = make_house(database, tmp_path)
    late = keep(house, contents=(b"late",), received_at="2026-12-02T00:00:00.000+00:00")
    first = keep(house)
    assert house.archive.series_sidecars(series_of(first)) == [first, late]
    with database.read() as tx:
        study, series = first.study_instance_uid, first.series_instance_uid
        found = house.archive.parts_among(tx, [series, "2.25.1"], [study, "2.25.2"])
        assert found == {series: 2, study: 2}
        assert house.archive.parts_among(tx, [], []) == {}


def test_what_is_put_and_not_admitted_is_not_there(database, tmp_path):
    house = make_house(database, tmp_path)
    data, sidecar = make_series()
    put(house, data, sidecar)
    put(house, data, sidecar)
    assert house.archive.series_sidecars(series_of(sidecar)) == []
    assert house.archive.stats().packs == 0
    assert house.archive.check().holds
    assert list(house.archive.stored()) == []


def test_files_without_a_row_are_swept_after_a_day_and_not_before(database, tmp_path):
    house = make_house(database, tmp_path)
    data, sidecar = make_series()
    put(house, data, sidecar)
    house.clock.advance(86_000)
    assert house.archive.sweep() == 0
    house.clock.advance(86_401)
    assert house.archive.sweep() == 1
    assert list(house.store.keys()) == []
    with database.begin() as tx, pytest.raises(Conflict, match=r"archive\.not-put"):
        house.archive.admit(tx, Staged(PackId(sidecar.pack), len(data), (sidecar,)))
    put(house, data, sidecar)
    with database.begin() as tx:
        house.archive.admit(tx, Staged(PackId(sidecar.pack), len(data), (sidecar,)))
    assert house.archive.check().holds


def test_a_row_is_never_made_for_files_that_are_leaving(database, tmp_path):
    house = make_house(database, tmp_path)
    data, sidecar = make_series()
    put(house, data, sidecar)
    with database.begin() as tx:  # a sweep that dies before it deletes anything
        tx.exec_driver_sql("update archive_intent set leaving = true")
    with database.begin() as tx, pytest.raises(Conflict, match=r"archive\.not-put"):
        house.archive.admit(tx, Staged(PackId(sidecar.pack), len(data), (sidecar,)))
    with pytest.raises(Unavailable, match=r"archive\.pack-leaving"):
        put(house, data, sidecar)
    assert house.archive.sweep() == 1
    put(house, data, sidecar)


def test_an_admission_that_is_rolled_back_leaves_the_files_to_be_swept(database, tmp_path):
    house = make_house(database, tmp_path)
    data, sidecar = make_series()
    put(house, data, sidecar)

    def die():
        with database.begin() as tx:
            house.archive.admit(tx, Staged(PackId(sidecar.pack), len(data), (sidecar,)))
            raise LookupError

    with pytest.raises(LookupError):
        die()
    assert house.archive.stats().packs == 0
    house.clock.advance(90_000)
    assert house.archive.sweep() == 1


def test_a_pack_is_admitted_once(database, tmp_path):
    house = make_house(database, tmp_path)
    keep(house)
    with pytest.raises(Conflict, match=r"archive\.pack-known"):
        keep(house)
    assert house.archive.stats().packs == 1


def agrees(house):
    """The sums are what the rows say."""
    with house.archive.db.read() as tx:
        assert house.archive.stats() == totals.counted(tx)


def test_sums_follow_what_comes_and_goes(database, tmp_path):
    house = make_house(database, tmp_path)
    agrees(house)
    first = keep(house)
    keep(house, contents=(b"late",), received_at="2026-12-02T00:00:00.000+00:00")
    keep(house, "s2", contents=(b"x",), subject="Q" * 16)
    agrees(house)
    for subject in ("Q" * 16, first.subject):
        with database.begin() as tx:
            house.archive.forget(tx, Leaving(subject=subject))
        agrees(house)
    assert house.archive.stats().packs == 0
    keep(house, "s3", contents=(b"y",))
    assert house.archive.check().holds
    with database.begin() as tx:
        tx.execute(sa.text("update archive_total set value = 9 where name = 'series'"))
    assert [one.code for one in house.archive.check().faults] == ["archive.sums-differ"]
    with database.begin() as tx:
        house.archive.clear(tx)
    agrees(house)


def test_stats_are_counted(database, tmp_path):
    house = make_house(database, tmp_path)
    first = keep(house)
    keep(house, contents=(b"late",), received_at="2026-12-02T00:00:00.000+00:00")
    keep(house, "s2", contents=(b"x",), subject="Q" * 16)
    found = house.archive.stats()
    assert (found.packs, found.series, found.instances, found.subjects) == (3, 2, 4, 2)
    assert found.bytes == sum(
        house.store.size(k) for k in house.store.keys("packs/") if k.endswith("zip")
    )
    assert len(first.instances) == 2


def test_the_index_is_rebuilt_from_packs_and_equals_it(database, tmp_path):
    house = make_house(database, tmp_path)
    for name in ("s1", "s2", "s3"):
        keep(house, name, contents=(name.encode(), b"x"))
    keep(house, contents=(b"late",), received_at="2026-12-02T00:00:00.000+00:00")
    before = rows(database)
    fresh = Archive(database, house.store, house.clock)
    with database.begin() as tx:
        fresh.clear(tx)
        for staged in fresh.stored():
            fresh.enter(tx, staged)
    assert rows(database) == before
    assert fresh.check().holds


def flip(house, key):
    path = house.store.local_path(key)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_the_deep_check_names_what_is_wrong(database, tmp_path):
    house = make_house(database, tmp_path)
    good, rotten, lost, torn, dull = (
        keep(house, name, contents=(name.encode() * 50,)) for name in ("a", "b", "c", "d", "e")
    )
    flip(house, pack_key(rotten.pack))
    house.store.delete(pack_key(lost.pack))
    flip(house, sidecar_key(torn.pack, 0))
    house.store.delete(sidecar_key(dull.pack, 0))
    house.store.put("packs/00/00/stray.zip", b"who put me here")
    report = house.archive.check()
    assert set(report.faults) == {
        ArchiveFault(
            "archive.pack-damaged",
            rotten.pack,
            "content",
            "00000.dcm",
            series_of(rotten),
            rotten.instances[0].sop_instance_uid,
        ),
        ArchiveFault("archive.pack-missing", lost.pack),
        ArchiveFault("archive.sidecar-damaged", torn.pack, series=series_of(torn)),
        ArchiveFault("archive.sidecar-damaged", dull.pack, series=series_of(dull)),
        ArchiveFault("archive.stray", "packs/00/00/stray.zip"),
    }
    assert good.pack not in {fault.pack for fault in report.faults}
    assert (report.packs, report.holds) == (5, False)
    with pytest.raises(Broken, match=r"archive\.pack-missing"):
        house.archive.read(PackId(lost.pack), 0, 1)


def test_the_deep_check_holds_rows_against_packs(database, tmp_path):
    house = make_house(database, tmp_path)
    one, two = keep(house, "a"), keep(house, "b", contents=(b"b",))
    with database.begin() as tx:
        tx.execute(sa.update(PACK).where(PACK.c.pack == one.pack).values(instances=9))
        tx.execute(sa.update(PART).where(PART.c.pack == two.pack).values(study_instance_uid="1.2"))
    assert set(house.archive.check().faults) == {
        ArchiveFault("archive.index-differs", one.pack),
        ArchiveFault("archive.index-differs", two.pack),
    }


def test_a_sidecar_that_leaves_a_member_out_is_named(database, tmp_path):
    house = make_house(database, tmp_path)
    data, sidecar = make_series()
    sidecar.instances.pop()
    put(house, data, sidecar)
    with database.begin() as tx:
        house.archive.admit(tx, Staged(PackId(sidecar.pack), len(data), (sidecar,)))
        tx.execute(sa.update(PACK).values(instances=2))
    assert house.archive.check().faults == (ArchiveFault("archive.sidecar-damaged", sidecar.pack),)


def test_a_store_without_files_is_checked_as_well(database, tmp_path):
    house = make_house(database, tmp_path)
    house.store = MemoryStore()
    house.archive = Archive(database, house.store, house.clock)
    sidecar = keep(house)
    assert house.archive.check().holds
    assert house.archive.local_path(PackId(sidecar.pack)) is None
    held = bytearray(house.store.held[pack_key(sidecar.pack)])
    held[45] ^= 1
    house.store.held[pack_key(sidecar.pack)] = bytes(held)
    assert not house.archive.check().holds


def test_what_an_attempt_left_behind_gives_way_to_the_next(database, tmp_path):
    house = make_house(database, tmp_path)
    data, old = make_series(policy="old words")
    put(house, data, old)
    _, new = make_series(policy="new words")
    put(house, data, new)
    with database.begin() as tx:
        house.archive.admit(tx, house.archive.staged(PackId(new.pack), 1))
    assert house.archive.series_sidecars(series_of(new)) == [new]
    with pytest.raises(Conflict, match=r"store\.other-bytes"):
        put(house, data, old)
    assert house.archive.series_sidecars(series_of(new)) == [new]


def test_a_forgotten_person_leaves_no_byte(database, tmp_path):
    house = make_house(database, tmp_path)
    gone = keep(house, "a", subject="Q" * 16)
    stays = keep(house, "b", contents=(b"b",))
    house.archive.series_sidecars(series_of(gone))
    with database.begin() as tx:
        assert house.archive.forget(tx, Leaving(subject="Q" * 16)).removed == 1
    assert house.archive.series_sidecars(series_of(gone)) == []
    assert house.archive.check().holds
    assert [staged.pack for staged in house.archive.stored()] == [stays.pack]
    assert house.archive.sweep() == 1
    assert all(gone.pack not in key for key in house.store.keys("packs/"))
    assert house.archive.series_sidecars(series_of(stays)) == [stays]


def test_sidecars_are_kept_at_hand_within_a_bound(database, tmp_path):
    house = make_house(database, tmp_path)
    house.archive.sidecars.limit = 3
    one, two = keep(house, "a"), keep(house, "b", contents=(b"b", b"c"))
    for sidecar in (one, two, one):
        [found] = house.archive.series_sidecars(series_of(sidecar))
        assert found == sidecar
        assert house.archive.sidecars.instances == 2
    again = house.archive.series_sidecars(series_of(one))[0]
    assert again is house.archive.series_sidecars(series_of(one))[0]
