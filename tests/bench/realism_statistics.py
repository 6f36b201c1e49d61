"""Numbers by which real and synthetic images are compared; slices ``[slice, row, column]``."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Grain(NamedTuple):
    """Noise of a tissue: standard deviation, mean frequency, share by band, pull between slices."""

    deviation: float
    frequency: float
    bands: tuple[float, ...]
    between: float
    patches: int


#: Bands of frequency, cycles per mm.
BANDS = (0.0, 0.08, 0.16, 0.24, 0.32, 0.40, 0.48, 0.56, 0.64)


def patches(
    values: NDArray[np.floating], mask: NDArray[np.bool_], size: int
) -> NDArray[np.float64]:
    """Square pieces ``[n, size, size]`` that lie wholly in a mask, none overlapping by half."""
    found = []
    whole = ndimage.uniform_filter(mask.astype(np.float32), (0, size, size), mode="constant")
    for index, share in enumerate(whole):
        taken = share > 0.999
        while taken.any() and len(found) < 4000:
            row, column = (int(x) for x in np.argwhere(taken)[0])
            y, x = row - size // 2, column - size // 2
            found.append(values[index, y : y + size, x : x + size])
            taken[max(row - size // 2, 0) : row + size // 2 + 1,
                  max(column - size // 2, 0) : column + size // 2 + 1] = False  # fmt: skip
    return np.array(found, dtype=np.float64).reshape(-1, size, size)


def flattened(pieces: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pieces without their best second-order surface."""
    size = pieces.shape[1]
    y, x = (np.indices((size, size)) / size - 0.5).reshape(2, -1)
    basis = np.stack([np.ones_like(x), x, y, x * y, x**2, y**2], axis=1)
    orthogonal, _ = np.linalg.qr(basis)
    flat = pieces.reshape(len(pieces), -1)
    return (flat - (flat @ orthogonal) @ orthogonal.T).reshape(pieces.shape)


def power(pieces: NDArray[np.float64], pixel_mm: float) -> tuple[tuple[float, ...], float]:
    """Share of the noise power in each of `BANDS`, and its mean frequency per mm."""
    spectrum = np.mean(np.abs(np.fft.fft2(pieces)) ** 2, axis=0)
    steps = np.fft.fftfreq(pieces.shape[1], pixel_mm)
    radial = np.hypot(steps[:, None], steps[None, :])
    sums = [
        float(spectrum[(radial >= low) & (radial < high)].sum()) for low, high in pairwise(BANDS)
    ]
    whole = float(spectrum.sum())
    return tuple(part / whole for part in sums), float((spectrum * radial).sum() / whole)


def grain(
    values: NDArray[np.floating], mask: NDArray[np.bool_], pixel_mm: float, size: int = 20
) -> Grain | None:
    """Noise of what a mask holds; None when no piece fits."""
    found = patches(values, mask, size)
    if len(found) < 4:
        return None
    pieces = flattened(found)
    bands, frequency = power(pieces, pixel_mm)
    deviations = pieces.std(axis=(1, 2))
    calm = pieces[deviations <= np.median(deviations)]
    return Grain(float(calm.std()), frequency, bands, between(values, mask, pixel_mm), len(pieces))


def between(values: NDArray[np.floating], mask: NDArray[np.bool_], pixel_mm: float) -> float:
    """Correlation of the fine grain (under 3 mm) of a slice with the next one's."""
    fine = np.stack([part - ndimage.gaussian_filter(part, 3 / pixel_mm)
                     for part in values.astype(np.float64)])  # fmt: skip
    deep = ndimage.binary_erosion(mask, np.ones((1, 9, 9)))
    both = deep[1:] & deep[:-1]
    if both.sum() < 200:
        return float("nan")
    return float(np.corrcoef(fine[1:][both], fine[:-1][both])[0, 1])


def gradients(
    values: NDArray[np.floating], mask: NDArray[np.bool_], pixel_mm: float
) -> tuple[float, ...]:
    """Percentiles 50, 75, 90, 99 of the gradient's length per mm inside a mask."""
    fields = []
    for part, inside in zip(values.astype(np.float64), mask, strict=True):
        down, across = np.gradient(part, pixel_mm)
        fields.append(np.hypot(down, across)[inside])
    return tuple(float(x) for x in np.percentile(np.concatenate(fields), (50, 75, 90, 99)))


def slope(values: NDArray[np.floating], pixel_mm: float) -> float:
    """Exponent of the power spectrum from 0.03 to 0.25 cycles per mm (photographs: -2 to -3)."""
    window = np.hanning(values.shape[1])[:, None] * np.hanning(values.shape[2])[None, :]
    flat = values - values.mean(axis=(1, 2), keepdims=True)
    spectrum = np.mean(np.abs(np.fft.fft2(flat * window)) ** 2, axis=0)
    radial = np.hypot(np.fft.fftfreq(values.shape[1], pixel_mm)[:, None],
                      np.fft.fftfreq(values.shape[2], pixel_mm)[None, :])  # fmt: skip
    edges = np.geomspace(0.03, 0.25, 12)
    means = [spectrum[(radial >= a) & (radial < b)].mean() for a, b in pairwise(edges)]
    return float(np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(means), 1)[0])


def skin_edge(values: NDArray[np.floating], pixel_mm: float) -> float:
    """Median way in mm from 10 to 90 % of the step across the front skin, in the middle."""
    widths: list[float] = []
    for part in values:
        widths += [width * pixel_mm for width in steps_of(part.astype(np.float64))]
    return float(np.median(widths)) if widths else float("nan")


def steps_of(part: NDArray[np.float64]) -> list[float]:
    """Widths in pixels of the steps of one slice, across the surface."""
    rows, columns = part.shape
    middle = range(columns // 2 - 30, columns // 2 + 31)
    first = np.array([int(np.argmax(part[:, column] > -500)) for column in middle])
    if first.min() < 8 or first.max() > rows - 12:
        return []
    tilt = np.gradient(ndimage.gaussian_filter1d(first.astype(np.float64), 4))
    found = []
    for column, row, fall in zip(middle, first, tilt, strict=True):
        step = part[row - 6 : row + 7, column]
        share = (step - step[:4].mean()) / (step.max() - step[:4].mean())
        fine = np.interp(np.arange(0, 12, 0.02), np.arange(13), share)
        width = (int(np.argmax(fine > 0.9)) - int(np.argmax(fine > 0.1))) * 0.02
        found.append(width / float(np.hypot(1, fall)))
    return found


def told_apart(real: NDArray[np.float64], made: NDArray[np.float64]) -> float:
    """How often a number ranks real pieces on one side of synthetic ones, 0.5 (never) to 1."""
    both = np.concatenate([real, made])
    ranks = np.argsort(np.argsort(both)) + 1
    share = (ranks[: len(real)].sum() - len(real) * (len(real) + 1) / 2) / (len(real) * len(made))
    return float(max(share, 1 - share))


def features(pieces: NDArray[np.float64], pixel_mm: float) -> dict[str, NDArray[np.float64]]:
    """Numbers of single pieces that a statistic could tell them by."""
    flat = flattened(pieces)
    spread = flat.std(axis=(1, 2))
    unit = flat / np.maximum(spread, 1e-6)[:, None, None]
    down, across = np.diff(unit, axis=1), np.diff(unit, axis=2)
    spectrum = np.abs(np.fft.fft2(flat)) ** 2
    steps = np.fft.fftfreq(pieces.shape[1], pixel_mm)
    radial = np.hypot(steps[:, None], steps[None, :])
    return {
        "spread": spread,
        "kurtosis": (unit**4).mean(axis=(1, 2)),
        "roughness": (down**2).mean(axis=(1, 2)) + (across**2).mean(axis=(1, 2)),
        "direction": (down**2).mean(axis=(1, 2)) - (across**2).mean(axis=(1, 2)),
        "mean frequency": (spectrum * radial).sum(axis=(1, 2)) / spectrum.sum(axis=(1, 2)),
    }
