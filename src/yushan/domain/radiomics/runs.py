"""Grey level run lengths (IBSI 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.radiomics.directions import by_direction, shifted
from yushan.domain.radiomics.emphasis import Words, emphasis

if TYPE_CHECKING:
    from yushan.domain.radiomics.directions import Matrix, Step
    from yushan.domain.radiomics.region import Levels

WORDS: Final = Words(
    "rlm", "short_runs", "long_runs", "run", "run", "run_length_non_uniformity",
    "run_length_non_uniformity_normalised", "run_percentage", "run_length_variance", "run_entropy",
)  # fmt: skip


def runs(levels: Levels) -> dict[str, float]:
    """All features in all six ways."""
    return by_direction(levels, count, lambda matrix, voxels: emphasis(matrix, voxels, WORDS))


def count(levels: Levels, step: Step, grey: int) -> Matrix:
    """How many runs of each level and length there are along a step."""
    here, there = shifted(levels, step)
    goes_on = np.zeros(levels.shape, bool)
    begun = levels > 0
    same = (here == there) & (here > 0)
    shifted(goes_on, step)[0][...] = same
    shifted(begun, step)[1][...] &= ~same
    matrix = np.zeros((grey, max(levels.shape)))
    at, length = np.argwhere(begun), 0
    while at.size:
        on = goes_on[tuple(at.T)]
        ended = levels[tuple(at[~on].T)] - 1
        np.add.at(matrix, (ended, np.full(ended.shape, length)), 1)
        at, length = at[on] + np.array(step), length + 1
    return matrix
