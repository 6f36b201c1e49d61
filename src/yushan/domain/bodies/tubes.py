"""Tubes: chains of straight pieces with radii along curved lines, drawn at full resolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yushan.domain.bodies.surfaces import FAR_MM, MARGIN_MM, Box, Floats, corners

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Points = NDArray[np.float64]
#: Three pieces' coordinates along slice, row and column, as lines that broadcast.
Axes = tuple[Floats, Floats, Floats]

#: Half width from which a tube counts as thick.
THICK_MM: Final = 6.0
#: Beyond this distance outside a piece nothing is drawn, in voxels.
REACH: Final = 1.5


@dataclass(frozen=True, eq=False)
class Tubes:
    """Straight pieces that are round, or flattened along a normal.

    Parameters
    ----------
    starts, ends
        ``[piece, (x, y, z)]`` in mm.
    radii
        ``[piece, (start, end)]`` in mm, above 0.
    normals
        ``[piece, (x, y, z)]``: the direction in which the piece is flat; none for round ones.
    flat
        Half axis along the normal as a share of the radius.
    """

    starts: Points
    ends: Points
    radii: Points
    normals: Points | None = None
    flat: float = 1.0
    fine: bool = field(default=True, init=False)

    @property
    def is_thick(self) -> bool:
        """Whether it is wide enough to be sampled every 2 mm, as smooth surfaces are."""
        return bool(self.radii.min() * min(self.flat, 1.0) >= THICK_MM)

    def near(self, low: Points, high: Points) -> Tubes | None:
        """The pieces that may touch a box, or none."""
        wide = self.radii.max(axis=1, keepdims=True) * max(self.flat, 1.0)
        below = (np.minimum(self.starts, self.ends) - wide < high).all(axis=1)
        close = below & (np.maximum(self.starts, self.ends) + wide > low).all(axis=1)
        if not close.any():
            return None
        normals = None if self.normals is None else self.normals[close]
        return Tubes(self.starts[close], self.ends[close], self.radii[close], normals, self.flat)

    @property
    def box(self) -> Box:
        """Around all pieces, mm."""
        wide = self.radii.max(axis=1, keepdims=True)
        low = np.minimum(self.starts, self.ends) - wide
        high = np.maximum(self.starts, self.ends) + wide
        return corners(low.min(axis=0), high.max(axis=0))

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm; pieces far from all points (:data:`MARGIN_MM`) are not asked."""
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        found = np.full(shape, FAR_MM, dtype=np.float32)
        if not found.size:
            return found
        low, high = (np.array([float(edge(v)) for v in (x, y, z)]) for edge in (np.min, np.max))
        close = self.near(low - MARGIN_MM, high + MARGIN_MM)
        if close is None:
            return found
        for piece in range(len(close.radii)):
            np.minimum(found, close.piece(piece, (x, y, z), (close.radii,))[0], out=found)
        return found

    def piece(self, number: int, at: Axes, several: Sequence[Points]) -> list[Floats]:
        """Signed distances in mm from one piece.

        Parameters
        ----------
        number, at
            Of the piece; x, y, z.
        several
            Radii ``[piece, (start, end)]``, each giving distances of its own.
        """
        start, way = self.starts[number], self.ends[number] - self.starts[number]
        length = float(way @ way) or 1.0
        offset = [v - np.float32(s) for v, s in zip(at, start, strict=True)]
        along = sum(o * np.float32(w / length) for o, w in zip(offset, way, strict=True))
        along = np.clip(along, 0, 1)
        off = [o - along * np.float32(w) for o, w in zip(offset, way, strict=True)]
        square = off[0] * off[0] + off[1] * off[1] + off[2] * off[2]
        wide = [tapered(along, *radii[number].astype(np.float32)) for radii in several]
        if self.normals is None:
            return from_round(square, wide)
        up = sum(o * np.float32(n) for o, n in zip(off, self.normals[number], strict=True))
        return [flattened(square, np.asarray(up * up), radius, self.flat) for radius in wide]

    def pieces(
        self, numbers: NDArray[np.intp], at: Axes, several: Sequence[Points]
    ) -> list[Floats]:
        """As :meth:`piece`, of points ``[n]`` that have each their own piece."""
        way = self.ends - self.starts
        share = way / np.maximum((way**2).sum(axis=1, keepdims=True), 1e-9)
        off, along = [], np.zeros(len(numbers), dtype=np.float32)
        for k, value in enumerate(at):
            off.append(value - picked(self.starts[:, k], numbers))
            along += off[k] * picked(share[:, k], numbers)
        np.clip(along, 0, 1, out=along)
        off = [o - along * picked(way[:, k], numbers) for k, o in enumerate(off)]
        square = off[0] * off[0] + off[1] * off[1] + off[2] * off[2]
        wide = [
            picked(radii[:, 0], numbers) + along * picked(radii[:, 1] - radii[:, 0], numbers)
            for radii in several
        ]
        if self.normals is None:
            return from_round(square, wide)
        up = sum(o * picked(self.normals[:, k], numbers) for k, o in enumerate(off))
        return [flattened(square, np.asarray(up * up), radius, self.flat) for radius in wide]

    def moved(self, starts: Points, ends: Points, normals: Points | None, size: float) -> Tubes:
        """The same pieces at other places, with radii scaled."""
        return Tubes(starts, ends, self.radii * size, normals, self.flat)

    def widened(self, sagging_mm2: float) -> Tubes:
        """Radii that make up for the chords by which a lattice cuts off round walls.

        Between lattice points of step h, a distance from a wall of radius r is on average
        h ** 2 / (12 r) too long.
        """
        radii = self.radii + sagging_mm2 / self.radii
        return Tubes(self.starts, self.ends, radii, self.normals, self.flat)

    def thinned(self, by_mm: float) -> Tubes:
        """The same lines with radii less by a wall's thickness, at least 0.1 mm."""
        radii = np.maximum(self.radii - by_mm, 0.1)
        flat = float(np.clip((self.flat * self.radii.mean() - by_mm) / radii.mean(), 0.05, 4))
        return Tubes(self.starts, self.ends, radii, self.normals, flat)


def tapered(along: Floats, first: np.float32, last: np.float32) -> Floats | np.float32:
    """Radius at shares of a piece's length."""
    return np.asarray(first + along * (last - first)) if first != last else first


def from_round(square: Floats, wide: Sequence[Floats | np.float32]) -> list[Floats]:
    """Distances from round walls; ``square`` off the line."""
    off = np.sqrt(square)
    return [np.asarray(off - radius, dtype=np.float32) for radius in wide]


def picked(values: Points, numbers: NDArray[np.intp]) -> Floats:
    """Values of numbers."""
    return np.asarray(values.astype(np.float32)[numbers])


def flattened(square: Floats, up: Floats, radius: np.float32 | Floats, flat: float) -> Floats:
    """Distance from an elliptic cross-section; ``square`` off the line, ``up`` along the normal."""
    thin = radius * np.float32(flat)
    side = np.maximum(square - up, 0)
    value = np.sqrt(up / (thin * thin) + side / (radius * radius))
    slope = np.sqrt(up / thin**4 + side / radius**4) + np.float32(1e-9)
    near = (value - 1) * (value + np.float32(1e-6)) / slope
    return np.asarray(np.maximum(near, -np.minimum(thin, radius)), dtype=np.float32)


def tube(
    points: ArrayLike,
    radii: ArrayLike,
    step_mm: float = 4.0,
    normals: ArrayLike | None = None,
    flat: float = 1.0,
) -> Tubes:
    """A tube along a smooth curve through points.

    Parameters
    ----------
    points
        ``[n, (x, y, z)]`` in mm, n at least 2.
    radii
        One, or one for each point, mm.
    step_mm
        Length of the straight pieces.
    normals
        ``[n, 3]`` or ``[3]``: the direction in which the tube is flat.
    flat
        Half axis along the normal as a share of the radius.
    """
    knots = np.array(points, dtype=np.float64)
    wide = np.broadcast_to(np.asarray(radii, dtype=np.float64), (len(knots),))
    columns = [knots, wide[:, None]]
    if normals is not None:
        columns.append(np.broadcast_to(np.asarray(normals, dtype=np.float64), knots.shape))
    line = spline(np.concatenate(columns, axis=1), step_mm)
    radius = np.maximum(np.stack([line[:-1, 3], line[1:, 3]], axis=1), 0.05)
    across = None
    if normals is not None:
        across = (line[:-1, 4:7] + line[1:, 4:7]) / 2
        across = across / np.linalg.norm(across, axis=1, keepdims=True)
    return Tubes(line[:-1, :3], line[1:, :3], radius, across, flat)


def spline(knots: Points, step_mm: float) -> Points:
    """Rows about every ``step_mm`` along a centripetal curve through knots (Catmull and Rom).

    The first three columns are x, y, z; others follow along.
    """
    if len(knots) == 2:
        count = max(round(float(np.linalg.norm(knots[1, :3] - knots[0, :3])) / step_mm), 1)
        share = np.linspace(0, 1, count + 1)[:, None]
        return np.asarray(knots[0] + share * (knots[1] - knots[0]))
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    padded[[0, -1], 3:] = knots[[0, -1], 3:]
    pieces = [stretch(padded[k : k + 4], step_mm) for k in range(len(knots) - 1)]
    return np.concatenate([*pieces, knots[-1:]])


def stretch(four: Points, step_mm: float) -> Points:
    """Rows from the second of four knots to before the third."""
    gaps = np.maximum(np.linalg.norm(np.diff(four[:, :3], axis=0), axis=1), 1e-6)
    times = np.concatenate([[0], np.cumsum(np.sqrt(gaps))])
    count = max(round(float(gaps[1]) / step_mm), 1)
    t = np.linspace(times[1], times[2], count, endpoint=False)[:, None]

    def between(a: Points, b: Points, first: int, last: int) -> Points:
        share = (t - times[first]) / (times[last] - times[first])
        return np.asarray(a + share * (b - a))

    one, two, three = (between(four[k], four[k + 1], k, k + 1) for k in range(3))
    return between(between(one, two, 0, 2), between(two, three, 1, 3), 1, 2)


def joined(parts: Iterable[Tubes]) -> Tubes:
    """Several round tubes as one."""
    several = list(parts)
    return Tubes(
        np.concatenate([p.starts for p in several]),
        np.concatenate([p.ends for p in several]),
        np.concatenate([p.radii for p in several]),
    )


def drawn_radius(radius_mm: NDArray[np.floating], width_mm: float) -> Points:
    """Radius that gives a tube its true cross-section when drawn with soft edges.

    A cover of ``0.5 - d / width`` makes a tube of radius r as wide as r² + width²/12; thin ones
    get a negative radius, that is a faint line.
    """
    true = np.asarray(radius_mm, dtype=np.float64)
    thick = np.sqrt(np.maximum(true**2 - width_mm**2 / 12, 0))
    thin = np.cbrt(3 * width_mm * true**2) - width_mm / 2
    return np.where(true < width_mm / 2, thin, thick)
