"""Branching vessels of a lung as straight pieces of tube, and how a slice cuts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from yushan.domain.phantoms.canvas import Canvas, Pair

Point = tuple[float, float, float]
Points = NDArray[np.float64]

#: A tube thinner than this cannot be seen.
THINNEST_MM: Final = 0.55
#: Most pieces of one tree.
MOST_PIECES: Final = 2400


@dataclass(frozen=True, slots=True)
class Tubes:
    """Straight pieces: ends ``[piece, (x, y, z)]`` and radii, in mm."""

    starts: Points
    ends: Points
    radii: NDArray[np.float64]

    def draw(self, on: Canvas, z: float, value: float) -> None:
        """Draw what a slice at ``z`` (mm) cuts of them."""
        low = np.minimum(self.starts[:, 2], self.ends[:, 2]) - self.radii
        high = np.maximum(self.starts[:, 2], self.ends[:, 2]) + self.radii
        seen = self.radii > 0.42 * on.pixel_mm
        for piece in np.flatnonzero((low <= z) & (z <= high) & seen):
            start, end = self.starts[piece], self.ends[piece]
            cut = crossing(start, end, float(self.radii[piece]), z)
            on.bar(cut[0], cut[1], value)


def crossing(
    start: Points, end: Points, radius_mm: float, z: float
) -> tuple[tuple[Pair, Pair], float]:
    """The line along which a slice cuts a piece, and its half width."""
    rise = float(end[2] - start[2])
    near, far = (float(start[0]), float(start[1])), (float(end[0]), float(end[1]))
    if abs(rise) < 2.5 * radius_mm:  # lies nearly in the slice
        off = min(abs((float(start[2]) + float(end[2])) / 2 - z), radius_mm)
        return (near, far), max(radius_mm**2 - off**2, 0.15) ** 0.5
    share = min(max((z - float(start[2])) / rise, 0.0), 1.0)
    at = (near[0] + share * (far[0] - near[0]), near[1] + share * (far[1] - near[1]))
    return (at, at), radius_mm


def path(points: tuple[Point, ...], radius_mm: float) -> Tubes:
    """A bent tube of one width."""
    line = np.array(points, dtype=np.float64)
    return Tubes(line[:-1], line[1:], np.full(len(line) - 1, radius_mm))


def tree(rng: np.random.Generator, root: Point, outward: float) -> Tubes:
    """Grow a tree from the hilum of one lung.

    Parameters
    ----------
    rng
        Source of chance.
    root
        Where the artery enters, mm.
    outward
        +1 for the left lung, -1 for the right.
    """
    starts: list[Points] = []
    ends: list[Points] = []
    radii: list[float] = []
    buds = [
        (np.array(root), np.array([outward * 0.7, 0.8 * np.sin(turn), np.cos(turn)]), 4.8)
        for turn in np.linspace(0.2, 2 * np.pi, 8, endpoint=False)
    ]
    while buds and len(radii) < MOST_PIECES:
        place, way, radius = buds.pop(0)
        way = way / np.linalg.norm(way)
        end = place + way * (5 + 4.2 * radius) * rng.uniform(0.7, 1.2)
        starts.append(place)
        ends.append(end)
        radii.append(radius)
        for share, spread in ((0.86, 0.30), (0.70, 0.62)):
            thinner = radius * share * rng.uniform(0.92, 1.0)
            if thinner > THINNEST_MM:
                buds.append((end, way + rng.standard_normal(3) * spread, thinner))
    return Tubes(np.array(starts), np.array(ends), np.array(radii))
