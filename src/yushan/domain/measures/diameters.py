"""Diameters of a lesion in its slices, as readers draw them (RECIST 1.1; Lung-RADS).

The border runs half a voxel outside the outermost centres, as the surface of marching cubes does;
so a disc of any size is measured within half a voxel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import ConvexHull  # type: ignore[import-untyped]
from scipy.spatial.distance import cdist  # type: ignore[import-untyped]

from yushan.base import Rejected

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Diameters:
    """The slice where the lesion is longest, and what is measured there.

    ``ends_mm`` are the ends of the long axis, (row, column) in mm from the centre of pixel (0, 0).
    """

    slice_index: int
    long_mm: float
    short_mm: float
    ends_mm: tuple[tuple[float, float], tuple[float, float]]

    @property
    def mean_mm(self) -> float:
        """Mean of long and short axis."""
        return (self.long_mm + self.short_mm) / 2


def diameters(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> Diameters:
    """Long and short axis in the slice in which the long axis is longest.

    The short axis is the longest chord at right angles to the long one; both are of the convex
    outline, so a notch does not shorten them.

    Parameters
    ----------
    mask
        [slice, row, column].
    spacing_mm
        Between slices, rows, columns.

    Raises
    ------
    Rejected
        ``measures.empty``.
    """
    found = [
        in_slice(int(index), outline(mask[index], spacing_mm[1:]))
        for index in np.flatnonzero(mask.any(axis=(1, 2)))
    ]
    if not found:
        raise Rejected("measures.empty")
    return max(found, key=lambda one: one.long_mm)


def outline(plane: NDArray[np.bool_], spacing_mm: tuple[float, ...]) -> NDArray[Any]:
    """Corners of the convex outline of a mask, in mm: half a voxel beyond the centres."""
    centres = np.argwhere(plane).astype(float)
    steps = np.concatenate([np.eye(plane.ndim), -np.eye(plane.ndim)]) / 2
    points = (centres[:, None, :] + steps[None]).reshape(-1, plane.ndim)
    points = np.unique(points, axis=0) * np.array(spacing_mm)
    return np.asarray(points[ConvexHull(points).vertices])


def in_slice(index: int, corners: NDArray[Any]) -> Diameters:
    """The axes of one convex outline."""
    apart = cdist(corners, corners)
    first, last = (int(one) for one in np.unravel_index(apart.argmax(), apart.shape))
    along = (corners[last] - corners[first]) / apart[first, last]
    across = np.array([-along[1], along[0]])
    short = widest(corners @ along, corners @ across)
    ends = tuple((float(corners[one][0]), float(corners[one][1])) for one in (first, last))
    return Diameters(index, float(apart[first, last]), short, (ends[0], ends[1]))


def widest(at: NDArray[Any], height: NDArray[Any]) -> float:
    """The longest chord of a convex outline at right angles to an axis.

    ``at`` is the place of each corner on the axis, ``height`` its distance from it, going round.
    Chords are longest at a corner, since both sides are straight between corners.
    """
    start, end = int(at.argmin()), int(at.argmax())
    count = len(at)
    one = [(start + k) % count for k in range((end - start) % count + 1)]
    other = [(start - k) % count for k in range((start - end) % count + 1)]
    above = np.interp(at, at[one], height[one])
    below = np.interp(at, at[other], height[other])
    return float(np.abs(above - below).max())


def longest_3d_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> float:
    """The longest distance over the surface in any direction, mm.

    Raises
    ------
    Rejected
        ``measures.empty``.
    """
    if not mask.any():
        raise Rejected("measures.empty")
    corners = outline(mask, spacing_mm)
    return float(cdist(corners, corners).max())
