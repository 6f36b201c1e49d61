"""Chest radiographs: X-rays summed through the chest phantom, from the back and the side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.phantoms.canvas import Image, smooth_noise

if TYPE_CHECKING:
    from yushan.domain.phantoms.chest import Chest

#: What is drawn of the chest: slices from the apices down, their distance and size.
TOP_MM: Final = 158.0
STEP_MM: Final = 2.5
SLICES: Final = 128
SIZE: Final = 160
FIELD_MM: Final = 400.0
#: Attenuation of water at diagnostic energies, per mm.
WATER_PER_MM: Final = 0.0195
#: First row of a slice that is couch and not body.
COUCH_MM: Final = 146.0


def projections(chest: Chest) -> tuple[Image, Image]:
    """Line integrals of attenuation ``[row, column]``: frontal and lateral view.

    Rows run from the shoulders down, 2.5 mm each; columns of the frontal view to the patient's
    left, of the lateral view to the back, 2.5 mm each.
    """
    rows = round((COUCH_MM + FIELD_MM / 2) / FIELD_MM * SIZE)
    frontal = np.empty((SLICES, SIZE), dtype=np.float32)
    lateral = np.empty((SLICES, SIZE), dtype=np.float32)
    for row in range(SLICES):
        body = chest.slice(TOP_MM - row * STEP_MM, SIZE, FIELD_MM, noise_hu=0)
        body[rows:] = -1000
        weight = WATER_PER_MM * (FIELD_MM / SIZE) * np.clip(body / 1000 + 1, 0, 2.6)
        frontal[row] = weight.sum(axis=0)
        lateral[row] = weight.sum(axis=1)
    return frontal, lateral


def enlarged(image: Image, rows: int, columns: int) -> Image:
    """The image on a finer grid, by cubic lines between its pixels."""
    return stretched(stretched(image, rows).T, columns).T


def stretched(image: Image, rows: int) -> Image:
    """Catmull-Rom interpolation along the first axis."""
    place = np.clip((np.arange(rows) + 0.5) * image.shape[0] / rows - 0.5, 0, image.shape[0] - 1)
    low = np.floor(place).astype(np.intp)
    share = (place - low).astype(np.float32)[:, None]
    before, first, second, after = (
        image[np.clip(low + step, 0, image.shape[0] - 1)] for step in (-1, 0, 1, 2)
    )
    return np.asarray(
        first
        + 0.5
        * share
        * (
            second
            - before
            + share * (2 * before - 5 * first + 4 * second - after)
            + share**2 * (3 * (first - second) + after - before)
        ),
        dtype=np.float32,
    )


def film(line_integrals: Image, rows: int, columns: int, seed: int) -> Image:
    """A processed radiograph in 0..1, bright where much was absorbed, with grain.

    Parameters
    ----------
    line_integrals
        One view of :func:`projections`.
    rows, columns
        Size of the film in pixels.
    seed
        Same seed, same grain.
    """
    depth = enlarged(line_integrals, rows, columns)
    low, high = np.percentile(depth[depth > 0.4], [1, 99.2])
    tone = np.clip((depth - low * 0.6) / (high - low * 0.6), 0, 1.1)
    local = enlarged(line_integrals, max(rows // 24, 8), max(columns // 24, 8))
    blurred = enlarged(local, rows, columns)
    tone = tone + 0.35 * (depth - blurred) / (high - low)  # edges lifted, as film processing does
    rng = np.random.default_rng((seed, rows, columns))
    grain = 0.006 * smooth_noise(rng, tone.shape)
    shown = np.clip(np.maximum(tone, 0) ** np.float32(1.1) + grain, 0, 1)
    return np.asarray(shown, dtype=np.float32)
