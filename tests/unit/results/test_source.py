"""The series results are about: classic and enhanced, in order, and refused where it has gaps."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from tests.unit.results.making import SHAPE, grid_of, headers, source

from yushan.base import Rejected
from yushan.domain.results import SourceSeries


@pytest.mark.parametrize("kind", ["axial", "coronal", "oblique"])
def test_slices_are_put_in_order_on_their_grid(kind: str) -> None:
    found, grid = source(kind), grid_of(kind)
    assert found.grid is not None
    assert found.shape == SHAPE
    corners = [[0, 0, 0], [SHAPE[0] - 1, SHAPE[1] - 1, SHAPE[2] - 1]]
    ours, theirs = found.grid.points(corners), grid.points(corners)
    if kind == "coronal":
        assert np.allclose(found.grid.spacing, grid.spacing, atol=1e-4)
    else:
        assert np.allclose(ours, theirs, atol=1e-3)


def test_an_enhanced_object_is_a_series_of_frames() -> None:
    grid, one = grid_of("axial"), headers()[0]
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        del one[name]
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = list(grid.spacing[1:]), 2.5
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    one.SharedFunctionalGroupsSequence = [shared]
    one.PerFrameFunctionalGroupsSequence = []
    for number in reversed(range(SHAPE[0])):
        groups, place = Dataset(), Dataset()
        place.ImagePositionPatient = grid.points([[number, 0, 0]])[0].tolist()
        groups.PlanePositionSequence = [place]
        one.PerFrameFunctionalGroupsSequence.append(groups)
    found = SourceSeries.from_headers([one])
    assert [frame.frame for frame in found.frames] == list(range(SHAPE[0], 0, -1))
    assert found.grid is not None
    assert np.allclose(found.grid.origin, grid.origin)


def test_what_is_no_even_series_is_refused() -> None:
    gap = [one for one in headers() if not str(one.SOPInstanceUID).endswith(".5")]
    twice, mixed = headers(), headers()
    twice[2].ImagePositionPatient = twice[1].ImagePositionPatient
    mixed[0].SeriesInstanceUID = "1.2.3"
    turned = headers()
    turned[0].ImageOrientationPatient = [0, 1, 0, 1, 0, 0]
    for wrong, code in (
        (gap, "results.uneven"),
        (twice, "results.uneven"),
        (mixed, "results.mixed-series"),
        (turned, "results.mixed-series"),
        ([], "results.no-images"),
    ):
        with pytest.raises(Rejected) as refused:
            SourceSeries.from_headers(wrong)
        assert refused.value.code == code
