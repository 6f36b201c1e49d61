"""Uncompressed pixels become smaller without losing a bit; everything else stays as it came."""

import hashlib
import io
import os
import time

import numpy as np
import pydicom
import pytest
from pydicom.uid import RLELossless
from tests.flows.admitting import commons_uid, make_file, make_mr, make_scene, release, send, series

from yushan.base import Leaving, PackId
from yushan.domain.dicom import describe, fragments
from yushan.domain.imaging import Shape, stored_frame
from yushan.flows.admit.recompressing import HTJ2K, recompressed
from yushan.flows.admit.story import tidy

SERIES = "1.2.3.1.1"
BOTH = (SERIES, "1.2.3.1.2")


def stored(scene, uid):
    """(entry, bytes) of the instances of a series."""
    archive = scene.house.archive
    return [
        (entry, archive.read(PackId(sidecar.pack), entry.start, entry.length))
        for sidecar in archive.series_sidecars(commons_uid(uid))
        for entry in sidecar.instances
    ]


def pixels(data):
    """Native bytes of all frames of a grey file, native or HTJ2K."""
    described = describe(data)
    held = [data[at : at + size] for at, size in described.frames]
    if described.summary.transfer_syntax_uid != HTJ2K:
        return b"".join(held)
    about = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
    shape = Shape(
        about.Rows, about.Columns, 1, about.BitsAllocated, about.BitsStored,
        about.PixelRepresentation == 1, about.PhotometricInterpretation, False, HTJ2K,
    )  # fmt: skip
    return b"".join(stored_frame(b"".join(fragments(one)), shape).tobytes() for one in held)


def test_an_admitted_series_is_smaller_and_its_pixels_are_the_same(database, tmp_path):
    plain = make_scene(database, tmp_path)
    files = [*series(2), release(make_mr())]
    send(plain, files)
    plain.tick()
    before = {entry.sop_instance_uid: data for uid in BOTH for entry, data in stored(plain, uid)}
    subject = plain.house.archive.series_sidecars(commons_uid(SERIES))[0].subject
    with database.begin() as tx:
        for room in (plain.house.archive, plain.catalogue):
            room.forget(tx, Leaving(subject=subject))
    scene = make_scene(
        database, tmp_path, house=plain.house, dealt=plain.parties.dealt, recompress=True
    )
    send(scene, files[::-1])
    scene.tick(1)
    after = [pair for uid in BOTH for pair in stored(scene, uid)]
    assert len(after) == len(before) == 3
    for entry, data in after:
        was = before[entry.sop_instance_uid]
        assert entry.transfer_syntax_uid == HTJ2K
        assert len(data) < 0.8 * len(was)
        assert entry.sha256 == hashlib.sha256(data).hexdigest()
        assert entry.original_sha256 == hashlib.sha256(was).hexdigest()
        assert pixels(data) == pixels(was)
        one, two = (pydicom.dcmread(io.BytesIO(each)) for each in (was, data))
        assert two.file_meta.TransferSyntaxUID == HTJ2K
        del one.PixelData, two.PixelData
        assert one == two
    assert scene.house.archive.check().holds
    assert list((tmp_path / "work").iterdir()) == []
    send(scene, files[1:])  # the same as it came: known by what it was
    scene.tick(1)
    assert scene.account().duplicate == 2


def saved(dataset):
    """The file of a data set."""
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def small_ct(**changes):
    """A CT as a data set."""
    return pydicom.dcmread(io.BytesIO(make_file("CT_small.dcm", **changes)))


LEFT = {
    "already compressed": lambda: make_file("JPEG-LL.dcm"),
    "lossy": lambda: make_file("JPGExtended.dcm"),
    "colour": lambda: make_file("SC_rgb.dcm"),
    "few bytes": lambda: make_file("CT_small.dcm", Rows=4, Columns=4, PixelData=bytes(32)),
}


@pytest.mark.parametrize("what", LEFT)
def test_what_is_not_plainly_grey_and_plain_stays_as_it_came(what):
    data = LEFT[what]()
    assert recompressed(data, describe(data)) is None


def test_bits_above_those_stored_are_never_lost():
    dataset = small_ct(BitsStored=12, HighBit=11, PixelRepresentation=0)
    words = bytearray(dataset.PixelData)
    words[1::2] = bytes(byte & 0x0F for byte in words[1::2])
    dataset.PixelData = bytes(words)
    clean = saved(dataset)
    made = recompressed(clean, describe(clean))
    assert made is not None
    assert pixels(made) == pixels(clean)
    words[1::2] = bytes(byte | 0x10 for byte in words[1::2])  # an overlay in an unused bit
    dataset.PixelData = bytes(words)
    marked = saved(dataset)
    made = recompressed(marked, describe(marked))
    assert made is None or pixels(made) == pixels(marked)


def test_noise_and_other_codings_stay():
    dataset = small_ct(BitsStored=16, HighBit=15)
    dataset.PixelData = np.random.default_rng(7).bytes(len(dataset.PixelData))
    noise = saved(dataset)
    assert recompressed(noise, describe(noise)) is None
    dataset.compress(RLELossless)
    assert recompressed(saved(dataset), describe(saved(dataset))) is None


def test_what_an_attempt_left_is_removed_after_a_day(tmp_path):
    for name, age_s in (("old.smaller", 90_000), ("new.smaller", 10)):
        (tmp_path / name).mkdir()
        then = time.time() - age_s
        os.utime(tmp_path / name, (then, then))
    tidy(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new.smaller"]
