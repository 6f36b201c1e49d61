"""Masses and calcifications planted into mammograms, at one place of the body in every view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.drawing import Image, soft, tube
from yushan.domain.scanners.picture import Mark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.mammogram_tissue import Breast

#: Margin of a mass -> how rough its outline is, and how wide its edge in mm.
MARGINS: Final = {
    "circumscribed": (0.03, 0.5),
    "indistinct": (0.09, 2.2),
    "spiculated": (0.11, 1.0),
}


@dataclass(frozen=True, slots=True)
class BreastLesion:
    """A mass or a cluster of calcifications.

    Parameters
    ----------
    kind
        ``mass`` or ``calcifications``.
    side
        ``R`` or ``L``.
    place
        ``(u, v, w)`` as shares of the breast's depth and half widths: 0..1, -1..1, -1..1.
    size_mm
        Diameter of the mass or of the cluster.
    margin
        Of a mass: ``circumscribed``, ``indistinct`` or ``spiculated``.
    count
        Of calcifications.
    """

    kind: str
    side: str
    place: tuple[float, float, float]
    size_mm: float
    margin: str = "circumscribed"
    count: int = 12


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a lesion lies on a film."""

    row: float
    column: float
    pixel_mm: float
    turn: float


def spot(
    body: Breast, view: str, place: tuple[float, float, float], middle_mm: float, pixel_mm: float
) -> Spot:
    """Where a place of the breast, as in :class:`BreastLesion`, is shown."""
    u = place[0] * body.depth_mm
    v, w = place[1] * body.widths_mm[0], place[2] * body.widths_mm[1]
    turn = body.turn(view)
    up = float(np.cos(turn) * v + np.sin(turn) * w)
    return Spot((middle_mm - up) / pixel_mm - 0.5, u / pixel_mm - 0.5, pixel_mm, turn)


def plant(
    shown: Image, lesion: BreastLesion, at: Spot, seed: tuple[int, int]
) -> tuple[NDArray[np.bool_], Mark]:
    """Draw a lesion upon a film in place; where it is, and its mark."""
    rng = np.random.default_rng((*seed, 0x3F))
    reach = int(lesion.size_mm * 2.2 / at.pixel_mm) + 4
    low, left = max(int(at.row) - reach, 0), max(int(at.column) - reach, 0)
    part = shown[low : int(at.row) + reach, left : int(at.column) + reach]
    mask = np.zeros(shown.shape, dtype=np.bool_)
    local = Spot(at.row - low, at.column - left, at.pixel_mm, at.turn)
    draw = mass if lesion.kind == "mass" else calcifications
    inside, size, properties = draw(part, lesion, local, rng)
    mask[low : int(at.row) + reach, left : int(at.column) + reach] = inside
    return mask, Mark(lesion.kind, at.row, at.column, size, properties)


def mass(
    shown: Image, lesion: BreastLesion, at: Spot, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], tuple[float, float], dict[str, float | str]]:
    """A dense body with an irregular edge, with spicules if that is its margin."""
    down = (np.arange(shown.shape[0], dtype=np.float32)[:, None] - np.float32(at.row)) * np.float32(
        at.pixel_mm
    )
    across = (
        np.arange(shown.shape[1], dtype=np.float32)[None] - np.float32(at.column)
    ) * np.float32(at.pixel_mm)
    angle, away = np.arctan2(down, across), np.hypot(down, across)
    rough, blur = MARGINS[lesion.margin]
    outline = np.ones_like(angle)
    for order in range(2, 9):
        size = np.float32(rough * float(rng.normal()) / order**0.4)
        outline += size * np.cos(order * angle + float(rng.uniform(0, 6.3)))
    radius = np.float32(lesion.size_mm / 2) * outline
    edge = away - radius
    dome = np.sqrt(np.maximum(1 - (away / radius) ** 2, 0))
    shown += (
        np.float32(0.72 * lesion.size_mm) * np.maximum(dome, 0.3) * soft(edge / np.float32(blur))
    )
    if lesion.margin == "spiculated":
        shown += spicules(angle, away, lesion.size_mm / 2, rng) * (edge > -1)
    inside = np.asarray(edge < 0)
    long = round(2 * float(away[inside].max()), 1) if inside.any() else 0.0
    return inside, (long, lesion.size_mm), {"margin": lesion.margin}


def spicules(angle: Image, away: Image, radius: float, rng: np.random.Generator) -> Image:
    """Fine rays out of a mass."""
    rays = np.zeros_like(away)
    for _ in range(int(rng.integers(16, 26))):
        way, long = float(rng.uniform(-np.pi, np.pi)), float(rng.uniform(1.5, 2.5))
        bend = float(rng.normal(0, 0.12)) * (away / np.float32(radius) - 1)
        off = (angle - np.float32(way) - bend + np.pi) % (2 * np.pi) - np.pi
        fade = np.clip(long - away / np.float32(radius), 0, 1) * (np.abs(off) < 1)
        rays = np.maximum(rays, np.exp(-((off * away / np.float32(0.4)) ** 2)) * fade)
    return np.asarray(np.float32(3.4) * rays, dtype=np.float32)


def calcifications(
    shown: Image, lesion: BreastLesion, at: Spot, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], tuple[float, float], dict[str, float | str]]:
    """A cluster of small bright grains; their places are the same in both views."""
    half = lesion.size_mm / 2
    grains = rng.normal(0, lesion.size_mm / 4, (lesion.count, 3)).clip(-half, half)
    sizes = rng.uniform((0.05, 0.12), (0.45, 0.28), (lesion.count, 2))
    ways = rng.uniform(0, np.pi, lesion.count)
    inside = np.zeros(shown.shape, dtype=np.bool_)
    for (u, v, w), (long, thick), way in zip(grains, sizes, ways, strict=True):
        up = np.cos(at.turn) * v + np.sin(at.turn) * w
        start = np.array([at.row - up / at.pixel_mm, at.column + u / at.pixel_mm])
        end = start + np.array([np.sin(way), np.cos(way)]) * long / at.pixel_mm
        cover = np.zeros(shown.shape, dtype=np.float32)
        tube(cover, np.stack([start, end]), np.array([thick, 0.7 * thick]) / at.pixel_mm)
        inside |= cover > 0.3
        shown += np.float32(9 + 40 * thick) * cover
    return inside, (lesion.size_mm, lesion.size_mm), {"count": lesion.count}
