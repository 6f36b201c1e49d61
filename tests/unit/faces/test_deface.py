"""Series in, pixel elements out: every object, the same syntax where it is lossless."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import imagecodecs
import numpy as np
import pydicom
import pytest  # noqa: TC002 - fixtures are read at run time
from tests.unit.faces import objects
from tests.unit.faces.heads import made_head

from yushan.domain.faces import Outcome, Volume, deface_series, series_volume

SEED = b"k" * 32
JPEG_LS = "1.2.840.10008.1.2.4.80"


@cache
def volume() -> Volume:
    return made_head(spacing_mm=(3.0, 3.0, 3.0), modality="MR").volume


@cache
def removed() -> Outcome:
    first = objects.slices(volume(), EchoTime=10, SmallestImagePixelValue=0)
    second = objects.slices(volume(), EchoTime=80, start=200)
    return deface_series([*first, *second], seed=SEED, keep="deep")


def test_every_object_of_a_series_with_two_echoes_gets_new_pixels() -> None:
    found = removed()
    assert found.kind == "removed"
    assert len(found.pixels) == 2 * len(volume().values)
    assert all(one.transfer_syntax_uid == "1.2.840.10008.1.2.1" for one in found.pixels.values())
    for index in (20, 35):
        changed = []
        for first in (1, 201):
            one = found.pixels[f"1.2.826.0.1.3680043.10.99.3.{first + index}"]
            new = objects.pixels_in(one.element, volume())
            changed.append(new != volume().values[index].ravel())
        assert 0.02 < changed[0].mean() < 0.9
        assert (changed[0] == changed[1]).mean() > 0.95


def test_extremes_follow_the_new_pixels() -> None:
    one = removed().pixels["1.2.826.0.1.3680043.10.99.3.30"]
    kind, value = one.attributes[0x00280106]
    values = objects.pixels_in(one.element, volume())
    assert (kind, int.from_bytes(value, "little", signed=True)) == ("SS", int(values.min()))


def test_thick_slices_and_few_slices_show_no_face() -> None:
    thick = made_head(spacing_mm=(6.0, 4.0, 4.0)).volume
    assert deface_series(objects.slices(thick), seed=SEED).kind == "absent"
    assert deface_series(objects.slices(volume())[:5], seed=SEED).kind == "absent"


def test_diffusion_and_its_kin_are_exempt_by_rule() -> None:
    kinds = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"]
    found = deface_series(objects.slices(volume(), ImageType=kinds)[:3], seed=SEED)
    assert (found.kind, found.reason, found.pixels) == ("exempt", "DIFFUSION", {})


def compressed(data: bytes) -> bytes:
    """The object in JPEG-LS."""
    found = pydicom.dcmread(BytesIO(data))
    stream = imagecodecs.jpegls_encode(found.pixel_array.view(np.uint16))
    found.PixelData = pydicom.encaps.encapsulate([bytes(stream)])
    found["PixelData"].VR = "OB"
    found["PixelData"].is_undefined_length = True
    found.file_meta.TransferSyntaxUID = JPEG_LS
    return objects.written(found)


def test_compressed_slices_stay_compressed_and_unchanged_frames_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = objects.slices(volume())[::8]
    given = [compressed(data) for data in few]
    assert np.array_equal(series_volume(given).values, series_volume(few).values)
    monkeypatch.setattr("yushan.domain.faces.deface.deface_stack", mark_one)
    found = deface_series(given, seed=SEED, slice_mm=30.0)
    one = found.pixels["1.2.826.0.1.3680043.10.99.3.9"]
    assert one.transfer_syntax_uid == JPEG_LS
    item = pydicom.encaps.parse_fragments(b"".join(map(bytes, one.element))[12:])
    assert item[0] == 2
    stream = pydicom.encaps.get_frame(b"".join(map(bytes, one.element))[12:], 0, number_of_frames=1)
    again = imagecodecs.jpegls_decode(stream).view(np.int16)
    assert np.array_equal(again, volume().values[8])


def mark_one(sources, stack, how, changed):
    """Stands for the removal: one frame of zeros."""
    one = stack.repeats[0][0]
    changed[one.source, one.frame] = np.zeros((one.shape.rows, one.shape.columns), np.int16)
    return object()
