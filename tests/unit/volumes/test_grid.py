"""Grids say where a sample lies; NIfTI says it again to other programs."""

from __future__ import annotations

import io

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.domain.volumes import Grid, Labels, Volume, nifti, read_nifti

MAKERS = (Grid.axial, Grid.coronal, Grid.sagittal)
numbers = st.floats(-300, 300, allow_nan=False)
grids = st.builds(
    lambda make, shape, spacing, centre, about, degrees: make(shape, spacing, centre).turned(
        about, degrees
    ),
    st.sampled_from(MAKERS),
    st.tuples(*[st.integers(1, 9)] * 3),
    st.tuples(*[st.floats(0.2, 6)] * 3),
    st.tuples(numbers, numbers, numbers),
    st.sampled_from([(1.0, 0.0, 0.0), (0.0, 1.0, 2.0), (1.0, -1.0, 0.5)]),
    st.floats(-180, 180),
)


@given(grids)
def test_points_and_indices_turn_into_each_other(grid: Grid) -> None:
    index = np.array([[0, 0, 0], [2, 5, 1], [1.5, -2, 7.25]])
    there = grid.points(index)
    assert np.allclose(grid.index(there), index, atol=1e-6)
    homogeneous = np.c_[index, np.ones(3)] @ grid.affine.T
    assert np.allclose(homogeneous[:, :3], there, atol=1e-6)


@given(grids)
def test_the_middle_stays_where_it_was_put(grid: Grid) -> None:
    middle = (np.array(grid.shape) - 1) / 2
    assert np.allclose(grid.points([middle])[0], grid.centre, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "slices", "rows", "columns"),
    [(Grid.axial, "F-H", "A-P", "R-L"), (Grid.coronal, "A-P", "H-F", "R-L"),
     (Grid.sagittal, "R-L", "H-F", "A-P")],
)  # fmt: skip
def test_planes_run_as_they_are_named(make: object, slices: str, rows: str, columns: str) -> None:
    ends = {"R-L": (1, 0, 0), "A-P": (0, 1, 0), "F-H": (0, 0, 1), "H-F": (0, 0, -1)}
    grid = make((2, 2, 2), (1, 1, 1))  # type: ignore[operator]
    assert grid.axes == (ends[slices], ends[rows], ends[columns])


def test_a_slab_lies_where_it_lay() -> None:
    grid = Grid.sagittal((10, 4, 4), (2.5, 1, 1), (5, 6, 7)).turned((0, 0, 1), 20)
    assert np.allclose(grid.slices(3, 7).points([[1, 2, 3]]), grid.points([[4, 2, 3]]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": (0, 1, 1)},
        {"spacing": (1, -1, 1)},
        {"axes": ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))},
        {"axes": ((2.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))},
    ],
)
def test_what_is_no_grid_is_refused(wrong: dict[str, object]) -> None:
    fields = {"shape": (2, 2, 2), "origin": (0, 0, 0), "spacing": (1, 1, 1), **wrong}
    with pytest.raises(ValueError, match="must be"):
        Grid(**fields)  # type: ignore[arg-type]


@given(grids, st.sampled_from(["u1", "i2", "u2", "f4"]))
def test_others_read_our_nifti_at_the_same_places(grid: Grid, kind: str) -> None:
    values = np.arange(np.prod(grid.shape), dtype=kind).reshape(grid.shape)
    data = nifti(Volume(grid, values))
    theirs = nibabel.Nifti1Image.from_stream(io.BytesIO(__import__("gzip").decompress(data)))
    assert np.array_equal(np.asarray(theirs.dataobj).T, values)
    index = np.array([[0, 0, 0], np.array(grid.shape) - 1])
    ras = nibabel.affines.apply_affine(theirs.affine, index[:, ::-1])
    assert np.allclose(ras * [-1, -1, 1], grid.points(index), atol=1e-2)
    again = read_nifti(data)
    assert again.values.dtype == np.dtype(kind)
    assert np.array_equal(again.values, values)
    assert np.allclose(again.grid.affine, grid.affine, atol=1e-2)
    assert nifti(Volume(grid, values)) == data


def test_scaled_values_of_others_come_scaled() -> None:
    image = nibabel.Nifti1Image(
        np.arange(24, dtype=np.int16).reshape(2, 3, 4), np.diag([2, 2, 3, 1])
    )
    image.header.set_slope_inter(0.5, -3)
    out = io.BytesIO()
    image.to_stream(out)
    assert read_nifti(out.getvalue()).values[3, 2, 1] == pytest.approx(23 * 0.5 - 3)


@pytest.mark.parametrize("flip", [1, -1])
def test_places_of_others_are_read_by_quaternion_too(flip: int) -> None:
    grid = Grid.coronal((2, 3, 4), (3, 1, 2), (5, 6, 7)).turned((1, 2, 3), 25)
    affine = np.diag([-1, -1, 1, 1]) @ grid.affine[:, [2, 1, 0, 3]]
    affine[:, 2] *= flip
    image = nibabel.Nifti1Image(np.zeros((4, 3, 2), dtype=np.int16), None)
    image.header.set_qform(affine, 1)
    image.header.set_sform(None, 0)
    out = io.BytesIO()
    image.to_stream(out)
    found = read_nifti(out.getvalue()).grid.affine
    want = np.diag([-1, -1, 1, 1]) @ affine[:, [2, 1, 0, 3]]
    assert np.allclose(found, want, atol=1e-3)


def test_a_file_that_says_no_place_is_refused() -> None:
    image = nibabel.Nifti1Image(np.zeros((4, 3, 2), dtype=np.int16), None)
    out = io.BytesIO()
    image.to_stream(out)
    with pytest.raises(Rejected, match=r"volumes\.not-nifti"):
        read_nifti(out.getvalue())


@pytest.mark.parametrize("keep", [0, 10, 347, 352, 360])
def test_a_cut_file_is_refused(keep: int) -> None:
    import gzip

    whole = gzip.decompress(
        nifti(Volume(Grid.axial((3, 3, 3), (1, 1, 1)), np.ones((3, 3, 3), "i2")))
    )
    with pytest.raises(Rejected, match=r"volumes\.not-nifti"):
        read_nifti(whole[:keep])


def test_labels_know_their_structures() -> None:
    values = np.array([[[0, 1], [3, 3]]], dtype=np.uint8)
    labels = Labels(Grid.axial((1, 2, 2), (1, 1, 1)), values, ("liver", "spleen", "heart"))
    assert labels.mask("heart").sum() == 2
    assert labels.present() == ("liver", "heart")
