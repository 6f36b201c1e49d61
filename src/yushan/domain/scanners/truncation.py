"""Bodies wider than the field that a scanner measures: cut off, with a bright rim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.words import Floats
    from yushan.domain.volumes import Grid

#: HU that the rim gains at the edge, and the depth over which it fades.
RIM_HU: Final = 420.0
RIM_MM: Final = 7.0
SECTORS: Final = 360


@dataclass(frozen=True, eq=False)
class Truncation:
    """The edge of the measured field on a slice ``[row, column]``: depth inside in mm, sector.

    ``near`` and ``beyond`` are numbers of the pixels just beyond it, and of all beyond it.
    """

    depth: Floats
    sector: NDArray[np.intp]
    near: NDArray[np.intp]
    beyond: NDArray[np.intp]

    def cut(self, image: Floats) -> None:
        """Cut one slice in place."""
        flat = image.reshape(-1)
        near = self.near[flat[self.near] > -300]
        there = np.bincount(self.sector.reshape(-1)[near], minlength=SECTORS)[:SECTORS] > 2
        if there.any():
            self.rim(image, there)
        flat[self.beyond] = -1000

    def rim(self, image: Floats, there: NDArray[np.bool_]) -> None:
        """Brighten the rim in the sectors where a body goes on, in place."""
        soft = np.convolve(np.tile(there.astype(np.float64), 3), np.hanning(9) / 4, "same")
        share = np.clip(soft[SECTORS : 2 * SECTORS], 0, 1).astype(np.float32)
        rim = np.float32(RIM_HU) * np.exp(-np.maximum(self.depth, 0) / np.float32(RIM_MM))
        image += np.where(image > -900, rim * share[self.sector], 0)


def truncation(grid: Grid, field_mm: float) -> Truncation | None:
    """The edge of a field about the middle of the slices; None when it is not reached."""
    _, rows, columns = grid.shape
    y = ((np.arange(rows) - (rows - 1) / 2) * grid.spacing[1])[:, None]
    x = ((np.arange(columns) - (columns - 1) / 2) * grid.spacing[2])[None, :]
    depth = np.float32(field_mm / 2) - np.hypot(x, y).astype(np.float32)
    if float(depth.min()) >= 0:
        return None
    turn = (np.arctan2(y, x) + np.pi) / (2 * np.pi)
    sector = np.minimum((turn * SECTORS).astype(np.intp), SECTORS - 1)
    near = np.flatnonzero((depth < 0) & (depth > -12))
    return Truncation(depth, sector, near, np.flatnonzero(depth < 0))
