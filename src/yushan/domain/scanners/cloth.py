"""Gown and blanket around a body on the couch: thin, wavy, hardly denser than air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.fields import between, bilinear

if TYPE_CHECKING:
    from yushan.domain.scanners.words import Floats
    from yushan.domain.volumes import Grid

#: HU that count as body for what lies on it.
BODY_HU: Final = -400.0
CELL_MM: Final = 3.0
#: Layers: distance from the skin and its waves (mm), thickness (mm), HU, share that is there.
LAYERS: Final = (
    (2.5, 2.0, 0.5, -640.0, 0.8),
    (9.0, 6.0, 0.7, -800.0, 0.55),
    (16.0, 9.0, 0.9, -870.0, 0.4),
)
WAVES: Final = 5


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
        y = (np.arange(body.shape[0]) * step * grid.spacing[1])[:, None]
        x = (np.arange(body.shape[1]) * step * grid.spacing[2])[None, :]
        down = between(len(part), step, body.shape[0])
        over = between(part.shape[1], step, body.shape[1])
        fine = bilinear(away.astype(np.float32), down, over)
        for (middle, swing, thick, hu, share), waves in zip(LAYERS, self.waves, strict=True):
            height = sum(np.sin(x * w[0] + y * w[1] + z_mm * w[2] + w[3]) for w in waves)
            ripple = bilinear(np.asarray(height / WAVES**0.5, np.float32), down, over)
            there = np.clip((ripple + np.float32(2 * share - 1)) * 4 + 0.5, 0, 1)
            off = np.abs(fine - np.float32(middle) - np.float32(swing) * ripple)
            cover = np.clip((np.float32(thick) - off) / np.float32(grid.spacing[1]) + 0.5, 0, 1)
            air = np.clip((np.float32(-750) - part) / np.float32(200), 0, 1)
            part += cover * there * air * np.float32(hu + 1000)


def cloth(seed: int) -> Cloth:
    """What one person wears."""
    rng = np.random.default_rng((seed, 233))
    shape = (len(LAYERS), WAVES, 4)
    waves = rng.normal(0, 1, shape) * np.array([0.03, 0.03, 0.025, 0.0])
    waves[..., 3] = rng.uniform(0, 2 * np.pi, shape[:2])
    return Cloth(waves.astype(np.float32))
