"""Neighbourhood grey tone difference and grey level dependence (IBSI 3.10, 3.11), distance 1."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.radiomics.directions import by_volume, shifted
from yushan.domain.radiomics.emphasis import Words, emphasis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from yushan.domain.radiomics.directions import Matrix, Step
    from yushan.domain.radiomics.region import Levels

AROUND: Final[tuple[Step, ...]] = tuple(
    (z, y, x) for z, y, x in product((-1, 0, 1), repeat=3) if (z, y, x) != (0, 0, 0)
)
TONES: Final = ("coarseness", "contrast", "busyness", "complexity", "strength")
DEPENDENCE: Final = Words(
    "ngldm", "low_dependence", "high_dependence", "count", "count",
    "dependence_count_non_uniformity", "normalised_dependence_count_non_uniformity",
    "dependence_count_percentage", "dependence_count_variance", "dependence_count_entropy",
)  # fmt: skip


def pairs(levels: Levels) -> Iterator[tuple[NDArray[Any], NDArray[Any], Step]]:
    """Views of every voxel that has a neighbour at a step, and of that neighbour."""
    flat = levels.shape[0] == 1
    for step in AROUND:
        if not (flat and step[0]):
            yield (*shifted(levels, step), step)


def tone_differences(levels: Levels) -> dict[str, float]:
    """Five features of how far voxels are from the mean of their neighbours."""
    return by_volume(levels, count_tones, describe_tones)


def count_tones(levels: Levels, grey: int) -> Matrix:
    """By level: voxels that have neighbours, and the sum of their differences [level, 2]."""
    total, number = np.zeros(levels.shape), np.zeros(levels.shape)
    for here, there, step in pairs(levels):
        shifted(total, step)[0][...] += np.where(here > 0, there, 0)
        shifted(number, step)[0][...] += (there > 0) & (here > 0)
    seen = (number > 0) & (levels > 0)
    apart = np.abs(levels[seen] - total[seen] / number[seen])
    matrix = np.zeros((grey, 2))
    np.add.at(matrix[:, 0], levels[seen] - 1, 1)
    np.add.at(matrix[:, 1], levels[seen] - 1, apart)
    return matrix


def describe_tones(matrix: Matrix, _voxels: int) -> dict[str, float]:
    """Coarseness, contrast, busyness, complexity, strength (Amadasun and King 1989)."""
    i = np.flatnonzero(matrix[:, 0]) + 1
    number = matrix[:, 0].sum()
    if not number:
        return dict.fromkeys((f"ngtdm_{name}" for name in TONES), np.nan)
    p, s = matrix[i - 1, 0] / number, matrix[i - 1, 1]
    apart = i[:, None] - i[None, :]
    both, weighted = p[:, None] + p[None, :], (p * s)[:, None] + (p * s)[None, :]
    levels = i.size
    busy = np.abs((i * p)[:, None] - (i * p)[None, :]).sum()
    spread = (p[:, None] * p[None, :] * apart**2).sum() / max(levels * (levels - 1), 1)
    return {
        "ngtdm_coarseness": float(1 / (p * s).sum()) if (p * s).sum() else 1e6,
        "ngtdm_contrast": float(spread * s.sum() / number) if levels > 1 else 0.0,
        "ngtdm_busyness": float((p * s).sum() / busy) if busy else 0.0,
        "ngtdm_complexity": float((np.abs(apart) * weighted / both).sum() / number),
        "ngtdm_strength": float((both * apart**2).sum() / s.sum()) if s.sum() else 0.0,
    }


def dependence(levels: Levels) -> dict[str, float]:
    """Features of how many neighbours have the same level."""
    return by_volume(levels, count_dependence, describe_dependence)


def count_dependence(levels: Levels, grey: int) -> Matrix:
    """How many voxels of each level depend on how many, themselves counted."""
    number = np.ones(levels.shape, np.int64)
    for here, there, step in pairs(levels):
        shifted(number, step)[0][...] += (here == there) & (here > 0)
    matrix = np.zeros((grey, len(AROUND) + 1))
    inside = levels > 0
    np.add.at(matrix, (levels[inside] - 1, number[inside] - 1), 1)
    return matrix


def describe_dependence(matrix: Matrix, voxels: int) -> dict[str, float]:
    """The shared features and the energy of counts."""
    p = matrix / matrix.sum()
    energy = {"ngldm_dependence_count_energy": float((p**2).sum())}
    return emphasis(matrix, voxels, DEPENDENCE) | energy
