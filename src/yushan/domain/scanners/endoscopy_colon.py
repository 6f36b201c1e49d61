"""The inside of a colon as a distance field: a bent tube with folds, mucosa and polyps. Mm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, cloud

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Texture of the mucosa: pixels along the tube and around it; mm of tube that it covers.
SKIN: Final = (768, 768)
SKIN_MM: Final = 150.0


@dataclass(frozen=True, slots=True)
class Polyp:
    """A sessile polyp: how far along the tube, where around it, how large."""

    along_mm: float = 38.0
    around_deg: float = 40.0
    size_mm: float = 9.0


class Colon:
    """A piece of a colon: its course, folds, mucosa and polyps."""

    def __init__(self, seed: int, polyps: Sequence[Polyp]) -> None:
        """Draw the shape from a seed."""
        rng = np.random.default_rng((seed, 0xE5))
        self.radius = float(rng.uniform(19, 24))
        self.bend = rng.normal(0, 1, (2, 2)) * np.array([[9.0], [5.0]])
        self.phase = rng.uniform(0, 6.3, (2, 2))
        # Two folds far away, so that every place lies between two.
        folds = np.concatenate([[-1e4], np.cumsum(rng.uniform(13, 24, 14)) + 4, [1e4]])
        self.folds = folds.astype(np.float32)
        self.heights = np.pad(rng.uniform(5.0, 9.0, 14), 1).astype(np.float32)
        self.turns = np.pad(rng.uniform(0, 6.3, 14), 1).astype(np.float32)
        self.bumps = cloud(rng, SKIN, 4.2)
        fine = np.abs(cloud(rng, SKIN, 2.9))
        thick = np.abs(cloud(rng, SKIN, 3.6))
        self.veins = np.exp(-((fine / 0.07) ** 2)) * 0.35 + np.exp(-((thick / 0.035) ** 2)) * 0.65
        self.blotch = cloud(rng, SKIN, 3.0)
        self.polyps = tuple((one, np.array(self.seat(one), dtype=np.float32)) for one in polyps)

    def axis(self, z: Image) -> tuple[Image, Image]:
        """Where the tube's middle lies at a depth."""
        far = np.maximum(z, 0)
        x = self.bend[0, 0] * (np.sin(far / 62 + self.phase[0, 0]) - np.sin(self.phase[0, 0]))
        y = self.bend[0, 1] * (np.sin(far / 71 + self.phase[0, 1]) - np.sin(self.phase[0, 1]))
        grow = (far / 60) ** 2
        return (x + self.bend[1, 0] * grow).astype(np.float32), (y + self.bend[1, 1] * grow).astype(
            np.float32
        )

    def wall(self, x: Image, y: Image, z: Image) -> Image:
        """Distance to the wall, positive in the lumen, somewhat too small near folds."""
        middle_x, middle_y = self.axis(z)
        across, down = x - middle_x, y - middle_y
        around = np.arctan2(down, across)
        radius = self.radius * (1 - 0.06 * np.cos(3 * around))
        above = np.searchsorted(self.folds, z)
        for near in (above - 1, above):
            swing = np.float32(2.5) * np.sin(around + self.turns[near])
            away = np.abs(z - self.folds[near] - swing) / np.float32(2.6)
            ridge = np.exp(-away * np.sqrt(away))
            lobes = 0.62 + 0.38 * np.cos(3 * around + 0.4 * self.turns[near])
            radius = radius - self.heights[near] * ridge * lobes
        radius = radius + 0.45 * self.skin(self.bumps, around, z)
        return np.asarray(radius - np.hypot(across, down), dtype=np.float32)

    def skin(self, texture: Image, around: Image, z: Image) -> Image:
        """A texture of the mucosa at places of the wall."""
        rows = z / np.float32(SKIN_MM) * SKIN[0]
        columns = (around / np.float32(2 * np.pi) + np.float32(0.5)) * SKIN[1]
        found = ndimage.map_coordinates(
            texture, np.stack([rows, columns]), np.float32, order=1, mode="grid-wrap"
        )
        return np.asarray(found, dtype=np.float32)

    def seat(self, polyp: Polyp) -> tuple[float, float, float]:
        """Middle of a polyp: on the wall, half sunk in."""
        angle, z = np.deg2rad(polyp.around_deg), np.array([polyp.along_mm], dtype=np.float32)
        x, y = self.axis(z)
        reach = np.linspace(4, 40, 200, dtype=np.float32)
        depth = np.full(200, polyp.along_mm, dtype=np.float32)
        free = self.wall(
            float(x[0]) + reach * np.cos(angle), float(y[0]) + reach * np.sin(angle), depth
        )
        edge = float(reach[int(np.argmax(free < 0.22 * polyp.size_mm))])
        return (
            float(x[0] + edge * np.cos(angle)),
            float(y[0] + edge * np.sin(angle)),
            polyp.along_mm,
        )

    def growth(self, x: Image, y: Image, z: Image) -> Image:
        """Distance to the nearest polyp, negative inside."""
        found = np.full(x.shape, 1000, dtype=np.float32)
        for polyp, (a, b, c) in self.polyps:
            away = np.sqrt((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2)
            rate = np.float32(4.5 / polyp.size_mm)
            lumps = np.sin(rate * x + a) * np.sin(1.2 * rate * y + b) * np.sin(0.9 * rate * z)
            lumps = np.float32(0.05 * polyp.size_mm) * lumps
            found = np.minimum(found, away - polyp.size_mm / 2 + lumps)
        return np.asarray(found, dtype=np.float32)

    def nearest(self, x: Image, y: Image, z: Image) -> NDArray[np.uint8]:
        """Number of the nearest polyp, counted from 1; 0 where there is none at all."""
        if not self.polyps:
            return np.zeros(x.shape, dtype=np.uint8)
        away = [
            (x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 - polyp.size_mm**2 / 4
            for polyp, (a, b, c) in self.polyps
        ]
        return np.asarray(np.argmin(np.stack(away), axis=0) + 1, dtype=np.uint8)

    def free(self, x: Image, y: Image, z: Image) -> Image:
        """Distance to anything, by which rays advance."""
        wall, growth = self.wall(x, y, z), self.growth(x, y, z)
        share = np.clip(0.5 + 0.5 * (growth - wall) / np.float32(1.6), 0, 1)
        return np.asarray(
            wall * share + growth * (1 - share) - 1.6 * share * (1 - share) / 2, dtype=np.float32
        )
