"""Strokes and grains that flat pictures are made of. Pure; the same on any number of threads.

Arrays are float32 ``[row, column]``; lengths are in pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Image = NDArray[np.float32]


def blurred(image: Image, sigma: float | Sequence[float]) -> Image:
    """Convolved with a Gaussian; edges repeat their nearest value."""
    return np.asarray(ndimage.gaussian_filter(image, sigma, mode="nearest", truncate=3.5))


def sampled(image: NDArray[Any], rows: Image, columns: Image, order: int = 1) -> Image:
    """Values between pixels, by lines (order 1) or the nearest pixel (0); 0 outside."""
    places = np.stack([rows, columns])
    found = ndimage.map_coordinates(image, places, np.float32, order=order, mode="constant")
    return np.asarray(found, dtype=np.float32)


def resized(image: Image, shape: tuple[int, int]) -> Image:
    """The image on another grid that covers the same field, by cubic splines."""
    rows = (np.arange(shape[0], dtype=np.float32) + 0.5) * image.shape[0] / shape[0] - 0.5
    columns = (np.arange(shape[1], dtype=np.float32) + 0.5) * image.shape[1] / shape[1] - 0.5
    places = np.meshgrid(rows, columns, indexing="ij")
    found = ndimage.map_coordinates(image, places, np.float32, order=3, mode="nearest")
    return np.asarray(found, dtype=np.float32)


def grain(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Image:
    """Gaussian noise of variance 1 whose features are as wide as a Gaussian of ``sigma``."""
    if sigma <= 0.3:
        return rng.standard_normal(shape, dtype=np.float32)
    noise = rng.standard_normal(shape, dtype=np.float32)
    soft = ndimage.gaussian_filter(noise, sigma, mode="wrap", truncate=3.5)
    return np.asarray(soft / np.float32(max(float(soft.std()), 1e-6)), dtype=np.float32)


def cloud(rng: np.random.Generator, shape: tuple[int, ...], beta: float) -> Image:
    """Noise of mean 0 and variance 1 whose power falls with frequency as ``1 / f**beta``."""
    noise = fft.rfftn(rng.standard_normal(shape, dtype=np.float32), workers=1)
    squares = np.zeros(noise.shape, dtype=np.float32)
    for axis, size in enumerate(shape):
        way = np.fft.rfftfreq(size) if axis == len(shape) - 1 else np.fft.fftfreq(size)
        place = [1] * len(shape)
        place[axis] = -1
        squares = squares + (way.astype(np.float32) ** 2).reshape(place)
    squares.flat[0] = 1
    noise *= squares ** np.float32(-beta / 4)
    noise.flat[0] = 0
    field = fft.irfftn(noise, shape, workers=1)
    return np.asarray(field / np.float32(max(float(field.std()), 1e-6)), dtype=np.float32)


def soft(distance: NDArray[Any]) -> Image:
    """Cover 0..1 from a distance in pixels, negative inside: an edge one pixel wide."""
    return np.asarray(np.clip(np.float32(0.5) - distance, 0, 1), dtype=np.float32)


def lay(image: Image, cover: Image, value: float | Image) -> None:
    """Paint a value over an image where the cover says, in place."""
    image += cover * (value - image)


def ellipse(
    rows: Image, columns: Image, centre: tuple[float, float], axes: tuple[float, float], turn: float
) -> Image:
    """Distance from an ellipse's edge, negative inside; good near the edge.

    ``axes`` are half lengths along rows and columns before a turn by ``turn`` degrees.
    """
    down, across = rows - np.float32(centre[0]), columns - np.float32(centre[1])
    cosine, sine = np.float32(np.cos(np.deg2rad(turn))), np.float32(np.sin(np.deg2rad(turn)))
    first, second = down * cosine - across * sine, down * sine + across * cosine
    a, b = np.float32(axes[0]), np.float32(axes[1])
    radius = np.hypot(first / a, second / b)
    slope = np.hypot(first / a**2, second / b**2) / np.maximum(radius, np.float32(1e-6))
    return np.asarray((radius - 1) / np.maximum(slope, 1 / max(a, b)), dtype=np.float32)


def segments(points: NDArray[Any], radii: NDArray[Any]) -> Iterable[tuple[float, ...]]:
    """Pieces of a line as ``(row, column, row, column, radius, radius)``."""
    for place in range(len(points) - 1):
        (a, b), (c, d) = points[place], points[place + 1]
        yield float(a), float(b), float(c), float(d), float(radii[place]), float(radii[place + 1])


def tube(
    image: Image,
    points: NDArray[Any],
    radii: NDArray[Any],
    *,
    chord: bool = False,
    level: NDArray[Any] | None = None,
) -> None:
    """Draw a line of varying radius into an image, in place, keeping the greater value.

    Parameters
    ----------
    image
        Cover 0..1; with ``chord`` the length that a ray runs within the tube, in pixels.
    points
        ``[n, 2]`` row and column.
    radii
        ``[n]``.
    chord
        Lengths instead of cover.
    level
        ``[n]``: what is drawn is multiplied by it.
    """
    for place, (a, b, c, d, first, last) in enumerate(segments(points, radii)):
        edge = max(first, last) + 1.5
        low, high = max(int(min(a, c) - edge), 0), int(max(a, c) + edge) + 2
        left, right = max(int(min(b, d) - edge), 0), int(max(b, d) + edge) + 2
        part = image[low : max(high, 0), left : max(right, 0)]
        if not part.size:
            continue
        rows = np.arange(low, low + part.shape[0], dtype=np.float32)[:, None] - np.float32(a)
        columns = np.arange(left, left + part.shape[1], dtype=np.float32)[None] - np.float32(b)
        down, across = np.float32(c - a), np.float32(d - b)
        length = down * down + across * across or np.float32(1)
        along = np.clip((rows * down + columns * across) / length, 0, 1)
        away = np.hypot(rows - along * down, columns - along * across)
        radius = np.float32(first) + along * np.float32(last - first)
        if chord:
            new = 2 * np.sqrt(np.maximum((radius + np.float32(0.3)) ** 2 - away**2, 0))
        else:
            new = np.clip(radius - away + np.float32(0.5), 0, 1)
        if level is not None:
            new = new * np.float32(level[place])
        np.maximum(part, new, out=part)
