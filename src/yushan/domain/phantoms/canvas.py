"""A slice to draw on with soft-edged solids: the strokes all phantoms are made of.

Coordinates are mm in LPS: x to the patient's left, y to the back, z to the head. A *cover* is a
float32 array ``[row, column]`` in 0..1, the share of each pixel that a solid fills.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
#: A point in mm, or half axes in mm.
Pair = tuple[float, float]
#: Waves in a ripple.
WAVES: Final = 14
#: Products of a matrix multiplication under which no library starts threads: on a busy machine
#: they cost more than they bring.
UNTHREADED: Final = 240_000


@dataclass(frozen=True, slots=True)
class Canvas:
    """One axial slice.

    Parameters
    ----------
    image
        Values ``[row, column]``, drawn upon in place.
    x, y
        Coordinates in mm of the pixel centres along a row ``[1, column]`` and a column
        ``[row, 1]``.
    pixel_mm
        Width of a pixel.
    """

    image: Image
    x: Image
    y: Image
    pixel_mm: float

    def window(self, centre: Pair, reach: Pair) -> Canvas:
        """The part of the slice around a point; drawing on it draws on the whole."""
        columns = span(self.x[0], centre[0], reach[0], self.pixel_mm)
        rows = span(self.y[:, 0], centre[1], reach[1], self.pixel_mm)
        return Canvas(self.image[rows, columns], self.x[:, columns], self.y[rows], self.pixel_mm)

    def ellipse(self, centre: Pair, axes: Pair, value: float | Image, turn_deg: float = 0) -> None:
        """Fill an ellipse; one with an axis of 0 or less is not there."""
        if min(axes) <= 0:
            return
        widest = max(axes) + 2 * self.pixel_mm
        reach = (widest, widest) if turn_deg else (axes[0] + 3, axes[1] + 3)
        part = self.window(centre, reach)
        if part.image.size:
            paint(part.image, part.soft(part.distance(centre, axes, turn_deg)), value)

    def disc(self, centre: Pair, radius_mm: float, value: float) -> None:
        """Fill a disc."""
        self.ellipse(centre, (radius_mm, radius_mm), value)

    def bar(self, ends: tuple[Pair, Pair], radius_mm: float, value: float) -> None:
        """Fill a line with round ends."""
        (ax, ay), (bx, by) = ends
        middle = ((ax + bx) / 2, (ay + by) / 2)
        edge = radius_mm + 2 * self.pixel_mm
        part = self.window(middle, (abs(ax - bx) / 2 + edge, abs(ay - by) / 2 + edge))
        if part.image.size:
            paint(part.image, part.soft(part.from_line(ends) - np.float32(radius_mm)), value)

    def distance(self, centre: Pair, axes: Pair, turn_deg: float = 0) -> Image:
        """Distance in mm from the edge of an ellipse, negative inside; good near the edge."""
        x, y = self.x - np.float32(centre[0]), self.y - np.float32(centre[1])
        if turn_deg:
            turn = np.deg2rad(turn_deg)
            cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
            x, y = x * cosine + y * sine, y * cosine - x * sine
        radius = np.sqrt((x / np.float32(axes[0])) ** 2 + (y / np.float32(axes[1])) ** 2)
        return np.asarray((radius - 1) * np.float32(min(axes)), dtype=np.float32)

    def from_line(self, ends: tuple[Pair, Pair]) -> Image:
        """Distance in mm from a line."""
        (ax, ay), (bx, by) = ends
        dx, dy = np.float32(bx - ax), np.float32(by - ay)
        length = dx * dx + dy * dy or np.float32(1)
        x, y = self.x - np.float32(ax), self.y - np.float32(ay)
        along = np.clip((x * dx + y * dy) / length, 0, 1)
        return np.asarray(np.hypot(x - along * dx, y - along * dy), dtype=np.float32)

    def soft(self, distance_mm: Image) -> Image:
        """Cover from a distance: half a pixel of blur on either side of the edge."""
        cover = np.clip(0.5 - distance_mm / np.float32(self.pixel_mm), 0, 1)
        return np.asarray(cover, dtype=np.float32)

    def ripple(self, z: float, length_mm: float, seed: int, squeeze: float = 1) -> Image:
        """A smooth irregular field of about -1..1 with features of one length.

        Continuous in ``z`` (mm), the same for the same seed; ``squeeze`` draws it out along y.
        """
        rng = np.random.default_rng(seed)
        ways = rng.standard_normal((WAVES, 3))
        ways *= (2 * np.pi / length_mm) / np.linalg.norm(ways, axis=1, keepdims=True)
        ways *= rng.uniform(0.7, 1.4, (WAVES, 1))
        phases = rng.uniform(0, 2 * np.pi, WAVES) + ways[:, 2] * z
        along = np.outer(self.x[0], ways[:, 0]).astype(np.float32)
        down = (np.outer(self.y[:, 0] * squeeze, ways[:, 1]) + phases).astype(np.float32)
        rows = np.concatenate([np.cos(down), -np.sin(down)], axis=1)
        columns = np.concatenate([np.cos(along), np.sin(along)], axis=1)
        field = np.empty(self.image.shape, dtype=np.float32)
        step = max(UNTHREADED // (columns.size or 1), 1)
        for first in range(0, len(rows), step):
            np.matmul(rows[first : first + step], columns.T, out=field[first : first + step])
        return field / np.float32(np.sqrt(WAVES / 2))


def span(line: Image, centre: float, reach: float, pixel_mm: float) -> slice:
    """The pixels of one axis within reach of a point."""
    first = int(np.floor((centre - reach - float(line[0])) / pixel_mm)) if line.size else 0
    last = int(np.ceil((centre + reach - float(line[0])) / pixel_mm)) + 1 if line.size else 0
    return slice(max(first, 0), max(last, 0))


def canvas(size: int, field_mm: float, value: float) -> Canvas:
    """A square slice of one value, ``size`` pixels a side, centred on the origin."""
    pixel_mm = field_mm / size
    line = ((np.arange(size) + 0.5) * pixel_mm - field_mm / 2).astype(np.float32)
    image = np.full((size, size), value, dtype=np.float32)
    return Canvas(image, line[None, :], line[:, None], pixel_mm)


def paint(image: Image, cover: Image, value: float | Image) -> None:
    """Lay a solid over an image, in place."""
    image += cover * (value - image)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Image:
    """Noise of variance 1, correlated over neighbours as reconstruction leaves it."""
    noise = rng.standard_normal(shape, dtype=np.float32)
    for axis in (-2, -1):
        noise = noise + np.roll(noise, 1, axis)
    return np.asarray(noise / 2, dtype=np.float32)
