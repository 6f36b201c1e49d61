"""Encryption at rest: nothing readable lies on the disk, and a destroyed key is a deletion."""

import pytest
import sqlalchemy as sa
from tests.unit.archive.making import NORTH, keep, make_house, put, series_of, upload
from tests.unit.archive.test_archive import make_series
from tests.unit.packs.packing import make_pack

from yushan.base import Absent, Conflict, Leaving, PackId, Rejected
from yushan.engines.keys import Wrapper
from yushan.services.archive import Archive, Keyring, SealedStore
from yushan.services.archive.layout import pack_key, sidecar_key
from yushan.services.archive.tables import KEY

MARK = b"MARKED-BYTES-OF-A-PERSON"


def on_disk(folder):
    return {
        path.name: path.read_bytes() for path in (folder / "store").rglob("*") if path.is_file()
    }


def test_nothing_lies_plain_in_the_store_and_all_is_read_as_before(database, tmp_path):
    house = make_house(database, tmp_path, sealed=True)
    sidecar = keep(house, contents=(MARK * 5000, b"two!"), modality="MARKED")
    [found] = house.archive.series_sidecars(series_of(sidecar))
    assert found == sidecar
    first, second = found.instances
    assert house.archive.read(PackId(found.pack), first.start, first.length) == MARK * 5000
    assert house.archive.read(PackId(found.pack), first.start + 70_000, 24) in MARK * 2
    assert house.archive.read(PackId(found.pack), second.start, 4) == b"two!"
    files = on_disk(tmp_path)
    assert all(name.endswith(".sealed") for name in files)
    assert not any(MARK in data or b"\x28\xb5\x2f\xfd" in data[:4] for data in files.values())
    assert house.archive.local_path(PackId(found.pack)) is None
    assert house.archive.check().holds
    assert [staged.pack for staged in house.archive.stored()] == [sidecar.pack]


def test_a_pack_and_its_sidecars_have_a_key_of_their_own_and_lose_it_when_they_leave(
    database, tmp_path
):
    house = make_house(database, tmp_path, sealed=True)
    gone, stays = keep(house, "a", subject="Q" * 16), keep(house, "b", contents=(b"b",))
    with database.read() as tx:
        assert set(tx.scalars(sa.select(KEY.c.name))) == {gone.pack, stays.pack}
    with database.begin() as tx:
        forgotten = house.archive.forget(tx, Leaving(subject="Q" * 16))
    assert (forgotten.keys, len(forgotten.keys_digest)) == (1, 64)
    assert any(gone.pack in name for name in on_disk(tmp_path))  # before any sweep
    for key in (pack_key(gone.pack), sidecar_key(gone.pack, 0)):
        with pytest.raises(Absent, match=r"archive\.key-destroyed"):
            house.store.get(key)
    assert house.archive.sweep() == 1
    assert not any(gone.pack in name for name in on_disk(tmp_path))
    assert house.archive.check().holds


def test_what_was_never_admitted_loses_its_key_with_its_files(database, tmp_path):
    house = make_house(database, tmp_path, sealed=True)
    data, sidecar = make_series()
    put(house, data, sidecar)
    put(house, data, sidecar)
    house.clock.advance(90_000)
    assert house.archive.sweep() == 1
    assert house.store.keyring.wrappers() == {}
    assert on_disk(tmp_path) == {}


def test_other_bytes_are_refused_and_the_same_are_fine(database, tmp_path):
    house = make_house(database, tmp_path, sealed=True)
    house.store.put("packs/aa/bb/one.zip", b"one")
    house.store.put("packs/aa/bb/one.zip", b"one")
    file = tmp_path / "file"
    file.write_bytes(b"one")
    house.store.put("packs/aa/bb/one.zip", file)
    for other in (b"two", b"longer"):
        file.write_bytes(other)
        for source in (other, file):
            with pytest.raises(Conflict, match=r"store\.other-bytes"):
                house.store.put("packs/aa/bb/one.zip", source)
    assert list(tmp_path.glob("*.sealed")) == []
    assert house.store.size("packs/aa/bb/one.zip") == 3


def test_quarantined_instances_are_sealed_and_go_with_their_key(database, tmp_path):
    house = make_house(database, tmp_path, sealed=True)
    _, data = make_pack(MARK, b"two")
    incoming = house.admissions.incoming(NORTH, PackId(upload(house, data).pack))
    house.admissions.set_aside(incoming, "Q" * 16, {"00000.dcm": ["verifier.name"]})
    assert not any(MARK in held for held in on_disk(tmp_path).values())
    with database.begin() as tx:
        assert house.admissions.forget(tx, Leaving(subject="Q" * 16)).keys == 1
    house.admissions.send_off()
    assert on_disk(tmp_path) == {}


def test_keys_are_wrapped_again_under_a_new_secret_and_the_old_one_opens_nothing(
    database, tmp_path
):
    house = make_house(database, tmp_path, sealed=True)
    sidecar = keep(house)
    both = Keyring(database, house.clock, Wrapper([b"n" * 32, b"w" * 32]))
    assert both.rewrap() == 1
    assert both.rewrap() == 0
    assert list(both.wrappers()) == [both.wrapper.name]
    new = Keyring(database, house.clock, Wrapper([b"n" * 32]))
    archive = Archive(database, SealedStore(house.store.inner, new), house.clock, new)
    assert archive.series_sidecars(series_of(sidecar)) == [sidecar]
    old = Keyring(database, house.clock, Wrapper([b"w" * 32]))
    with pytest.raises(Rejected, match=r"keys\.wrap-unknown"):
        old.of(sidecar.pack)


def test_a_key_destroyed_elsewhere_is_forgotten_within_a_minute(database, tmp_path):
    house = make_house(database, tmp_path, sealed=True)
    sidecar = keep(house)
    assert house.store.keyring.of(sidecar.pack)
    with database.begin() as tx:
        tx.execute(sa.delete(KEY))
    house.clock.advance(61)
    assert house.store.keyring.of(sidecar.pack) is None


def test_an_archive_that_was_plain_is_sealed_file_by_file(database, tmp_path):
    plain = make_house(database, tmp_path)
    sidecar = keep(plain, contents=(MARK, b"two"))
    house = make_house(database, tmp_path, sealed=True)
    assert house.archive.series_sidecars(series_of(sidecar)) == [sidecar]  # read as it lies
    assert [house.store.seal(key) for key in list(house.store.keys("packs/"))] == [True, True]
    assert [house.store.seal(key) for key in list(house.store.keys("packs/"))] == [False, False]
    assert not any(MARK in data for data in on_disk(tmp_path).values())
    house.archive.sidecars.drop(sidecar.pack)
    assert house.archive.series_sidecars(series_of(sidecar)) == [sidecar]
    assert house.archive.check().holds
