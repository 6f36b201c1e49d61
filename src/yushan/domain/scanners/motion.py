"""Motion during a rotation: half of the views see the body at one place, half at another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.kernels import frequencies

if TYPE_CHECKING:
    from yushan.domain.scanners.words import Floats
    from yushan.domain.volumes import Volume

#: Sharpness of the change of views; larger is sharper.
CHANGE: Final = 3.0


@dataclass(frozen=True)
class Motion:
    """What moves while the tube turns.

    Parameters
    ----------
    kind
        ``heart`` moves a ball of soft edges; ``breath`` moves everything, its depth going up and
        down along z.
    shift_mm
        Way from one end to the other, (x, y, z).
    centre_mm, radius_mm
        Of the ball (``heart``).
    period_mm
        Couch travel during one breath (``breath``).
    """

    kind: Literal["heart", "breath"]
    shift_mm: tuple[float, float, float]
    centre_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    radius_mm: float = 60.0
    period_mm: float = 60.0

    def strength(self, volume: Volume, index: int) -> Floats:
        """Share of the way at each pixel of a slice ``[row, column]``."""
        grid = volume.grid
        z = grid.origin[2] + index * grid.spacing[0]
        shape = grid.shape[1:]
        if self.kind == "breath":
            return np.full(shape, np.sin(2 * np.pi * z / self.period_mm), dtype=np.float32)
        y = (grid.origin[1] + np.arange(shape[0]) * grid.spacing[1] - self.centre_mm[1])[:, None]
        x = (grid.origin[0] + np.arange(shape[1]) * grid.spacing[2] - self.centre_mm[0])[None, :]
        square = (x**2 + y**2 + (z - self.centre_mm[2]) ** 2) / self.radius_mm**2
        return np.asarray(np.exp(-(square**2)), dtype=np.float32)


def moved(volume: Volume, index: int, motion: Motion, ahead: float) -> Floats | None:
    """A slice of an axial volume with everything ``ahead`` ways moved; None where nothing moves."""
    strength = motion.strength(volume, index)
    if float(np.max(np.abs(strength))) < 0.02:
        return None
    step = np.array(motion.shift_mm[::-1]) / np.array(volume.grid.spacing) * ahead
    rows, columns = np.nonzero(np.abs(strength) > 0.01)
    low, high = (rows.min(), columns.min()), (rows.max() + 1, columns.max() + 1)
    window = (slice(low[0], high[0]), slice(low[1], high[1]))
    part = strength[window]
    y, x = np.mgrid[low[0] : high[0], low[1] : high[1]].astype(np.float32)
    near = max(int(np.ceil(abs(step[0]))), 1)
    first = min(max(index - near, 0), len(volume.values) - 1)
    slab = np.asarray(volume.values[first : index + near + 1], dtype=np.float32)
    places = (index - first - part * step[0], y - part * step[1], x - part * step[2])
    out = np.array(volume.values[index], dtype=np.float32)
    out[window] = ndimage.map_coordinates(slab, places, order=1, mode="nearest")
    return out


def views(shape: tuple[int, int], spacing: tuple[float, float], start: float) -> Floats:
    """Share of each frequency ``[row, half column]`` that the first half of the views saw.

    A view at an angle measures the frequencies at that angle; ``start`` is the tube's at the
    beginning of the rotation, radians.
    """
    down, across = frequencies(shape, spacing)
    angle = np.arctan2(down, across) - np.float32(start)
    return np.asarray(0.5 + 0.5 * np.tanh(np.float32(CHANGE) * np.sin(2 * angle)), np.float32)
