"""Closed surfaces as signed distances in mm: the smooth ones, and how they combine.

Points are LPS mm. Distances are negative inside, exact or nearly so close to the surface (that is
where partial volume looks), and merely of the right sign and order far away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Triple = tuple[float, float, float]
Box = tuple[Triple, Triple]

FAR_MM: Final = 1e4
#: Points farther than this outside a part's box are simply outside, when parts are combined.
MARGIN_MM: Final = 30.0
#: Share of points near a part from which all are asked.
WORTH_ASKING_ALL: Final = 0.6
EVERYWHERE: Final[Box] = ((-FAR_MM,) * 3, (FAR_MM,) * 3)


class Surface(Protocol):
    """A closed surface in patient space."""

    @property
    def box(self) -> Box:
        """Lowest and highest corner of what it encloses, mm."""

    @property
    def fine(self) -> bool:
        """Whether it is too small or thin to be sampled every 2 mm."""

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm at points whose coordinates broadcast together."""


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    """An ellipsoid, or a super-ellipsoid where ``power`` is above 2.

    Parameters
    ----------
    centre, axes
        Middle and half axes, mm.
    turn
        Rows are the directions of its axes, ``[3, 3]``.
    power
        2 for an ellipsoid; 4 is nearly a box with round edges.
    fine
        Draw at full resolution.
    """

    centre: Triple
    axes: Triple
    turn: tuple[Triple, Triple, Triple] | None = None
    power: float = 2.0
    fine: bool = False

    @property
    def box(self) -> Box:
        """Lowest and highest corner, mm."""
        reach = np.array(self.axes)
        if self.turn is not None:
            power = self.power / (self.power - 1)  # the support function's norm is the dual one
            pulls = np.abs(np.array(self.turn).T * reach) ** power
            reach = pulls.sum(axis=1) ** (1 / power)
        return around(self.centre, reach)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, of first order about the surface."""
        shifted = [
            np.asarray(v - np.float32(c)) for v, c in zip((x, y, z), self.centre, strict=True)
        ]
        if self.turn is not None:
            shifted = [total(shifted, row) for row in self.turn]
        scaled = [np.abs(v / np.float32(a)) for v, a in zip(shifted, self.axes, strict=True)]
        return first_order(scaled, self.axes, self.power)


def total(parts: list[Floats], weights: Triple) -> Floats:
    """A weighted sum."""
    first, second, third = (p * np.float32(w) for p, w in zip(parts, weights, strict=True))
    return np.asarray(first + second + third)


def first_order(scaled: list[Floats], axes: tuple[float, ...], power: float) -> Floats:
    """Distance from a super-ellipse by its own value over its gradient.

    ``scaled`` are magnitudes of coordinates over half axes; any number of dimensions.
    """
    square = power == 2.0
    lower = [s if square else s ** np.float32(power - 1) for s in scaled]
    value = sum(low * s for low, s in zip(lower, scaled, strict=True))
    slope = sum((low / np.float32(a)) ** 2 for low, a in zip(lower, axes, strict=True))
    norm = np.sqrt(value) if square else np.asarray(value) ** np.float32(1 / power)
    # f = norm - 1; grad f = norm^(1-p) * (s^(p-1) / a)
    fall = norm if square else np.maximum(norm, np.float32(1e-6)) ** np.float32(power - 1)
    steep = np.sqrt(slope) + np.float32(1e-9)
    near = (norm - 1) * (fall + np.float32(1e-6)) / steep
    return np.asarray(np.maximum(near, np.float32(-min(axes))), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Half:
    """All on one side of a plane.

    Parameters
    ----------
    point
        On the plane, mm.
    out
        Direction that leads out; need not be of length 1.
    """

    point: Triple
    out: Triple
    fine: bool = False
    box: Box = EVERYWHERE

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        way = np.array(self.out) / np.linalg.norm(self.out)
        away = float(way @ np.array(self.point))
        a, b, c = (np.float32(w) for w in way)
        return np.asarray(x * a + y * b + z * c - np.float32(away), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Both:
    """What all parts share, with edges rounded over ``smooth_mm``."""

    parts: tuple[Surface, ...]
    smooth_mm: float = 0.0
    fine: bool = False

    @property
    def box(self) -> Box:
        """The overlap of the parts' boxes."""
        lows = np.max([p.box[0] for p in self.parts], axis=0)
        highs = np.min([p.box[1] for p in self.parts], axis=0)
        return corners(lows, np.maximum(highs, lows))

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        found = self.parts[0].distance(x, y, z)
        for part in self.parts[1:]:
            found = larger(found, part.distance(x, y, z), self.smooth_mm)
        return found


@dataclass(frozen=True, eq=False)
class Either:
    """What any part holds; parts within ``smooth_mm`` of each other flow together."""

    parts: tuple[Surface, ...]
    smooth_mm: float = 0.0
    fine: bool = False

    @property
    def box(self) -> Box:
        """Around all parts."""
        lows = np.min([p.box[0] for p in self.parts], axis=0) - self.smooth_mm / 4
        highs = np.max([p.box[1] for p in self.parts], axis=0) + self.smooth_mm / 4
        return corners(lows, highs)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        found = self.parts[0].distance(x, y, z)
        for part in self.parts[1:]:
            found = -larger(-found, -nearby(part, (x, y, z)), self.smooth_mm)
        return found


@dataclass(frozen=True, eq=False)
class Without:
    """One surface less others, with edges rounded over ``smooth_mm``."""

    whole: Surface
    less: tuple[Surface, ...]
    smooth_mm: float = 0.0
    fine: bool = False

    @property
    def box(self) -> Box:
        """The whole's box."""
        return self.whole.box

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        found = self.whole.distance(x, y, z)
        for part in self.less:
            found = larger(found, -nearby(part, (x, y, z)), self.smooth_mm)
        return found


@dataclass(frozen=True, eq=False)
class Grown:
    """A surface moved outwards by ``by_mm`` (inwards where negative)."""

    inner: Surface
    by_mm: float
    fine: bool = False

    @property
    def box(self) -> Box:
        """The inner box, grown."""
        low, high = np.array(self.inner.box)
        return corners(low - max(self.by_mm, 0) * 1.25, high + max(self.by_mm, 0) * 1.25)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm."""
        return np.asarray(self.inner.distance(x, y, z) - np.float32(self.by_mm))


@dataclass(frozen=True, eq=False)
class Rippled:
    """A surface with irregular bumps: sums of waves, the same for the same seed.

    Parameters
    ----------
    height_mm
        About the standard deviation of the bumps.
    length_mm
        About the distance between two of them.
    """

    inner: Surface
    height_mm: float
    length_mm: float
    seed: int
    fine: bool = False

    @property
    def box(self) -> Box:
        """The inner box, grown by the bumps."""
        low, high = np.array(self.inner.box)
        return corners(low - 2.5 * self.height_mm, high + 2.5 * self.height_mm)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        bumps = ripple(x, y, z, self.length_mm, self.seed)
        return np.asarray(self.inner.distance(x, y, z) + np.float32(self.height_mm) * bumps)


def nearby(surface: Surface, at: tuple[Floats, Floats, Floats]) -> Floats:
    """Distance from a surface; points far outside its box get :data:`MARGIN_MM` unasked."""
    low, high = np.array(surface.box, dtype=np.float32)
    close: NDArray[np.bool_] = np.ones((1,) * at[0].ndim, dtype=np.bool_)
    for value, first, last in zip(at, low - MARGIN_MM, high + MARGIN_MM, strict=True):
        close = close & (value > first) & (value < last)
    shape = np.broadcast_shapes(*(v.shape for v in at))
    close = np.broadcast_to(close, shape)
    if close.mean() > WORTH_ASKING_ALL:
        return np.minimum(surface.distance(*at), np.float32(MARGIN_MM))
    found = np.full(shape, MARGIN_MM, dtype=np.float32)
    x, y, z = (np.broadcast_to(v, shape)[close] for v in at)
    if len(x):
        found[close] = np.minimum(surface.distance(x, y, z), np.float32(MARGIN_MM))
    return found


def ripple(x: Floats, y: Floats, z: Floats, length_mm: float, seed: int) -> Floats:
    """A smooth irregular field of about unit variance, within -2.5 to 2.5."""
    rng = np.random.default_rng((seed % (1 << 32), 77))
    waves = 4
    ways = rng.standard_normal((waves, 3))
    ways *= 2 * np.pi / length_mm / np.linalg.norm(ways, axis=1, keepdims=True)
    ways *= rng.uniform(0.7, 1.4, (waves, 1))
    phases = rng.uniform(0, 2 * np.pi, waves)
    found = np.float32(0)
    for (a, b, c), phase in zip(ways.astype(np.float32), phases.astype(np.float32), strict=True):
        found = found + np.sin((a * x + phase) + b * y + c * z)
    return np.asarray(found * np.float32((2 / waves) ** 0.5), dtype=np.float32)


def larger(one: Floats, two: Floats, smooth_mm: float) -> Floats:
    """The larger of two distances; where they are close, a rounded maximum (quadratic)."""
    if smooth_mm <= 0:
        return np.asarray(np.maximum(one, two))
    width = np.float32(smooth_mm)
    close = np.maximum(width - np.abs(one - two), 0) / width
    return np.asarray(np.maximum(one, two) + close * close * (width / 4), dtype=np.float32)


def corners(low: NDArray[np.floating], high: NDArray[np.floating]) -> Box:
    """A box of two corners."""
    return (
        (float(low[0]), float(low[1]), float(low[2])),
        (float(high[0]), float(high[1]), float(high[2])),
    )


def around(centre: Triple, reach: NDArray[np.floating]) -> Box:
    """A box about a point."""
    return corners(np.array(centre) - reach, np.array(centre) + reach)
