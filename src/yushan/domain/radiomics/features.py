"""All features of a region, by their names in the manual and the way they were put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.radiomics.cooccurrence import cooccurrence
from yushan.domain.radiomics.intensity import histogram, peaks, statistics, volume_histogram
from yushan.domain.radiomics.neighbours import dependence, tone_differences
from yushan.domain.radiomics.runs import runs
from yushan.domain.radiomics.shape import morphology
from yushan.domain.radiomics.zones import distance_zones, size_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from yushan.domain.radiomics.region import Levels, Region

#: Families that look at intensities, and families that look at grey levels.
OF_REGION: Final[dict[str, Callable[[Region], dict[str, float]]]] = {
    "morph": morphology,
    "loc": peaks,
    "stat": statistics,
}
OF_LEVELS: Final[dict[str, Callable[[Levels], dict[str, float]]]] = {
    "int_hist": histogram,
    "ivh": volume_histogram,
    "cm": cooccurrence,
    "rlm": runs,
    "szm": size_zones,
    "dzm": distance_zones,
    "ngtdm": tone_differences,
    "ngldm": dependence,
}


def features(
    region: Region, levels: Levels | None = None, families: Collection[str] = ()
) -> dict[str, float]:
    """Features of a region.

    Parameters
    ----------
    region
        Intensities, mask, spacing.
    levels
        Grey levels [slice, row, column] from `fixed_bin_size` or `fixed_bin_number`, 0 outside the
        mask; without them only what looks at intensities is worked out.
    families
        Keys of `FAMILIES`; none means all.

    Returns
    -------
    dict
        Name -> value. Texture carries how its matrices were put together: ``_2d_avg``, ``_2d_mrg``,
        ``_25d_avg``, ``_25d_mrg``, ``_3d_avg``, ``_3d_mrg``, or ``_2d``, ``_25d``, ``_3d``. NaN
        where a feature is not defined for the region.

    Raises
    ------
    ValueError
        Levels of another shape than the mask, or a family that is none.
    """
    unknown = set(families) - {*OF_REGION, *OF_LEVELS}
    if unknown:
        raise ValueError(f"no such family: {', '.join(sorted(unknown))}")
    found: dict[str, float] = {}
    for name, of_region in OF_REGION.items():
        if not families or name in families:
            found |= of_region(region)
    if levels is None:
        return found
    if levels.shape != region.mask.shape or not np.array_equal(levels > 0, region.mask):
        raise ValueError("levels are given exactly inside the mask")
    for name, of_levels in OF_LEVELS.items():
        if not families or name in families:
            found |= of_levels(levels)
    return found
