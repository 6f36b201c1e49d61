"""Steps between neighbours, and how matrices of slices and directions are joined (IBSI 3.6)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from yushan.domain.radiomics.region import Levels

    Step = tuple[int, int, int]
    Matrix = NDArray[np.float64]
    Count = Callable[[Levels, Step, int], Matrix]
    Describe = Callable[[Matrix, int], dict[str, float]]

#: One of each pair of opposite steps: 13 in a volume, 4 in a slice.
STEPS: Final[tuple[Step, ...]] = tuple(
    (z, y, x) for z, y, x in product((-1, 0, 1), repeat=3) if (z, y, x) > (0, 0, 0)
)
IN_PLANE: Final[tuple[Step, ...]] = tuple(step for step in STEPS if step[0] == 0)


def shifted(array: NDArray[Any], step: Step) -> tuple[NDArray[Any], NDArray[Any]]:
    """The array without its last and without its first elements along a step: neighbours."""
    here, there = [], []
    for size, by in zip(array.shape, step, strict=True):
        here.append(slice(max(-by, 0), size - max(by, 0)))
        there.append(slice(max(by, 0), size - max(-by, 0)))
    return array[tuple(here)], array[tuple(there)]


def slices(levels: Levels) -> list[Levels]:
    """The slices that hold any of the region, each as a volume of one slice."""
    return [levels[k : k + 1] for k in range(levels.shape[0]) if levels[k].any()]


def averaged(found: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of each feature, over the matrices for which it is defined; NaN if there is none."""
    rows = np.array([list(one.values()) for one in found])
    known = np.isfinite(rows)
    sums = np.where(known, rows, 0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        means = sums / known.sum(axis=0)
    return dict(zip(found[0], means.tolist(), strict=True))


def by_direction(levels: Levels, count: Count, describe: Describe) -> dict[str, float]:
    """Features of a matrix that has a direction, in all six ways of putting them together.

    ``describe`` gets a matrix and how many voxels could have taken part in it.
    """
    grey, voxels = int(levels.max()), int((levels > 0).sum())
    planes = slices(levels)
    flat = [[count(plane, step, grey) for step in IN_PLANE] for plane in planes]
    sizes = [int((plane > 0).sum()) for plane in planes]
    deep = [count(levels, step, grey) for step in STEPS]
    ways = {
        "2d_avg": [describe(m, n) for row, n in zip(flat, sizes, strict=True) for m in row],
        "2d_mrg": [describe(total(row), n * len(IN_PLANE))
                   for row, n in zip(flat, sizes, strict=True)],
        "25d_avg": [describe(total(column), voxels) for column in zip(*flat, strict=True)],
        "25d_mrg": [describe(total([total(row) for row in flat]), voxels * len(IN_PLANE))],
        "3d_avg": [describe(one, voxels) for one in deep],
        "3d_mrg": [describe(total(deep), voxels * len(STEPS))],
    }  # fmt: skip
    return named(ways)


def by_volume(
    levels: Levels, count: Callable[[Levels, int], Matrix], describe: Describe
) -> dict[str, float]:
    """Features of a matrix without direction: by slice, over slices, in the volume."""
    grey, voxels = int(levels.max()), int((levels > 0).sum())
    planes = slices(levels)
    flat = [count(plane, grey) for plane in planes]
    ways = {
        "2d": [describe(m, int((p > 0).sum())) for m, p in zip(flat, planes, strict=True)],
        "25d": [describe(total(flat), voxels)],
        "3d": [describe(count(levels, grey), voxels)],
    }
    return named(ways)


def total(matrices: Sequence[Matrix]) -> Matrix:
    """The sum of matrices; shorter ones are filled up with zeros."""
    shape = tuple(max(sizes) for sizes in zip(*(one.shape for one in matrices), strict=True))
    summed = np.zeros(shape)
    for one in matrices:
        summed[tuple(slice(size) for size in one.shape)] += one
    return summed


def named(ways: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    """Feature and way -> value."""
    return {
        f"{name}_{way}": value
        for way, found in ways.items()
        for name, value in averaged(found).items()
    }
