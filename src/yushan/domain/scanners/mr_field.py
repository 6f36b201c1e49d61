"""What receivers see of the body: a smooth bias, and the places of several coils. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.volumes import Grid

    Floats = NDArray[np.float32]

#: Length over which the bias changes, mm, and waves along each axis.
REACH_MM: Final = 260.0
WAVES: Final = 6


def bias_field(grid: Grid, spread: float, seed: int) -> Floats:
    """The receive field ``[slice, row, column]``; its logarithm has about this spread, mean 0.

    A sum of a few plane waves longer than a head, in patient space: the same seed gives the same
    field on every grid.
    """
    rng = np.random.default_rng((seed, 43))
    fields = np.zeros(grid.shape, dtype=np.float32)
    steps = np.array(grid.directions) * np.array(grid.spacing)[:, None]
    for _ in range(WAVES):
        way = rng.standard_normal(3)
        way *= 2 * np.pi / (REACH_MM * rng.uniform(0.8, 2.0)) / np.linalg.norm(way)
        start = rng.uniform(0, 2 * np.pi) + float(np.sum(way * np.array(grid.origin)))
        fields += wave(grid.shape, [float(np.sum(step * way)) for step in steps], start)
    return np.asarray(np.exp(np.float32(spread * (2 / WAVES) ** 0.5) * fields), dtype=np.float32)


def wave(shape: tuple[int, int, int], steps: list[float], start: float) -> Floats:
    """A plane wave's real part, as a product of three."""
    turns = [np.exp(1j * step * np.arange(n)) for step, n in zip(steps, shape, strict=True)]
    plane = np.exp(1j * start) * turns[0][:, None, None] * turns[1][None, :, None]
    plane = plane.astype(np.complex64)
    last = turns[2].astype(np.complex64)
    return np.asarray(plane.real * last.real - plane.imag * last.imag, dtype=np.float32)


def coil_maps(shape: tuple[int, int], count: int) -> Floats:
    """Sensitivities ``[coil, row, column]`` of coils around the picture; their squares sum to 1."""
    if count == 1:
        return np.ones((1, *shape), dtype=np.float32)
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    turns = np.arange(count) * 2 * np.pi / count
    maps = np.stack(
        [np.exp(-((x - np.cos(t)) ** 2 + (y - np.sin(t)) ** 2) / 1.6) for t in turns]
    ).astype(np.float32)
    return np.asarray(maps / np.sqrt((maps**2).sum(0)), dtype=np.float32)
