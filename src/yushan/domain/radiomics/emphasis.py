"""Features that runs, zones, distances and dependences share: a matrix of level by extent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from yushan.domain.radiomics.directions import Matrix


class Words(NamedTuple):
    """How a family names its features: ``rlm``, short run, long run, run length."""

    family: str
    short: str
    long: str
    low: str
    high: str
    extent: str
    extent_normalised: str
    percentage: str
    variance: str
    entropy: str


def emphasis(matrix: Matrix, voxels: int, words: Words) -> dict[str, float]:
    """Sixteen features of a matrix [level, extent], both counted from 1."""
    number = matrix.sum()
    p = matrix / number
    i, j = np.indices(p.shape).astype(float) + 1
    rows, columns = matrix.sum(axis=1), matrix.sum(axis=0)
    q = p[p > 0]
    found = {
        f"{words.short}_emphasis": (p / j**2).sum(),
        f"{words.long}_emphasis": (p * j**2).sum(),
        f"low_grey_level_{words.low}_emphasis": (p / i**2).sum(),
        f"high_grey_level_{words.high}_emphasis": (p * i**2).sum(),
        **crossed(p, i, j, words),
        "grey_level_non_uniformity": (rows**2).sum() / number,
        "grey_level_non_uniformity_normalised": (rows**2).sum() / number**2,
        words.extent: (columns**2).sum() / number,
        words.extent_normalised: (columns**2).sum() / number**2,
        words.percentage: number / voxels,
        "grey_level_variance": ((i - (i * p).sum()) ** 2 * p).sum(),
        words.variance: ((j - (j * p).sum()) ** 2 * p).sum(),
        words.entropy: -(q * np.log2(q)).sum(),
    }
    return {f"{words.family}_{name}": float(value) for name, value in found.items()}


def crossed(p: Matrix, i: Matrix, j: Matrix, words: Words) -> dict[str, float]:
    """The four features of level and extent together."""
    short, long = words.short.replace("runs", "run"), words.long.replace("runs", "run")
    return {
        f"{short}_low_grey_level_emphasis": (p / (i * j) ** 2).sum(),
        f"{short}_high_grey_level_emphasis": (p * i**2 / j**2).sum(),
        f"{long}_low_grey_level_emphasis": (p * j**2 / i**2).sum(),
        f"{long}_high_grey_level_emphasis": (p * (i * j) ** 2).sum(),
    }
