"""Where the skin is: threshold against air, holes filled; and the skin seen around the head's axis.

Arrays are ``[superior, posterior, left]`` in cubes of ``STEP_MM``. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.faces.filters import depth, filled, largest, opened
from yushan.domain.faces.volume import STEP_MM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Mask = NDArray[np.bool_]

#: Half way between air and skin, blurred by cubes, HU.
SKIN_HU: Final = -350.0
#: Gaps narrower than twice this are closed: nostrils, lips, ear canals; mm.
CLOSING_MM: Final = 8.0
#: Sheets thinner than about twice this are no skin: immobilisation masks, straps; cubes.
OPENING: Final = 1.5
#: Directions around the head's axis, degrees: 0 is forward, positive is to the patient's left.
ANGLES: Final = np.arange(-135.0, 135.1, 1.5)
#: Distances at which skin is sought from the axis, mm.
REACHES: Final = np.arange(10.0, 170.0, 1.0)


def skin_threshold(values: Floats, modality: str) -> float:
    """The value between air and skin.

    CT: fixed. MR: four standard deviations above the background, between a quarter and seven tenths
    of the value that parts dark from bright best (Otsu 1979, IEEE Trans SMC 9:62).
    """
    if modality == "CT":
        return SKIN_HU
    clipped = np.minimum(values, np.percentile(values, 99.5))
    parting = otsu(clipped)
    dark = clipped[clipped < parting / 2] if parting > 0 else clipped[clipped < parting]
    wanted = float(dark.mean() + 4 * dark.std()) if dark.size else parting
    return float(np.clip(wanted, 0.25 * parting, 0.7 * parting))


def otsu(values: Floats) -> float:
    """The threshold with the largest variance between the two classes."""
    counts, edges = np.histogram(values, 256)
    centres = (edges[1:] + edges[:-1]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * centres)
    all_, total = below[-1], sums[-1]
    parts = np.maximum(below * (all_ - below), 1)
    return float(centres[np.argmax((total * below / all_ - sums) ** 2 / parts)])


def body_mask(values: Floats, threshold: float) -> Mask:
    """The body with all its cavities: what is not outer air."""
    solid = largest(opened(values > threshold, OPENING))
    wide = round(CLOSING_MM / STEP_MM) + 2
    padded = np.pad(solid, ((wide, wide), (0, 0), (0, 0)), mode="edge")
    padded = np.pad(padded, ((0, 0), (wide, wide), (wide, wide)))
    near = depth(~padded) <= CLOSING_MM / 2 / STEP_MM
    closed = depth(filled(near)) > CLOSING_MM / 2 / STEP_MM
    return filled(closed[wide:-wide, wide:-wide, wide:-wide] | solid)


def depth_mm(mask: Mask) -> Floats:
    """How deep below the skin each cube lies, mm; 0 outside. The volume's edge is no skin."""
    wide = 12
    padded = np.pad(mask, wide, mode="edge")
    return depth(padded)[wide:-wide, wide:-wide, wide:-wide] * STEP_MM


def skin_map(mask: Mask, axis: tuple[float, float], yaw: float = 0.0) -> Floats:
    """Distance in mm of the outermost skin from the head's axis, ``[level, angle]``; 0 for none.

    ``axis`` are the cubes (posterior, left) through which the axis runs; ``yaw`` degrees to the
    patient's left is forward.
    """
    angles = np.deg2rad(ANGLES + yaw)[:, None]
    rows = np.rint(axis[0] - np.cos(angles) * REACHES / STEP_MM).astype(np.intp)
    columns = np.rint(axis[1] + np.sin(angles) * REACHES / STEP_MM).astype(np.intp)
    _, height, width = mask.shape
    is_inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    flat = np.clip(rows, 0, height - 1) * width + np.clip(columns, 0, width - 1)
    seen = mask.reshape(len(mask), -1)[:, flat.ravel()].reshape(len(mask), *flat.shape) & is_inside
    last = REACHES[::-1][np.argmax(seen[..., ::-1], -1)]
    return np.where(seen.any(-1), last, 0.0).astype(np.float32)
