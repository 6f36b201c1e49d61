"""Grey level size zones and distance zones (IBSI 3.8, 3.9): connected voxels of one level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.radiomics.directions import by_volume
from yushan.domain.radiomics.emphasis import Words, emphasis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from yushan.domain.radiomics.directions import Matrix
    from yushan.domain.radiomics.region import Levels

SIZE: Final = Words(
    "szm", "small_zone", "large_zone", "zone", "zone", "zone_size_non_uniformity",
    "zone_size_non_uniformity_normalised", "zone_percentage", "zone_size_variance",
    "zone_size_entropy",
)  # fmt: skip
DISTANCE: Final = Words(
    "dzm", "small_distance", "large_distance", "zone", "zone", "zone_distance_non_uniformity",
    "zone_distance_non_uniformity_normalised", "zone_percentage", "zone_distance_variance",
    "zone_distance_entropy",
)  # fmt: skip
#: Voxels touch by faces, edges or corners.
TOUCHING: Final = np.ones((3, 3, 3), bool)


def size_zones(levels: Levels) -> dict[str, float]:
    """Zones by the number of their voxels."""
    return by_volume(levels, count_sizes, lambda m, voxels: emphasis(m, voxels, SIZE))


def distance_zones(levels: Levels) -> dict[str, float]:
    """Zones by how near they come to the border of the region."""
    return by_volume(levels, count_distances, lambda m, voxels: emphasis(m, voxels, DISTANCE))


def labelled(levels: Levels) -> Iterator[tuple[int, NDArray[Any], int]]:
    """Each level with its zones numbered from 1, and how many there are."""
    for level in np.unique(levels[levels > 0]):
        zones, number = ndimage.label(levels == level, TOUCHING)
        yield int(level), zones, int(number)


def count_sizes(levels: Levels, grey: int) -> Matrix:
    """How many zones of each level and size there are."""
    matrix = np.zeros((grey, int((levels > 0).sum())))
    for level, zones, _ in labelled(levels):
        np.add.at(matrix[level - 1], np.bincount(zones.ravel())[1:] - 1, 1)
    return matrix


def count_distances(levels: Levels, grey: int) -> Matrix:
    """How many zones of each level and least distance there are."""
    distance = border_distance(levels > 0)
    matrix = np.zeros((grey, int(distance.max())))
    for level, zones, number in labelled(levels):
        least = ndimage.minimum(distance, zones, np.arange(1, number + 1)).astype(int)
        np.add.at(matrix[level - 1], least - 1, 1)
    return matrix


def border_distance(mask: NDArray[np.bool_]) -> NDArray[Any]:
    """Steps over faces to leave the region: 1 at its border; a slice is left in its plane."""
    flat = mask.shape[0] == 1
    padded = np.pad(mask[0] if flat else mask, 1)
    distance: NDArray[Any] = ndimage.distance_transform_cdt(padded, "taxicab")
    return distance[None, 1:-1, 1:-1] if flat else distance[1:-1, 1:-1, 1:-1]
