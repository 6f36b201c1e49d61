"""What is asked of a measurement, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from yushan.base import Rejected

HU: Final = "[hnsf'U]"
#: Bins of CT where nothing is said, HU; elsewhere a number of bins.
WIDTH_HU: Final = 25.0
BINS: Final = 32


class Binning(NamedTuple):
    """How intensities become grey levels: bins of a ``width``, or a ``number`` of bins.

    ``width`` is in the unit of the intensities; ``lowest`` is where the first bin begins, the
    least intensity of each segment where nothing is said. With neither: 25 HU on CT, 32 bins of
    anything else.
    """

    width: float | None = None
    number: int | None = None
    lowest: float | None = None

    def checked(self) -> Binning:
        """Itself.

        Raises
        ------
        Rejected
            ``features.bins``: both are given, one is not positive, or there is no width for
            ``lowest``.
        """
        given = [one for one in (self.width, self.number) if one is not None]
        has_start = self.lowest is not None and self.width is None
        if len(given) > 1 or any(one <= 0 for one in given) or has_start:
            raise Rejected("features.bins")
        return self

    def of(self, unit: str) -> Binning:
        """What holds for images of a unit."""
        if self.width is None and self.number is None:
            return Binning(width=WIDTH_HU) if unit == HU else Binning(number=BINS)
        return self


@dataclass(frozen=True, slots=True)
class SegmentMeasures:
    """One segment.

    Parameters
    ----------
    number
        Segment Number.
    label, kind, side
        Segment Label; code, scheme and meaning of the property type; meaning of its laterality.
    voxels
        How many voxels it has; without any, nothing else is there.
    measures
        Name -> (value, UCUM unit): volume, axes.
    features
        Name of `yushan.domain.radiomics` -> value; NaN where it is not defined.
    """

    number: int
    label: str
    kind: tuple[str, str, str]
    side: str
    voxels: int
    measures: dict[str, tuple[float, str]]
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """All segments of an object, and on what they were measured.

    ``unit`` is the UCUM unit of the intensities, ``1`` where headers name none; ``spacing_mm`` is
    between slices, rows, columns.
    """

    series_instance_uid: str
    modality: str
    unit: str
    spacing_mm: tuple[float, float, float]
    binning: Binning
    segments: tuple[SegmentMeasures, ...]
