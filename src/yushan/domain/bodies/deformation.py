"""One smooth invertible deformation per body, the same for everything in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yushan.domain.bodies.surfaces import Box, Floats, Surface, corners
from yushan.domain.bodies.tubes import Tubes

if TYPE_CHECKING:
    from collections.abc import Sequence

Points = NDArray[np.float64]
WAVES: Final = 8
#: Rounds of the fixed point; the field's slope is below 0.35, so the rest is below 1e-6 mm.
ROUNDS: Final = 16


@dataclass(frozen=True, eq=False)
class Deformation:
    """From patient space into the model's: a turn and stretch, and a sum of long waves.

    Parameters
    ----------
    matrix
        ``[3, 3]``, applied after the waves.
    ways, phases, heights
        Wave vectors ``[n, 3]`` per mm, phases ``[n]``, and displacements ``[n, 3]`` in mm. The sum
        of |way| |height| is below 1, hence the map is invertible.
    size
        About how many mm of patient space one of the model's is: distances and radii follow.

    Raises
    ------
    ValueError
        The waves are too steep to be invertible.
    """

    matrix: Points
    ways: Points
    phases: Points
    heights: Points
    size: float = 1.0

    def __post_init__(self) -> None:
        if self.steepness >= 1:
            raise ValueError("waves too steep")

    @property
    def steepness(self) -> float:
        """Bound of the displacement's slope."""
        long = np.linalg.norm(self.ways, axis=1)
        return float((long * np.linalg.norm(self.heights, axis=1)).sum())

    @property
    def inverse(self) -> Points:
        """The matrix back."""
        return np.asarray(np.linalg.inv(self.matrix), dtype=np.float64)

    def back(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """The model's coordinates of points in patient space, mm."""
        moved = [x, y, z]
        for way, phase, height in zip(self.ways, self.phases, self.heights, strict=True):
            a, b, c = (np.float32(w) for w in way)
            wave = np.sin((a * x + np.float32(phase)) + b * y + c * z)
            moved = [m + np.float32(h) * wave for m, h in zip(moved, height, strict=True)]
        turned = [
            row[0] * moved[0] + row[1] * moved[1] + row[2] * moved[2]
            for row in self.matrix.astype(np.float32)
        ]
        return turned[0], turned[1], turned[2]

    def forward(self, points: ArrayLike) -> Points:
        """Where points ``[n, 3]`` of the model lie in patient space, mm."""
        there = np.atleast_2d(np.asarray(points, dtype=np.float64))
        goal = turned(there, self.inverse)
        found = goal
        for _ in range(ROUNDS):
            found = goal - self.moved(found)
        return np.asarray(found)

    def moved(self, points: Points) -> Points:
        """Displacement ``[n, 3]`` of points ``[n, 3]``; sums in a fixed order."""
        x, y, z = points.T
        total = np.zeros_like(points)
        for (a, b, c), phase, height in zip(self.ways, self.phases, self.heights, strict=True):
            total += np.sin(a * x + b * y + c * z + phase)[:, None] * height
        return total

    def place(self, surface: Surface) -> Surface:
        """A surface of the model in patient space."""
        return self.place_all([surface])[0]

    def place_all(self, surfaces: Sequence[Surface]) -> list[Surface]:
        """Surfaces of the model in patient space; all tubes' points are moved at once."""
        tubes = [s for s in surfaces if isinstance(s, Tubes)]
        if not tubes:
            return [Bent(s, self) for s in surfaces]
        ends = np.concatenate([part for t in tubes for part in (t.starts, t.ends)])
        cuts = np.cumsum([len(t.radii) for t in tubes for _ in range(2)])[:-1]
        parts = iter(np.split(self.forward(ends), cuts))
        return [
            s.moved(next(parts), next(parts), self.leaned(s.normals), self.size)
            if isinstance(s, Tubes)
            else Bent(s, self)
            for s in surfaces
        ]

    def leaned(self, normals: Points | None) -> Points | None:
        """Normals in patient space, without the waves."""
        if normals is None:
            return None
        leaned = turned(normals, self.inverse)
        return np.asarray(leaned / np.linalg.norm(leaned, axis=1, keepdims=True))


def turned(points: Points, matrix: Points) -> Points:
    """Points ``[n, 3]`` times a matrix, summed in a fixed order."""
    x, y, z = points.T
    return np.stack([row[0] * x + row[1] * y + row[2] * z for row in matrix], axis=1)


@dataclass(frozen=True, eq=False)
class Bent:
    """A surface of the model seen through a deformation."""

    inner: Surface
    field: Deformation

    @property
    def fine(self) -> bool:
        """As the inner surface."""
        return self.inner.fine

    @property
    def box(self) -> Box:
        """A box that surely holds it."""
        low, high = np.clip(np.array(self.inner.box), -2000, 2000)
        ends = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
        straight = ends @ np.linalg.inv(self.field.matrix).T
        reach = np.abs(self.field.heights).sum(axis=0)
        return corners(straight.min(axis=0) - reach, straight.max(axis=0) + reach)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        found = self.inner.distance(*self.field.back(x, y, z))
        return found if self.field.size == 1 else found * np.float32(self.field.size)


def euler(angles: Points) -> Points:
    """A turn about x, then y, then z, as ``[3, 3]``."""
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[one, one] = turn[two, two] = np.cos(angle)
        turn[two, one], turn[one, two] = np.sin(angle), -np.sin(angle)
        matrix = turn @ matrix
    return matrix


def deformation(seed: int, height_mm: float = 4.0, tilt_degrees: float = 2.0) -> Deformation:
    """A body's own bend: waves of 150 to 500 mm, and a slight turn.

    Parameters
    ----------
    seed
        The same seed, the same bend.
    height_mm
        About the largest displacement; 0 for none.
    tilt_degrees
        Standard deviation of the turn about each axis.
    """
    rng = np.random.default_rng((seed, 11))
    matrix = euler(np.deg2rad(tilt_degrees) * rng.standard_normal(3))
    lengths = rng.uniform(150, 500, WAVES)
    ways = rng.standard_normal((WAVES, 3))
    ways *= (2 * np.pi / lengths / np.linalg.norm(ways, axis=1))[:, None]
    heights = (
        rng.standard_normal((WAVES, 3)) * height_mm / np.sqrt(WAVES) * (lengths / 350)[:, None]
    )
    bent = (np.linalg.norm(ways, axis=1) * np.linalg.norm(heights, axis=1)).sum()
    heights *= min(1.0, 0.35 / max(float(bent), 1e-9))
    return Deformation(matrix, ways, rng.uniform(0, 2 * np.pi, WAVES), heights)
