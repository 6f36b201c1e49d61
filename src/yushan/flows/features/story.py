"""Flow *features* (B3): a segmentation and its images become numbers.

1. Read which series the segmentation was drawn on.
2. Find that series in the folder and decode it; nothing else there is touched.
3. Put the masks on the grid of the series; another grid or frame of reference is refused.
4. Measure each segment: volume and axes, and the features that are asked for.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError

from yushan.base import Rejected
from yushan.domain.measures import diameters, longest_3d_mm, volume_mm3
from yushan.domain.radiomics import FAMILIES, Region, features, fixed_bin_number, fixed_bin_size
from yushan.domain.results import read_segmentation
from yushan.engines.sandbox import Children
from yushan.flows.features.images import Images, images_of
from yushan.flows.features.values import Binning, Measured, SegmentMeasures

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from yushan.domain.results import Segment

#: Voxels kept around a segment: local peaks look as far as 6.2 mm beyond it.
AROUND_MM: Final = 8.0
MEMORY_MIB: Final = 8192
#: The whole work of one object.
SECONDS: Final = 1800.0


def measure_segments(
    segmentation: Path, images: Path, *, binning: Binning, families: Collection[str] = ()
) -> Measured:
    """Measures and features of every segment of a segmentation.

    Parameters
    ----------
    segmentation
        A DICOM SEG, binary or fractional.
    images
        Folder in which its series lies, wherever below and whatever lies beside it.
    binning
        How grey levels are made; `Binning()` leaves it to the modality.
    families
        Keys of `yushan.domain.radiomics.FAMILIES`; none means all.

    Raises
    ------
    Rejected
        ``features.bins``, ``features.no-family``, ``features.no-series``, ``features.no-place``,
        ``features.not-grey``, ``features.too-large``, ``features.below-bins``,
        ``features.unreadable``, ``results.not-segmentation``, ``results.other-grid``,
        ``results.other-frame``, ``results.uneven``, and what stops a child.
    """
    if unknown := set(families) - set(FAMILIES):
        raise Rejected("features.no-family", family=", ".join(sorted(unknown))[:60])
    binning = binning.checked()
    children = Children(1, memory_mib=MEMORY_MIB, seconds=SECONDS, preload=(__name__,))
    try:
        return children.run(measured, segmentation, images, binning, tuple(families))
    finally:
        children.close()


def measured(
    segmentation: Path, folder: Path, binning: Binning, families: tuple[str, ...]
) -> Measured:
    """As ``measure_segments``, in a child."""
    data = segmentation.read_bytes()
    series = series_of(data)
    images = images_of(folder, series)
    found = read_segmentation(data, images.source)
    wanted = Wanted(images, images.spacing_mm, binning.of(images.unit), families)
    return Measured(
        series, images.source.modality, images.unit, wanted.spacing_mm, wanted.binning,
        tuple(
            measures_of(number, one, mask, wanted)
            for number, (one, mask) in enumerate(zip(found.segments, found.masks, strict=True), 1)
        ),
    )  # fmt: skip


def series_of(data: bytes) -> str:
    """The series a segmentation was drawn on."""
    try:
        head = pydicom.dcmread(BytesIO(data), stop_before_pixels=True)
        return str(head.ReferencedSeriesSequence[0].SeriesInstanceUID)
    except (InvalidDicomError, AttributeError, IndexError, TypeError, ValueError) as error:
        raise Rejected("results.not-segmentation") from error


class Wanted(NamedTuple):
    """What a segment is measured on, and how."""

    images: Images
    spacing_mm: tuple[float, float, float]
    binning: Binning
    families: tuple[str, ...]


def measures_of(
    number: int, about: Segment, mask: NDArray[np.bool_], wanted: Wanted
) -> SegmentMeasures:
    """One segment; one without voxels is there without numbers."""
    voxels = int(np.count_nonzero(mask))
    side = about.laterality.meaning if about.laterality else ""
    kind = (about.type.value, about.type.scheme, about.type.meaning)
    if not voxels:
        return SegmentMeasures(number, about.name, kind, side, 0, {}, {})
    axes = diameters(mask, wanted.spacing_mm)
    measures = {
        "volume": (volume_mm3(mask, wanted.spacing_mm), "mm3"),
        "long_axis": (axes.long_mm, "mm"),
        "short_axis": (axes.short_mm, "mm"),
        "longest_3d": (longest_3d_mm(mask, wanted.spacing_mm), "mm"),
    }
    region = region_of(wanted, mask)
    found = features(region, levels_of(region, wanted.binning), wanted.families)
    return SegmentMeasures(number, about.name, kind, side, voxels, measures, found)


def region_of(wanted: Wanted, mask: NDArray[np.bool_]) -> Region:
    """A segment with what lies around it."""
    box = tuple(
        slice(max(int(at.min()) - margin, 0), int(at.max()) + margin + 1)
        for at, margin in zip(
            np.nonzero(mask), (int(AROUND_MM // step) + 1 for step in wanted.spacing_mm),
            strict=True,
        )
    )  # fmt: skip
    return Region(wanted.images.values[box].astype(np.float64), mask[box], wanted.spacing_mm)


def levels_of(region: Region, binning: Binning) -> NDArray[np.int64]:
    """Grey levels of a segment.

    Raises
    ------
    Rejected
        ``features.below-bins``: an intensity lies below the first bin.
    """
    if binning.number is not None:
        return fixed_bin_number(region, binning.number)
    if binning.lowest is not None and region.values.min() < binning.lowest:
        raise Rejected("features.below-bins", lowest=binning.lowest)
    return fixed_bin_size(region, binning.width or 1.0, binning.lowest)
