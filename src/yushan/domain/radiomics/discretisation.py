"""Grey levels from intensities (IBSI 2.7): fixed bin size or fixed bin number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from yushan.domain.radiomics.region import Levels, Region


def fixed_bin_size(region: Region, width: float, lowest: float | None = None) -> Levels:
    """Levels of equal width: 1 for the lowest intensity, 0 outside the region.

    Parameters
    ----------
    region
        The region.
    width
        Width of a bin in the unit of the intensities, positive.
    lowest
        Where the first bin begins: the lower end of the range that the region was segmented by;
        the least intensity of the region when nothing is said.

    Raises
    ------
    ValueError
        The width is not positive, or an intensity lies below the lowest.
    """
    if width <= 0:
        raise ValueError("a bin has a positive width")
    values = region.values
    start = float(values.min()) if lowest is None else lowest
    if values.min() < start:
        raise ValueError("an intensity lies below the first bin")
    return spread(region, np.floor((values - start) / width).astype(np.int64) + 1)


def fixed_bin_number(region: Region, count: int) -> Levels:
    """``count`` levels over the range of the region, 0 outside the region.

    Raises
    ------
    ValueError
        Fewer than one bin.
    """
    if count < 1:
        raise ValueError("at least one bin")
    values = region.values
    low, high = float(values.min()), float(values.max())
    if high == low:
        return spread(region, np.ones(values.shape, np.int64))
    levels = np.floor(count * (values - low) / (high - low)).astype(np.int64) + 1
    return spread(region, np.minimum(levels, count))


def spread(region: Region, levels: Levels) -> Levels:
    """Levels at their places, 0 elsewhere."""
    placed = np.zeros(region.mask.shape, np.int64)
    placed[region.mask] = levels
    return placed
