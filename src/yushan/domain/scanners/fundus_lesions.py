"""Lesions of a retina: spots of a kind about the fovea, some in swarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.drawing import Image, cloud, ellipse
from yushan.domain.scanners.picture import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Kind:
    """How lesions of one kind look; lengths in units of the distance of disc and fovea.

    Parameters
    ----------
    reach, radius
        Least and greatest distance from the fovea, and half length.
    slender
        Least share of the half width.
    swarm
        Spread of a swarm; 0 for spots that lie alone.
    colour
        Red, green, blue.
    strength, blur, rough
        Cover 0..1; softness and roughness of edges in pixels of a picture of 1024.
    """

    reach: tuple[float, float]
    radius: tuple[float, float]
    slender: float
    swarm: float
    colour: tuple[float, float, float]
    strength: float
    blur: float
    rough: float


#: Sizes and colours are plausible, after photographs. Vessels run over the first two.
KINDS: Final = {
    "drusen": Kind((0.05, 0.6), (0.008, 0.026), 0.7, 0, (0.93, 0.66, 0.30), 0.6, 1.4, 0.5),
    "cotton_wool": Kind((0.5, 1.1), (0.045, 0.085), 0.45, 0, (0.97, 0.80, 0.56), 0.7, 6, 9),
    "haemorrhages": Kind((0.2, 1.4), (0.014, 0.05), 0.3, 0, (0.40, 0.06, 0.05), 0.8, 1.6, 4.5),
    "microaneurysms": Kind((0.16, 1.2), (0.005, 0.009), 0.8, 0, (0.42, 0.08, 0.06), 0.8, 0.6, 0.2),
    "exudates": Kind((0.2, 0.6), (0.004, 0.018), 0.5, 0.085, (0.99, 0.86, 0.45), 0.9, 0.8, 1.8),
}  # fmt: skip


def spots(
    rng: np.random.Generator,
    kind: str,
    count: int,
    fovea: tuple[float, float],
    size: tuple[int, float],
) -> tuple[Image, list[Mark]]:
    """Distance in pixels from the nearest spot of a kind (negative inside), and their marks.

    ``size`` is the picture's side and the distance of disc and fovea, both in pixels.
    """
    look, (side, unit) = KINDS[kind], size
    nearest = np.full((side, side), 1000, dtype=np.float32)
    marks = []
    for place in places(rng, look, count):
        row, column = fovea[0] + place[0] * unit, fovea[1] + place[1] * unit
        radius = float(rng.uniform(*look.radius)) * unit
        axes = (radius, radius * float(rng.uniform(look.slender, 1)))
        draw(nearest, (row, column), axes, float(rng.uniform(0, 180)))
        marks.append(Mark(kind, row, column, (0.0, 0.0), {"radius_px": round(radius, 2)}))
    rough = np.float32(look.rough * side / 1024)
    return np.asarray(nearest + rough * cloud(rng, nearest.shape, 2.6), np.float32), marks


def places(rng: np.random.Generator, look: Kind, count: int) -> list[tuple[float, float]]:
    """Rows and columns from the fovea."""
    found = []
    middle = (0.0, 0.0)
    for number in range(count):
        if not look.swarm or number % 9 == 0:
            angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(*look.reach)
            middle = (float(away * np.sin(angle)), float(away * np.cos(angle)))
        shift = rng.normal(0, max(look.swarm, 1e-9), 2)
        found.append((middle[0] + float(shift[0]), middle[1] + float(shift[1])))
    return found


def draw(nearest: Image, centre: tuple[float, float], axes: Sequence[float], turn: float) -> None:
    """Lower distances about an ellipse in place."""
    reach = 2 * max(axes) + 12
    low, left = (max(int(one - reach), 0) for one in centre)
    high, right = (max(int(one + reach), 0) for one in centre)
    part = nearest[low:high, left:right]
    rows = np.arange(low, low + part.shape[0], dtype=np.float32)[:, None]
    columns = np.arange(left, left + part.shape[1], dtype=np.float32)[None]
    if part.size:
        edge = ellipse(rows, columns, centre, (axes[0], axes[1]), turn)
        np.minimum(part, edge, out=part)
