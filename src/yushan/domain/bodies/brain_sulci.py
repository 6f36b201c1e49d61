"""Furrows with names: where they run, and how they are planted on a lattice."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.brain_labyrinth import Land
    from yushan.domain.bodies.surfaces import Floats

#: Points along a furrow lie so far apart, mm; those of the table stray by so much between people.
EVERY_MM: Final = 4.0
STRAY_MM: Final = 2.0
#: A furrow reaches so far along the normal, and is asked for within so much around it, mm.
REACH_MM: Final = 20.0
AROUND_MM: Final = 24.0
#: Width (standard deviation) of what is planted, mm.
WIDE_MM: Final = 2.6


class Furrow(NamedTuple):
    """A furrow's strength and course ``[n, (x, y, z)]``, mm."""

    strength: float
    points: NDArray[np.float64]


@cache
def furrows() -> dict[str, Furrow]:
    """The rows of ``data/sulci.toml``, by name."""
    page = files("yushan.domain.bodies") / "data" / "sulci.toml"
    rows = tomllib.loads(page.read_text("utf-8"))
    return {
        name: Furrow(float(row["strength"]), np.array(row["points"], dtype=np.float64))
        for name, row in rows.items()
    }


def planted(ground: Land, lines: tuple[Floats, Floats, Floats], rng: np.random.Generator) -> Floats:
    """Where one person's named furrows are, their strength in the middle and 0 far away.

    ``lines``: coordinates x, y, z of the lattice, each as a line that broadcasts.
    """
    found = np.zeros(ground.outside.shape, dtype=np.float32)
    for furrow in furrows().values():
        course = along(furrow.points + rng.normal(0, STRAY_MM, furrow.points.shape))
        cut = window(course, lines)
        near = np.exp(gap2(course, lines, cut, ground) * np.float32(-0.5 / WIDE_MM**2))
        found[cut] = np.maximum(found[cut], np.float32(furrow.strength) * near)
    return found


def along(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points about every :data:`EVERY_MM` on the line through some."""
    long = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    where = np.linspace(0, long[-1], max(2, int(long[-1] / EVERY_MM) + 1))
    return np.stack([np.interp(where, long, part) for part in points.T], axis=1).astype(np.float32)


def window(
    course: NDArray[np.float32], lines: tuple[Floats, Floats, Floats]
) -> tuple[slice, slice, slice]:
    """The block ``[z, y, x]`` of the lattice around a course."""
    cuts = []
    for part, line in zip(course.T, lines, strict=True):
        places = line.ravel()
        first, last = np.searchsorted(places, [part.min() - AROUND_MM, part.max() + AROUND_MM])
        cuts.append(slice(int(first), int(last)))
    return cuts[2], cuts[1], cuts[0]


def gap2(
    course: NDArray[np.float32], lines: tuple[Floats, Floats, Floats],
    cut: tuple[slice, slice, slice], ground: Land,
) -> Floats:  # fmt: skip
    """Squared distance from the sheet that hangs from a course along the normals, mm2."""
    x, y, z = lines[0][:, :, cut[2]], lines[1][:, cut[1]], lines[2][cut[0]]
    up, back, left = (part[cut] for part in ground.away)
    found = np.full(up.shape, 1e4, dtype=np.float32)
    for point in course:
        dx, dy, dz = x - point[0], y - point[1], z - point[2]
        deep = dx * left + dy * back + dz * up
        beyond = np.maximum(np.abs(deep) - np.float32(REACH_MM), 0)
        aside = dx * dx + dy * dy + dz * dz - deep * deep
        np.minimum(found, aside + beyond * beyond, out=found)
    return found
