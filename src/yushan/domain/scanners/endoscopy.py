"""Colonoscopy: light of a lamp beside the camera on a folded tube, with polyps on its wall.

A distance field of the tube is marched along the rays of a fisheye; x right, y down, z forwards, mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, blurred, cloud, grain, resized
from yushan.domain.scanners.lettering import write
from yushan.domain.scanners.picture import Mark, Picture, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Screen, and the square picture on it: rows, columns; top, left, side.
SCREEN: Final = (480, 640)
WINDOW: Final = (12, 172, 456)
#: Half of the fisheye's angle to the corner of the square, degrees.
HALF_DEG: Final = 78.0
#: Texture of the mucosa: pixels along the tube and around it; mm of tube that it covers.
SKIN: Final = (768, 768)
SKIN_MM: Final = 150.0
MUCOSA: Final = (0.80, 0.42, 0.30)
POLYP: Final = (0.80, 0.33, 0.25)


@dataclass(frozen=True, slots=True)
class Polyp:
    """A sessile polyp: how far along the tube, where around it, how large."""

    along_mm: float = 38.0
    around_deg: float = 40.0
    size_mm: float = 9.0


class Colon:
    """A piece of a colon: its course, folds, mucosa and polyps."""

    def __init__(self, seed: int, polyps: Sequence[Polyp]) -> None:
        """Draw the shape from a seed."""
        rng = np.random.default_rng((seed, 0xE5))
        self.radius = float(rng.uniform(19, 24))
        self.bend = rng.normal(0, 1, (2, 2)) * np.array([[9.0], [5.0]])
        self.phase = rng.uniform(0, 6.3, (2, 2))
        self.folds = np.cumsum(rng.uniform(13, 24, 14)) + 4
        self.heights = rng.uniform(5.0, 9.0, 14)
        self.turns = rng.uniform(0, 6.3, 14)
        self.bumps = 0.6 * cloud(rng, SKIN, 3.4) + 0.18 * cloud(rng, SKIN, 2.4)
        fine = np.abs(cloud(rng, SKIN, 2.9))
        thick = np.abs(cloud(rng, SKIN, 3.6))
        self.veins = np.exp(-((fine / 0.07) ** 2)) * 0.35 + np.exp(-((thick / 0.035) ** 2)) * 0.65
        self.blotch = cloud(rng, SKIN, 3.0)
        self.polyps = tuple((one, np.array(self.seat(one), dtype=np.float32)) for one in polyps)

    def axis(self, z: Image) -> tuple[Image, Image]:
        """Where the tube's middle lies at a depth."""
        far = np.maximum(z, 0)
        x = self.bend[0, 0] * (np.sin(far / 62 + self.phase[0, 0]) - np.sin(self.phase[0, 0]))
        y = self.bend[0, 1] * (np.sin(far / 71 + self.phase[0, 1]) - np.sin(self.phase[0, 1]))
        grow = (far / 60) ** 2
        return (x + self.bend[1, 0] * grow).astype(np.float32), (y + self.bend[1, 1] * grow).astype(
            np.float32
        )

    def wall(self, x: Image, y: Image, z: Image) -> Image:
        """Distance to the wall, positive in the lumen, somewhat too small near folds."""
        middle_x, middle_y = self.axis(z)
        across, down = x - middle_x, y - middle_y
        around = np.arctan2(down, across)
        radius = self.radius * (1 - 0.06 * np.cos(3 * around))
        for place, high, turn in zip(self.folds, self.heights, self.turns, strict=True):
            ridge = np.exp(-(np.abs((z - place - 2.5 * np.sin(around + turn)) / 2.6) ** 1.6))
            radius = radius - high * ridge * (0.62 + 0.38 * np.cos(3 * around + 0.4 * turn))
        radius = radius + 0.35 * self.skin(self.bumps, around, z)
        return np.asarray(radius - np.hypot(across, down), dtype=np.float32)

    def skin(self, texture: Image, around: Image, z: Image) -> Image:
        """A texture of the mucosa at places of the wall."""
        rows = z / np.float32(SKIN_MM) * SKIN[0]
        columns = (around / np.float32(2 * np.pi) + np.float32(0.5)) * SKIN[1]
        found = ndimage.map_coordinates(
            texture, np.stack([rows, columns]), np.float32, order=1, mode="grid-wrap"
        )
        return np.asarray(found, dtype=np.float32)

    def seat(self, polyp: Polyp) -> tuple[float, float, float]:
        """Middle of a polyp: on the wall, half sunk in."""
        angle, z = np.deg2rad(polyp.around_deg), np.array([polyp.along_mm], dtype=np.float32)
        x, y = self.axis(z)
        reach = np.linspace(4, 40, 200, dtype=np.float32)
        depth = np.full(200, polyp.along_mm, dtype=np.float32)
        free = self.wall(
            float(x[0]) + reach * np.cos(angle), float(y[0]) + reach * np.sin(angle), depth
        )
        edge = float(reach[int(np.argmax(free < 0.22 * polyp.size_mm))])
        return (
            float(x[0] + edge * np.cos(angle)),
            float(y[0] + edge * np.sin(angle)),
            polyp.along_mm,
        )

    def growth(self, x: Image, y: Image, z: Image) -> Image:
        """Distance to the nearest polyp, negative inside."""
        found = np.full(x.shape, 1000, dtype=np.float32)
        for polyp, (a, b, c) in self.polyps:
            away = np.sqrt((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2)
            lumps = (
                0.05 * polyp.size_mm * (np.sin(1.9 * x + a) * np.sin(2.1 * y + b) * np.sin(1.7 * z))
            )
            found = np.minimum(found, away - polyp.size_mm / 2 + lumps)
        return np.asarray(found, dtype=np.float32)

    def free(self, x: Image, y: Image, z: Image) -> Image:
        """Distance to anything, by which rays advance."""
        wall, growth = self.wall(x, y, z), self.growth(x, y, z)
        share = np.clip(0.5 + 0.5 * (growth - wall) / np.float32(1.6), 0, 1)
        return np.asarray(
            wall * share + growth * (1 - share) - 1.6 * share * (1 - share) / 2, dtype=np.float32
        )


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
    masks = {"lumen": np.stack(dark)} | ({"polyp": np.stack(seen)} if np.any(seen[0]) else {})
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
) -> tuple[Image, NDArray[np.bool_], NDArray[np.bool_]]:
    """One picture ``[side, side, 3]`` 0..1, where a polyp is, and where the lumen is dark."""
    z = np.array([tip.along_mm], dtype=np.float32)
    x, y = colon.axis(z)
    start = (float(x[0]) + tip.aside_mm[0], float(y[0]) + tip.aside_mm[1], tip.along_mm)
    small = rays(max(side // 3, 24), tip)
    reach = march(colon, start, small, np.full(small[0].shape, 2, dtype=np.float32), 42)
    way = rays(side, tip)
    reach = march(colon, start, way, np.maximum(resized(reach, (side, side)) - 1.2, 1), 6)
    points = [np.float32(a) + reach * b for a, b in zip(start, way, strict=True)]
    polyp = (colon.growth(points[0], points[1], points[2]) < 0.45) & (reach < 120)
    facing, gloss = shading(colon, points, way)
    lit = facing / (reach / np.float32(16) + 1) ** 2
    image = coloured(colon, points, polyp, lit, gloss)
    image *= np.float32(0.62) / np.float32(max(float(np.quantile(image[..., 0], 0.72)), 0.05))
    for channel in range(3):
        image[..., channel] += 0.012 * grain(rng, reach.shape, 0.8)
    return 1 - np.exp(-1.45 * np.maximum(image, 0)), polyp, reach > 75


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
    return np.asarray(0.12 + 0.88 * facing, dtype=np.float32), np.asarray(
        facing**70, dtype=np.float32
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


def screened(image: Image, legend: Sequence[str]) -> NDArray[np.uint8]:
    """The picture with its corners cut, on the screen with text."""
    top, left, side = WINDOW
    full = np.zeros((*SCREEN, 3), dtype=np.uint8)
    if image.shape[0] != side:
        image = np.stack(
            [resized(image[..., channel], (side, side)) for channel in range(3)], axis=2
        )
    full[top : top + side, left : left + side] = whole(image)
    full[~octagon()] = 0
    for line, text in enumerate(legend):
        write(full, text, (24 + 26 * line, 10), 18)
    return full


def octagon() -> NDArray[np.bool_]:
    """Where the screen shows the picture."""
    top, left, side = WINDOW
    rows = np.arange(SCREEN[0])[:, None] - top - (side - 1) / 2
    columns = np.arange(SCREEN[1])[None] - left - (side - 1) / 2
    square = (np.abs(rows) <= side / 2) & (np.abs(columns) <= side / 2)
    return np.asarray(square & (np.abs(rows) + np.abs(columns) <= side * 0.88))


def placed(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask of the picture on the whole screen."""
    top, left, side = WINDOW
    index = np.minimum((np.arange(side) * mask.shape[0]) // side, mask.shape[0] - 1)
    full = np.zeros(SCREEN, dtype=np.bool_)
    full[top : top + side, left : left + side] = mask[index][:, index]
    return full & octagon()


def polyp_marks(mask: NDArray[np.bool_], polyps: Sequence[Polyp]) -> list[Mark]:
    """One mark per patch of polyp seen."""
    parts, count = ndimage.label(mask)
    found = []
    for number in range(1, count + 1):
        rows, columns = np.nonzero(parts == number)
        if rows.size > 30:
            size = min(polyps, key=lambda one: one.along_mm).size_mm if polyps else 0.0
            found.append(Mark("polyp", float(rows.mean()), float(columns.mean()), (size, size)))
    return found
