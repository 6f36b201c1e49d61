"""A regular grid of samples in patient space, in DICOM's axes (PS3.3 C.7.6.2.1.1).

Indices are ``[slice, row, column]``; points are ``(x, y, z)`` in mm, LPS: x grows to the patient's
left, y to the back, z to the head. A sample stands for the box around its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Triple = tuple[float, float, float]

#: Rows are the directions in which slice, row and column numbers grow.
AXIAL: Final = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
CORONAL: Final = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0))
SAGITTAL: Final = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Grid:
    """Where the samples of a volume lie.

    Parameters
    ----------
    shape
        Slices, rows, columns.
    origin
        Centre of sample ``[0, 0, 0]``, mm LPS.
    spacing
        Distance between neighbouring slices, rows and columns, mm, above 0.
    axes
        Unit vectors in LPS along which slice, row and column numbers grow, at right angles.

    Raises
    ------
    ValueError
        A shape or spacing is not positive, or axes are not unit vectors at right angles.
    """

    shape: tuple[int, int, int]
    origin: Triple
    spacing: Triple
    axes: tuple[Triple, Triple, Triple] = AXIAL

    def __post_init__(self) -> None:
        if min(self.shape) < 1 or min(self.spacing) <= 0:
            raise ValueError(f"shape {self.shape} and spacing {self.spacing} must be positive")
        if not np.allclose(self.directions @ self.directions.T, np.eye(3), atol=1e-6):
            raise ValueError("axes must be unit vectors at right angles")

    @classmethod
    def axial(
        cls, shape: tuple[int, int, int], spacing: Triple, centre: Triple = (0, 0, 0)
    ) -> Grid:
        """Slices from foot to head, rows to the back, columns to the left."""
        return cls.around(shape, spacing, centre, AXIAL)

    @classmethod
    def coronal(
        cls, shape: tuple[int, int, int], spacing: Triple, centre: Triple = (0, 0, 0)
    ) -> Grid:
        """Slices from front to back, rows to the foot, columns to the left."""
        return cls.around(shape, spacing, centre, CORONAL)

    @classmethod
    def sagittal(
        cls, shape: tuple[int, int, int], spacing: Triple, centre: Triple = (0, 0, 0)
    ) -> Grid:
        """Slices from right to left, rows to the foot, columns to the back."""
        return cls.around(shape, spacing, centre, SAGITTAL)

    @classmethod
    def around(
        cls,
        shape: tuple[int, int, int],
        spacing: Triple,
        centre: Triple,
        axes: tuple[Triple, Triple, Triple],
    ) -> Grid:
        """A grid whose middle lies on ``centre`` (mm)."""
        reach = (np.array(shape) - 1) / 2 * np.array(spacing)
        origin = np.array(centre, dtype=float) - reach @ np.array(axes)
        return cls(shape, triple(origin), spacing, axes)

    def turned(self, about: Triple, degrees: float) -> Grid:
        """The same grid turned about an axis through its middle, by the right hand."""
        turn = rotation(about, degrees)
        axes = self.directions @ turn.T
        rows = (triple(axes[0]), triple(axes[1]), triple(axes[2]))
        return Grid.around(self.shape, self.spacing, self.centre, rows)

    @cached_property
    def directions(self) -> Floats:
        """The axes as an array ``[3, 3]``, one a row."""
        return np.array(self.axes, dtype=np.float64)

    @property
    def centre(self) -> Triple:
        """The middle of the grid, mm."""
        reach = (np.array(self.shape) - 1) / 2 * np.array(self.spacing)
        return triple(np.array(self.origin) + reach @ self.directions)

    @property
    def voxel_mm3(self) -> float:
        """Volume of one sample's box."""
        return float(np.prod(self.spacing))

    @property
    def affine(self) -> Floats:
        """``[4, 4]``: ``(slice, row, column, 1)`` to ``(x, y, z, 1)`` in LPS mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.directions.T * np.array(self.spacing)
        matrix[:3, 3] = self.origin
        return matrix

    def points(self, index: ArrayLike) -> Floats:
        """Points ``[n, 3]`` in mm of indices ``[n, 3]`` (fractions allowed)."""
        steps = np.asarray(index, dtype=np.float64) * np.array(self.spacing)
        return np.asarray(steps @ self.directions + np.array(self.origin))

    def index(self, points: ArrayLike) -> Floats:
        """Indices ``[n, 3]`` (with fractions) of points ``[n, 3]`` in mm."""
        steps = (np.asarray(points, dtype=np.float64) - np.array(self.origin)) @ self.directions.T
        return np.asarray(steps / np.array(self.spacing))

    def slices(self, first: int, last: int) -> Grid:
        """The grid of slices ``first`` up to before ``last``."""
        origin = self.points([[first, 0, 0]])[0]
        return Grid((last - first, *self.shape[1:]), triple(origin), self.spacing, self.axes)


def rotation(about: Triple, degrees: float) -> Floats:
    """The matrix ``[3, 3]`` that turns a column vector about an axis (Rodrigues)."""
    axis = np.array(about, dtype=np.float64) / np.linalg.norm(about)
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.deg2rad(degrees)
    turned = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    return np.asarray(turned)


def triple(values: Floats) -> Triple:
    """Three plain numbers."""
    return float(values[0]), float(values[1]), float(values[2])
