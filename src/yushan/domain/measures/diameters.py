"""Diameters of a lesion in its slices, as readers draw them (RECIST 1.1; Lung-RADS).

A mask is the voxels whose centres lie inside, so its border runs somewhere between them. It is
drawn where the smoothed mask is a half: halfway along straight sides, and where neighbours agree it
is along curved ones. A lesion of any size and direction is measured within half a voxel; what is
too thin to be smoothed has its border half a voxel outside its centres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]
from scipy.spatial import ConvexHull, QhullError  # type: ignore[import-untyped]
from scipy.spatial.distance import cdist  # type: ignore[import-untyped]

from yushan.base import Rejected

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Widths of two Gaussians in voxels; their difference smooths without pulling curved borders in.
NARROW: Final = 1.7
WIDE: Final = 2.5
#: How far they reach.
REACH: Final = 8
#: What is smoothed away from more than this share of the voxels is too thin for it.
THIN: Final = 0.8


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
    """Corners of the convex outline of the mask of a slice, in mm, going round."""
    centres = rims(plane)
    points = np.concatenate([border(plane), centres])
    if area(points) < THIN * np.count_nonzero(plane):
        steps = np.concatenate([np.eye(2), -np.eye(2)]) / 2
        points = np.unique((centres[:, None, :] + steps[None]).reshape(-1, 2), axis=0)
    points = points * np.array(spacing_mm)
    return np.asarray(points[ConvexHull(points).vertices])


def rims(mask: NDArray[np.bool_]) -> NDArray[Any]:
    """First and last voxel of every line along the last axis: all corners are among them."""
    lines = np.argwhere(mask.any(axis=-1))
    within = mask[tuple(lines.T)]
    first, last = within.argmax(axis=-1), mask.shape[-1] - 1 - within[:, ::-1].argmax(axis=-1)
    ends = np.concatenate([np.column_stack([lines, first]), np.column_stack([lines, last])])
    return np.unique(ends, axis=0).astype(float)


def border(plane: NDArray[np.bool_]) -> NDArray[Any]:
    """Where the smoothed mask is a half, between neighbouring pixels: (row, column)."""
    rows, columns = (np.flatnonzero(plane.any(axis=axis)) for axis in (1, 0))
    corner = np.array([rows[0], columns[0]])
    box = plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    drawn = smoothed(np.pad(box, REACH).astype(np.float64))
    found = [crossings(drawn), crossings(drawn.T)[:, ::-1]]
    return np.asarray(np.concatenate(found) + corner - REACH)


def smoothed(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """A picture smoothed by a kernel whose second moment is 0."""
    narrow, wide = (
        ndimage.gaussian_filter(picture, width, mode="constant", radius=REACH)
        for width in (NARROW, WIDE)
    )
    share = WIDE**2 / (WIDE**2 - NARROW**2)
    return np.asarray(share * narrow + (1 - share) * wide)


def crossings(drawn: NDArray[Any]) -> NDArray[Any]:
    """Points between a row and the next where a half is crossed."""
    above, below = drawn[:-1], drawn[1:]
    crossed = (above >= 0.5) != (below >= 0.5)
    at: NDArray[Any] = np.argwhere(crossed).astype(float)
    at[:, 0] += (0.5 - above[crossed]) / (below[crossed] - above[crossed])
    return at


def area(points: NDArray[Any]) -> float:
    """Area of the hull; 0 of points on one line."""
    try:
        return float(ConvexHull(points).volume)
    except (QhullError, ValueError):
        return 0.0


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
    points = rims(mask)
    corners, beyond = solid(points, int(np.count_nonzero(mask)))
    step = np.array(spacing_mm)
    length = cdist(corners * step, corners * step)
    # In voxels the border runs evenly outside; in mm it runs further where voxels are longer.
    one, other = np.nonzero(length >= length.max() - 2 * beyond * step.max())
    along = (corners[one] - corners[other]) * step
    far = length[one, other]
    further = np.linalg.norm(along * step, axis=1) / np.where(far > 0, far, 1.0)
    return float(max((far + 2 * beyond * further).max(), 2 * beyond * step.max()))


def solid(points: NDArray[Any], voxels: int) -> tuple[NDArray[Any], float]:
    """Corners of a hull in voxels, and how far the border runs outside them.

    What is flat or has dents has its border half a voxel, or not at all, outside its corners.
    """
    try:
        body = ConvexHull(points)
    except (QhullError, ValueError):
        return points, 0.5
    beyond = (voxels - body.volume) / body.area
    return points[body.vertices], float(np.clip(beyond, 0.0, 0.5))
