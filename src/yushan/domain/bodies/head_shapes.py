"""Shapes that heads need beside the common ones: formulas, mirror images, sampled fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.bodies.surfaces import Box, Either, Floats, Surface, Triple, corners, larger

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, eq=False)
class Drawn:
    """A surface by a formula of x, y, z."""

    box: Box
    formula: Callable[[Floats, Floats, Floats], Floats]
    fine: bool = False

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        return np.asarray(self.formula(x, y, z), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Mirrored:
    """A surface of the left side and its mirror image."""

    left: Surface

    @property
    def fine(self) -> bool:
        """As the left one."""
        return self.left.fine

    @property
    def box(self) -> Box:
        """Around both."""
        (_, y0, z0), (x1, y1, z1) = self.left.box
        return (-x1, y0, z0), (x1, y1, z1)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        return self.left.distance(np.abs(x), y, z)


class Flowing(Either):
    """What any part holds, with distances right far outside too, so that it can be grown."""

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        found = self.parts[0].distance(x, y, z)
        for part in self.parts[1:]:
            found = -larger(-found, -part.distance(x, y, z), self.smooth_mm)
        return found


@dataclass(frozen=True, eq=False)
class Carved:
    """One surface less others, with distances right far from them too."""

    whole: Surface
    less: tuple[Surface, ...]
    smooth_mm: float
    fine: bool = False

    @property
    def box(self) -> Box:
        """The whole's."""
        return self.whole.box

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        found = self.whole.distance(x, y, z)
        for part in self.less:
            found = larger(found, -part.distance(x, y, z), self.smooth_mm)
        return found


@dataclass(frozen=True, eq=False)
class Sampled:
    """A surface by its distances on a lattice in patient space, linear between.

    Parameters
    ----------
    first
        Place of value ``[0, 0, 0]``, mm.
    step_mm
        Of the lattice, the same along all axes.
    values
        Distances ``[z, y, x]`` in mm.
    """

    first: Triple
    step_mm: float
    values: Floats
    fine: bool = True

    @property
    def box(self) -> Box:
        """Around what is inside."""
        inside = np.argwhere(self.values < 0)
        if not len(inside):
            return self.first, self.first
        low, high = inside.min(axis=0)[::-1] - 1, inside.max(axis=0)[::-1] + 1
        start = np.array(self.first)
        return corners(start + low * self.step_mm, start + high * self.step_mm)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about; the lattice's edge values hold outside."""
        return taken((self.values,), self.first, self.step_mm, (x, y, z))[0]


def taken(
    fields: tuple[Floats, ...], first: Triple, step_mm: float, at: tuple[Floats, Floats, Floats]
) -> tuple[Floats, ...]:
    """Values of fields ``[z, y, x]`` at points (x, y, z in mm), linear; edges are held."""
    shape = np.broadcast_shapes(*(v.shape for v in at))
    scale = np.float32(1 / step_mm)
    places = np.empty((3, *shape), dtype=np.float32)
    for number, (value, start) in enumerate(zip(at[::-1], first[::-1], strict=True)):
        places[number] = (value - np.float32(start)) * scale
    return tuple(
        ndimage.map_coordinates(field, places, output=np.float32, order=1, mode="nearest")
        for field in fields
    )


def lattice(box: Box, step_mm: float) -> tuple[Floats, Floats, Floats]:
    """Coordinates x, y, z of a lattice over a box, as lines that broadcast to ``[z, y, x]``."""
    lines = [
        np.arange(low, high + step_mm, step_mm, dtype=np.float64).astype(np.float32)
        for low, high in zip(*box, strict=True)
    ]
    return lines[0][None, None, :], lines[1][None, :, None], lines[2][:, None, None]


def sided(point: Triple, side: int) -> Triple:
    """A point of the left side (x above 0) on this side: 1 left, -1 right."""
    return side * point[0], point[1], point[2]


#: Sides and what names end in.
SIDES = ((1, "left"), (-1, "right"))
