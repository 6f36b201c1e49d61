"""The surface of a mask as triangles (IBSI 3.1): marching cubes at half a voxel.

The triangles of each of the 256 cubes are worked out by walking around the cube's faces; corners of
a face that touch only at a diagonal are kept apart, so that neighbouring cubes always agree.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Corner = tuple[int, int, int]
    Edge = tuple[Corner, Corner]
    Triangle = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

CORNERS: Final[tuple[Corner, ...]] = tuple((z, y, x) for z, y, x in product((0, 1), repeat=3))


def faces() -> list[tuple[Corner, ...]]:
    """The six faces, corners going round as seen from outside."""
    found = []
    for axis, side in product(range(3), (0, 1)):
        u, v = [a for a in range(3) if a != axis]
        ring = []
        for first, second in ((0, 0), (1, 0), (1, 1), (0, 1)):
            corner = [0, 0, 0]
            corner[axis], corner[u], corner[v] = side, first, second
            ring.append((corner[0], corner[1], corner[2]))
        turned = (side == 1) == (axis != 1)
        found.append(tuple(ring) if turned else tuple(reversed(ring)))
    return found


FACES: Final = faces()


def edge(one: Corner, other: Corner) -> Edge:
    """An edge by its corners in order."""
    return (one, other) if one < other else (other, one)


def onward(inside: frozenset[Corner]) -> dict[Edge, Edge]:
    """From each edge that the surface crosses to the next one around the same inside corners."""
    follows: dict[Edge, Edge] = {}
    for ring in FACES:
        crossings = [
            (edge(ring[k], ring[(k + 1) % 4]), ring[(k + 1) % 4] in inside)
            for k in range(4)
            if (ring[k] in inside) != (ring[(k + 1) % 4] in inside)
        ]
        for place, (at, enters) in enumerate(crossings):
            if enters:
                follows[at] = crossings[place - 1][0]
    return follows


def fullest(points: list[NDArray[np.float64]]) -> list[Triangle]:
    """A loop of points as a fan of triangles: the one that encloses most, then the smallest."""
    count = len(points)
    fans = [
        [(points[k], points[(k + n) % count], points[(k + n + 1) % count])
         for n in range(1, count - 1)]
        for k in range(count)
    ]  # fmt: skip
    middle = np.mean(points, axis=0)
    return max(fans, key=lambda fan: (round(enclosed(fan, middle), 9), -round(extent(fan), 9)))


def enclosed(fan: list[Triangle], apex: NDArray[np.float64]) -> float:
    """Six times the signed volume between triangles and a point."""
    return float(sum((a - apex) @ np.cross(b - apex, c - apex) for a, b, c in fan))


def extent(fan: list[Triangle]) -> float:
    """Twice the area of triangles."""
    return float(sum(np.linalg.norm(np.cross(b - a, c - a)) for a, b, c in fan))


@cache
def triangles_of(index: int) -> NDArray[np.float64]:
    """The triangles of one cube [triangle, corner, axis], in units of voxels from its origin."""
    inside = frozenset(corner for bit, corner in enumerate(CORNERS) if index >> bit & 1)
    follows, found = onward(inside), []
    while follows:
        start, after = follows.popitem()
        loop = [start]
        while after != start:
            loop.append(after)
            after = follows.pop(after)
        found += fullest([np.mean(np.array(ends, float), axis=0) for ends in loop])
    return np.array(found, float).reshape(-1, 3, 3)


def surface(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[Any]:
    """The triangles around a mask [triangle, corner, axis], in mm from the centre of voxel 0."""
    padded = np.pad(mask, 1).astype(np.int64)
    index = np.zeros(tuple(size - 1 for size in padded.shape), np.int64)
    for bit, corner in enumerate(CORNERS):
        part = tuple(slice(c, c + size) for c, size in zip(corner, index.shape, strict=True))
        index |= padded[part] << bit
    pieces = []
    for kind in np.unique(index[(index > 0) & (index < 255)]):
        at = np.argwhere(index == kind).astype(float) - 1
        pieces.append((at[:, None, None, :] + triangles_of(int(kind))[None]).reshape(-1, 3, 3))
    found: NDArray[np.float64] = np.concatenate(pieces) * np.array(spacing_mm)
    return found


def volume_and_area(triangles: NDArray[Any]) -> tuple[float, float]:
    """Volume (mm³) and area (mm²) of a closed surface."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    return abs(float(volume)), float(area)
