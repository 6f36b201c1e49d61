"""The couch under a body: shells of carbon around foam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.words import Floats
    from yushan.domain.volumes import Grid, Volume

#: What counts as a body, HU.
BODY_HU: Final = -400.0


class Couch(NamedTuple):
    """Half width, height between shells, curvature (1/mm) of both, thickness; HU; pad on top."""

    half_mm: float
    height_mm: float
    top: float
    bottom: float
    shell_mm: float
    shell_hu: float
    foam_hu: float
    pad_mm: float


#: Plausible, not measured.
COUCHES: Final = {
    "curved": Couch(205, 22, 1 / 900, 1 / 560, 1.4, -190, -945, 12),
    "flat": Couch(215, 42, 1 / 2600, 1 / 700, 1.8, -330, -935, 18),
    "deep": Couch(200, 30, 1 / 640, 1 / 480, 1.6, -250, -950, 8),
}


def couch_slice(volume: Volume, kind: str) -> Floats | None:
    """HU of the couch ``[row, column]`` on an axial grid, -1000 where there is none.

    It lies against the lowest point of the body; None when the body reaches the lowest row.
    """
    low = lowest(volume)
    if low is None:
        return None
    grid, shape = volume.grid, COUCHES[kind]
    rows, columns = grid.shape[1:]
    y = (grid.origin[1] + np.arange(rows) * grid.spacing[1])[:, None]
    x = (grid.origin[0] + np.arange(columns) * grid.spacing[2])[None, :]
    x = x - low[0]
    pixel = max(grid.spacing[1:])
    edge = np.clip((shape.half_mm - np.abs(x)) / pixel + 0.5, 0, 1)
    sag_top, sag_bottom = -(x**2) * shape.top, -(x**2) * shape.bottom
    top = low[1] + shape.pad_mm + sag_top
    bottom = np.maximum(low[1] + shape.pad_mm + shape.height_mm + sag_bottom, top + 2)
    inside = cover(y - top, pixel) * cover(bottom - y, pixel) * edge
    shells = (band(y - top, shape.shell_mm, pixel) + band(bottom - y, shape.shell_mm, pixel)) * edge
    pad = cover(y - top + shape.pad_mm - 1, pixel) * cover(top - y, pixel) * edge
    image = np.full((rows, columns), -1000.0)
    image += pad * (1000 + shape.foam_hu - 25)
    image += inside * (shape.foam_hu - image)
    image += np.clip(shells, 0, 1) * (shape.shell_hu - image)
    return np.asarray(image, dtype=np.float32)


def cover(inside_mm: NDArray[np.float64], pixel: float) -> NDArray[np.float64]:
    """Cover of what is inside, half a pixel soft."""
    return np.asarray(np.clip(inside_mm / pixel + 0.5, 0, 1))


def band(inside_mm: NDArray[np.float64], thick: float, pixel: float) -> NDArray[np.float64]:
    """Cover of a layer along an edge."""
    return cover(inside_mm, pixel) * cover(thick - inside_mm, pixel)


def lowest(volume: Volume) -> tuple[float, float] | None:
    """Middle and lowest row of the body, mm; None when it is cut off or not there."""
    step = max(len(volume.values) // 24, 1)
    body = np.any(volume.values[::step, ::2, ::2] > BODY_HU, axis=0)
    rows, columns = np.flatnonzero(body.any(axis=1)), np.flatnonzero(body.any(axis=0))
    if not rows.size or 2 * rows[-1] >= volume.grid.shape[1] - 3:
        return None
    grid: Grid = volume.grid
    middle = grid.origin[0] + float(columns[0] + columns[-1]) * grid.spacing[2]
    return middle, grid.origin[1] + (2 * float(rows[-1]) + 1) * grid.spacing[1]


def lay(block: Floats, couch: Floats) -> None:
    """Put the couch under the slices of a block, in place, where there is air."""
    rows = np.flatnonzero((couch > -1000).any(axis=1))
    if not rows.size:
        return
    part = block[:, rows[0] :]
    air = np.clip((np.float32(-700) - part) / np.float32(300), 0, 1)
    part += air * (couch[rows[0] :] + np.float32(1000))
