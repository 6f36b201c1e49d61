"""A planted change in any byte of the archive is found, and its place is named."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.databases import make_database
from tests.unit.archive.making import keep, make_house, make_series, put, series_of

from yushan.base import Absent, PackId
from yushan.domain.packs import member_name
from yushan.engines.store import MemoryStore
from yushan.services.archive import ArchiveFault
from yushan.services.archive.checking import check_pack, rows_of
from yushan.services.archive.layout import pack_key, sidecar_key
from yushan.services.archive.sealed import END

CONTENTS = (b"a" * 150_000, b"b", bytes(range(256)) * 9, b"dd" * 40_000)
CHUNK = 65_536


class Kit:
    """One pack in a store of memory, plain or sealed; bytes are changed under its feet."""

    def __init__(self, database, folder, *, sealed):
        house = make_house(database, folder, sealed=sealed)
        self.held = MemoryStore()
        if sealed:
            house.store.inner = self.held
        else:
            house.store = house.archive.store = house.archive.sidecars.store = self.held
        self.sidecar = keep(house, contents=CONTENTS)
        self.store, self.end = house.store, END if sealed else ""
        self.record, self.parts = rows_of(database, self.sidecar.pack)

    def check_with(self, key, at, change):
        """Faults while one byte of a file differs."""
        key += self.end
        whole = self.held.held[key]
        changed = bytearray(whole)
        at %= len(changed)
        changed[at] ^= change
        self.held.held[key] = bytes(changed)
        try:
            return at, check_pack(self.store, self.record, self.parts)
        finally:
            self.held.held[key] = whole

    def expected(self, at):
        """(what, member) of a place in the plain pack."""
        for place, entry in enumerate(self.sidecar.instances):
            if at < entry.start:
                return "header", member_name(place)
            if at < entry.start + entry.length:
                return "content", member_name(place)
        return "directory", ""


PLACES = st.integers(0, 1 << 40)
CHANGES = st.integers(1, 255)
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def make_kit(folder, *, sealed):
    database = make_database(folder / "role.db", "services.archive", "services.ledger")
    return Kit(database, folder, sealed=sealed)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return make_kit(tmp_path_factory.mktemp("plain"), sealed=False)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    return make_kit(tmp_path_factory.mktemp("sealed"), sealed=True)


@QUIET
@given(at=PLACES, change=CHANGES)
def test_a_change_in_a_pack_is_named_by_member_and_instance(plain, at, change):
    at, faults = plain.check_with(pack_key(plain.sidecar.pack), at, change)
    [fault] = faults
    assert (fault.code, fault.pack) == ("archive.pack-damaged", plain.sidecar.pack)
    assert (fault.what, fault.member) == plain.expected(at)
    if fault.member:
        instance = plain.sidecar.instances[int(fault.member[:5])]
        assert fault.instance == instance.sop_instance_uid
        assert fault.series == series_of(plain.sidecar)


@QUIET
@given(at=PLACES, change=CHANGES)
def test_a_change_in_a_sidecar_is_named_by_its_series(plain, at, change):
    _, faults = plain.check_with(sidecar_key(plain.sidecar.pack, 0), at, change)
    assert faults[0] == ArchiveFault(
        "archive.sidecar-damaged", plain.sidecar.pack, series=series_of(plain.sidecar)
    )


@QUIET
@given(at=PLACES, change=CHANGES, beside=st.booleans())
def test_a_change_in_a_sealed_file_is_found_and_named(sealed, at, change, beside):
    pack = sealed.sidecar.pack
    key = sidecar_key(pack, 0) if beside else pack_key(pack)
    at, faults = sealed.check_with(key, at, change)
    assert {fault.pack for fault in faults} == {pack}
    if beside:
        assert faults[0].code == "archive.sidecar-damaged"
    elif at >= 64:  # every member that lies in the broken chunk is named, and no other
        begin = (at - 64) // (CHUNK + 16) * CHUNK
        hit = {
            member_name(place)
            for place, one in enumerate(sealed.sidecar.instances)
            if one.start < begin + CHUNK and one.start + one.length > begin
        }
        assert hit == {fault.member for fault in faults if fault.what == "content"}


def test_an_unharmed_archive_has_no_faults(plain, sealed):
    for kit in (plain, sealed):
        assert check_pack(kit.store, kit.record, kit.parts) == []


def test_a_cut_pack_names_what_is_gone(database, tmp_path):
    house = make_house(database, tmp_path)
    sidecar = keep(house, contents=(b"one", b"two", b"three"))
    path = house.store.local_path(pack_key(sidecar.pack))
    path.write_bytes(path.read_bytes()[: sidecar.instances[2].start + 2])
    faults = house.archive.check().faults
    assert [(one.what, one.member) for one in faults] == [
        ("content", "00002.dcm"),
        ("directory", ""),
    ]


def test_packs_of_before_hashes_are_checked_by_their_crc(database, tmp_path):
    house = make_house(database, tmp_path)
    data, sidecar = make_series()
    old = [msgspec.structs.replace(one, sha256="") for one in sidecar.instances]
    sidecar = msgspec.structs.replace(sidecar, instances=old, format=1)
    put(house, data, sidecar)
    with database.begin() as tx:
        house.archive.admit(tx, house.archive.staged(PackId(sidecar.pack), 1))
    assert house.archive.check().holds
    path = house.store.local_path(pack_key(sidecar.pack))
    changed = bytearray(path.read_bytes())
    changed[sidecar.instances[1].start] ^= 1
    path.write_bytes(bytes(changed))
    [fault] = house.archive.check().faults
    assert (fault.what, fault.member) == ("content", "00001.dcm")


def test_some_packs_alone_are_checked_and_progress_is_told(database, tmp_path):
    house = make_house(database, tmp_path)
    good, ill = keep(house, "a"), keep(house, "b", contents=(b"b",))
    house.store.delete(pack_key(ill.pack))
    told = []
    report = house.archive.check([PackId(good.pack)], lambda *at: told.append(at))
    assert (report.holds, report.packs, told) == (True, 1, [(1, 1)])
    assert not house.archive.check([PackId(good.pack), PackId(ill.pack)]).holds
    with pytest.raises(Absent, match=r"archive\.pack-unknown"):
        house.archive.check([PackId("00" * 32)])
