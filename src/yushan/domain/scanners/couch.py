"""The couch under a body: shells of carbon around foam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from yushan.domain.scanners.words import Doubles, Floats
    from yushan.domain.volumes import Grid, Volume

#: What counts as a body, HU.
BODY_HU: Final = -400.0


class Couch(NamedTuple):
    """Half width, height, curvature of the top (1/mm), roundness of the bottom, shell, HU, pad."""

    half_mm: float
    height_mm: float
    top: float
    round: float
    shell_mm: float
    shell_hu: float
    foam_hu: float
    pad_mm: float


#: ``flat`` after LIDC-IDRI-0001; the others plausible, not measured.
COUCHES: Final = {
    "curved": Couch(205, 22, 1 / 1000, 2.2, 1.8, 60, -945, 10),
    "flat": Couch(215, 44, 1 / 1580, 3.5, 2.4, 330, -945, 9),
    "head": Couch(98, 9, 1 / 140, 2.0, 2.2, -120, -955, 5),
    "deep": Couch(200, 30, 1 / 680, 2.6, 1.8, 90, -950, 7),
}
#: A sheet between body and pad: thickness in mm, HU.
SHEET: Final = (1.0, -560.0)
PAD_HU: Final = -905.0
#: Directions of rows and columns of an axial grid.
DOWN_ACROSS: Final = ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def couch_slice(volume: Volume, kind: str) -> Floats | None:
    """HU of the couch ``[row, column]`` on an axial grid, -1000 where there is none.

    It lies against the lowest point of the body; None when the body reaches the lowest row, or
    rows do not go straight to the back.
    """
    low = lowest(volume)
    if low is None or not np.allclose(volume.grid.directions[1:], DOWN_ACROSS):
        return None
    grid, shape = volume.grid, COUCHES[kind]
    rows, columns = grid.shape[1:]
    y = (grid.origin[1] + np.arange(rows) * grid.spacing[1])[:, None]
    x = (grid.origin[0] + np.arange(columns) * grid.spacing[2])[None, :]
    x = x - low[0]
    pixel = max(grid.spacing[1:])
    edge = np.clip((shape.half_mm - np.abs(x)) / pixel + 0.5, 0, 1)
    top = low[1] + shape.pad_mm - x**2 * shape.top
    bulge = np.maximum(1 - (np.abs(x) / shape.half_mm) ** shape.round, 0)
    bottom = top + 2 + shape.height_mm * bulge
    inside = cover(y - top, pixel) * cover(bottom - y, pixel) * edge
    thick = shape.shell_mm * (1 - 0.75 * np.minimum((x / shape.half_mm) ** 2, 1))
    shells = (band(y - top, thick, pixel) + band(bottom - y, thick, pixel)) * edge
    rise = y - top + shape.pad_mm
    image = np.full((rows, columns), -1000.0)
    image += cover(rise - 1, pixel) * cover(top - y, pixel) * edge * (1000 + PAD_HU)
    image += band(rise, SHEET[0], pixel) * edge * (SHEET[1] - image)
    image += inside * (shape.foam_hu - image)
    image += np.clip(shells, 0, 1) * (shape.shell_hu - image)
    return np.asarray(image, dtype=np.float32)


def cover(inside_mm: Doubles, pixel: float) -> Doubles:
    """Cover of what is inside, half a pixel soft."""
    return np.asarray(np.clip(inside_mm / pixel + 0.5, 0, 1))


def band(inside_mm: Doubles, thick: Doubles | float, pixel: float) -> Doubles:
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
