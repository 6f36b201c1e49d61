"""``docs/reference/pack-format.md`` holds: its programs and ours answer alike, row by row."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zipfile

import msgspec
import pytest
import sqlalchemy as sa
import zstandard
from tests.flows.admitting import commons_uid, make_mr, make_scene, release, send, series
from tests.unit.packs.packing import make_pack, programs_of_the_page

from yushan.base import Rejected
from yushan.domain.packs import Sidecar, damaged_members, read_members
from yushan.flows.join import Join
from yushan.services.archive import Joining
from yushan.services.archive.layout import pack_key, sidecar_key
from yushan.services.archive.tables import KEY

READER, WRITER, OPENER = programs_of_the_page()
FILES = (b"first member" * 9, b"2", b"third" * 50)
SUMMARY, PACK = make_pack(*FILES)


def zipped(*names: str, method: int = zipfile.ZIP_STORED, content: bytes = b"x" * 99) -> bytes:
    """A ZIP as others write it."""
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, content)
    return out.getvalue()


def flipped(place: int) -> bytes:
    """The pack with one bit changed."""
    data = bytearray(PACK)
    data[place] ^= 1
    return bytes(data)


def dated() -> bytes:
    """The pack with another date in both headers of its first member."""
    line = PACK.index(b"PK\1\2")
    data = bytearray(PACK)
    data[12:14] = data[line + 14 : line + 16] = b"\x22\0"
    return bytes(data)


def overlapping() -> bytes:
    """The second line of the directory leads to the first member once more."""
    line = PACK.index(b"PK\1\2")
    second = PACK.index(b"PK\1\2", line + 4)
    return PACK[:second] + PACK[line:second] + PACK[second + second - line :]


def hidden() -> bytes:
    """A member that the directory does not name."""
    _, other = make_pack(FILES[0])
    first = SUMMARY.members[1].start - 39
    start = struct.unpack_from("<I", PACK, len(PACK) - 6)[0]
    return other[:first] + PACK[:start] + PACK[start:]


ACCEPTED = {
    "one member": (b"x",),
    "three members": FILES,
    "members of one byte": (b"a",) * 40,
    "65,535 members": (b"a",) * 65_535,
}
REFUSED = {
    "a byte of a local header": flipped(6),
    "a byte of a name": flipped(33),
    "a byte of the directory": flipped(PACK.index(b"PK\1\2") + 20),
    "a byte of the end": flipped(len(PACK) - 12),
    "a byte of a member": flipped(SUMMARY.members[2].start + 7),
    "cut": PACK[:-1],
    "cut in a member": PACK[: SUMMARY.members[1].start],
    "bytes before": b"#!" + PACK,
    "bytes after": PACK + b"\0",
    "a comment": PACK[:-2] + b"\1\0!",
    "another date": dated(),
    "an overlapping member": overlapping(),
    "a hidden member": hidden(),
    "a compressed member": zipped("00000.dcm", method=zipfile.ZIP_DEFLATED),
    "a repeated member": zipped("00000.dcm", "00000.dcm"),
    "a renamed member": zipped("1.2.840.dcm"),
    "an empty member": zipped("00000.dcm", content=b""),
    "no member": zipped(),
    "nothing": b"",
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_what_the_format_allows_both_readers_take(what: str) -> None:
    summary, data = make_pack(*ACCEPTED[what])
    assert [tuple(one[:3]) for one in read_members(data)] == READER["members"](data)
    if len(summary.members) < 65_535:
        assert WRITER["write"](ACCEPTED[what]) == data


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_format_forbids_both_readers_refuse(what: str) -> None:
    data = REFUSED[what]
    with pytest.raises((ValueError, struct.error)):
        READER["members"](data)
    try:
        members = read_members(data)
    except Rejected:
        return
    assert damaged_members(data, members)


def test_the_printed_reader_reads_what_the_archive_made(database, tmp_path) -> None:
    """Admitted, added to, joined: every instance by the programs of the page alone."""
    scene = make_scene(database, tmp_path, recompress=True)
    files = series(3)
    for pack in (files[:2], [release(make_mr())], files[2:]):
        send(scene, pack)
        scene.tick(1)
    check_store(scene, 4)
    scene.house.clock.advance(3700)
    joining = Joining(scene.house.archive, tmp_path / "work")
    assert Join(database, joining, scene.house.ledger).round() == 3
    scene.house.clock.advance(700)
    scene.house.archive.sweep()
    check_store(scene, 4)


def check_store(scene, count: int) -> None:
    """Read every pack of the store with its sidecars."""
    store, found = scene.house.store, []
    for key in (key for key in store.keys("packs/") if key.endswith(".zip")):
        data, pack = store.get(key), key.rsplit("/", 1)[1][:64]
        beside = [store.get(one) for one in store.keys("packs/") if f"{pack}." in one]
        sidecars = [one for one in beside if one[:4] == b"\x28\xb5\x2f\xfd"]
        assert hashlib.sha256(data).hexdigest() == pack
        found += READER["instances"](data, sidecars)
        names = [name for name, *_ in READER["members"](data)]
        cut = [data[start : start + length] for _, start, length in READER["members"](data)]
        assert WRITER["write"](cut) == data
        assert names == [f"{number:05d}.dcm" for number in range(len(names))]
    assert len({instance for _, instance, *_ in found}) == count


def test_a_sidecar_that_lies_is_refused_by_the_printed_reader() -> None:
    side = {"pack": SUMMARY.pack, "series_instance_uid": "2.25.1", "instances": [
        {"start": one.start, "length": one.length, "sop_instance_uid": f"2.25.{one.start}",
         "sha256": hashlib.sha256(data).hexdigest()}
        for one, data in zip(SUMMARY.members, FILES, strict=True)
    ]}  # fmt: skip

    def packed(**changes: object) -> list[bytes]:
        return [zstandard.ZstdCompressor().compress(msgspec.json.encode(side | changes))]

    assert len(list(READER["instances"](PACK, packed()))) == 3
    first, *rest = side["instances"]
    lies = (
        {"pack": "00" * 32},
        {"instances": [first, first, *rest]},
        {"instances": [first | {"sha256": "00" * 32}, *rest]},
        {"instances": [first | {"start": first["start"] + 1}, *rest]},
    )
    for lie in lies:
        with pytest.raises(ValueError, match="of"):
            list(READER["instances"](PACK, packed(**lie)))


def test_the_printed_opener_opens_what_the_archive_sealed(database, tmp_path) -> None:
    scene = make_scene(database, tmp_path, sealed=True)
    send(scene, series(2))
    scene.tick()
    [sidecar] = scene.house.archive.series_sidecars(commons_uid("1.2.3.1.1"))
    with database.read() as tx:
        row = tx.execute(sa.select(KEY)).one()
    secret = OPENER["unwrap"](b"w" * 32, row.wrapped, row.wrapper, row.name)
    inner, keys = scene.house.store.inner, (pack_key(sidecar.pack), sidecar_key(sidecar.pack, 0))
    plain = [OPENER["unseal"](inner.get(f"{key}.sealed"), secret, key) for key in keys]
    assert hashlib.sha256(plain[0]).hexdigest() == sidecar.pack
    assert len(list(READER["instances"](plain[0], plain[1:]))) == 2
    assert Sidecar.decode(plain[1]) == sidecar
