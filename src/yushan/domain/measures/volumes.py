"""Volumes of masks and of what lies in a window of intensities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The usual window of fat in CT (HU, both ends included); other windows are in use, so say which.
FAT_HU: Final = (-190.0, -30.0)


def volume_mm3(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> float:
    """Voxels times their volume, mm³; 0 of an empty mask.

    Raises
    ------
    ValueError
        A spacing is not positive.
    """
    if min(spacing_mm) <= 0:
        raise ValueError("spacing is positive")
    return float(np.count_nonzero(mask)) * float(np.prod(spacing_mm))


def window_volume_mm3(
    image: NDArray[Any],
    mask: NDArray[np.bool_],
    spacing_mm: tuple[float, float, float],
    window: tuple[float, float] = FAT_HU,
) -> float:
    """Volume of the voxels of a mask whose intensity lies in a window, both ends included, mm³.

    Raises
    ------
    ValueError
        As ``volume_mm3``, or the window's ends are the wrong way round.
    """
    low, high = window
    if low > high:
        raise ValueError("a window begins below its end")
    return volume_mm3(mask & (image >= low) & (image <= high), spacing_mm)
