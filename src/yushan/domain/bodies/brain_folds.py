"""Folded surfaces of the brain: a smooth hull, furrows that go down from it, and a ribbon of grey.

Furrows are the places where a smooth random field is zero. The field depends only on where a point
is projected on the hull, so furrows stand upright on it; its ratio to its slope is the distance
from the furrow's middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.bodies.head_shapes import lattice, taken
from yushan.domain.bodies.surfaces import larger

if TYPE_CHECKING:
    from yushan.domain.bodies.surfaces import Box, Floats, Surface

STEP_MM: Final = 2.0
WAVES: Final = 20
#: Edges of crowns and of the ribbon are rounded over so much, mm.
ROUND_MM: Final = 2.5
#: Furrows open towards the surface by so much over this depth, mm.
OPENING_MM: Final = 1.1
MOUTH_MM: Final = 2.5
#: Where the hull's distance rises less steeply than this a point has no clear place on the hull:
#: there is no furrow; it is put so far away, mm.
SURE: Final = 0.8
NO_WAY: Final = 0.6
FAR_MM: Final = 30.0
#: Below this height (temporal lobes are thin) furrows are so much flatter.
LOW_MM: Final = -6.0
FLAT: Final = 1.7
#: Floors rise and fall by this share of the depth.
UNEVEN: Final = 0.3
#: Furrows lean: they are moved by so much at 10 mm depth, by waves of this length, mm.
LEAN_MM: Final = 4.0
LEAN_LENGTH_MM: Final = 45.0


class Furrows(NamedTuple):
    """One family of furrows.

    ``length_mm``: about twice the distance between two; ``deep_mm``: how far down they go;
    ``half_mm``: half their width.
    """

    length_mm: float
    deep_mm: float
    half_mm: float


@dataclass(frozen=True, eq=False)
class Folds:
    """The fields of one folded hull, sampled once.

    Parameters
    ----------
    hull
        Smooth outer surface.
    families
        Deep and shallow furrows.
    seed
        Draws where they run.
    """

    hull: Surface
    families: tuple[Furrows, Furrows]
    seed: int

    @property
    def box(self) -> Box:
        """The hull's."""
        return self.hull.box

    @cached_property
    def fields(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Four fields ``[z, y, x]`` in mm.

        Depth below the hull; the same, but far where no furrow may be; distance from the middles
        of deep and of shallow furrows.
        """
        x, y, z = lattice(self.box, STEP_MM)
        outside = np.ascontiguousarray(
            np.broadcast_to(
                self.hull.distance(x, y, z), np.broadcast_shapes(x.shape, y.shape, z.shape)
            )
        )
        slope = np.gradient(outside, np.float32(STEP_MM))
        steep = np.sqrt(slope[0] ** 2 + slope[1] ** 2 + slope[2] ** 2)
        lost = np.clip((SURE - steep) / (SURE - NO_WAY), 0, 1) * np.float32(FAR_MM)
        steep = np.maximum(steep, np.float32(0.3))
        on = [
            np.asarray(v - outside * s / (steep * steep))
            for v, s in zip((x, y, z), slope[::-1], strict=True)
        ]
        bent = [v + warp(on, -outside, (self.seed, k)) for k, v in enumerate(on)]
        found = [from_zero(bent, f.length_mm, (self.seed, k)) for k, f in enumerate(self.families)]
        low = 1 + (FLAT - 1) / (1 + np.exp((z - np.float32(LOW_MM)) / np.float32(4)))
        return -outside, np.asarray(lost - outside * low, dtype=np.float32), found[0], found[1]

    def at(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Depth below the hull, and distance from the next furrow's wall, mm."""
        depth, below, first, second = taken(self.fields, self.box[0], STEP_MM, (x, y, z))
        deep, shallow = self.families
        wall = np.minimum(
            outside_furrow(below, first, deep, second),
            outside_furrow(below, second, shallow, first),
        )
        return depth, np.asarray(wall)


def outside_furrow(depth: Floats, middle: Floats, family: Furrows, other: Floats) -> Floats:
    """Distance from a furrow's wall or floor, negative inside, mm.

    ``other``: the other family's field; it makes the floor rise and fall.
    """
    open_ = np.clip(1 - depth / np.float32(MOUTH_MM * 2), 0, 1)
    aside = np.abs(middle) - np.float32(family.half_mm) - np.float32(OPENING_MM) * open_ * open_
    uneven = np.clip(other * np.float32(2.5 / family.length_mm), -1, 1) * np.float32(UNEVEN)
    below = depth - (1 + uneven) * np.float32(family.deep_mm)
    outer = np.sqrt(np.maximum(aside, 0) ** 2 + np.maximum(below, 0) ** 2)
    return np.asarray(outer + np.minimum(np.maximum(aside, below), 0), dtype=np.float32)


def warp(at: list[Floats], depth: Floats, seed: tuple[int, int]) -> Floats:
    """How far furrows lean in one direction, mm."""
    rng = np.random.default_rng((*seed, 52))
    ways = rng.standard_normal((3, 3))
    ways *= 2 * np.pi / LEAN_LENGTH_MM / np.linalg.norm(ways, axis=1, keepdims=True)
    total = np.zeros(depth.shape, dtype=np.float32)
    for way, phase in zip(ways.astype(np.float32), rng.uniform(0, 6.3, 3), strict=True):
        turn = at[0] * way[0] + at[1] * way[1] + at[2] * way[2] + np.float32(phase)
        total += np.sin(turn)
    lean = np.clip(depth, 0, 15) * np.float32(LEAN_MM / 10 * (2 / 3) ** 0.5)
    return np.asarray(total * lean, dtype=np.float32)


def from_zero(at: list[Floats], length_mm: float, seed: tuple[int, int]) -> Floats:
    """A random field over its own slope: about the distance from where it is zero, mm."""
    rng = np.random.default_rng((*seed, 51))
    ways = rng.standard_normal((WAVES, 3))
    ways *= 2 * np.pi / length_mm / np.linalg.norm(ways, axis=1, keepdims=True)
    ways = (ways * rng.uniform(0.75, 1.25, (WAVES, 1))).astype(np.float32)
    phases = rng.uniform(0, 2 * np.pi, WAVES).astype(np.float32)
    value = np.zeros(at[0].shape, dtype=np.float32)
    slopes = [np.zeros_like(value) for _ in range(3)]
    for way, phase in zip(ways, phases, strict=True):
        turn = at[0] * way[0] + at[1] * way[1] + at[2] * way[2] + phase
        value += np.sin(turn)
        cosine = np.cos(turn)
        for number, part in enumerate(way):
            slopes[number] += part * cosine
    steep = np.sqrt(slopes[0] ** 2 + slopes[1] ** 2 + slopes[2] ** 2)
    usual = np.float32(2 * np.pi / length_mm * (WAVES / 2) ** 0.5)
    return np.asarray(value / np.maximum(steep, usual * np.float32(0.4)), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Pial:
    """The folded outer surface."""

    folds: Folds
    fine: bool = True

    @property
    def box(self) -> Box:
        """The hull's."""
        return self.folds.box

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        depth, wall = self.folds.at(x, y, z)
        return larger(-depth, -wall, ROUND_MM)


@dataclass(frozen=True, eq=False)
class Ribbon:
    """The inner surface of grey of one thickness: white matter lies within."""

    folds: Folds
    thick_mm: float
    fine: bool = True

    @property
    def box(self) -> Box:
        """The hull's."""
        return self.folds.box

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        depth, wall = self.folds.at(x, y, z)
        return larger(-depth, -wall, ROUND_MM) + np.float32(self.thick_mm)
