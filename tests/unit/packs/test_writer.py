"""Packs are written: reproducible, openable by anything, as wide as needed."""

import hashlib
import io
import mmap
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.packs.packing import make_pack, programs_of_the_page, reader_of_the_page

from yushan.domain.packs import MemberRange, PackWriter, member_name, read_members, salvage
from yushan.domain.packs.layout import central_header, ending, local_header

files = st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=12)


@given(files)
def test_what_is_written_is_read_back_by_three_readers(contents):
    summary, data = make_pack(*contents)
    assert summary.pack == hashlib.sha256(data).hexdigest()
    assert summary.size == len(data)
    assert read_members(data) == summary.members
    assert [data[m.start : m.start + m.length] for m in summary.members] == contents
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert [opened.read(name) for name in opened.namelist()] == contents
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    page = reader_of_the_page()
    assert page["members"](data) == [(m.name, m.start, m.length) for m in summary.members]
    assert programs_of_the_page()[1]["write"](contents) == data


@given(files, st.data())
def test_chunking_does_not_change_the_pack(contents, data):
    out = io.BytesIO()
    writer = PackWriter(out)
    for content in contents:
        cut = data.draw(st.integers(0, len(content)))
        writer.add([memoryview(content)[:cut], bytearray(content[cut:])])
    assert (writer.finish(), out.getvalue()) == make_pack(*contents)


@given(files, files)
def test_other_members_give_another_pack(one, other):
    same = make_pack(*one)[0].pack == make_pack(*other)[0].pack
    assert same == (one == other)


def test_unzip_opens_it(tmp_path):
    unzip = shutil.which("unzip")
    if not unzip:
        pytest.skip("unzip is not installed")
    _, data = make_pack(b"first" * 1000, b"second")
    path = tmp_path / "pack.zip"
    path.write_bytes(data)
    report = subprocess.run([unzip, "-t", path], capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout
    assert "00001.dcm" in report.stdout
    subprocess.run([unzip, "-q", path, "-d", tmp_path], check=True)
    assert (tmp_path / "00000.dcm").read_bytes() == b"first" * 1000


def test_an_empty_member_and_an_empty_pack_do_not_exist():
    with pytest.raises(ValueError, match="member is empty"):
        PackWriter(io.BytesIO()).add([b"", b""])
    with pytest.raises(ValueError, match="no members"):
        PackWriter(io.BytesIO()).finish()


def test_a_finished_pack_takes_no_more():
    writer = PackWriter(io.BytesIO())
    writer.add([b"x"])
    writer.finish()
    with pytest.raises(ValueError, match="finished"):
        writer.add([b"y"])
    with pytest.raises(ValueError, match="finished"):
        writer.finish()


def test_names_grow_when_places_do():
    assert (member_name(0), member_name(99_999)) == ("00000.dcm", "99999.dcm")
    assert member_name(100_000) == "100000.dcm"


class Sparse:
    """A file that leaves holes where zeros are written."""

    def __init__(self, path):
        self.file = path.open("wb")

    def write(self, data):
        if len(data) > 4096 and not any(data[:64]):
            self.file.seek(len(data), 1)
        else:
            self.file.write(data)


@pytest.fixture
def on_disk():
    """A folder where holes of a file stay holes when they are read."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.slow
def test_a_member_over_four_gibibytes_uses_zip64(on_disk):
    path = on_disk / "wide.zip"
    out = Sparse(path)
    writer = PackWriter(out)
    zeros = memoryview(bytes(1 << 24))
    writer.add([b"small"])
    writer.add([zeros] * 257)
    writer.add([b"after"])
    summary = writer.finish()
    out.file.close()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        assert read_members(data) == summary.members
        assert data[summary.members[2].start :][:5] == b"after"
        assert salvage(data) == summary.members
        with memoryview(data) as view:
            cut = view[: summary.members[1].start - 30]
            assert salvage(cut) == summary.members[:1]
            cut.release()
    with zipfile.ZipFile(path) as opened:
        assert [info.file_size for info in opened.infolist()] == [5, 257 << 24, 5]
        assert opened.read("00002.dcm") == b"after"


def test_more_members_than_sixteen_bits_hold_use_zip64():
    out = io.BytesIO()
    writer = PackWriter(out)
    for _ in range(65_535):
        writer.add([b"x"])
    summary = writer.finish()
    assert read_members(out.getvalue()) == summary.members
    with zipfile.ZipFile(out) as opened:
        assert len(opened.namelist()) == 65_535


@pytest.mark.parametrize("length", [0xFFFF_FFFE, 0xFFFF_FFFF, 1 << 33])
def test_headers_widen_exactly_at_the_limit(length):
    wide = length >= 0xFFFF_FFFF
    assert (len(local_header("00000.dcm", length, 0)) == 30 + 9 + 20) == wide
    assert len(central_header("00000.dcm", length, 0, 0)) == 46 + 9 + (20 if wide else 0)
    assert len(central_header("00000.dcm", 1, 0, length)) == 46 + 9 + (12 if wide else 0)
    assert len(ending(1, length, 1)) == (98 if wide else 22)


def test_a_member_range_is_what_it_says():
    summary, data = make_pack(b"abc")
    assert summary.members == (MemberRange("00000.dcm", 39, 3, 0x352441C2),)
    assert data[39:42] == b"abc"
