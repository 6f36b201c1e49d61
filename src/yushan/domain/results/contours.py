"""Outlines of masks as polygons between pixel centres, and back; holes by keyholes. Pure.

Marching squares on a binary image: an outline runs through the middle between a pixel inside and
its neighbour outside, so that the centres inside it are exactly the pixels of the mask. Pixels
that touch at a corner only are apart. Points are ``(column, row)`` in pixels, centres whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.ndimage import label  # type: ignore[import-untyped]
from scipy.spatial import cKDTree  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Cell of 2 by 2 pixels, bits: upper left 1, upper right 2, lower right 4, lower left 8 -> pairs of
#: edges from, to (0 top, 1 right, 2 bottom, 3 left) with the inside on the right of the way.
PAIRS: Final = {
    1: ((0, 3),), 2: ((1, 0),), 3: ((1, 3),), 4: ((2, 1),), 5: ((0, 3), (2, 1)), 6: ((2, 0),),
    7: ((2, 3),), 8: ((3, 2),), 9: ((0, 2),), 10: ((1, 0), (3, 2)), 11: ((1, 2),), 12: ((3, 1),),
    13: ((0, 1),), 14: ((3, 0),),
}  # fmt: skip
#: Middle of each edge, in half pixels from the cell's upper left centre: column, row.
MIDDLES: Final = np.array([(1, 0), (2, 1), (1, 2), (0, 1)])


def outlines(mask: NDArray[np.bool_]) -> list[Floats]:
    """Closed polygons ``[point, (column, row)]`` whose insides are the mask ``[row, column]``.

    Each part of the mask is one polygon; its holes are joined to it by a line there and back. The
    last point is not the first again. Points within straight lines are left out.
    """
    if not mask.any():
        return []
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    part = np.pad(mask[top : rows[-1] + 1, left : columns[-1] + 1], 1)
    numbers, _ = label(part)
    around: dict[int, list[Floats]] = {}
    for ring in rings(part):
        around.setdefault(owner(numbers, ring), []).append(straightened(ring))
    shift = np.array([left - 1, top - 1])
    return [joined(around[number]) / 2 + shift for number in sorted(around)]


def rings(part: NDArray[np.bool_]) -> list[Floats]:
    """All closed outlines in half pixels, in the order of their first points by rows."""
    follows = steps(part)
    found = []
    while follows:
        first = next(iter(follows))
        ring, at = [first], follows.pop(first)
        while at != first:
            ring.append(at)
            at = follows.pop(at)
        width = 2 * part.shape[1]
        found.append(np.array([(key % width, key // width) for key in ring], dtype=np.float64))
    return found


def steps(part: NDArray[np.bool_]) -> dict[int, int]:
    """Where each point of an outline leads; a point is row times width plus column, half pixels."""
    bits = part.astype(np.uint8)
    cells = bits[:-1, :-1] | bits[:-1, 1:] << 1 | bits[1:, 1:] << 2 | bits[1:, :-1] << 3
    width = 2 * part.shape[1]
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    for kind, pairs in PAIRS.items():
        row, column = np.nonzero(cells == kind)
        for begin, end in pairs:
            for edge, into in ((begin, starts), (end, ends)):
                across, down = MIDDLES[edge]
                into.append((2 * row + down) * width + 2 * column + across)
    start, end_ = np.concatenate(starts), np.concatenate(ends)
    order = np.argsort(start)
    return dict(zip(start[order].tolist(), end_[order].tolist(), strict=True))


def owner(numbers: NDArray[np.int32], ring: Floats) -> int:
    """Number of the part of the mask a ring runs along: of the pixel inside beside its start."""
    column, row = (int(value) for value in ring[0])
    beside = numbers[row // 2 : (row + 1) // 2 + 1, column // 2 : (column + 1) // 2 + 1]
    return int(beside.max())


def straightened(ring: Floats) -> Floats:
    """A ring without the points inside its straight lines."""
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turns = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return np.asarray(ring[turns != 0])


def area(ring: Floats) -> float:
    """Twice the area, with a sign for the way round."""
    x, y = ring[:, 0], ring[:, 1]
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())


def joined(around: list[Floats]) -> Floats:
    """The outer ring with its holes put in, each by a line from its nearest point and back."""
    outer, *holes = sorted(around, key=lambda ring: -abs(area(ring)))
    for hole in holes:
        gaps = cKDTree(outer).query(hole)
        there = int(gaps[0].argmin())
        here = int(gaps[1][there])
        turned = np.roll(hole, -there, axis=0)
        middle = (outer[: here + 1], turned, turned[:1], outer[here:])
        outer = np.concatenate(middle)
    return outer


def filled(polygon: Floats, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels ``[row, column]`` whose centres lie inside a polygon, by the even-odd rule."""
    x, y = polygon[:, 0], polygon[:, 1]
    ahead_x, ahead_y = np.roll(x, -1), np.roll(y, -1)
    crossings = np.zeros((shape[0], shape[1] + 1), np.uint8)
    low, high = np.minimum(y, ahead_y), np.maximum(y, ahead_y)
    for row in range(max(int(np.ceil(low.min())), 0), min(int(high.max()) + 1, shape[0])):
        cut = (low <= row) & (row < high)
        at = x[cut] + (row - y[cut]) * (ahead_x[cut] - x[cut]) / (ahead_y[cut] - y[cut])
        first = np.clip(np.ceil(at), 0, shape[1]).astype(int)
        np.add.at(crossings[row], first, 1)
    return np.asarray(np.bitwise_xor.accumulate(crossings[:, :-1] & 1, axis=1).view(np.bool_))
