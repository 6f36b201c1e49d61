"""Segmentations: what is written comes back on the grid of its series, whatever way it lies."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from tests.unit.results.making import (
    SEGMENTS,
    SHAPE,
    faults,
    headers,
    labels,
    output,
    source,
)

from yushan.base import Rejected
from yushan.domain.results import Segment, SourceSeries, read_segmentation, segmentation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["axial", "coronal", "oblique"])
def test_masks_come_back_as_they_went(kind: str) -> None:
    on, drawn = source(kind), labels()
    found = read_segmentation(segmentation(on, SEGMENTS, drawn, output(1)), on)
    assert np.array_equal(found.labels(), drawn)
    assert found.segments == SEGMENTS
    assert found.series_instance_uid == on.series_instance_uid


def test_overlapping_masks_are_kept_apart_and_an_empty_one_is_not_lost() -> None:
    on, drawn = source(), labels()
    masks = [drawn > 0, drawn == 2, np.zeros(SHAPE, np.bool_)]
    three = (*SEGMENTS, replace(SEGMENTS[0], name="Nothing"))
    found = read_segmentation(segmentation(on, three, masks, output(1)), on)
    assert all(np.array_equal(a, b) for a, b in zip(found.masks, masks, strict=True))


def test_frames_name_segment_place_and_image() -> None:
    on = source("oblique")
    seg = pydicom.dcmread(BytesIO(segmentation(on, SEGMENTS, labels(), output(1))))
    assert seg.NumberOfFrames == len(seg.PerFrameFunctionalGroupsSequence) == 6 + 5
    groups = seg.PerFrameFunctionalGroupsSequence[6]
    assert groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 2
    assert list(groups.FrameContentSequence[0].DimensionIndexValues) == [2, 1]
    image = groups.DerivationImageSequence[0].SourceImageSequence[0]
    assert image.ReferencedSOPInstanceUID == on.frames[3].sop_instance_uid
    place = groups.PlanePositionSequence[0].ImagePositionPatient
    assert np.allclose(place, on.frames[3].position, atol=1e-5)
    assert np.array_equal(seg.pixel_array[6], labels()[3] == 2)
    assert seg.PatientName == "Chen^MeiLing=陳^美玲"


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["axial", "oblique"])
def test_a_validator_finds_nothing(kind: str, tmp_path: Path) -> None:
    assert faults(segmentation(source(kind), SEGMENTS, labels(), output(1)), tmp_path) == []


@pytest.mark.peer
def test_a_film_without_place_can_carry_masks(tmp_path: Path) -> None:
    film = headers()[0]
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID"):
        del film[name]
    on = SourceSeries.from_headers([film])
    assert on.grid is None
    data = segmentation(on, SEGMENTS, labels()[4:5], output(1))
    assert np.array_equal(read_segmentation(data, on).labels(), labels()[4:5])
    assert faults(data, tmp_path) == []


def test_the_same_bytes_in_another_process() -> None:
    told = (
        "from tests.unit.results.making import *\n"
        "from yushan.domain.results import segmentation\n"
        "from hashlib import sha256\n"
        "print(sha256(segmentation(source(), SEGMENTS, labels(), output(1))).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True)
    here = segmentation(source(), SEGMENTS, labels(), output(1))
    assert run.stdout.decode().strip() == sha256(here).hexdigest()


@pytest.mark.parametrize(
    ("segments", "masks", "code"),
    [
        ((), labels(), "results.no-segments"),
        (SEGMENTS, labels()[:3], "results.shape"),
        (SEGMENTS[:1], labels(), "results.shape"),
        (SEGMENTS, [labels() == 1], "results.shape"),
    ],
)
def test_masks_that_do_not_fit_are_refused(
    segments: tuple[Segment, ...], masks: np.ndarray, code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        segmentation(source(), segments, masks, output(1))
    assert refused.value.code == code


def test_masks_of_another_series_are_refused() -> None:
    seg = segmentation(source(), SEGMENTS, labels(), output(1))
    moved, other, short = headers(), headers(), headers()[:4]
    for one in moved:
        one.ImagePositionPatient[0] += 0.5
    for one in other:
        one.FrameOfReferenceUID = "1.2.3"
    for on, code in (
        (SourceSeries.from_headers(moved), "results.other-grid"),
        (SourceSeries.from_headers(other), "results.other-frame"),
        (SourceSeries.from_headers(short), "results.other-grid"),
        (source("coronal"), "results.other-grid"),
    ):
        with pytest.raises(Rejected) as refused:
            read_segmentation(seg, on)
        assert refused.value.code == code
    with pytest.raises(Rejected) as refused:
        read_segmentation(b"no object", source())
    assert refused.value.code == "results.not-segmentation"


def test_a_fractional_mask_counts_from_a_half() -> None:
    on = source()
    seg = pydicom.dcmread(BytesIO(segmentation(on, SEGMENTS, labels(), output(1))))
    halves = (seg.pixel_array.astype(np.uint8) * 100).tobytes()
    seg.SegmentationType, seg.MaximumFractionalValue = "FRACTIONAL", 200
    seg.BitsAllocated = seg.BitsStored = 8
    seg.HighBit = 7
    seg.PixelData = halves
    out = BytesIO()
    seg.save_as(out)
    assert np.array_equal(read_segmentation(out.getvalue(), on).labels(), labels())
