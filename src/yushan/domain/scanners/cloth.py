"""Gown and blanket around a body on the couch: thin, wavy, hardly denser than air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.fields import between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.words import Axis, Floats
    from yushan.domain.volumes import Grid

#: HU that count as body for what lies on it, and under which air may hold cloth.
BODY_HU: Final = -400.0
AIR_HU: Final = -750.0
CELL_MM: Final = 3.0
#: Layers: distance from the skin and its waves (mm), thickness (mm), HU, share that is there.
LAYERS: Final = (
    (2.5, 2.0, 0.5, -640.0, 0.8),
    (9.0, 6.0, 0.7, -800.0, 0.55),
    (16.0, 9.0, 0.9, -870.0, 0.4),
)
WAVES: Final = 5
#: No cloth lies farther from the skin, mm.
REACH_MM: Final = 46.0


@dataclass(frozen=True, eq=False)
class Cloth:
    """Waves ``[layer, wave, (x, y, z per mm, phase)]`` of the layers of one person."""

    waves: Floats

    def lay(self, part: Floats, grid: Grid, z_mm: float) -> None:
        """Draw it around a slice ``[row, column]`` at a height, in place, where there is air."""
        step = max(round(CELL_MM / grid.spacing[1]), 1)
        body = ndimage.binary_fill_holes(part[::step, ::step] > BODY_HU)
        if not body.any() or body.mean() > 0.9:
            return
        part = part[: (int(np.flatnonzero(body.any(axis=1))[-1]) + 1) * step]
        away = ndimage.distance_transform_edt(~body) * (grid.spacing[1] * step)
        around = (away < REACH_MM) & ~ndimage.binary_erosion(body)
        near = np.repeat(np.repeat(around, step, axis=0), step, axis=1)[: len(part)]
        places = np.flatnonzero(near[:, : part.shape[1]] & (part < np.float32(AIR_HU)))
        down = between(len(part), step, body.shape[0])
        over = between(part.shape[1], step, body.shape[1])
        at = Places.of(places, (down, over), body.shape)
        fine, values = at.read(away.astype(np.float32)), part.ravel()[places]
        for (middle, swing, thick, hu, share), ripple in zip(
            LAYERS, self.ripples(body.shape, grid, step, z_mm), strict=True
        ):
            wave = at.read(ripple)
            there = np.clip((wave + np.float32(2 * share - 1)) * 4 + np.float32(0.5), 0, 1)
            off = np.abs(fine - np.float32(middle) - np.float32(swing) * wave)
            cover = (np.float32(thick) - off) / np.float32(grid.spacing[1]) + np.float32(0.5)
            air = np.clip((np.float32(AIR_HU) - values) / np.float32(200), 0, 1)
            values += np.clip(cover, 0, 1) * there * air * np.float32(hu + 1000)
        part.reshape(-1)[places] = values

    def ripples(self, shape: tuple[int, int], grid: Grid, step: int, z_mm: float) -> list[Floats]:
        """Height of each layer's waves on cells ``[row, column]``: sines of sums, by products."""
        y = np.arange(shape[0])[:, None] * (step * grid.spacing[1])
        x = np.arange(shape[1])[None, :] * (step * grid.spacing[2])
        found = []
        for waves in self.waves.astype(np.float64):
            height = np.zeros(shape)
            for along, across, deep, phase in waves:
                turn = across * y + (deep * z_mm + phase)
                height += np.sin(along * x) * np.cos(turn)
                height += np.cos(along * x) * np.sin(turn)
            found.append((height / WAVES**0.5).astype(np.float32))
        return found


@dataclass(frozen=True, eq=False)
class Places:
    """Some pixels of a slice among its cells: numbers of four cells and shares between them."""

    corners: tuple[NDArray[np.intp], ...]
    fall: Floats
    share: Floats

    @classmethod
    def of(
        cls, places: NDArray[np.intp], axes: tuple[Axis, Axis], shape: tuple[int, int]
    ) -> Places:
        """Pixels by their number in a slice; axes down and over to cells ``[row, column]``."""
        (lows, falls), (lefts, shares) = axes
        rows, columns = np.divmod(places, len(lefts))
        first = lows[rows] * shape[1] + lefts[columns]
        right, below = min(shape[1] - 1, 1), min(shape[0] - 1, 1) * shape[1]
        corners = (first, first + right, first + below, first + below + right)
        return cls(corners, falls[rows], shares[columns])

    def read(self, cells: Floats) -> Floats:
        """Values of cells ``[row, column]`` at the pixels, bilinear."""
        a, b, c, d = (cells.ravel()[corner] for corner in self.corners)
        upper, lower = a + self.share * (b - a), c + self.share * (d - c)
        return np.asarray(upper + self.fall * (lower - upper), dtype=np.float32)


def cloth(seed: int) -> Cloth:
    """What one person wears."""
    rng = np.random.default_rng((seed, 233))
    shape = (len(LAYERS), WAVES, 4)
    waves = rng.normal(0, 1, shape) * np.array([0.03, 0.03, 0.025, 0.0])
    waves[..., 3] = rng.uniform(0, 2 * np.pi, shape[:2])
    return Cloth(waves.astype(np.float32))
