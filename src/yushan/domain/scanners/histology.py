"""Slides of a large bowel's lining in haematoxylin and eosin: crypts, stroma, cells, a tumour.

Stains are amounts that swallow light by Beer's law (vectors near those of Ruifrok & Johnston 2001,
Anal Quant Cytol Histol 23:291; eosin a little warmer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.drawing import Image, blurred, cloud, grain
from yushan.domain.scanners.histology_cells import NUCLEI, Gland, Tissue, gland, nucleus
from yushan.domain.scanners.picture import Picture, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Optical density of one unit of stain in red, green and blue.
HAEMATOXYLIN: Final = (0.66, 0.74, 0.34)
EOSIN: Final = (0.10, 0.84, 0.26)
#: Micrometre of one pixel (an objective of 20).
PIXEL_UM: Final = 0.5
#: Glass without tissue, and distances between glands and between cells of the stroma in um.
GLASS: Final = (0.965, 0.955, 0.965)
GLANDS_UM: Final = 82.0
CELLS_UM: Final = 8.2


def histology(
    seed: int,
    size: int = 1024,
    tumour: float = 0.3,
    pixel_um: float = PIXEL_UM,
    glass: float = 0.0,
) -> Picture:
    """A field of a slide, uint8 ``[size, size, 3]``.

    Parameters
    ----------
    seed
        Same seed, same tissue.
    size
        Pixels of a side.
    tumour
        Share of the tissue that is tumour, 0..1.
    pixel_um
        Micrometre of one pixel.
    glass
        Share of the field without tissue, about a piece in its middle, 0..0.9.

    Returns
    -------
    Picture
        Masks ``tissue``, ``crypt``, ``nuclei`` and ``tumour``; a mark for each nucleus with its
        kind; facts with counts per kind.
    """
    rng = np.random.default_rng((seed, 0x415))
    shape = (size, size)
    region = cloud(rng, shape, 4.2)
    tissue = piece(rng, size, glass)
    limit = np.quantile(region[tissue], 1 - tumour) if tumour > 0 else np.inf
    sick = (region > limit) & tissue
    on = Tissue(
        rng, 1 / pixel_um, np.zeros(shape, np.float32), stroma(rng, shape, 1 / pixel_um),
        np.zeros(shape, np.bool_), np.zeros(shape, np.uint32),
    )  # fmt: skip
    glands(on, sick, tissue)
    cells(on, sick, tissue)
    trimmed(on, tissue)
    masks = {
        "tissue": tissue,
        "crypt": on.crypts,
        "nuclei": on.nuclei > 0,
        "tumour": np.asarray(sick),
    }
    facts: dict[str, float | str] = {"pixel_um": pixel_um, "nuclei": len(on.marks)}
    facts["tumour_share"] = round(float(sick.sum()) / max(int(tissue.sum()), 1), 4)
    facts |= {kind: sum(one.kind == kind for one in on.marks) for kind in NUCLEI}
    mm = pixel_um / 1000
    return Picture(whole(stained(on)), (mm, mm), masks=masks, marks=tuple(on.marks), facts=facts)


def piece(rng: np.random.Generator, size: int, glass: float) -> NDArray[np.bool_]:
    """Where there is tissue: an irregular piece, or everywhere."""
    if glass <= 0:
        return np.ones((size, size), dtype=np.bool_)
    line = np.linspace(-1, 1, size, dtype=np.float32)
    away = np.hypot(line[:, None] * np.float32(1.25), line[None]) + np.float32(0.16) * cloud(
        rng, (size, size), 3.6
    )
    return np.asarray(away < np.quantile(away, 1 - glass))


def trimmed(on: Tissue, tissue: NDArray[np.bool_]) -> None:
    """Nothing but glass outside of the tissue."""
    cover = blurred(tissue.astype(np.float32), 1.2 * on.scale)
    on.blue *= cover
    on.pink *= cover
    on.crypts &= tissue
    on.nuclei *= tissue
    on.marks = [one for one in on.marks if on.at(tissue, (one.row, one.column))]


def stroma(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Image:
    """Eosin of fibres that run in waves, with clefts."""
    way = cloud(rng, shape, 4.0)
    fibres = grain(rng, shape, 0.8 * scale)
    for sigma in ((0.5 * scale, 3.5 * scale), (3.5 * scale, 0.5 * scale)):
        fibres = fibres + 1.3 * blurred(grain(rng, shape, 0.5), sigma) * scale
    swirl = np.sin(11 * way + 0.3 * fibres)
    level = 0.40 + 0.07 * swirl + 0.055 * fibres
    clefts = np.clip((cloud(rng, shape, 2.8) - 1.35) * 2.0, 0, 1)
    return np.asarray(np.clip(level, 0.06, 1) * (1 - 0.85 * clefts), dtype=np.float32)


def spread(rng: np.random.Generator, size: int, gap: float) -> list[tuple[float, float]]:
    """Places at least ``gap`` apart, as many as fit by trial."""
    cell = gap / np.sqrt(2)
    taken: dict[tuple[int, int], tuple[float, float]] = {}
    trials = int(5 * (size / gap + 1) ** 2)
    for row, column in rng.uniform(-gap / 2, size + gap / 2, (trials, 2)):
        key = (int(row // cell), int(column // cell))
        near = (taken.get((key[0] + a, key[1] + b)) for a in range(-2, 3) for b in range(-2, 3))
        if all(one is None or np.hypot(one[0] - row, one[1] - column) >= gap for one in near):
            taken[key] = (float(row), float(column))
    return list(taken.values())


def glands(on: Tissue, sick: NDArray[np.bool_], tissue: NDArray[np.bool_]) -> None:
    """Crypts side by side; crowded and ragged glands in a tumour."""
    rng = on.rng
    for place in spread(rng, on.size, GLANDS_UM * on.scale):
        if not on.at(tissue, place):
            continue
        ill = bool(on.at(sick, place))
        half = rng.uniform((36, 34) if ill else (31, 30), (54, 46) if ill else (40, 37)) * on.scale
        waves = rng.normal(0, 0.10 if ill else 0.04, 6)
        gland(on, Gland(place, half, waves, rng.uniform(0, 6.3, 6), ill))


def cells(on: Tissue, sick: NDArray[np.bool_], tissue: NDArray[np.bool_]) -> None:
    """Cells of the stroma: spindles, lymphocytes in swarms, single cells of the tumour."""
    swarm = cloud(on.rng, sick.shape, 3.0)
    for place in spread(on.rng, on.size, CELLS_UM * on.scale):
        crowd, chance, sort = on.at(swarm, place), on.rng.uniform(), on.rng.uniform()
        taken = on.at(on.crypts, place) or on.at(on.nuclei, place) or not on.at(tissue, place)
        if taken or chance > 0.55 + 0.2 * crowd:
            continue
        kind = "lymphocyte" if sort < 0.5 + 0.18 * crowd else "stromal"
        if on.at(sick, place) and sort > 0.75:
            kind = "tumour"
        nucleus(on, kind, place, float(on.rng.uniform(0, 180)))


def stained(on: Tissue) -> Image:
    """Light through both stains, the lens's blur, the camera's noise."""
    thick = 1 + np.float32(0.08) * cloud(on.rng, on.blue.shape, 3)
    image = np.empty((*on.blue.shape, 3), dtype=np.float32)
    for channel in range(3):
        dense = (on.blue * HAEMATOXYLIN[channel] + on.pink * EOSIN[channel]) * thick
        light = blurred(np.exp(-np.maximum(dense, 0)).astype(np.float32), 0.28 * on.scale)
        noise = np.float32(0.008) * grain(on.rng, light.shape, 0.6)
        image[..., channel] = np.float32(GLASS[channel]) * light + noise
    return image


def pyramid(pixels: NDArray[np.uint8], tile: int = 256) -> tuple[NDArray[np.uint8], ...]:
    """The slide at full size and halved until it fits one tile, by means of four pixels."""
    levels = [pixels]
    while max(levels[-1].shape[:2]) > tile:
        rows, columns = (one // 2 for one in levels[-1].shape[:2])
        cut = levels[-1][: 2 * rows, : 2 * columns]
        quads = cut.reshape(rows, 2, columns, 2, 3).astype(np.uint16)
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
