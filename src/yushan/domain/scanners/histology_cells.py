"""Cells and glands drawn as amounts of two stains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.scanners.drawing import Image, blurred, ellipse, soft
from yushan.domain.scanners.picture import Mark

Floats = NDArray[np.float64]
#: Kinds of nuclei: half axes in um, stain, how much sizes vary.
NUCLEI: Final = {
    "epithelial": (4.4, 2.3, 1.20, 0.09), "stromal": (5.0, 1.4, 1.05, 0.12),
    "lymphocyte": (2.7, 2.5, 1.75, 0.08), "tumour": (5.2, 3.3, 1.25, 0.24),
}  # fmt: skip


@dataclass(eq=False)
class Tissue:
    """Stains and truth of a slide being drawn; lengths in pixels, ``scale`` pixels a um."""

    rng: np.random.Generator
    scale: float
    blue: Image
    pink: Image
    crypts: NDArray[np.bool_]
    nuclei: NDArray[np.uint32]
    marks: list[Mark] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Pixels of a side."""
        return int(self.blue.shape[0])

    def window(
        self, centre: tuple[float, float], reach: float
    ) -> tuple[tuple[slice, slice], Image, Image]:
        """The part of the slide around a place, and its rows and columns."""
        low, left = (max(int(one - reach), 0) for one in centre)
        high, right = (max(int(one + reach) + 1, 0) for one in centre)
        part = (slice(low, high), slice(left, right))
        shape = self.blue[part].shape
        rows = np.arange(low, low + shape[0], dtype=np.float32)[:, None]
        columns = np.arange(left, left + shape[1], dtype=np.float32)[None]
        return part, rows, columns

    def at(self, mask: NDArray[np.generic], place: tuple[float, float]) -> float:
        """A value at a place, clipped to the slide."""
        row, column = (int(np.clip(one, 0, self.size - 1)) for one in place)
        return float(mask[row, column])


@dataclass(frozen=True, eq=False)
class Gland:
    """A gland in cross section: an ellipse with a wavy outline; ``ill`` in a tumour."""

    centre: tuple[float, float]
    half: Floats
    waves: Floats
    phases: Floats
    ill: bool

    def outline(self, angle: Image | float) -> Image:
        """Radius against the ellipse at an angle."""
        terms = zip(range(2, 8), self.waves, self.phases, strict=True)
        return np.asarray(
            1 + sum(size * np.cos(order * angle + phase) for order, size, phase in terms),
            np.float32,
        )


def gland(on: Tissue, one: Gland) -> None:
    """Cytoplasm, mucin, lumen, then the ring of nuclei."""
    part, rows, columns = on.window(one.centre, float(one.half.max()) * 1.5)
    if not on.blue[part].size:
        return
    down, across = (rows - one.centre[0]) / one.half[0], (columns - one.centre[1]) / one.half[1]
    angle = np.arctan2(down, across)
    radius = np.hypot(down, across) / one.outline(angle)
    depth = np.asarray((radius - 1) * one.half.min(), dtype=np.float32)
    inside = soft(depth)
    blue, pink = on.blue[part], on.pink[part]
    pink += inside * (np.float32(0.34 if one.ill else 0.20) - pink)
    blue += np.float32(0.07) * inside
    if not one.ill:
        count = round(2 * np.pi * one.half.mean() / (7.5 * on.scale))
        cups = (
            (np.sin(count / 2 * angle + np.sin(5 * angle)) ** 2 > 0.45)
            & (radius > 0.38)
            & (radius < 0.73)
        )
        mucin = blurred(cups.astype(np.float32), 0.9 * on.scale)
        pink *= 1 - np.float32(0.72) * mucin
        blue += np.float32(0.06) * mucin
    pink += np.float32(0.16) * np.exp(-(((depth - 1) / np.float32(0.9 * on.scale)) ** 2))
    hole = np.asarray(
        (radius - (0.2 if one.ill else 0.26)) * one.half.min() / 1.4, dtype=np.float32
    )
    lumen = soft(hole)
    pink *= 1 - np.float32(0.96) * lumen
    blue *= 1 - np.float32(0.96) * lumen
    on.crypts[part] |= radius < 1
    ring(on, one)


def ring(on: Tissue, one: Gland) -> None:
    """Nuclei of a gland's cells: near its base, piled up in a tumour."""
    kind = "tumour" if one.ill else "epithelial"
    for layer in (0.86, 0.68, 0.50) if one.ill else (0.85,):
        count = round(2 * np.pi * one.half.mean() * layer / ((6.8 if one.ill else 5.6) * on.scale))
        for angle in np.linspace(0, 2 * np.pi, count, endpoint=False) + on.rng.uniform(0, 1):
            turn = float(angle + on.rng.normal(0, 0.03))
            away = (layer + float(on.rng.normal(0, 0.05 if one.ill else 0.02))) * float(
                one.outline(turn)
            )
            row = one.centre[0] + float(one.half[0]) * away * np.sin(turn)
            column = one.centre[1] + float(one.half[1]) * away * np.cos(turn)
            nucleus(on, kind, (float(row), float(column)), float(np.rad2deg(-turn)) + 90)


def nucleus(on: Tissue, kind: str, place: tuple[float, float], turn: float) -> None:
    """One nucleus with chromatin and rim; none whose middle lies outside of the slide."""
    long, short, stain, wild = NUCLEI[kind]
    axes = np.array([short, long]) * on.scale * np.clip(on.rng.normal(1, wild, 2), 0.6, 1.6)
    dark = float(np.clip(on.rng.normal(0.82, 0.12), 0.5, 1.2))
    if not all(0 <= one <= on.size - 1 for one in place):
        return
    part, rows, columns = on.window(place, float(axes.max()) + 3)
    edge = ellipse(rows, columns, place, (float(axes[0]), float(axes[1])), turn)
    cover = soft(edge)
    speckle = blurred(on.rng.standard_normal(edge.shape, dtype=np.float32), 0.45 * on.scale)
    rim = 1 + np.float32(0.4) * np.exp(-(((edge + 0.7) / np.float32(0.55 * on.scale)) ** 2))
    level = np.float32(stain * dark) * (1 + np.float32(0.36 * on.scale) * speckle) * rim
    on.blue[part] += cover * (level - on.blue[part])
    on.pink[part] += cover * (np.float32(0.24) - on.pink[part])
    size = (2 * float(axes.max()) / on.scale / 1000, 2 * float(axes.min()) / on.scale / 1000)
    on.marks.append(Mark(kind, *place, size))
    on.nuclei[part][edge < 0] = len(on.marks)
