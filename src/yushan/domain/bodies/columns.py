"""Columns: bodies whose cross-sections at each height are super-ellipses (trunk, cage, neck)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.surfaces import Box, Floats, corners

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Step of the table of heights, mm.
STEP_MM: Final = 1.0


@dataclass(frozen=True, eq=False)
class Column:
    """Cross-sections along z.

    Parameters
    ----------
    levels
        Rows ``(z, middle x, middle y, half width, depth to the front, depth to the back)`` in mm,
        by rising z; between rows they follow a smooth monotone curve.
    power
        Of the super-ellipse; 2 is an ellipse, 3 squarer.
    cut
        Whether the ends are cut flat; otherwise first and last section go on for ever.
    """

    levels: tuple[tuple[float, ...], ...]
    power: float = 2.0
    cut: bool = True
    fine: bool = False

    @cached_property
    def table(self) -> NDArray[np.float32]:
        """Parameters ``[height, 5]`` every :data:`STEP_MM`."""
        rows = np.array(self.levels, dtype=np.float64)
        heights = np.arange(rows[0, 0], rows[-1, 0] + STEP_MM, STEP_MM)
        columns = [curve(rows[:, 0], rows[:, k], heights) for k in range(1, 6)]
        return np.stack(columns, axis=1).astype(np.float32)

    @cached_property
    def columns(self) -> tuple[Floats, Floats]:
        """The table's columns and their steps, each ``[5, height]``."""
        columns = np.ascontiguousarray(self.table.T)
        return columns, np.ascontiguousarray(np.diff(columns, axis=1))

    @property
    def box(self) -> Box:
        """Lowest and highest corner, mm."""
        middle_x, middle_y, wide, front, back = self.table.T.astype(np.float64)
        low = [(middle_x - wide).min(), (middle_y - front).min(), self.levels[0][0]]
        high = [(middle_x + wide).max(), (middle_y + back).max(), self.levels[-1][0]]
        if not self.cut:
            low[2], high[2] = -1e4, 1e4
        return corners(np.array(low), np.array(high))

    def at(self, z: Floats) -> tuple[Floats, ...]:
        """Middle x and y, half width, front and back at heights z (mm)."""
        place = np.clip((z - np.float32(self.levels[0][0])) / np.float32(STEP_MM), 0, None)
        first = np.minimum(place.astype(np.int32), len(self.table) - 2)
        share = np.minimum(place - first, 1)
        return tuple(
            c.take(first) + share * s.take(first) for c, s in zip(*self.columns, strict=True)
        )

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about: in the plane of the section, and to the flat ends."""
        middle_x, middle_y, wide, front, back = self.at(z)
        right, down = x - middle_x, y - middle_y
        deep = np.where(down < 0, front, back)
        across = ring(np.abs(right), np.abs(down), (wide, deep), self.power)
        if not self.cut:
            return across
        ends = np.maximum(np.float32(self.levels[0][0]) - z, z - np.float32(self.levels[-1][0]))
        return np.asarray(np.maximum(across, ends), dtype=np.float32)


def ring(right: Floats, down: Floats, axes: tuple[Floats, Floats], power: float) -> Floats:
    """Distance from a super-ellipse whose half axes are arrays."""
    wide, deep = (np.maximum(a, np.float32(0.5)) for a in axes)
    p, q = right / wide, down / deep
    if power == 2.0:
        value = np.sqrt(p * p + q * q)
        slope = np.sqrt((p / wide) ** 2 + (q / deep) ** 2) + np.float32(1e-9)
        near = (value - 1) * (value + np.float32(1e-6)) / slope
    else:
        low_p, low_q = raised(p, power - 1), raised(q, power - 1)
        total = low_p * p + low_q * q + np.float32(1e-12)
        value = total ** np.float32(1 / power)
        slope = np.sqrt((low_p / wide) ** 2 + (low_q / deep) ** 2) + np.float32(1e-9)
        near = (value - 1) * (total / value) / slope
    return np.asarray(np.maximum(near, -np.minimum(wide, deep)), dtype=np.float32)


def raised(base: NDArray[np.floating], power: float) -> Floats:
    """A power; 1.5 by way of the root, which is many times faster."""
    if power == 1.5:
        return np.asarray(base * np.sqrt(base), dtype=np.float32)
    return np.asarray(base ** np.float32(power), dtype=np.float32)


def curve(
    knots: NDArray[np.float64], values: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A monotone cubic through knots (Fritsch and Butland 1984), flat beyond the ends."""
    steps = np.diff(knots)
    slopes = np.diff(values) / steps
    tangents = np.zeros(len(knots))
    for k in range(1, len(knots) - 1):
        left, right = slopes[k - 1], slopes[k]
        if left * right > 0:
            tangents[k] = 2 * left * right / (left + right)
    place = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(steps) - 1)
    t = np.clip((at - knots[place]) / steps[place], 0, 1)
    begin, end = values[place], values[place + 1]
    go, stop = tangents[place] * steps[place], tangents[place + 1] * steps[place]
    return np.asarray(
        begin * (1 + 2 * t) * (1 - t) ** 2 + go * t * (1 - t) ** 2
        + end * t**2 * (3 - 2 * t) + stop * t**2 * (t - 1)
    )  # fmt: skip
