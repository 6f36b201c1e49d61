"""Irregular texture of one grain: a smooth noise that is fixed in space for a body's seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.bodies.lattice import LATTICE_MM, Frame, Raised

if TYPE_CHECKING:
    from yushan.domain.bodies.lattice import Span, Spans
    from yushan.domain.bodies.surfaces import Floats

#: Edge of the periodic block of noise, in its own points.
BLOCK: Final = 64
#: Grains that are drawn, mm; others take the nearest.
GRAINS: Final = np.array([1.5, 2.2, 3.2, 4.5, 6.5, 9.0, 13.0, 18.0, 26.0])
#: Points of the block in one grain.
POINTS: Final = 3.0


@lru_cache(maxsize=4)
def block(seed: int) -> Floats:
    """Periodic noise ``[64, 64, 64]`` of mean 0 and variance 1, in two octaves."""
    rng = np.random.default_rng((seed, 31))
    fields = []
    for sigma in (1.2, 2.6):
        white = rng.standard_normal((BLOCK, BLOCK, BLOCK), dtype=np.float32)
        smooth = ndimage.gaussian_filter(white, sigma, mode="wrap")
        fields.append(smooth / smooth.std())
    both = np.float32(0.8) * fields[0] + np.float32(0.6) * fields[1]
    both = np.asarray((both - both.mean()) / both.std(), dtype=np.float32)
    both.flags.writeable = False
    return both


@dataclass(eq=False)
class Texture:
    """Noise of each grain on a slab, raised once and shared by all tissues."""

    seed: int
    frame: Frame
    spans: Spans
    known: dict[float, Raised] = field(default_factory=dict)
    planes: dict[tuple[float, int], Floats] = field(default_factory=dict)

    def at(self, grain_mm: float, number: int, rows: Span, columns: Span) -> Floats:
        """Noise of variance 1 on a part of one slice."""
        grain_mm = GRAINS[int(np.abs(np.log(GRAINS / np.float64(grain_mm))).argmin())]
        key = (float(grain_mm), number)
        if key not in self.planes:
            whole = self.spans
            self.planes[key] = self.raised(key[0]).slice(number, whole[1], whole[2])
        return self.planes[key][rows[0] : rows[1], columns[0] : columns[1]]

    def raised(self, grain_mm: float) -> Raised:
        """Noise of a grain on a lattice fine enough for it."""
        if grain_mm not in self.known:
            scale = POINTS / grain_mm
            axes = self.frame.axes(min(LATTICE_MM, 1 / scale))
            nodes = [axis.nodes(span) for axis, span in zip(axes, self.spans, strict=True)]
            x, y, z = self.frame.points(
                tuple(axis.places(n) for axis, n in zip(axes, nodes, strict=True))
            )
            shift = np.float32(grain_mm * 7.3)
            places = [v * np.float32(scale) + shift for v in (z, y, x)]
            shape = tuple(b - a for a, b in nodes)
            values = looked_up(block(self.seed), places, shape)
            self.known[grain_mm] = Raised(values, (nodes[0], nodes[1], nodes[2]), axes)
        return self.known[grain_mm]


def looked_up(noise: Floats, places: list[Floats], shape: tuple[int, ...]) -> Floats:
    """Periodic noise at places (in points of the block, for its three axes), linear between.

    Where each axis of the block runs along its own axis of the grid, one axis after the other.
    """
    lines = [max(range(3), key=lambda k, p=place: p.shape[k]) for place in places]  # type: ignore[misc]
    separate = all(p.size == p.shape[k] for p, k in zip(places, lines, strict=True))
    if not separate or len(set(lines)) < len(lines):
        whole = np.stack([np.broadcast_to(p, shape) for p in places])
        found = ndimage.map_coordinates(noise, whole, order=1, mode="grid-wrap", output=np.float32)
        return np.asarray(found, dtype=np.float32)
    for axis in np.argsort([p.size for p in places], kind="stable"):
        noise = between(noise, places[axis].ravel(), int(axis))
    order = [lines.index(k) for k in range(3)]
    return np.ascontiguousarray(noise.transpose(order))


def between(noise: Floats, places: Floats, axis: int) -> Floats:
    """Values at places along one axis of a periodic block, linear between its points."""
    whole = np.floor(places)
    first = whole.astype(np.intp) % BLOCK
    shape = [1, 1, 1]
    shape[axis] = len(places)
    share = (places - whole).reshape(shape).astype(np.float32)
    found = np.take(noise, first, axis=axis)
    after = np.take(noise, (first + 1) % BLOCK, axis=axis)
    after -= found
    after *= share
    found += after
    return np.asarray(found)
