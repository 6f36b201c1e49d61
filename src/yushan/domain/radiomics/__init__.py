"""Radiomics: features of a region as the image biomarker standardisation initiative defines them.

Names and codes are those of the IBSI reference manual (Zwanenburg et al., Radiology 2020;295:328;
arXiv:1612.07003v11). Promises: every feature agrees with the manual's reference values of its
digital phantom; nothing is resampled or filtered here; a feature that is not defined for a region
is NaN. Start at ``features.py``.
"""

from yushan.domain.radiomics.discretisation import fixed_bin_number, fixed_bin_size
from yushan.domain.radiomics.features import features
from yushan.domain.radiomics.names import FAMILIES, Name, codes, name_of
from yushan.domain.radiomics.region import Region

__all__ = [
    "FAMILIES",
    "Name",
    "Region",
    "codes",
    "features",
    "fixed_bin_number",
    "fixed_bin_size",
    "name_of",
]
