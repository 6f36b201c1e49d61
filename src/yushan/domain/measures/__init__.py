"""Measures: numbers that clinicians read off images, exactly as their definitions say (D19).

Owns no tables. Promises: closed forms where there are some; units in every name; what is not
defined is refused, never zero. Arrays are [slice, row, column], spacing in mm in the same order.
Start at ``diameters.py`` and ``calcium.py``; bands and categories are the guidelines' matter.
"""

from yushan.domain.measures.calcium import CalciumScore, Lesion, calcium_score
from yushan.domain.measures.change import doubling_days, ejection_fraction, percent_change
from yushan.domain.measures.diameters import Diameters, diameters, longest_3d_mm
from yushan.domain.measures.quantities import adc, body_weight_suv, decayed
from yushan.domain.measures.targets import TargetLesion, Targets, Why, choose_targets
from yushan.domain.measures.volumes import FAT_HU, volume_mm3, window_volume_mm3

__all__ = [
    "FAT_HU",
    "CalciumScore",
    "Diameters",
    "Lesion",
    "TargetLesion",
    "Targets",
    "Why",
    "adc",
    "body_weight_suv",
    "calcium_score",
    "choose_targets",
    "decayed",
    "diameters",
    "doubling_days",
    "ejection_fraction",
    "longest_3d_mm",
    "percent_change",
    "volume_mm3",
    "window_volume_mm3",
]
