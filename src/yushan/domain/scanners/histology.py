"""Slides of a large bowel's lining in haematoxylin and eosin: crypts, stroma, cells, a tumour.

Stains are amounts that swallow light by Beer's law (vectors after Ruifrok & Johnston 2001, Anal Quant
Cytol Histol 23:291).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.scanners.drawing import Image, blurred, cloud, ellipse, grain, soft
from yushan.domain.scanners.picture import Mark, Picture, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Optical density of one unit of stain in red, green and blue.
HAEMATOXYLIN: Final = (0.65, 0.70, 0.29)
EOSIN: Final = (0.07, 0.99, 0.11)
#: Micrometre of one pixel (an objective of 20).
PIXEL_UM: Final = 0.5
#: Kinds of nuclei: half axes in um, stain, roundness spread.
NUCLEI: Final = {
    "epithelial": (4.6, 2.6, 1.25), "stromal": (5.2, 1.5, 1.05), "lymphocyte": (2.8, 2.6, 1.7), "tumour": (5.6, 3.9, 1.15),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tissue:
    """Stains and truth of a slide being drawn."""

    rows: Image
    columns: Image
    blue: Image
    pink: Image
    crypts: NDArray[np.bool_]
    nuclei: NDArray[np.uint16]


def histology(
    seed: int, size: int = 1024, tumour: float = 0.3, pixel_um: float = PIXEL_UM
) -> Picture:
    """A field of a slide, uint8 ``[size, size, 3]``.

    Parameters
    ----------
    seed
        Same seed, same tissue.
    size
        Pixels of a side.
    tumour
        Share of the field that is tumour, 0..1.
    pixel_um
        Micrometre of one pixel.

    Returns
    -------
    Picture
        Masks ``tissue``, ``crypt``, ``nuclei`` and ``tumour``; a mark for each nucleus with its
        kind; facts with counts per kind.
    """
    rng = np.random.default_rng((seed, 0x415))
    shape = (size, size)
    rows, columns = (
        np.arange(size, dtype=np.float32)[:, None],
        np.arange(size, dtype=np.float32)[None],
    )
    region = cloud(rng, shape, 4.2)
    sick = (
        region > np.quantile(region, 1 - tumour) if tumour > 0 else np.zeros(shape, dtype=np.bool_)
    )
    on = Tissue(
        rows,
        columns,
        np.zeros(shape, np.float32),
        stroma(rng, shape, 1 / pixel_um),
        np.zeros(shape, np.bool_),
        np.zeros(shape, np.uint16),
    )
    marks: list[Mark] = []
    scale = 1 / pixel_um
    crypts(on, rng, sick, scale, marks)
    scattered(on, rng, sick, scale, marks)
    pixels = whole(stained(rng, on, scale))
    masks = {
        "tissue": np.ones(shape, dtype=np.bool_),
        "crypt": on.crypts,
        "nuclei": on.nuclei > 0,
        "tumour": sick,
    }
    facts: dict[str, float | str] = {
        "pixel_um": pixel_um,
        "nuclei": len(marks),
        "tumour_share": round(float(sick.mean()), 4),
    }
    for kind in NUCLEI:
        facts[kind] = sum(one.kind == kind for one in marks)
    return Picture(
        pixels, (pixel_um / 1000, pixel_um / 1000), masks=masks, marks=tuple(marks), facts=facts
    )


def stroma(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Image:
    """Eosin of fibres that run in waves, with clefts."""
    way = cloud(rng, shape, 4.0)
    fibres = grain(rng, shape, 0.8 * scale)
    for sigma in ((0.4 * scale, 3 * scale), (3 * scale, 0.4 * scale)):
        fibres = fibres + 1.6 * blurred(grain(rng, shape, 0.5), sigma) * scale
    swirl = np.sin(9 * way + 0.25 * fibres)
    level = 0.34 + 0.08 * swirl + 0.05 * fibres
    clefts = np.clip((cloud(rng, shape, 2.8) - 1.1) * 2.0, 0, 1)
    return np.asarray(np.clip(level, 0.06, 1) * (1 - 0.85 * clefts), dtype=np.float32)


def spread(rng: np.random.Generator, size: int, gap: float) -> list[tuple[float, float]]:
    """Places at least ``gap`` apart, as many as fit by trial."""
    cell, taken, found = gap / np.sqrt(2), {}, []
    for row, column in rng.uniform(-gap / 2, size + gap / 2, (int(3.2 * (size / gap + 1) ** 2), 2)):
        key = (int(row // cell), int(column // cell))
        near = (taken.get((key[0] + a, key[1] + b)) for a in range(-2, 3) for b in range(-2, 3))
        if all(one is None or np.hypot(one[0] - row, one[1] - column) >= gap for one in near):
            taken[key] = (row, column)
            found.append((float(row), float(column)))
    return found


def at(mask: NDArray[np.generic], row: float, column: float) -> bool:
    """The mask at a place, clipped to the field."""
    return bool(
        mask[int(np.clip(row, 0, mask.shape[0] - 1)), int(np.clip(column, 0, mask.shape[1] - 1))]
    )


def crypts(
    on: Tissue, rng: np.random.Generator, sick: NDArray[np.bool_], scale: float, marks: list[Mark]
) -> None:
    """Glands in cross section: a ring of tall cells about a lumen; crowded and ragged in a tumour."""
    for row, column in spread(rng, on.blue.shape[0], 104 * scale):
        ill = at(sick, row, column)
        half = np.array([rng.uniform(32, 44), rng.uniform(30, 40)]) * scale
        waves = rng.normal(0, (0.11 if ill else 0.035), 6)
        phases = rng.uniform(0, 6.3, 6)
        gland(on, (row, column), half, (waves, phases, ill), scale)
        ring(on, rng, (row, column), half, (waves, phases, ill), scale, marks)


def ripple(
    angle: NDArray[np.floating[object]],
    trait: tuple[NDArray[np.float64], NDArray[np.float64], bool],
) -> NDArray[np.floating[object]]:
    """Radius of a gland's outline against its ellipse."""
    waves, phases, _ = trait
    orders = range(2, 8)
    return 1 + sum(w * np.cos(k * angle + p) for k, w, p in zip(orders, waves, phases, strict=True))


def gland(
    on: Tissue,
    centre: tuple[float, float],
    half: NDArray[np.float64],
    trait: tuple[NDArray[np.float64], NDArray[np.float64], bool],
    scale: float,
) -> None:
    """Cytoplasm, mucin and lumen of one gland."""
    reach = int(half.max() * 1.5)
    low, left = max(int(centre[0]) - reach, 0), max(int(centre[1]) - reach, 0)
    part = (slice(low, max(int(centre[0]) + reach, 0)), slice(left, max(int(centre[1]) + reach, 0)))
    rows, columns = on.rows[part[0]] - centre[0], on.columns[:, part[1]] - centre[1]
    if not rows.size or not columns.size:
        return
    angle = np.arctan2(rows / half[0], columns / half[1])
    radius = np.hypot(rows / half[0], columns / half[1]) / ripple(angle, trait)
    inside = soft(((radius - 1) * half.min()).astype(np.float32))
    pale = np.float32(0.30 if trait[2] else 0.17)
    on.pink[part] += inside * (pale - on.pink[part])
    count = round(2 * np.pi * half.mean() / (6.5 * scale))
    goblets = (
        (np.sin(count / 2 * angle) ** 2 > 0.55) & (radius > 0.42) & (radius < 0.74) & (not trait[2])
    )
    on.pink[part] *= 1 - 0.55 * blurred(goblets.astype(np.float32), 0.8 * scale)
    on.blue[part] += 0.07 * blurred(goblets.astype(np.float32), 0.8 * scale) + 0.06 * inside
    rim = np.exp(-(((radius - 1.02) * half.min() / (0.9 * scale)) ** 2))
    on.pink[part] += 0.16 * rim
    hole = 0.24 if trait[2] else 0.30
    lumen = soft(((radius - hole) * half.min() / 1.4).astype(np.float32))
    on.pink[part] *= 1 - 0.96 * lumen
    on.blue[part] *= 1 - 0.96 * lumen
    on.crypts[part] |= radius < 1


def ring(
    on: Tissue,
    rng: np.random.Generator,
    centre: tuple[float, float],
    half: NDArray[np.float64],
    trait: tuple[NDArray[np.float64], NDArray[np.float64], bool],
    scale: float,
    marks: list[Mark],
) -> None:
    """Nuclei of a gland's cells: near its base, piled up in a tumour."""
    ill = trait[2]
    layers = (0.86, 0.70, 0.55) if ill else (0.85,)
    for layer in layers:
        count = round(2 * np.pi * half.mean() * layer / ((7.4 if ill else 6.2) * scale))
        for angle in np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 1):
            angle += rng.normal(0, 0.03)
            radius = (layer + rng.normal(0, 0.05 if ill else 0.02)) * ripple(
                np.asarray(angle), trait
            )
            row, column = (
                centre[0] + half[0] * radius * np.sin(angle),
                centre[1] + half[1] * radius * np.cos(angle),
            )
            nucleus(
                on,
                rng,
                (
                    "tumour" if ill else "epithelial",
                    float(row),
                    float(column),
                    float(np.rad2deg(-angle) + 90),
                ),
                scale,
                marks,
            )


def scattered(
    on: Tissue, rng: np.random.Generator, sick: NDArray[np.bool_], scale: float, marks: list[Mark]
) -> None:
    """Cells of the stroma: spindles, lymphocytes in swarms, single cells of the tumour."""
    swarm = cloud(rng, sick.shape, 3.2)
    for row, column in spread(rng, sick.shape[0], 9.5 * scale):
        if at(on.crypts, row, column) or at(on.nuclei, row, column):
            continue
        chance, crowd = (
            rng.uniform(),
            float(
                swarm[
                    int(np.clip(row, 0, sick.shape[0] - 1)),
                    int(np.clip(column, 0, sick.shape[1] - 1)),
                ]
            ),
        )
        if chance > 0.42 + 0.2 * crowd:
            continue
        kind = "lymphocyte" if rng.uniform() < 0.42 + 0.18 * crowd else "stromal"
        if at(sick, row, column) and rng.uniform() < 0.35:
            kind = "tumour"
        nucleus(on, rng, (kind, row, column, float(rng.uniform(0, 180))), scale, marks)


def nucleus(
    on: Tissue,
    rng: np.random.Generator,
    what: tuple[str, float, float, float],
    scale: float,
    marks: list[Mark],
) -> None:
    """One nucleus ``(kind, row, column, turn)`` with chromatin and rim; none that lies outside."""
    kind, row, column, turn = what
    long, short, stain = NUCLEI[kind]
    wild = 0.22 if kind == "tumour" else 0.09
    axes = np.array([long, short]) * scale * np.clip(rng.normal(1, wild, 2), 0.6, 1.6)
    reach = int(axes.max() + 3)
    size = on.blue.shape[0]
    if not (0 <= row < size and 0 <= column < size):
        return
    part = (
        slice(max(int(row) - reach, 0), int(row) + reach),
        slice(max(int(column) - reach, 0), int(column) + reach),
    )
    edge = ellipse(
        on.rows[part[0]],
        on.columns[:, part[1]],
        (row, column),
        (float(axes[1]), float(axes[0])),
        turn,
    )
    cover = soft(edge)
    texture = (
        1 + 0.30 * blurred(rng.standard_normal(edge.shape, dtype=np.float32), 0.45 * scale) * scale
    )
    rim = 1 + 0.45 * np.exp(-(((edge + 0.7) / (0.55 * scale)) ** 2))
    core = 0.62 if kind == "tumour" else 0.8
    level = np.float32(stain * float(np.clip(rng.normal(1, 0.14), 0.6, 1.5)) * core) * texture * rim
    on.blue[part] += cover * (level - on.blue[part])
    on.pink[part] += cover * (np.float32(0.22) - on.pink[part])
    inside = edge < 0
    if inside.any():
        marks.append(
            Mark(
                kind,
                row,
                column,
                (2 * float(axes[0]) / scale / 1000, 2 * float(axes[1]) / scale / 1000),
            )
        )
        on.nuclei[part][inside] = len(marks)


def stained(rng: np.random.Generator, on: Tissue, scale: float) -> Image:
    """Light through both stains, the lens's blur, the camera's noise."""
    thick = 1 + 0.08 * cloud(rng, on.blue.shape, 3)
    image = np.empty((*on.blue.shape, 3), dtype=np.float32)
    for channel in range(3):
        dense = (on.blue * HAEMATOXYLIN[channel] + on.pink * EOSIN[channel]) * thick
        light = blurred(np.exp(-np.maximum(dense, 0)).astype(np.float32), 0.28 * scale)
        image[..., channel] = (0.965, 0.955, 0.96)[channel] * light + 0.008 * grain(
            rng, light.shape, 0.6
        )
    return image


def pyramid(pixels: NDArray[np.uint8], tile: int = 256) -> tuple[NDArray[np.uint8], ...]:
    """The slide at full size and halved until it fits one tile, by means of four pixels."""
    levels = [pixels]
    while max(levels[-1].shape[:2]) > tile:
        rows, columns = levels[-1].shape[0] // 2 * 2, levels[-1].shape[1] // 2 * 2
        quads = (
            levels[-1][:rows, :columns].reshape(rows // 2, 2, columns // 2, 2, 3).astype(np.uint16)
        )
        levels.append(((quads.sum(axis=(1, 3)) + 2) // 4).astype(np.uint8))
    return tuple(levels)


def tiles(
    level: NDArray[np.uint8], tile: int = 256
) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
    """Row, column (of the upper left pixel) and pixels of each tile; white where the slide ends."""
    for row in range(0, level.shape[0], tile):
        for column in range(0, level.shape[1], tile):
            part = np.full((tile, tile, 3), 255, dtype=np.uint8)
            cut = level[row : row + tile, column : column + tile]
            part[: cut.shape[0], : cut.shape[1]] = cut
            yield row, column, part
