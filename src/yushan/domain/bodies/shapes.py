"""Shapes of lesions whose size is known: stars with bumps, and measures by fixed quadrature."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.bodies.surfaces import Box, Floats, Surface, Triple, around
from yushan.domain.bodies.tubes import Tubes

if TYPE_CHECKING:
    from collections.abc import Sequence

Points = NDArray[np.float64]
#: Directions of the quadrature over a sphere.
DIRECTIONS: Final = 6000
WAVES: Final = 7


def sphere_of_directions(count: int = DIRECTIONS) -> Points:
    """Unit vectors ``[n, 3]`` spread evenly over a sphere (Fibonacci)."""
    number = np.arange(count) + 0.5
    up = 1 - 2 * number / count
    turn = np.pi * (1 + 5**0.5) * number
    out = np.sqrt(1 - up * up)
    return np.stack([out * np.cos(turn), out * np.sin(turn), up], axis=1)


@dataclass(frozen=True, eq=False)
class Star:
    """A ball with bumps: its radius depends on the direction by a few waves.

    Parameters
    ----------
    centre, radius_mm
        Middle, and mean radius.
    bumps
        Standard deviation of the radius as a share, 0 to 0.2.
    fineness
        About how many bumps there are around it.
    stretch
        Scale of the three axes.
    """

    centre: Triple
    radius_mm: float
    bumps: float
    fineness: float
    seed: int
    stretch: Triple = (1.0, 1.0, 1.0)
    fine: bool = True

    @cached_property
    def waves(self) -> tuple[Floats, Floats]:
        """Wave vectors and phases over the unit sphere."""
        rng = np.random.default_rng((self.seed, 91))
        ways = rng.standard_normal((WAVES, 3))
        ways *= self.fineness * rng.uniform(0.5, 1.3, (WAVES, 1))
        ways /= np.linalg.norm(ways / self.fineness, axis=1, keepdims=True) ** 0.5
        return ways.astype(np.float32), rng.uniform(0, 6.28, WAVES).astype(np.float32)

    def radius(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Radius in units of the mean along unit vectors."""
        ways, phases = self.waves
        bump = np.float32(0)
        for (a, b, c), phase in zip(ways, phases, strict=True):
            bump = bump + np.sin(a * x + b * y + c * z + phase)
        return np.asarray(1 + np.float32(self.bumps * (2 / WAVES) ** 0.5) * bump, dtype=np.float32)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        at = [
            (v - np.float32(c)) / np.float32(s)
            for v, c, s in zip((x, y, z), self.centre, self.stretch, strict=True)
        ]
        away = np.sqrt(at[0] ** 2 + at[1] ** 2 + at[2] ** 2) + np.float32(1e-6)
        reach = np.float32(self.radius_mm) * self.radius(at[0] / away, at[1] / away, at[2] / away)
        return np.asarray((away - reach) * np.float32(min(self.stretch)), dtype=np.float32)

    @cached_property
    def rim(self) -> Points:
        """Points ``[n, 3]`` of the surface about its middle, mm."""
        ways = sphere_of_directions()
        x, y, z = ways.astype(np.float32).T
        reach = self.radius_mm * self.radius(x, y, z).astype(np.float64)
        return np.asarray(ways * reach[:, None] * np.array(self.stretch))

    @property
    def box(self) -> Box:
        """Lowest and highest corner, mm."""
        return around(self.centre, np.abs(self.rim).max(axis=0) + 0.3)

    @property
    def volume_mm3(self) -> float:
        """Volume by quadrature over directions (error below 0.1 %)."""
        x, y, z = sphere_of_directions().astype(np.float32).T
        cubes = (self.radius_mm * self.radius(x, y, z).astype(np.float64)) ** 3
        return float(cubes.mean() * 4 / 3 * np.pi * np.prod(self.stretch))

    @property
    def diameters_mm(self) -> Triple:
        """Longest in an axial plane, at right angles to it there, and height."""
        return axial_diameters(self.rim)


def axial_diameters(rim: Points) -> Triple:
    """Longest axial diameter, the one across it, and the height of points about a middle, mm."""
    high = np.abs(rim[:, 2]).max()
    turns = np.deg2rad(np.arange(0, 180, 3.0))
    best = (0.0, 0.0)
    for level in np.linspace(-0.5, 0.5, 9) * high:
        near = rim[np.abs(rim[:, 2] - level) < 0.07 * high]
        if len(near) < 8:
            continue
        along = near[:, :1] * np.cos(turns) + near[:, 1:2] * np.sin(turns)
        widths = along.max(axis=0) - along.min(axis=0)
        longest = int(widths.argmax())
        across = float(widths[(longest + len(turns) // 2) % len(turns)])
        best = max(best, (float(widths[longest]), across))
    return best[0], best[1], float(rim[:, 2].max() - rim[:, 2].min())


def volume_of(
    surface: Surface,
    within: Sequence[Surface] = (),
    less: Sequence[Surface] = (),
    step_mm: float = 1.0,
) -> tuple[float, Points]:
    """Volume in mm3 of what a surface shares with others, less some, and its points.

    Counted on a lattice of ``step_mm``; used where there is no closed form.
    """
    low = np.max([s.box[0] for s in (surface, *within)], axis=0)
    high = np.min([s.box[1] for s in (surface, *within)], axis=0)
    if (high <= low).any():
        return 0.0, np.zeros((0, 3))
    axes = [
        np.arange(a + step_mm / 2, b, step_mm, dtype=np.float32)
        for a, b in zip(low, high, strict=True)
    ]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    inside = surface.distance(x, y, z) < 0
    for other in within:
        inside &= other.distance(x, y, z) < 0
    points = np.stack([x[inside], y[inside], z[inside]], axis=1)
    keep = np.ones(len(points), dtype=np.bool_)
    for other in (near for o in less if (near := cropped(o, (low, high)))):
        a, b, c = points[keep].T
        keep[keep] = other.distance(a, b, c) >= 0
    points = points[keep].astype(np.float64)
    return float(len(points) * step_mm**3), points


def cropped(surface: Surface, box: tuple[Points, Points]) -> Surface | None:
    """A surface as far as it may touch a box; tubes lose the pieces that do not."""
    return surface.near(*box) if isinstance(surface, Tubes) else surface
