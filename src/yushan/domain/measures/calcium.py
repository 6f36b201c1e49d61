"""Coronary calcium of a CT: Agatston, volume and mass score.

Agatston et al., JACC 1990;15:827: lesions on each slice of at least 130 HU and 1 mm², area times a
weight by the highest HU; scaled from the reference spacing of 3 mm to the one of the images.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

THRESHOLD_HU: Final = 130.0
LEAST_MM2: Final = 1.0
REFERENCE_MM: Final = 3.0
#: Highest HU of a lesion -> weight.
WEIGHTS: Final = ((400.0, 4), (300.0, 3), (200.0, 2), (THRESHOLD_HU, 1))
#: Pixels touch by sides or corners.
TOUCHING: Final = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion on one slice."""

    slice_index: int
    area_mm2: float
    max_hu: float
    mean_hu: float
    weight: int


@dataclass(frozen=True, slots=True)
class CalciumScore:
    """The scores of a volume; ``mass_mg`` is there when a calibration was given."""

    agatston: float
    volume_mm3: float
    mass_mg: float | None
    lesions: tuple[Lesion, ...]


def calcium_score(
    image_hu: NDArray[Any],
    spacing_mm: tuple[float, float, float],
    *,
    mask: NDArray[np.bool_] | None = None,
    mg_per_mm3_hu: float | None = None,
) -> CalciumScore:
    """Score a volume of axial slices.

    Parameters
    ----------
    image_hu
        [slice, row, column].
    spacing_mm
        Between slices, rows, columns.
    mask
        Where lesions are looked for, for example the coronary arteries; everywhere without it.
    mg_per_mm3_hu
        Calibration of the scanner from a phantom: mg of hydroxyapatite per mm³ and HU.

    Returns
    -------
    CalciumScore
        Not rounded: the guideline rounds the total when it is reported.
    """
    z, y, x = spacing_mm
    lesions = tuple(
        lesion
        for index in range(image_hu.shape[0])
        for lesion in on_slice(index, image_hu[index], y * x, None if mask is None else mask[index])
    )
    score = sum(one.area_mm2 * one.weight for one in lesions) * z / REFERENCE_MM
    volume = sum(one.area_mm2 for one in lesions) * z
    mass = None
    if mg_per_mm3_hu is not None:
        mass = mg_per_mm3_hu * sum(one.area_mm2 * z * one.mean_hu for one in lesions)
    return CalciumScore(float(score), float(volume), mass, lesions)


def on_slice(
    index: int, plane: NDArray[Any], pixel_mm2: float, mask: NDArray[np.bool_] | None
) -> Iterator[Lesion]:
    """The lesions of one slice."""
    dense = plane >= THRESHOLD_HU
    if mask is not None:
        dense &= mask
    labels, count = ndimage.label(dense, TOUCHING)
    for number, box in zip(range(1, count + 1), ndimage.find_objects(labels), strict=True):
        values = plane[box][labels[box] == number]
        area = float(values.size * pixel_mm2)
        if area >= LEAST_MM2:
            highest = float(values.max())
            weight = next(weight for least, weight in WEIGHTS if highest >= least)
            yield Lesion(index, area, highest, float(values.mean()), weight)
