"""A stack of slices as one volume, and its way to and from the patient's axes. Pure.

Patient axes here are always ``[superior, posterior, left]``: the three of LPS, the head's first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.base import Rejected
from yushan.domain.faces.filters import averaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

#: Edge of the cubes in which surfaces are sought, mm.
STEP_MM: Final = 2.0
#: More cubes than this do not fit the memory a child has: half a metre of the largest body.
MOST_CUBES: Final = 24_000_000
#: Rows of LPS that make (superior, posterior, left).
HEAD_AXES: Final = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
#: Smallest cosine between an axis of the stack and the patient axis it stands for (about 40°).
LEAST_COSINE: Final = 0.766
#: What lies below this in CT is no air but a scanner's filling around its circle, HU.
LEAST_HU: Final = -1100.0


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Slices of one stack in order.

    ``values[slice, row, column]`` are stored values. ``centres_mm`` are, for each of these axes,
    the distances of the samples from the stack's edge, rising; ``cubes`` how many cubes of
    ``STEP_MM`` lie along each, counted from the same edge. ``axes`` are the unit vectors in LPS
    along which slice, row and column numbers grow. ``slope`` and ``intercept``, one of each per
    slice, lead to HU in CT. ``limits`` are the lowest and highest value that can be stored.
    ``padding``: stored values between these (inclusive) are no image.
    """

    values: NDArray[Any]
    centres_mm: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    cubes: tuple[int, int, int]
    axes: NDArray[np.float64]
    modality: str
    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    limits: tuple[int, int]
    padding: tuple[int, int] | None = None


def regular_volume(
    values: NDArray[Any],
    spacing_mm: tuple[float, float, float],
    *,
    axes: Sequence[Sequence[float]],
    modality: str,
    padding: tuple[int, int] | None = None,
) -> Volume:
    """A volume of evenly spaced slices whose stored values are HU (CT) or signal (MR).

    Parameters
    ----------
    values
        ``[slice, row, column]``, whole numbers.
    spacing_mm
        Between slices, rows and columns.
    axes
        Unit vectors in LPS along which slice, row and column numbers grow.
    modality
        ``CT`` or ``MR``.
    padding
        Lowest and highest value that is no image.
    """
    counts = zip(values.shape, spacing_mm, strict=True)
    centres = tuple((np.arange(count) + 0.5) * step for count, step in counts)
    bounds = np.iinfo(values.dtype)
    ones = np.ones(len(values))
    return Volume(
        values, (centres[0], centres[1], centres[2]),
        (cube_count(centres[0]), cube_count(centres[1]), cube_count(centres[2])),
        np.asarray(axes, np.float64), modality, ones, ones * 0,
        (int(bounds.min), int(bounds.max)), padding,
    )  # fmt: skip


def layout_of(volume: Volume) -> tuple[tuple[int, int, int], tuple[int, ...]]:
    """Which axis of the stack runs along superior, posterior, left; and which of these run back.

    Raises
    ------
    Rejected
        ``faces.oblique``: the stack lies so slantwise that its axes cannot be told.
    """
    cosines = volume.axes @ HEAD_AXES.T
    order = max(permutations(range(3)), key=lambda p: sum(abs(cosines[p[i], i]) for i in range(3)))
    along = [cosines[order[i], i] for i in range(3)]
    if min(map(abs, along)) < LEAST_COSINE:
        raise Rejected("faces.oblique")
    return (order[0], order[1], order[2]), tuple(i for i in range(3) if along[i] < 0)


def to_patient(array: NDArray[Any], volume: Volume) -> NDArray[Any]:
    """A view of an array ``[slice, row, column]`` as ``[superior, posterior, left]``."""
    order, flips = layout_of(volume)
    return np.flip(array.transpose(order), flips)


def from_patient(array: NDArray[Any], volume: Volume) -> NDArray[Any]:
    """A view of an array ``[superior, posterior, left]`` as ``[slice, row, column]``."""
    order, flips = layout_of(volume)
    return np.flip(array, flips).transpose(np.argsort(order))


def is_padding(volume: Volume, index: int) -> NDArray[np.bool_]:
    """Which samples ``[row, column]`` of a slice are no image."""
    values = volume.values[index]
    none = np.zeros(values.shape, np.bool_)
    if volume.padding is not None:
        none |= (values >= volume.padding[0]) & (values <= volume.padding[1])
    if volume.modality == "CT":
        none |= values * volume.slope[index] + volume.intercept[index] < LEAST_HU
    return none


def real_slice(volume: Volume, index: int) -> Floats:
    """A slice ``[row, column]`` in HU or signal; in CT what is no image is air."""
    real = volume.values[index] * volume.slope[index] + volume.intercept[index]
    lowest = -1000.0 if volume.modality == "CT" else -np.inf
    return np.asarray(np.maximum(real, lowest), np.float32)


def coarse(volume: Volume) -> Floats:
    """The volume in cubes of ``STEP_MM``, ``[superior, posterior, left]``, in HU or signal.

    Raises
    ------
    Rejected
        ``faces.oblique``; ``faces.too-large``.
    """
    if np.prod(volume.cubes, dtype=np.int64) > MOST_CUBES:
        raise Rejected("faces.too-large")
    planes = [
        in_cubes(in_cubes(real_slice(volume, index), volume, (1, 0)), volume, (2, 1))
        for index in range(len(volume.values))
    ]
    stack = in_cubes(np.stack(planes), volume, (0, 0))
    return np.ascontiguousarray(to_patient(stack, volume))


def cube_count(centres_mm: NDArray[np.float64]) -> int:
    """How many cubes lie along an axis whose last sample is as far from its edge as the first."""
    return max(1, round(float(centres_mm[-1] + centres_mm[0]) / STEP_MM))


def cube_centres(volume: Volume, axis: int) -> NDArray[np.float64]:
    """Distances of the cubes' centres from the edge along slices, rows or columns, mm."""
    return np.asarray((np.arange(volume.cubes[axis]) + 0.5) * STEP_MM, np.float64)


def in_cubes(values: Floats, volume: Volume, axes: tuple[int, int]) -> Floats:
    """Values along an axis of the stack, which is the second of ``axes`` in the array, by cubes.

    Averaged where samples are finer than cubes, interpolated elsewhere.
    """
    axis, place = axes
    known = volume.centres_mm[axis]
    spacing = float(np.median(np.diff(known))) if len(known) > 1 else STEP_MM
    even = averaged(values, round(STEP_MM / spacing), place)
    return interpolated(even, place, known, cube_centres(volume, axis))


def interpolated(
    values: Floats, axis: int, known_mm: NDArray[np.float64], wanted_mm: NDArray[np.float64]
) -> Floats:
    """Values along an axis, known at some places, wanted at others; ends are held."""
    place = np.interp(wanted_mm, known_mm, np.arange(len(known_mm)))
    first = np.floor(place).astype(np.intp)
    second = np.minimum(first + 1, len(known_mm) - 1)
    share = (place - first).astype(np.float32)
    share = share.reshape([-1 if i == axis else 1 for i in range(values.ndim)])
    lower = np.take(values, first, axis)
    return np.asarray(lower + (np.take(values, second, axis) - lower) * share, np.float32)
