"""Slow fields of a CT scan: how strong noise is and what hardening takes, at every place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yushan.domain.scanners.rays import (
    CELL_MM,
    STEP_MM,
    cells,
    hardening_map,
    noise_maps,
    rays,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.profiles import CtProfile
    from yushan.domain.scanners.words import Axis, Floats
    from yushan.domain.volumes import Volume


#: Lateral rays must be this much noisier before streaks are drawn.
STREAKS: float = 1.06
#: How much stronger lateral streaks are than their rays alone say; after LIDC-IDRI-0001.
STREAK_GAIN: float = 2.2
#: Attenuation per mm over which a cell holds bone.
BONE: float = 0.0240
#: Cells of the nearest edge that stand for a body cut off by a small field, mm of body assumed.
BODY_MM: float = 340.0


@dataclass(frozen=True, eq=False)
class Fields:
    """Maps ``[place, row, column]`` of coarse cells at some places along z.

    ``around`` and ``across`` are standard deviations against the profile's, ``hard`` is in HU.
    """

    places: Floats
    around: Floats
    across: Floats
    hard: Floats
    down: Axis
    over: Axis

    def noise(self, index: float) -> tuple[Floats, Floats | None]:
        """Standard deviation of all noise, and what lateral streaks add to it (or None)."""
        around, across = self.mixed(self.around, index), self.mixed(self.across, index)
        whole = self.spread(around)
        if float(np.max(across / around)) < STREAKS:
            return whole, None
        more = np.maximum(across - around, -0.5 * around) * np.float32(STREAK_GAIN)
        return whole, self.spread(more)

    def hardening(self, index: float) -> Floats:
        """HU to be added to a slice."""
        return self.spread(self.mixed(self.hard, index))

    def mixed(self, maps: Floats, index: float) -> Floats:
        """A coarse map at one slice, linear between places."""
        place = float(np.interp(index, self.places, np.arange(len(self.places))))
        low = min(int(place), len(maps) - 1)
        high, share = min(low + 1, len(maps) - 1), np.float32(place - low)
        return np.asarray(maps[low] * (1 - share) + maps[high] * share, dtype=np.float32)

    def spread(self, coarse: Floats) -> Floats:
        """A coarse map on the pixels, bilinear."""
        return bilinear(coarse, self.down, self.over)


def fields(hu: Volume, profile: CtProfile) -> Fields:
    """The fields of a body in a scanner."""
    grid = hu.grid
    factor = tuple(max(round(CELL_MM / size), 1) for size in grid.spacing[1:])
    factors = (factor[0], factor[1])
    cell = (factor[0] * grid.spacing[1] * factor[1] * grid.spacing[2]) ** 0.5
    count = max(round(grid.shape[0] * grid.spacing[0] / STEP_MM), 0) + 2
    places = np.unique(np.rint(np.linspace(0, grid.shape[0] - 1, count)).astype(int))
    edge = margin(hu)
    made = [maps(np.asarray(hu.values[k]), factors, (edge, cell), profile) for k in places]
    around, across, hard, body = (np.stack(part) for part in zip(*made, strict=True))
    if body.any():
        hard -= hard[body].mean(dtype=np.float64).astype(np.float32)
    return Fields(
        places.astype(np.float32), around, across, np.asarray(hard * body_soft(body), np.float32),
        between(grid.shape[1], factors[0], around.shape[1]),
        between(grid.shape[2], factors[1], around.shape[2]),
    )  # fmt: skip


def body_soft(body: NDArray[np.bool_]) -> Floats:
    """1 inside a body, falling to 0 over a few cells outside."""
    soft = body.astype(np.float32)
    for axis in (1, 2):
        for _ in range(2):
            padded = np.pad(soft, [(1, 1) if a == axis else (0, 0) for a in range(3)], "edge")
            low, high = np.delete(padded, [-1, -2], axis), np.delete(padded, [0, 1], axis)
            soft = np.maximum(soft, np.float32(0.5) * (low + high))
    return soft


def margin(hu: Volume) -> int:
    """Cells to repeat around slices whose field is smaller than a body."""
    width = min(hu.grid.shape[1] * hu.grid.spacing[1], hu.grid.shape[2] * hu.grid.spacing[2])
    border = np.concatenate([hu.values[:, 0, ::4].ravel(), hu.values[:, :, 0].ravel()[::4]])
    return round(max(BODY_MM - width, 0) / 2 / CELL_MM) if np.mean(border > -600) > 0.1 else 0


def maps(
    slice_hu: Floats, factors: tuple[int, int], around_mm: tuple[int, float], profile: CtProfile
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Noise, lateral noise, hardening and body of one slice, in cells.

    ``around_mm`` holds the cells to repeat around it and their size in mm.
    """
    edge, cell = around_mm
    attenuations = cells(slice_hu, factors)
    inner = attenuations.shape
    wide = np.pad(attenuations, edge, "edge")
    beam = rays(*wide.shape)
    lines = beam.forward(wide) * cell
    bony = beam.forward(np.where(wide > BONE, wide - 0.0194, 0)) * cell
    around, across = noise_maps(lines, beam, 1 - profile.modulation)
    hard = hardening_map(lines, bony, beam) * np.float32(
        profile.hardening * 1000 / (0.01937 * cell)
    )
    inside = (slice(edge, edge + inner[0]), slice(edge, edge + inner[1]))
    return around[inside], across[inside], hard[inside], attenuations > 0.012


def bilinear(coarse: Floats, down: Axis, over: Axis) -> Floats:
    """Values of cells ``[row, column]`` at the places that two axes name (`between`)."""
    (rows, fall), (columns, share) = down, over
    right = np.minimum(columns + 1, coarse.shape[1] - 1)
    wide = coarse[:, columns] * (1 - share) + coarse[:, right] * share
    wide = np.asarray(wide, dtype=np.float32)
    steps = wide[np.minimum(np.arange(1, len(wide) + 1), len(wide) - 1)] - wide
    out, more = np.take(wide, rows, axis=0), np.take(steps, rows, axis=0)
    more *= fall[:, None]
    out += more
    return out


def between(size: int, factor: int, count: int) -> Axis:
    """Lower cell and share of the upper one for each pixel of an axis."""
    place = np.clip((np.arange(size) - (factor - 1) / 2) / factor, 0, max(count - 1, 0))
    low = np.minimum(place.astype(np.intp), max(count - 2, 0))
    return low, np.asarray(place - low, dtype=np.float32)
