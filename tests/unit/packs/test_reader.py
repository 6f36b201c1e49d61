"""The strict reader: one spelling, everything else refused, cut packs salvaged."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.packs.packing import make_pack, reader_of_the_page

from yushan.base import Rejected
from yushan.domain.packs import PackBounds, damaged_members, read_members, salvage

contents = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=5)


def refused(data, **options):
    with pytest.raises(Rejected) as caught:
        read_members(data, **options)
    return caught.value.code


def foreign_zip(*members, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def test_what_is_no_zip_is_refused():
    assert refused(b"") == "packs.truncated"
    assert refused(bytes(1000)) == "packs.truncated"
    assert refused(b"PK\5\6" + bytes(18)) == "packs.over-bounds"


def test_a_zip_of_somebody_else_is_refused():
    assert refused(foreign_zip(("00000.dcm", b"x"))) == "packs.malformed"
    assert refused(foreign_zip(("../../etc/passwd", b"x"))) == "packs.malformed"
    assert refused(foreign_zip(("00000.dcm", bytes(10_000)))) == "packs.malformed"
    deflated = io.BytesIO()
    with zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("00000.dcm", bytes(10_000_000))
    assert refused(deflated.getvalue()) == "packs.malformed"


@given(contents, st.data())
def test_any_changed_byte_is_noticed(files, data):
    summary, pack = make_pack(*files)
    place = data.draw(st.integers(0, len(pack) - 1))
    changed = bytearray(pack)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        members = read_members(bytes(changed))
    except Rejected:
        return
    assert damaged_members(bytes(changed), members)
    with pytest.raises((ValueError, struct.error)):
        reader_of_the_page()["members"](bytes(changed))
    assert members == summary.members


@given(contents, st.data())
def test_a_cut_pack_gives_its_complete_members(files, data):
    summary, pack = make_pack(*files)
    cut = data.draw(st.integers(0, len(pack) - 1))
    if cut:
        assert refused(pack[:cut]) in {"packs.truncated", "packs.malformed"}
    assert salvage(pack[:cut]) == tuple(
        member for member in summary.members if member.start + member.length <= cut
    )


@given(st.binary(max_size=300))
def test_noise_never_crashes_the_reader(noise):
    for data in (noise, noise + b"PK\5\6" + noise[:18].ljust(18, b"\0")):
        with suppress(Rejected):
            read_members(data)
        salvage(data)


@given(contents, st.binary(min_size=1, max_size=60))
def test_bytes_before_or_after_are_refused(files, extra):
    _, pack = make_pack(*files)
    assert refused(extra + pack) == "packs.malformed"
    assert refused(pack + extra) in {"packs.malformed", "packs.truncated", "packs.over-bounds"}


def test_a_hidden_member_between_the_listed_ones_is_refused():
    _, three = make_pack(b"one", b"two", b"three")
    summary, _ = make_pack(b"one", b"two")
    end = bytearray(three)
    start = struct.unpack_from("<I", three, len(three) - 6)[0]
    line = 46 + 9
    hidden = bytes(end[: start + 2 * line]) + struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, 2 * line, start, 0
    )
    assert refused(hidden) == "packs.malformed"
    assert len(summary.members) == 2


def test_more_members_than_bounds_allow_are_not_read():
    _, pack = make_pack(b"a", b"b", b"c")
    assert refused(pack, bounds=PackBounds(members=2)) == "packs.over-bounds"
    assert refused(pack, bounds=PackBounds(member_bytes=0)) == "packs.over-bounds"
    assert len(salvage(pack, PackBounds(members=2))) == 2


def test_a_count_that_promises_more_than_the_bytes_hold_is_refused():
    _, pack = make_pack(b"a")
    lying = pack[:-22] + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 9, 9, 55, 40, 0)
    assert refused(lying) == "packs.malformed"
    wide = pack[:-22] + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 55, 40, 0)
    assert refused(wide) in {"packs.malformed", "packs.over-bounds"}


def test_damage_is_named_and_left_out_of_the_salvage():
    summary, pack = make_pack(b"first", b"second", b"third")
    hurt = bytearray(pack)
    hurt[summary.members[1].start] ^= 1
    assert damaged_members(hurt, summary.members) == ("00001.dcm",)
    assert salvage(hurt[:-40]) == (summary.members[0], summary.members[2])


def test_a_zip64_end_without_room_for_it_is_refused():
    short = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert refused(short) == "packs.malformed"
    assert refused(bytes(200) + short) in {"packs.malformed", "packs.over-bounds"}


def test_a_wide_length_without_its_field_is_refused():
    _, pack = make_pack(b"a")
    start = struct.unpack_from("<I", pack, len(pack) - 6)[0]
    lying = bytearray(pack)
    lying[start + 20 : start + 28] = b"\xff" * 8
    assert refused(bytes(lying)) == "packs.malformed"


def test_a_member_that_reaches_into_the_directory_is_refused():
    _, pack = make_pack(b"a")
    start = struct.unpack_from("<I", pack, len(pack) - 6)[0]
    lying = bytearray(pack)
    for place in (18, 22, start + 20, start + 24):
        lying[place : place + 4] = struct.pack("<I", 20)
    assert refused(bytes(lying)) == "packs.malformed"
