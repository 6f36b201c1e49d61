"""Structure sets: contours whose insides are the masks again, holes included."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from tests.unit.results.making import SEGMENTS, SHAPE, faults, labels, output, source

from yushan.base import Rejected
from yushan.domain.results import read_structure_set, structure_set
from yushan.domain.results.contours import filled, outlines

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["axial", "coronal", "oblique"])
def test_contours_enclose_exactly_the_mask(kind: str) -> None:
    on, drawn = source(kind), labels()
    found = read_structure_set(structure_set(on, SEGMENTS, drawn, output(1)), on)
    for number, one in enumerate(SEGMENTS, 1):
        assert np.array_equal(found[one.name], drawn == number)


@pytest.mark.parametrize("seed", range(6))
def test_any_mask_is_its_outlines_filled(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((23, 31)) < (0.15, 0.3, 0.5, 0.6, 0.8, 0.95)[seed]
    again = np.zeros_like(mask)
    for polygon in outlines(mask):
        again ^= filled(polygon, mask.shape)
    assert np.array_equal(again, mask)


def test_a_ring_is_one_contour_with_a_keyhole() -> None:
    y, x = np.ogrid[:40, :40]
    away = np.hypot(x - 20, y - 20)
    (ring,) = outlines((away < 15) & (away > 6))
    around = np.hypot(ring[:, 0] - 20, ring[:, 1] - 20)
    assert (around > 13).any()
    assert (around < 7).any()
    assert outlines(np.zeros((4, 4), np.bool_)) == []


@pytest.mark.peer
def test_a_validator_finds_nothing(tmp_path: Path) -> None:
    empty = replace(SEGMENTS[0], name="Nothing")
    data = structure_set(source(), (*SEGMENTS, empty), labels(), output(1))
    assert faults(data, tmp_path) == []


def test_contours_name_their_images() -> None:
    on = source()
    found = pydicom.dcmread(BytesIO(structure_set(on, SEGMENTS, labels(), output(1))))
    assert [str(one.ROIName) for one in found.StructureSetROISequence] == ["Left lung", "Nodule"]
    first = found.ROIContourSequence[1].ContourSequence[0]
    assert first.ContourImageSequence[0].ReferencedSOPInstanceUID == on.frames[3].sop_instance_uid
    assert len(first.ContourData) == 3 * first.NumberOfContourPoints


def test_what_has_no_place_is_refused() -> None:
    flat = replace(source(), grid=None)
    for call, code in (
        (lambda: structure_set(flat, SEGMENTS, labels(), output(1)), "results.no-images"),
        (lambda: structure_set(source(), (), labels(), output(1)), "results.no-segments"),
        (lambda: read_structure_set(b"no", source()), "results.not-structures"),
    ):
        with pytest.raises(Rejected) as refused:
            call()
        assert refused.value.code == code
    data = structure_set(source(), SEGMENTS, labels(), output(1))
    short = replace(source(), grid=source().grid.slices(0, 3), shape=(3, *SHAPE[1:]))  # type: ignore[union-attr]
    with pytest.raises(Rejected) as refused:
        read_structure_set(data, short)
    assert refused.value.code == "results.other-grid"
