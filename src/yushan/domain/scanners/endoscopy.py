"""Colonoscopy: light of a lamp beside the camera on a folded tube, with polyps on its wall.

A distance field of the tube is marched along the rays of a fisheye; x right, y down, z forwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, blurred, grain, resized
from yushan.domain.scanners.endoscopy_colon import Colon, Polyp
from yushan.domain.scanners.endoscopy_screen import WINDOW, placed, polyp_marks, screened
from yushan.domain.scanners.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Half of the fisheye's angle to the corner of the square, degrees.
HALF_DEG: Final = 78.0
MUCOSA: Final = (0.84, 0.44, 0.31)
POLYP: Final = (0.80, 0.34, 0.26)


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the tip is: mm along the tube, aside of its middle, and its roll."""

    along_mm: float
    aside_mm: tuple[float, float]
    tilt: tuple[float, float]
    roll_deg: float


def endoscopy(
    seed: int,
    polyps: Sequence[Polyp] = (),
    frames: int = 1,
    legend: Sequence[str] = (),
    side: int = WINDOW[2],
) -> Picture:
    """Frames of a colonoscope drawn back slowly, uint8 ``[…, row, column, 3]``.

    Parameters
    ----------
    seed
        Same seed, same colon.
    polyps
        What grows there.
    frames
        At least 1, 25 a second.
    legend
        Lines burnt in at the left.
    side
        Pixels of the picture's side that are computed; the screen stays the same.

    Returns
    -------
    Picture
        Masks ``lumen`` (far and dark), ``polyp`` where seen; a mark per polyp seen in the first
        frame.
    """
    colon = Colon(seed, polyps)
    shown, seen, dark = [], [], []
    for number in range(frames):
        image, polyp, far = frame(
            colon, camera(seed, number), side, np.random.default_rng((seed, 0xE7, number))
        )
        shown.append(screened(image, legend))
        seen.append(placed(polyp))
        dark.append(placed(far))
    masks = {"lumen": np.stack(dark) > 0}
    if np.any(seen[0]):
        masks["polyp"] = np.stack(seen) > 0
    marks = tuple(polyp_marks(seen[0], polyps))
    single = frames == 1
    return Picture(
        shown[0] if single else np.stack(shown),
        masks={name: mask[0] if single else mask for name, mask in masks.items()},
        marks=marks,
        facts={"polyps": len(polyps), "frame_hz": 25.0, "organ": "colon"},
    )


def camera(seed: int, number: int) -> Camera:
    """The tip at one frame: drawn back, swaying a little."""
    rng = np.random.default_rng((seed, 0xE6))
    swing = rng.uniform(0, 6.3, 5)
    time = number / 25
    sway = np.sin(np.array([1.1, 0.9, 0.7, 0.8, 0.5]) * time * 2.4 + swing)
    return Camera(
        8 - 5 * time, (3.5 * sway[0], 3.5 * sway[1]), (0.16 * sway[2], 0.16 * sway[3]), 6 * sway[4]
    )


def rays(side: int, tip: Camera) -> tuple[Image, Image, Image]:
    """Unit vectors of a square fisheye."""
    line = np.linspace(-1, 1, side, dtype=np.float32)
    down, across = np.meshgrid(line, line, indexing="ij")
    turn = np.deg2rad(tip.roll_deg)
    across, down = (
        np.cos(turn) * across - np.sin(turn) * down,
        np.sin(turn) * across + np.cos(turn) * down,
    )
    radius = np.hypot(across, down)
    angle = radius / np.float32(np.sqrt(2)) * np.deg2rad(HALF_DEG)
    ratio = np.sin(angle) / np.maximum(radius, np.float32(1e-6))
    x, y, z = across * ratio, down * ratio, np.cos(angle)
    x, z = x + np.float32(tip.tilt[0]) * z, z - np.float32(tip.tilt[0]) * x
    y, z = y + np.float32(tip.tilt[1]) * z, z - np.float32(tip.tilt[1]) * y
    length = np.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


def march(
    colon: Colon, start: Sequence[float], way: tuple[Image, Image, Image], far: Image, steps: int
) -> Image:
    """Lengths of rays until they hit, starting from ``far``; at most 140 mm."""
    reach = far.copy()
    for _ in range(steps):
        points = [np.float32(a) + reach * b for a, b in zip(start, way, strict=True)]
        reach = np.minimum(
            reach + np.float32(0.55) * colon.free(points[0], points[1], points[2]), np.float32(140)
        )
    return np.maximum(reach, np.float32(1))


def frame(
    colon: Colon, tip: Camera, side: int, rng: np.random.Generator
) -> tuple[Image, NDArray[np.uint8], NDArray[np.uint8]]:
    """One picture ``[side, side, 3]`` 0..1, numbers of polyps, 1 where the lumen is dark."""
    z = np.array([tip.along_mm], dtype=np.float32)
    x, y = colon.axis(z)
    start = (float(x[0]) + tip.aside_mm[0], float(y[0]) + tip.aside_mm[1], tip.along_mm)
    small = rays(max(side // 3, 24), tip)
    reach = march(colon, start, small, np.full(small[0].shape, 2, dtype=np.float32), 46)
    way = rays(side, tip)
    reach = march(colon, start, way, np.maximum(resized(near(reach), (side, side)) - 1, 1), 9)
    points = [np.float32(a) + reach * b for a, b in zip(start, way, strict=True)]
    polyp = (colon.growth(points[0], points[1], points[2]) < 0.45) & (reach < 120)
    which = colon.nearest(points[0], points[1], points[2]) * polyp
    facing, gloss = shading(colon, points, way)
    lit = facing / (reach / np.float32(20) + 1) ** 2
    image = coloured(colon, points, polyp, lit, gloss)
    image *= np.float32(0.62) / np.float32(max(float(np.quantile(image[..., 0], 0.72)), 0.05))
    for channel in range(3):
        image[..., channel] += 0.012 * grain(rng, reach.shape, 0.8)
    return 1 - np.exp(-1.45 * np.maximum(image, 0)), which, np.asarray(reach > 75, dtype=np.uint8)


def near(reach: Image) -> Image:
    """Lengths of the nearest neighbour, so that finer rays never start behind an edge."""
    return np.asarray(ndimage.minimum_filter(reach, 3), dtype=np.float32)


def shading(
    colon: Colon, points: list[Image], way: tuple[Image, Image, Image]
) -> tuple[Image, Image]:
    """How squarely the surface faces the lamp, and its wet shine."""
    step = np.float32(0.5)
    here = colon.free(points[0], points[1], points[2])
    slopes = []
    for axis in range(3):
        moved = [one + step if number == axis else one for number, one in enumerate(points)]
        slopes.append(colon.free(moved[0], moved[1], moved[2]) - here)
    length = np.sqrt(sum(one * one for one in slopes)) + np.float32(1e-6)
    facing = -sum(a * b for a, b in zip(slopes, way, strict=True)) / length
    facing = np.clip(facing, 0, 1)
    return np.asarray(0.34 + 0.66 * facing, dtype=np.float32), np.asarray(
        facing**220, dtype=np.float32
    )


def coloured(
    colon: Colon, points: list[Image], polyp: NDArray[np.bool_], lit: Image, gloss: Image
) -> Image:
    """Mucosa with its veins, polyps redder and without, both under the lamp."""
    x, y = colon.axis(points[2])
    around = np.arctan2(points[1] - y, points[0] - x)
    veins = colon.skin(colon.veins.astype(np.float32), around, points[2])
    blotch = colon.skin(colon.blotch, around, points[2])
    grown = blurred(polyp.astype(np.float32), 1.5)
    image = np.empty((*lit.shape, 3), dtype=np.float32)
    for channel in range(3):
        tint = (
            MUCOSA[channel]
            * (1 + 0.05 * blotch)
            * (1 - (0.14, 0.40, 0.36)[channel] * veins * (1 - grown))
        )
        tint = tint * (1 - grown) + POLYP[channel] * (1 + 0.08 * blotch) * grown
        image[..., channel] = tint * lit ** np.float32(
            (0.82, 1.0, 1.08)[channel]
        ) + 0.9 * gloss * np.minimum(lit * 1.6, 1)
    return image
