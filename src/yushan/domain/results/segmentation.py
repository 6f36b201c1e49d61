"""Segmentations (SEG, PS3.3 A.51): masks on a series as one binary multi-frame object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.base import Rejected
from yushan.domain.results.codes import Code
from yushan.domain.results.colours import cielab
from yushan.domain.results.groups import PerFrame, shared_groups
from yushan.domain.results.source import SourceSeries, referenced
from yushan.domain.results.writing import element, sequence, started, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from yushan.domain.results.values import Algorithm, Output, Segment

    #: Label array ``[slice, row, column]``, or a boolean one by segment.
    Masks = NDArray[Any] | Sequence[NDArray[np.bool_]]

SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"
FAMILY: Final = Code("123110", "DCM", "Artificial Intelligence")
PER_FRAME: Final = 0x52009230
PIXELS: Final = 0x7FE00010


def segmentation(
    source: SourceSeries, segments: Sequence[Segment], masks: Masks, output: Output
) -> bytes:
    """A binary SEG as a Part-10 file; frames that hold nothing are left out.

    Parameters
    ----------
    source
        The images the masks lie on.
    segments
        Segment ``k`` is the ``k``-th of them, from 1.
    masks
        Labels ``[slice, row, column]`` (value ``k`` is segment ``k``), or one boolean array for
        each segment where they may overlap; slices in the order of ``source``.
    output
        The series and instance to be written.

    Raises
    ------
    Rejected
        ``results.no-segments``: none given; ``results.shape``: masks and series differ in shape,
        or there is a label or mask without a segment.
    """
    if not segments:
        raise Rejected("results.no-segments")
    check_shape(source, segments, masks)
    keys, pixels = packed_frames(source, len(segments), masks)
    made = started(source, output, SEGMENTATION, "SEG")
    add_image(made, source, output, len(keys))
    made.SegmentSequence = [described(one, k) for k, one in enumerate(segments, 1)]
    add_dimensions(made, source)
    if source.slide is not None:
        made.update(source.slide.header)
        made.DimensionOrganizationType = "TILED_SPARSE"
    used = sorted({place for _, place in keys})
    add_references(made, source, used)
    made.SharedFunctionalGroupsSequence = [shared_groups(source)]
    frames = PerFrame(source)
    groups = [frames.item(number, place, used.index(place) + 1) for number, place in keys]
    long = {
        PER_FRAME: sequence(PER_FRAME, groups),
        PIXELS: element(PIXELS, "OB", pixels),
    }
    return written(made, long)


def check_shape(source: SourceSeries, segments: Sequence[Segment], masks: Masks) -> None:
    """Refuse masks that are not on the grid of the series."""
    if isinstance(masks, np.ndarray) and masks.ndim == 3:
        wrong = masks.shape != source.shape or int(masks.max(initial=0)) > len(segments)
    else:
        wrong = len(masks) != len(segments) or any(one.shape != source.shape for one in masks)
    if wrong:
        raise Rejected("results.shape", slices=source.shape[0])


def packed_frames(
    source: SourceSeries, count: int, masks: Masks
) -> tuple[list[tuple[int, int]], bytes]:
    """(Segment number, slice) of each frame in order, and the bits of all.

    A segment that is nowhere gets one empty frame, so that it is there at all.
    """
    whole = source.shape[1] * source.shape[2] % 8 == 0
    found = {
        key: np.packbits(mask, bitorder="little") if whole else mask.ravel()
        for key, mask in bits_by_frame(masks, count)
    }
    nothing = np.zeros(source.shape[1:], np.bool_)
    for number in set(range(1, count + 1)) - {number for number, _ in found}:
        found[number, 0] = np.packbits(nothing) if whole else nothing.ravel()
    keys = sorted(found)
    together = np.concatenate([found[key] for key in keys])
    return keys, (together if whole else np.packbits(together, bitorder="little")).tobytes()


def bits_by_frame(masks: Masks, count: int) -> Iterator[tuple[tuple[int, int], NDArray[np.bool_]]]:
    """Each mask that is not empty, by segment number and slice."""
    if isinstance(masks, np.ndarray) and masks.ndim == 3:
        for place, labels in enumerate(masks):
            present = np.bincount(labels.ravel(), minlength=count + 1)
            for number in (np.flatnonzero(present[1:]) + 1).tolist():
                yield (number, place), labels == number
        return
    for number, mask in enumerate(masks, 1):
        for place in np.flatnonzero(mask.any(axis=(1, 2))).tolist():
            yield (number, place), np.asarray(mask[place], np.bool_)


def add_image(made: Dataset, source: SourceSeries, output: Output, frames: int) -> None:
    """General image, segmentation image and frame of reference modules."""
    made.ImageType = ["DERIVED", "PRIMARY"]
    made.ContentLabel, made.ContentDescription = output.label, output.description
    made.ContentCreatorName = output.creator
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    _, made.Rows, made.Columns = source.shape
    made.BitsAllocated = made.BitsStored = 1
    made.HighBit = made.PixelRepresentation = 0
    made.LossyImageCompression = "00"
    made.SegmentationType = "BINARY"
    made.NumberOfFrames = frames
    if source.frame_of_reference_uid:
        made.FrameOfReferenceUID = UID(source.frame_of_reference_uid)
        made.PositionReferenceIndicator = ""
    else:
        made.PatientOrientation = ""


def described(segment: Segment, number: int) -> Dataset:
    """One item of the Segment Sequence."""
    item = Dataset()
    item.SegmentNumber, item.SegmentLabel = number, segment.name[:64]
    item.SegmentedPropertyCategoryCodeSequence = [segment.category.item()]
    kind = segment.type.item()
    if segment.laterality is not None:
        kind.SegmentedPropertyTypeModifierCodeSequence = [segment.laterality.item()]
    item.SegmentedPropertyTypeCodeSequence = [kind]
    if segment.region is not None:
        item.AnatomicRegionSequence = [segment.region.item()]
    item.RecommendedDisplayCIELabValue = cielab(segment.colour)
    if segment.tracking_uid:
        item.TrackingID, item.TrackingUID = segment.tracking_id, UID(segment.tracking_uid)
    item.SegmentAlgorithmType = "MANUAL" if segment.algorithm is None else "AUTOMATIC"
    if segment.algorithm is not None:
        item.SegmentAlgorithmName = segment.algorithm.name[:64]
        item.SegmentationAlgorithmIdentificationSequence = [identified(segment.algorithm)]
    return item


def identified(algorithm: Algorithm) -> Dataset:
    """Algorithm Identification macro (PS3.3 10.16)."""
    item = Dataset()
    item.AlgorithmFamilyCodeSequence = [FAMILY.item()]
    item.AlgorithmName, item.AlgorithmVersion = algorithm.name, algorithm.version
    item.AlgorithmParameters = algorithm.parameters
    return item


def add_dimensions(made: Dataset, source: SourceSeries) -> None:
    """Frames are ordered by segment, then by place, where there is one."""
    organisation = UID(f"{made.SOPInstanceUID}.1"[:64].rstrip("."))
    item = Dataset()
    item.DimensionOrganizationUID = organisation
    made.DimensionOrganizationSequence = [item]
    pointers = [(0x0062000B, 0x0062000A, "ReferencedSegmentNumber")]
    if source.grid is not None:
        pointers.append((0x00200032, 0x00209113, "ImagePositionPatient"))
    if source.slide is not None:
        pointers.append((0x0048021F, 0x0048021A, "RowPositionInTotalImagePixelMatrix"))
        pointers.append((0x0048021E, 0x0048021A, "ColumnPositionInTotalImagePixelMatrix"))
    made.DimensionIndexSequence = []
    for pointer, group, label in pointers:
        index = Dataset()
        index.DimensionOrganizationUID = organisation
        index.DimensionIndexPointer, index.FunctionalGroupPointer = pointer, group
        index.DimensionDescriptionLabel = label
        made.DimensionIndexSequence.append(index)


def add_references(made: Dataset, source: SourceSeries, used: Sequence[int]) -> None:
    """Common Instance Reference module: the images frames were drawn on."""
    seen = dict.fromkeys(
        (source.frames[place].sop_class_uid, source.frames[place].sop_instance_uid)
        for place in used
    )
    series = Dataset()
    series.SeriesInstanceUID = UID(source.series_instance_uid)
    series.ReferencedInstanceSequence = [referenced(*one) for one in seen]
    made.ReferencedSeriesSequence = [series]
