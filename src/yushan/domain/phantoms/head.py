"""A head in two magnetic resonance contrasts, slice by slice. No person's head.

Axial slices; ``z`` runs from -72 mm (cerebellum, eyes) to +76 mm (vertex). Arbitrary units
0..1200, plausible for 1.5 T spin echo.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from yushan.domain.phantoms.canvas import Canvas, Image, canvas, paint


@dataclass(frozen=True, slots=True)
class Contrast:
    """Signal of each tissue under one weighting."""

    fat: float
    muscle: float
    bone: float
    marrow: float
    water: float
    grey: float
    white: float
    deep: float


T1: Final = Contrast(
    fat=900, muscle=330, bone=45, marrow=330, water=150, grey=470, white=690, deep=560
)
T2: Final = Contrast(
    fat=620, muscle=210, bone=35, marrow=240, water=1080, grey=560, white=385, deep=470
)
#: Height of the brain's middle, and how far the head reaches from there, mm.
MIDDLE: Final = 8.0
REACH: Final = 92.0


def slice_of_head(
    z: float, size: int, field_mm: float, contrast: Contrast, seed: int, noise: float = 14.0
) -> Image:
    """One slice, ``[row, column]``, columns to the patient's left.

    Parameters
    ----------
    z
        Height in mm.
    size
        Pixels a side.
    field_mm
        Width of the slice in mm.
    contrast
        ``T1`` or ``T2``.
    seed
        Same seed, same folds of the brain.
    noise
        Standard deviation in each of the two receiver channels.
    """
    on = canvas(size, field_mm, 0.0)
    outer = max(1 - ((z - MIDDLE + 10) / REACH) ** 2, 0.0) ** 0.5
    if z < -6:
        jaw(on, z, contrast)
    shell(on, z, outer, contrast)
    if z < -12:
        face(on, z, contrast)
    brain(on, z, outer, (contrast, seed))
    if z < -18:
        lower(on, z, contrast)
    bias = 1 + 0.14 * (on.y / 110) - 0.10 * (on.x / 110) ** 2
    rng = np.random.default_rng((seed, round(z * 100) + 100_000, round(contrast.water)))
    real = on.image * bias + noise * rng.standard_normal(on.image.shape, dtype=np.float32)
    other = noise * rng.standard_normal(on.image.shape, dtype=np.float32)
    return np.asarray(np.hypot(real, other), dtype=np.float32)


def shell(on: Canvas, z: float, outer: float, contrast: Contrast) -> None:
    """Skin, fat, muscle and skull."""
    width, length = 82 * outer, 99 * outer
    if z < -20:
        width -= min((-z - 20) * 0.18, 8)
    on.ellipse((0, 0), (width, length), contrast.muscle * 1.2)
    on.ellipse((0, 0), (width - 1.5, length - 1.5), contrast.fat * 0.86)
    if z < 20:
        for side in (-1, 1):
            on.ellipse((side * (width - 9), -16), (7, 30), contrast.muscle, -side * 6)
    on.ellipse((0, 1), (width - 5.5, length - 6), contrast.bone)
    diploe = on.distance((0, 1), (width - 8.5, length - 9.5))
    ring = on.soft(np.abs(diploe) - np.float32(1.1))
    paint(on.image, ring, contrast.marrow + 40 * on.ripple(z, 12, 21))
    on.ellipse((0, 1), (width - 11, length - 13), contrast.water if z > -30 else contrast.muscle)


def brain(on: Canvas, z: float, outer: float, given: tuple[Contrast, int]) -> None:
    """Folded cortex, white matter, ventricles and deep nuclei of both halves."""
    contrast, seed = given
    axes = (82 * outer - 15, 99 * outer - 17)
    if min(axes) < 4 or z < -52:
        return
    depth = on.distance((0, 1), axes)
    if z < -26:  # temporal lobes to the sides, the base of the skull in front and between
        front = 20 - on.y - np.float32(0.35 * (-z - 26)) - np.abs(on.x) * np.float32(0.9)
        depth = np.maximum(depth, -np.abs(on.x) + np.float32(10 + 0.3 * (-z - 26)))
        depth = np.maximum(depth, np.asarray(front - 24, dtype=np.float32))
    folds = on.ripple(z, 19, seed) + 0.5 * on.ripple(z, 11, seed + 1)
    groove = np.abs(folds)
    near = np.clip((depth + 24) / 24, 0, 1)  # 0 in the depth, 1 at the surface
    sulcus = np.clip((0.20 * near - groove) * 9 + 0.5, 0, 1) * (depth > -20)
    ribbon = np.clip((0.62 * near**0.5 - groove) * 5 + 0.5, 0, 1) * (depth > -24)
    cortex = np.maximum(ribbon, on.soft(-(depth + 3.2)))
    white = contrast.white + 14 * on.ripple(z, 9, seed + 2)
    matter = white + np.asarray(cortex, dtype=np.float32) * (contrast.grey - white)
    matter += np.asarray(sulcus * near, dtype=np.float32) * (contrast.water - matter)
    cleft = on.soft(np.abs(on.x) - np.float32(1.0)) * (np.abs(on.y) > 34)
    matter += np.asarray(cleft, dtype=np.float32) * (contrast.water - matter)
    paint(on.image, on.soft(depth + 1.5 * on.ripple(z, 24, seed + 3)), matter)
    nuclei(on, z, contrast)
    ventricles(on, z, contrast)


def nuclei(on: Canvas, z: float, contrast: Contrast) -> None:
    """Thalamus, lentiform and caudate nuclei."""
    for side in (-1, 1):
        for centre, axes, height, turn in (
            ((11, 10), (8, 13), 12, 12), ((26, -4), (6, 16), 10, 14), ((12, -20), (5, 8), 16, 10),
        ):  # fmt: skip
            rest = 1 - ((z - height) / 15) ** 2
            if rest > 0:
                fitted = (axes[0] * rest**0.5, axes[1] * rest**0.5)
                on.ellipse((side * centre[0], centre[1]), fitted, contrast.deep, -side * turn)


def ventricles(on: Canvas, z: float, contrast: Contrast) -> None:
    """Lateral ventricles as two bows, the third as a cleft."""
    rest = 1 - ((z - 20) / 21) ** 2
    if rest > 0:
        wide = 5.5 * rest**0.5
        for side in (-1, 1):
            bow = (
                (side * 8, -28),
                (side * 6, -14),
                (side * 9, 8),
                (side * 19, 30),
                (side * 24, 42),
            )
            for start, end in pairwise(bow):
                on.bar((start, end), wide * (0.7 if start[1] == -14 else 1), contrast.water)
    if -6 < z < 14:
        on.ellipse((0, 4), (1.8, 12), contrast.water)


def jaw(on: Canvas, z: float, contrast: Contrast) -> None:
    """Outline of the face in front of the skull."""
    grown = min((-z - 6) / 22, 1.0)
    on.ellipse((0, -46), (64 * grown + 4, 50 * grown + 4), contrast.muscle * 1.2)
    on.ellipse((0, -46), (62 * grown + 3, 48 * grown + 3), contrast.fat * 0.86)
    on.ellipse((0, -44), (56 * grown, 43 * grown), contrast.muscle)
    if z < -34:
        on.ellipse((0, -92), (11, 15), contrast.fat * 0.7)


def face(on: Canvas, z: float, contrast: Contrast) -> None:
    """Eyes, air in the nose and its sinuses, muscles of the eyes."""
    orbit = max(22**2 - (z + 34) ** 2, 0) ** 0.5
    for side in (-1, 1):
        on.ellipse((side * 32, -62), (orbit * 0.84, orbit * 1.1), contrast.fat * 0.94, side * 12)
        eye = max(12.2**2 - (z + 33) ** 2, 0) ** 0.5
        on.disc((side * 32, -74), eye, contrast.water)
        on.ellipse((side * 32, -82), (eye * 0.42, eye * 0.2), contrast.muscle)
        if eye > 4:
            on.bar(((side * 31, -61), (side * 17, -38)), 1.9, contrast.white * 0.8)
            on.bar(((side * 22, -66), (side * 17, -42)), 2.2, contrast.muscle)
            on.bar(((side * 43, -62), (side * 24, -40)), 2.2, contrast.muscle)
        if z < -48:
            on.ellipse((side * 27, -58), (15, 19), 6.0, side * 10)
    on.ellipse((0, -62), (10, 24), 6.0)
    on.bar(((0, -88), (0, -40)), 0.9, contrast.muscle)


def lower(on: Canvas, z: float, contrast: Contrast) -> None:
    """Cerebellum with its leaves, brain stem, temporal lobes kept from above."""
    share = max(1 - ((z + 40) / 30) ** 2, 0) ** 0.5
    on.ellipse((0, 46), (52 * share, 34 * share), contrast.water)
    part = on.window((0, 46), (56, 38))
    edge = part.distance((0, 46), (49 * share + 0.1, 31 * share + 0.1))
    leaves = np.cos(np.hypot(part.x * np.float32(0.8), part.y - 14) * np.float32(1.15))
    deep = np.clip((edge + 16) / 6, 0, 1)
    leafy = contrast.grey + (contrast.white - contrast.grey) * (0.5 + 0.5 * leaves)
    matter = contrast.white + np.asarray(deep, dtype=np.float32) * (leafy - contrast.white)
    paint(part.image, part.soft(edge), np.asarray(matter, dtype=np.float32))
    on.ellipse((0, 30), (4, 5), contrast.water)
    on.ellipse((0, 14), (16, 14), contrast.white * 0.94)
    on.ellipse((0, 1), (3, 3), contrast.bone)
