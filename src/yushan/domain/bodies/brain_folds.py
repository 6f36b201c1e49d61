"""Folded surfaces of the brain: a smooth hull, furrows that go down from it, and a ribbon of grey.

Furrows run where patterns of stripes are lowest. Long deep ones have named furrows among them; the
crowns between carry shallow ones. Each half of the brain has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy import fft, ndimage  # type: ignore[import-untyped]

from yushan.domain.bodies import brain_labyrinth, brain_sulci
from yushan.domain.bodies.surfaces import Grown, corners, larger

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.surfaces import Box, Floats, Surface

#: Of the lattice, mm, and its points beyond the hull.
STEP_MM: Final = 2.5
PAD: Final = 2
#: Edges of crowns and of the ribbon are rounded over so much, mm.
ROUND_MM: Final = 2.0
#: Furrows open towards the surface by so much over this depth, mm.
OPENING_MM: Final = 0.9
MOUTH_MM: Final = 2.5
#: The lattice flattens stripes: they are steepened by so much.
SHARP: Final = 1.05
#: Deep furrows are as deep as asked, give or take this share; waves of this width, mm.
UNEVEN: Final = 0.2
UNEVEN_MM: Final = 8.0
#: Named furrows go deeper by so much times their strength, mm.
NAMED_MM: Final = 4.0
#: Below this height (temporal lobes are thin) furrows are flatter, down to this share.
LOW_MM: Final = -6.0
FLAT: Final = 0.65
#: Furrows lean and bend by about so much where they are deep, mm, in waves of this width.
LEAN_MM: Final = 3.0
LEAN_WIDTH_MM: Final = 7.0
#: Deeper than this there is no furrow, mm; none is asked for farther out than this.
DEEPEST_MM: Final = 24.0
NEAR_MM: Final = 3.0
#: Farther from any furrow than this it does not matter how far, mm.
SURE_MM: Final = 4.5


class Furrows(NamedTuple):
    """One family of furrows.

    ``length_mm``: from one to the next; ``deep_mm``: how far down they go; ``half_mm``: half their
    width.
    """

    length_mm: float
    deep_mm: float
    half_mm: float


class Fields(NamedTuple):
    """What is kept of the folds, ``[z, y, x]``; in the last three both halves stand side by side.

    ``first``: place of the first point; ``outside``: distance from the hull of x above 0;
    ``deep``: depth of the deep furrows; ``long`` and ``short``: splines of the stripes.
    """

    first: tuple[float, float, float]
    outside: Floats
    deep: Floats
    long: Floats
    short: Floats


@dataclass(frozen=True, eq=False)
class Folds:
    """The folds of both halves of one hull, drawn once.

    Parameters
    ----------
    hull
        Smooth outer surface, the same on both sides of x = 0.
    families
        Deep and shallow furrows.
    seed
        Draws where they run.
    named
        Whether the furrows with names are among them.
    """

    hull: Surface
    families: tuple[Furrows, Furrows]
    seed: int
    named: bool = True

    @property
    def box(self) -> Box:
        """The hull's."""
        return self.hull.box

    @cached_property
    def fields(self) -> Fields:
        """The lattice."""
        lines = half_lattice(self.box)
        shape = np.broadcast_shapes(*(line.shape for line in lines))
        outside = np.ascontiguousarray(np.broadcast_to(self.hull.distance(*lines), shape))
        ground = brain_labyrinth.land(outside, STEP_MM)
        sides = [self.side(ground, lines, number) for number in (0, 1)]
        deep, long, short = (np.concatenate([side[k] for side in sides], axis=2) for k in range(3))
        x, y, z = (float(line.ravel()[0]) for line in lines)
        return Fields((x, y, z), outside, deep, long, short)

    def side(
        self, ground: brain_labyrinth.Land, lines: tuple[Floats, Floats, Floats], number: int
    ) -> tuple[Floats, Floats, Floats]:
        """Depth of the deep furrows and the two splines of one half (0: x above 0)."""
        rng = np.random.default_rng((self.seed, number, 51))
        deep, shallow = self.families
        named = brain_sulci.planted(ground, lines, rng) if self.named else None
        floor = 1 + np.float32(UNEVEN) * smooth(rng, ground.outside.shape, UNEVEN_MM)
        floor = floor * np.float32(deep.deep_mm)
        if named is not None:
            floor = floor + np.float32(NAMED_MM) * named
        low = 1 / (1 + np.exp((lines[2] - np.float32(LOW_MM)) / 4))
        floor = floor * (1 - np.float32(1 - FLAT) * low)
        floor = np.minimum(floor, np.float32(DEEPEST_MM))
        bent = leaned(ground, rng)
        splines = [
            splines_of(splined(splines_of(pattern), bent))
            for pattern in (
                brain_labyrinth.stripes(ground, deep.length_mm, rng, named),
                brain_labyrinth.stripes(ground, shallow.length_mm, rng, rounds=4),
            )
        ]
        return np.asarray(floor, dtype=np.float32), splines[0], splines[1]

    def wall(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Distance from the folded surface, negative within, mm."""
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        fields = self.fields
        places = np.empty((3, *shape), dtype=np.float32)
        for row, value, start in zip(places, (z, y, np.abs(x)), fields.first[::-1], strict=True):
            row[...] = (value - np.float32(start)) * np.float32(1 / STEP_MM)
        outside = brain_labyrinth.at_places(fields.outside, places)
        found = np.maximum(outside, np.float32(-SURE_MM))
        near = np.flatnonzero((outside < NEAR_MM) & (outside > -DEEPEST_MM - SURE_MM))
        spots = np.ascontiguousarray(places.reshape(3, -1)[:, near])
        is_right = np.broadcast_to(x < 0, shape).ravel()[near]
        spots[2] += np.float32(fields.outside.shape[2]) * is_right
        found.ravel()[near] = self.folded(outside.ravel()[near], spots)
        return found

    def folded(self, outside: Floats, spots: Floats) -> Floats:
        """The same at places ``[3, n]`` in lattice points whose distance from the hull is known."""
        fields, (deep, shallow) = self.fields, self.families
        wall = np.full(outside.shape, SURE_MM, dtype=np.float32)
        floor = brain_labyrinth.at_places(fields.deep, spots)
        chosen = np.flatnonzero(-outside < floor + np.float32(SURE_MM))
        depth, at = -outside[chosen], np.ascontiguousarray(spots[:, chosen])
        long = splined(fields.long, at)
        wall[chosen] = np.minimum(outside_furrow(depth, long, floor[chosen], deep), SURE_MM)
        upper = np.flatnonzero(depth < shallow.deep_mm + SURE_MM)
        crown = np.clip(long[upper] * 2, 0, 1) * np.float32(shallow.deep_mm)
        short = splined(fields.short, np.ascontiguousarray(at[:, upper]))
        other, upper = outside_furrow(depth[upper], short, crown, shallow), chosen[upper]
        wall[upper] = np.minimum(wall[upper], other)
        return larger(outside, -wall, ROUND_MM)


def half_lattice(box: Box) -> tuple[Floats, Floats, Floats]:
    """Coordinates of the lattice over x above 0, as lines that broadcast to ``[z, y, x]``."""
    lines = []
    for number, (low, high) in enumerate(zip(*box, strict=True)):
        first = -PAD * STEP_MM if number == 0 else np.floor(low / STEP_MM - PAD) * STEP_MM
        count = fft.next_fast_len(int(np.ceil((high - first) / STEP_MM)) + 1 + PAD, real=True)
        lines.append((first + STEP_MM * np.arange(count)).astype(np.float32))
    return lines[0][None, None, :], lines[1][None, :, None], lines[2][:, None, None]


def smooth(rng: np.random.Generator, shape: tuple[int, ...], wide_mm: float) -> Floats:
    """Smooth noise of mean 0 and variance 1."""
    white = rng.standard_normal(shape, dtype=np.float32)
    found = ndimage.gaussian_filter(white, wide_mm / STEP_MM, mode="wrap")
    return np.asarray(found / found.std(), dtype=np.float32)


def leaned(ground: brain_labyrinth.Land, rng: np.random.Generator) -> Floats:
    """Places ``[3, z, y, x]`` from which the stripes are taken: the deeper, the more bent."""
    share = np.clip((-ground.outside - 1) / 8, 0, 1) * np.float32(LEAN_MM / STEP_MM)
    places = np.indices(ground.outside.shape, dtype=np.float32)
    for axis in range(3):
        places[axis] += smooth(rng, ground.outside.shape, LEAN_WIDTH_MM) * share
    return places


def splines_of(values: Floats) -> Floats:
    """Coefficients of the cubic spline through values on the lattice."""
    return np.asarray(ndimage.spline_filter(values, output=np.float32))


def splined(spline: Floats, spots: Floats) -> Floats:
    """Values of a cubic spline at places ``[3, n]``."""
    return np.asarray(
        ndimage.map_coordinates(spline, spots, np.float32, order=3, mode="nearest", prefilter=False)
    )


def outside_furrow(depth: Floats, value: Floats, floor: Floats, family: Furrows) -> Floats:
    """Distance from the next furrow's wall or floor, negative inside, mm.

    ``value``: the stripes there; ``floor``: how deep furrows are there, mm.
    """
    middle = np.arccos(np.clip(value * np.float32(-SHARP), -1, 1))
    middle = middle * np.float32(family.length_mm / (2 * np.pi))
    open_ = np.clip(1 - depth / np.float32(MOUTH_MM * 2), 0, 1)
    aside = middle - np.float32(family.half_mm) - np.float32(OPENING_MM) * open_ * open_
    below = depth - floor
    outer = np.sqrt(np.maximum(aside, 0) ** 2 + np.maximum(below, 0) ** 2)
    return np.asarray(outer + np.minimum(np.maximum(aside, below), 0), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Pial:
    """The folded outer surface, less fissures that are thinner than the lattice (``cut``)."""

    folds: Folds
    cut: Surface | None = None
    fine: bool = True

    @property
    def box(self) -> Box:
        """The hull's."""
        return self.folds.box

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        found = self.folds.wall(x, y, z)
        return found if self.cut is None else carved(found, self.cut, (np.abs(x), y, z))


def carved(found: Floats, cut: Surface, at: tuple[Floats, Floats, Floats]) -> Floats:
    """Distances less a surface, which is asked in its box only; changes them in place."""
    near: NDArray[np.bool_] = np.ones((1,) * found.ndim, dtype=np.bool_)
    for value, low, high in zip(at, *cut.box, strict=True):
        near = near & (value > np.float32(low)) & (value < np.float32(high))
    spots = np.flatnonzero(np.broadcast_to(near, found.shape))
    if len(spots):
        x, y, z = (np.broadcast_to(value, found.shape).ravel()[spots] for value in at)
        flat = found.reshape(-1)
        flat[spots] = np.maximum(flat[spots], -cut.distance(x, y, z))
    return found


@dataclass(frozen=True, eq=False)
class Ribbon(Grown):
    """The inner surface of grey: white matter lies within. ``by_mm`` is below 0."""

    @property
    def box(self) -> Box:
        """The outer one's, less most of the thickness."""
        low, high = np.array(self.inner.box)
        return corners(low - self.by_mm * 0.7, high + self.by_mm * 0.7)
