"""How near the measures come to closed forms: ``python -m tests.spec.measures.accuracy``.

Ellipsoids of known axes are cut into slices in every plane and at even and uneven spacings; the
plane through a lesion cuts an ellipse whose axes are known too. Prints the table of
``docs/measures.md``.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from yushan.domain.measures import diameters, longest_3d_mm, volume_mm3
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Triple = tuple[float, float, float]

#: Between slices, rows, columns, mm.
SPACINGS = ((1.0, 1.0, 1.0), (0.625, 0.7, 0.7), (1.25, 0.8, 0.8), (2.5, 0.7, 0.7), (5.0, 0.7, 0.7))
#: Semi-axes of the lesions, mm.
LESIONS = ((15.0, 11.0, 9.0), (10.0, 9.0, 8.0), (24.0, 13.0, 18.0))
#: A ball has no axes: which chord is found longest, and so which is at right angles, is chance.
BALL = (10.0, 10.0, 10.0)
#: How the lesion itself lies: axis and degrees.
LYING = ((0.3, -0.5, 0.8), 37.0)
SEEDS = range(2)
#: Volume in percent, diameters in voxels (the longest step that a diameter can cross).
PERCENT, VOXELS = 1.0, 0.5
#: What one of a hundred diameters may reach: where a border happens to lie along the voxels.
RARELY = 0.6
#: Slices through a lesion from which its volume is held to the limit.
SLICES = 12


def planes(spacing: tuple[float, float, float], reach_mm: float) -> dict[str, Grid]:
    """Grids of one spacing over the same place, in the planes that scanners make."""
    shape = tuple(2 * math.ceil(reach_mm / step) + 3 for step in spacing)
    box = (shape[0], shape[1], shape[2])
    axial = Grid.axial(box, spacing)
    return {
        "axial": axial,
        "coronal": Grid.coronal(box, spacing),
        "gantry 20°": axial.turned((1, 0, 0), 20),
        "oblique": axial.turned((1, 2, 0.5), 33),
    }


@dataclass(frozen=True)
class Ellipsoid:
    """``|form (p - centre)| <= 1`` in LPS mm."""

    semi_mm: tuple[float, float, float]
    centre_mm: NDArray[Any]
    form: NDArray[Any]

    @classmethod
    def lying(cls, semi_mm: tuple[float, float, float], seed: int) -> Ellipsoid:
        """One that lies askew, its centre anywhere within a voxel."""
        draw = np.random.default_rng((seed, 8))
        turn = Grid.axial((1, 1, 1), (1, 1, 1)).turned(*LYING).directions
        return cls(semi_mm, draw.uniform(-1.5, 1.5, 3), turn / np.array(semi_mm)[:, None])

    @property
    def volume_mm3(self) -> float:
        """Closed form."""
        return 4 / 3 * math.pi * math.prod(self.semi_mm)

    def mask(self, grid: Grid) -> NDArray[np.bool_]:
        """Voxels whose centre lies inside."""
        index = np.indices(grid.shape).reshape(3, -1).T
        inside = self.form @ (grid.points(index) - self.centre_mm).T
        return np.asarray(((inside**2).sum(0) <= 1).reshape(grid.shape))

    def cut(self, grid: Grid, index: int) -> tuple[float, float]:
        """Long and short axis (mm) of the ellipse in one slice."""
        normal, *plane = grid.directions
        away = float((grid.points([[index, 0, 0]])[0] - self.centre_mm) @ normal)
        reach = float(np.linalg.norm(normal @ np.linalg.inv(self.form)))
        shrink = math.sqrt(max(0.0, 1 - (away / reach) ** 2))
        across = self.form @ np.array(plane).T
        lengths = 2 * shrink / np.sqrt(np.linalg.eigvalsh(across.T @ across))
        return float(lengths.max()), float(lengths.min())


@dataclass(frozen=True)
class Row:
    """Largest deviations found at one spacing in one plane."""

    spacing_mm: tuple[float, float, float]
    plane: str
    volume_percent: float
    long_voxels: float
    short_voxels: float
    longest_voxels: float

    @property
    def is_fine(self) -> bool:
        """Whether the thinnest lesion has slices enough for its volume to be counted by voxels."""
        return 2 * min(map(min, LESIONS)) / self.spacing_mm[0] >= SLICES


def deviations(form: Ellipsoid, grid: Grid) -> tuple[float, float, float, float]:
    """Volume in percent; long, short and longest axis in voxels."""
    mask = form.mask(grid)
    found = diameters(mask, grid.spacing)
    long_mm, short_mm = form.cut(grid, found.slice_index)
    step, steep = max(grid.spacing[1:]), max(grid.spacing)
    return (
        abs(volume_mm3(mask, grid.spacing) / form.volume_mm3 - 1) * 100,
        abs(found.long_mm - long_mm) / step,
        abs(found.short_mm - short_mm) / step,
        abs(longest_3d_mm(mask, grid.spacing) - 2 * max(form.semi_mm)) / steep,
    )


@cache
def rows() -> tuple[Row, ...]:
    """Every spacing in every plane; the largest deviation over lesions and places."""
    return found(LESIONS, SPACINGS)


@cache
def balls() -> tuple[Row, ...]:
    """The same of a ball, at even spacings."""
    return found((BALL,), SPACINGS[:2])


def found(lesions: Sequence[Triple], spacings: Sequence[Triple]) -> tuple[Row, ...]:
    """The largest deviations of lesions at every place."""
    cases: dict[tuple[Triple, str], list[tuple[float, ...]]] = {}
    for spacing, semi, seed in product(spacings, lesions, SEEDS):
        for plane, grid in planes(spacing, max(semi) + 3).items():
            one = deviations(Ellipsoid.lying(semi, seed), grid)
            cases.setdefault((spacing, plane), []).append(one)
    return tuple(Row(*case, *np.max(each, axis=0)) for case, each in cases.items())


def table() -> Iterator[str]:
    """The rows as Markdown."""
    yield "| slice × row × column, mm | plane | volume, % | long axis | short axis | 3-D |"
    yield "|---|---|---|---|---|---|"
    for name, each in (("", rows()), ("ball, ", balls())):
        for one in each:
            spacing = " × ".join(f"{step:g}" for step in one.spacing_mm)
            numbers = (one.long_voxels, one.short_voxels, one.longest_voxels)
            told = " | ".join(f"{number:.2f}" for number in numbers)
            yield f"| {spacing} | {name}{one.plane} | {one.volume_percent:.2f} | {told} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
