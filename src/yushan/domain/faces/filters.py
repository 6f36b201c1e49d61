"""The few filters of SciPy that are used here, with types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Mask = NDArray[np.bool_]
    Sigma = float | tuple[float, ...]


def smoothed(values: NDArray[Any], sigma: Sigma) -> Floats:
    """Gaussian smoothing; ``sigma`` in samples; edges are held."""
    found: Floats = ndimage.gaussian_filter(values.astype(np.float32), sigma, mode="nearest")
    return found


def curvature(values: NDArray[Any], sigma: float) -> NDArray[np.float64]:
    """Second derivative of a line of values at the scale ``sigma``, both in samples."""
    line = values.astype(np.float64)
    found: NDArray[np.float64] = ndimage.gaussian_filter1d(line, sigma, order=2, mode="nearest")
    return found


def averaged(values: Floats, width: int, axis: int) -> Floats:
    """Running mean of ``width`` samples along one axis."""
    if width <= 1:
        return values
    found: Floats = ndimage.uniform_filter1d(values, width, axis=axis, mode="nearest")
    return found


def depth(mask: Mask) -> Floats:
    """Distance in samples of each true sample to the nearest false one; 0 outside."""
    found: NDArray[Any] = ndimage.distance_transform_edt(mask)
    return found.astype(np.float32)


def opened(mask: Mask, radius: float) -> Mask:
    """The mask without what a ball of ``radius`` samples does not fit into."""
    reach = np.arange(-int(radius), int(radius) + 1)
    squares = reach**2
    ball = (squares[:, None, None] + squares[:, None] + squares) <= radius**2 + 0.1
    found: Mask = ndimage.binary_opening(mask, ball)
    return found


def largest(mask: Mask) -> Mask:
    """The largest connected part; the mask itself when it is empty."""
    labels, count = ndimage.label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(labels.ravel())
    found: Mask = labels == 1 + int(np.argmax(sizes[1:]))
    return found


def parts(plane: Mask) -> NDArray[np.int64]:
    """Sizes of the connected parts of a plane in samples, the largest first."""
    labels, _ = ndimage.label(plane)
    sizes = np.bincount(labels.ravel())[1:].astype(np.int64)
    return np.sort(sizes)[::-1]


def filled(mask: Mask) -> Mask:
    """The mask with the holes of each of its planes along the first axis filled."""
    planes = [ndimage.binary_fill_holes(plane) for plane in mask]
    return np.asarray(planes, dtype=np.bool_).reshape(mask.shape)


def rim(mask: Mask) -> Mask:
    """The outermost layer of the mask; the edge of the grid is no surface."""
    inner: Mask = ndimage.binary_erosion(mask, border_value=1)
    return mask & ~inner
