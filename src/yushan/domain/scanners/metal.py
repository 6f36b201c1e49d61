"""Metal in a body: implants as rods, and the streaks that rays lost in them leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from scipy import fft  # type: ignore[import-untyped]

from yushan.domain.scanners.fields import between, bilinear
from yushan.domain.scanners.tissues import attenuation, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.words import Floats
    from yushan.domain.volumes import Grid

Point = tuple[float, float, float]
#: A rod with round ends, mm.
Rod = tuple[Point, Point, float]

#: From here on a voxel is metal.
METAL_HU: Final = 3000.0
WATER: Final = 0.01937
CELL_MM: Final = 1.4
ANGLES: Final = 240
FINE: Final = 4
ROUGH: Final = 4
#: Attenuation behind which nothing reaches the detector.
BLIND: Final = 8.5
#: Loss by hardening per attenuation in metal and per attenuation in the whole.
HARDENING: Final = 0.035
#: Noise of a ray behind 32 cm of water, in attenuation.
RAY_NOISE: Final = 0.012


@dataclass(frozen=True)
class Metal:
    """Rods of one material in patient space."""

    rods: tuple[Rod, ...]
    hu: float = 9000.0


class Implant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of ``data/implants.toml``."""

    title: str
    hu: float
    rods: tuple[Rod, ...]


IMPLANTS: Final = msgspec.convert(table("implants")["implant"], dict[str, Implant], strict=False)


def implant(kind: str, centre_mm: Point, side: float = 1.0) -> Metal:
    """An implant at a place; ``side`` -1 mirrors it left to right.

    Raises
    ------
    ValueError
        No such implant in ``data/implants.toml``.
    """
    if kind not in IMPLANTS:
        raise ValueError(f"no implant {kind}: use {', '.join(sorted(IMPLANTS))}")
    cx, cy, cz = centre_mm
    rods = tuple(
        ((cx + side * a[0], cy + a[1], cz + a[2]), (cx + side * b[0], cy + b[1], cz + b[2]), r)
        for a, b, r in IMPLANTS[kind].rods
    )
    return Metal(rods, IMPLANTS[kind].hu)


def put(block: Floats, grid: Grid, metal: Metal) -> None:
    """Draw an implant into slices ``[slice, row, column]`` of their grid, in place."""
    for start, end, radius in metal.rods:
        index = grid.index([start, end])
        reach = radius / np.array(grid.spacing) + 2
        low = np.maximum(np.floor(index.min(axis=0) - reach), 0).astype(int)
        high = np.minimum(np.ceil(index.max(axis=0) + reach) + 1, grid.shape).astype(int)
        if np.any(high <= low):
            continue
        part = block[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
        places = np.indices(part.shape).reshape(3, -1).T + low
        off = distance(grid.points(places), np.array(start), np.array(end))
        pixel = max(grid.spacing[1:])
        cover = np.clip((radius - off) / pixel + 0.5, 0, 1).reshape(part.shape)
        part += cover.astype(np.float32) * (np.float32(metal.hu) - part)


def distance(
    points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance of points ``[n, 3]`` from a line between two points."""
    along = end - start
    share = np.sum((points - start) * along, axis=1) / max(float(np.sum(along**2)), 1e-9)
    near = start + np.clip(share, 0, 1)[:, None] * along
    return np.asarray(np.sqrt(np.sum((points - near) ** 2, axis=1)))


def streaks(image: Floats, spacing: tuple[float, float], seed: tuple[int, ...]) -> Floats | None:
    """HU that metal adds around itself in a slice ``[row, column]``; None without metal.

    Rays through metal are lost (`BLIND`), grow noisy and harden; what the reconstruction makes of
    these errors is added.
    """
    if not np.any(image > METAL_HU):
        return None
    factor = (max(round(CELL_MM / spacing[0]), 1), max(round(CELL_MM / spacing[1]), 1))
    cell = spacing[0] * factor[0]
    rows, columns = (size // by for size, by in zip(image.shape, factor, strict=True))
    blocks = image[: rows * factor[0], : columns * factor[1]].astype(np.float32)
    shape = (rows, factor[0], columns, factor[1])
    dense = np.maximum(blocks - np.float32(METAL_HU), 0).reshape(shape).mean(axis=(1, 3)) * (
        WATER / 1000
    )
    body = attenuation(np.minimum(blocks, 3000)).reshape(shape).mean(axis=(1, 3))
    wrong = errors(line_sums(dense, cell), roughly(body, cell), seed)
    coarse = back(wrong, (rows, columns)) * np.float32(1000 / WATER / cell)
    down, over = (
        between(size, by, count)
        for size, by, count in zip(image.shape, factor, (rows, columns), strict=True)
    )
    return bilinear(np.clip(coarse, -1500, 1500).astype(np.float32), down, over)


def directions() -> NDArray[np.float64]:
    """Angles of the detector, radians."""
    return np.asarray(np.arange(ANGLES) * np.pi / ANGLES)


def bins_of(shape: tuple[int, int]) -> int:
    """Bins that hold the diagonal."""
    return int(np.ceil(np.hypot(*shape))) + 6


def line_sums(cells: NDArray[np.floating], cell_mm: float) -> NDArray[np.float64]:
    """Attenuation along the rays ``[angle, bin]`` through the cells that hold something."""
    bins = bins_of((cells.shape[0], cells.shape[1]))
    y, x = np.nonzero(cells > 1e-5)
    values = cells[y, x].astype(np.float64) * cell_mm
    y, x = y - (cells.shape[0] - 1) / 2, x - (cells.shape[1] - 1) / 2
    sums = np.empty((ANGLES, bins))
    for row, angle in enumerate(directions()):
        place = x * np.cos(angle) + y * np.sin(angle) + bins / 2
        low = place.astype(np.intp)
        share = place - low
        sums[row] = np.bincount(low, values * (1 - share), bins)[:bins]
        sums[row] += np.bincount(low + 1, values * share, bins)[:bins]
    return sums


def roughly(cells: NDArray[np.floating], cell_mm: float) -> NDArray[np.float64]:
    """Line sums of what changes slowly: through cells `ROUGH` times as wide."""
    rows, columns = cells.shape
    tall, wide = (-(-size // ROUGH) * ROUGH for size in (rows, columns))
    full = np.pad(cells, ((0, tall - rows), (0, wide - columns)), "edge")
    mean = full.reshape(tall // ROUGH, ROUGH, wide // ROUGH, ROUGH).mean(axis=(1, 3))
    sums = line_sums(mean, cell_mm * ROUGH)
    bins = bins_of((rows, columns))
    places = (np.arange(bins) - bins / 2) / ROUGH + sums.shape[1] / 2
    grid = np.arange(sums.shape[1])
    return np.stack([np.interp(places, grid, row) for row in sums])


def errors(
    dense: NDArray[np.float64], body: NDArray[np.float64], seed: tuple[int, ...]
) -> NDArray[np.float64]:
    """What is measured behind metal less what is there, in attenuation."""
    whole = dense + body
    lost = np.maximum(whole - BLIND, 0)
    hard = HARDENING * np.minimum(dense, 6) * np.minimum(whole, 10)
    quanta = np.exp(np.minimum(whole, BLIND) - 6.2) - np.exp(np.minimum(body, BLIND) - 6.2)
    rng = np.random.default_rng((*seed, 227))
    grain = rng.standard_normal(dense.shape) * RAY_NOISE * np.sqrt(np.maximum(quanta, 0))
    return np.asarray(np.where(dense > 1e-4, grain - lost - hard, 0))


def back(lines: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Filtered back projection of ``[angle, bin]`` onto cells ``[row, column]``."""
    bins = lines.shape[1]
    width = fft.next_fast_len(2 * bins, real=True)
    steps = np.fft.rfftfreq(width)
    ramp = steps * (0.54 + 0.46 * np.cos(2 * np.pi * steps))
    spectrum = np.zeros((ANGLES, FINE * width // 2 + 1), dtype=np.complex128)
    spectrum[:, : len(steps)] = np.fft.rfft(lines, width) * ramp * FINE
    fine = np.fft.irfft(spectrum, FINE * width)[:, : FINE * bins].astype(np.float32)
    y = (np.arange(shape[0], dtype=np.float32) - np.float32((shape[0] - 1) / 2))[:, None]
    x = (np.arange(shape[1], dtype=np.float32) - np.float32((shape[1] - 1) / 2))[None, :]
    image = np.zeros(shape, dtype=np.float32)
    for row, angle in enumerate(directions()):
        place = x * np.float32(FINE * np.cos(angle)) + y * np.float32(FINE * np.sin(angle))
        place += np.float32(FINE * bins / 2 + 0.5)
        image += fine[row][place.astype(np.int32)]
    return np.asarray(image * (np.pi / ANGLES))
