"""X-rays through a coarse copy of a slice: how much noise and hardening each place collects.

Parallel rays at `ANGLES` directions through cells of about `CELL_MM`; enough, since both change
slowly. Angles run from 0 (rays along rows' axis, that is front to back) over 90 (side to side).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import fft  # type: ignore[import-untyped]

from yushan.domain.scanners.tissues import attenuation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.words import Floats

CELL_MM: Final = 5.0
STEP_MM: Final = 8.0
ANGLES: Final = 60
#: Attenuation along 32 cm of water at 70 keV, where profiles give their noise.
REFERENCE: Final = 320 * 0.01937
#: Attenuation from which the detector's own noise counts, and by how much more (per unit).
STARVED: Final = 8.0
STARVED_MORE: Final = 0.5
#: Rays within this of side to side count as lateral.
LATERAL_DEG: Final = 20.0


@dataclass(frozen=True, eq=False)
class Rays:
    """Where each cell falls on the detector of each angle."""

    first: NDArray[np.intp]
    share: NDArray[np.float64]
    bins: int
    shape: tuple[int, int]

    def forward(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Line sums ``[angle, bin]`` of a slice, in cells."""
        weights = np.broadcast_to(cells.ravel(), self.share.shape)
        size = ANGLES * self.bins
        sums = np.bincount(self.first.ravel(), (weights * (1 - self.share)).ravel(), size)
        sums += np.bincount(self.first.ravel() + 1, (weights * self.share).ravel(), size)[:size]
        return np.asarray(sums.reshape(ANGLES, self.bins))

    def back(self, lines: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of the lines through each cell ``[angle, cell]``."""
        flat = lines.ravel()
        return np.asarray(flat[self.first] * (1 - self.share) + flat[self.first + 1] * self.share)


@lru_cache(maxsize=8)
def rays(rows: int, columns: int) -> Rays:
    """The rays of a slice of so many cells."""
    bins = int(np.ceil(np.hypot(rows, columns))) + 4
    y, x = np.mgrid[:rows, :columns].astype(np.float64)
    y, x = y.ravel() - (rows - 1) / 2, x.ravel() - (columns - 1) / 2
    turn = angles()[:, None]
    place = x * np.cos(turn) + y * np.sin(turn) + bins / 2
    first = np.floor(place).astype(np.intp)
    share = place - first
    return Rays(first + np.arange(ANGLES)[:, None] * bins, share, bins, (rows, columns))


def angles() -> NDArray[np.float64]:
    """Directions of the detector, radians; rays run across."""
    return np.asarray(np.arange(ANGLES) * np.pi / ANGLES)


def cells(hu: NDArray[np.floating], factor: tuple[int, int]) -> NDArray[np.float64]:
    """Mean attenuation per mm of blocks of a slice ``[row, column]``."""
    down, across = factor
    rows, columns = -(-hu.shape[0] // down), -(-hu.shape[1] // across)
    full = np.pad(hu, ((0, rows * down - hu.shape[0]), (0, columns * across - hu.shape[1])), "edge")
    mean = full.reshape(rows, down, columns, across).mean(axis=(1, 3), dtype=np.float64)
    return np.asarray(attenuation(np.minimum(mean, 3000)), dtype=np.float64)


def noise_maps(lines: NDArray[np.float64], beam: Rays, alpha: float) -> tuple[Floats, Floats]:
    """Standard deviation against that of 32 cm of water: of most rays, and of lateral ones.

    ``alpha`` is the share of a ray's loss of quanta that the tube current does not make up for.
    """
    starved = STARVED_MORE * np.maximum(lines - STARVED, 0)
    power = np.exp(np.clip(alpha * (lines - REFERENCE) + starved, -6, 6))
    places = beam.back(power)
    lateral = np.abs(angles() - np.pi / 2) <= np.deg2rad(LATERAL_DEG)
    rest, across = places[~lateral].mean(axis=0), places[lateral].mean(axis=0)
    return shaped(np.sqrt(rest), beam), shaped(np.sqrt(across), beam)


def hardening_map(lines: NDArray[np.float64], bony: NDArray[np.float64], beam: Rays) -> Floats:
    """HU that a beam growing harder takes away, at a strength of 1 (second order; FBP)."""
    missing = -0.0011 * lines**2 - 0.006 * bony * lines
    width = fft.next_fast_len(2 * beam.bins)
    ramp = np.abs(np.fft.rfftfreq(width)) * np.exp(-((np.fft.rfftfreq(width) / 0.35) ** 2))
    filtered = np.fft.irfft(np.fft.rfft(missing, width) * ramp, width)[:, : beam.bins]
    image = beam.back(np.ascontiguousarray(filtered)).sum(axis=0) * (np.pi / ANGLES)
    return shaped(image, beam)


def shaped(values: NDArray[np.float64], beam: Rays) -> Floats:
    """As a slice of cells."""
    return np.asarray(values.reshape(beam.shape), dtype=np.float32)
