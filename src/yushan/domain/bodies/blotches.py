"""Irregular bubbles and streaks, to be cut out of something larger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yushan.domain.bodies.surfaces import EVERYWHERE, Box, Floats, ripple


@dataclass(frozen=True, eq=False)
class Blotches:
    """Irregular bubbles everywhere: what is above a level of a rippled field."""

    length_mm: float
    level: float
    seed: int
    fine: bool = False
    box: Box = EVERYWHERE

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        field = ripple(x, y, z, self.length_mm, self.seed)
        return np.asarray((np.float32(self.level) - field) * np.float32(self.length_mm / 5))
