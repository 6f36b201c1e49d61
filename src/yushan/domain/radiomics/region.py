"""A region of interest: intensities, mask, spacing; checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yushan.base import Rejected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Levels = NDArray[np.int64]
    Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A region of a volume.

    Parameters
    ----------
    image
        Intensities [slice, row, column], finite inside the mask.
    mask
        Boolean, of the same shape, with at least one voxel.
    spacing_mm
        Between slices, rows, columns; positive.

    Raises
    ------
    Rejected
        ``radiomics.shapes-differ``, ``radiomics.empty``, ``radiomics.not-finite``,
        ``radiomics.spacing``.
    """

    image: NDArray[np.float64]
    mask: NDArray[np.bool_]
    spacing_mm: tuple[float, float, float]

    def __post_init__(self) -> None:
        if self.image.shape != self.mask.shape or self.image.ndim != 3:
            raise Rejected("radiomics.shapes-differ")
        if not self.mask.any():
            raise Rejected("radiomics.empty")
        if not np.isfinite(self.image[self.mask]).all():
            raise Rejected("radiomics.not-finite")
        if len(self.spacing_mm) != 3 or min(self.spacing_mm) <= 0:
            raise Rejected("radiomics.spacing")

    @property
    def values(self) -> NDArray[np.float64]:
        """The intensities of the region, one dimension."""
        return np.asarray(self.image[self.mask], np.float64)

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return float(np.prod(self.spacing_mm))

    def cropped(self) -> Region:
        """The smallest box around the mask; texture needs no more."""
        found = np.nonzero(self.mask)
        box = tuple(slice(int(axis.min()), int(axis.max()) + 1) for axis in found)
        return Region(self.image[box], self.mask[box], self.spacing_mm)
