"""Sheets: thin layers about a smooth surface, such as flat muscles, fissures and the diaphragm.

A layer thinner than the lattice would be lost on it; so its two smooth parts are kept apart
there (how far from the middle face, how thick at this place) and joined at the samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from yushan.domain.bodies.surfaces import Box, Floats, Surface, corners

if TYPE_CHECKING:
    from yushan.domain.bodies.columns import Column

#: Where a sheet is not.
NOWHERE: Final = np.float32(-30)


class Layered(Protocol):
    """A thin surface as the difference of two smooth fields."""

    def fields(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Signed distance from the middle face, and half the thickness, mm."""


def layered(middle: Floats, half: Floats) -> Floats:
    """Signed distance of a layer from its two fields."""
    return np.asarray(np.abs(middle) - half)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A flat muscle or bone on a column, thick in its middle and thin at its oval rim.

    Parameters
    ----------
    column
        What it lies on.
    side
        1 on the patient's left, -1 on the right.
    off_mm, half_mm
        Distance of its middle face from the column, and half its thickness.
    middle, reach
        Share of the way round (0 at the back, 1 in front) and height in mm; half extents of both.
    lean
        Share of the way round by which the middle moves over one reach upwards.
    """

    column: Column
    side: int
    off_mm: float
    half_mm: float
    middle: tuple[float, float]
    reach: tuple[float, float]
    lean: float = 0.0
    fine: bool = False

    @cached_property
    def box(self) -> Box:
        """About where it lies, mm."""
        heights = self.middle[1] + self.reach[1] * np.linspace(-1, 1, 9)
        middle_x, middle_y, wide, front, back = self.column.at(heights.astype(np.float32))
        shares = self.middle[0] + (self.reach[0] + abs(self.lean)) * np.linspace(-1, 1, 17)
        turn = np.clip(shares, 0, 1)[:, None] * np.pi
        edge = 2 / self.column.power
        sine, cosine = np.sin(turn) ** edge, np.abs(np.cos(turn)) ** edge * np.sign(np.cos(turn))
        off = self.off_mm + self.half_mm
        x = middle_x + self.side * (wide + off) * sine
        y = middle_y + (np.where(cosine > 0, back, front) + off) * cosine
        low = np.array([x.min() - 6, y.min() - 6, heights[0]])
        high = np.array([x.max() + 6, y.max() + 6, heights[-1]])
        if self.side > 0:
            low[0] = max(low[0], 0.0)
        else:
            high[0] = min(high[0], 0.0)
        return corners(low, high)

    def fields(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Distance from the middle face and half thickness, mm."""
        away = self.column.distance(x, y, z) - np.float32(self.off_mm)
        up = (z - np.float32(self.middle[1])) / np.float32(self.reach[1])
        share = self.share(x, y, z) - np.float32(self.middle[0]) - up * np.float32(self.lean)
        rest = 1 - (share / np.float32(self.reach[0])) ** 2 - up * up
        thick = np.float32(self.half_mm) * rest * (2 - np.clip(rest, -2, 1))
        half = np.where(x * self.side > 0, thick, NOWHERE)
        return away, np.asarray(np.maximum(half, NOWHERE), dtype=np.float32)

    def share(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Share of the way round the column, 0 at the back, 1 in front."""
        middle_x, middle_y, wide, front, back = self.column.at(z)
        down = y - middle_y
        deep = np.where(down > 0, back, front)
        power = np.float32(self.column.power / 2)
        right = (np.abs(x - middle_x) / wide) ** power
        turn = np.arctan2(right, np.sign(down) * (np.abs(down) / deep) ** power)
        return np.asarray(turn * np.float32(1 / np.pi), dtype=np.float32)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        return layered(*self.fields(x, y, z))


@dataclass(frozen=True, eq=False)
class Skinned:
    """A layer of one thickness about the face of a surface, within another where given.

    Parameters
    ----------
    face
        Its middle.
    half_mm
        Half its thickness.
    within
        It ends at this surface.
    """

    face: Surface
    half_mm: float
    within: Surface | None = None
    fine: bool = False

    @property
    def box(self) -> Box:
        """Of the face, or of what it ends at."""
        return (self.within or self.face).box

    def fields(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Distance from the face and half thickness, mm."""
        away = self.face.distance(x, y, z)
        half = np.full_like(away, self.half_mm)
        if self.within is not None:
            half = np.minimum(half, -self.within.distance(x, y, z))
        return away, np.asarray(np.maximum(half, NOWHERE), dtype=np.float32)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        return layered(*self.fields(x, y, z))
