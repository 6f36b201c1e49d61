"""Structure sets (RTSTRUCT, PS3.3 A.19): masks as contours on the slices of a series."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.base import Rejected
from yushan.domain.results.contours import filled, outlines
from yushan.domain.results.segmentation import check_shape
from yushan.domain.results.source import SourceSeries, referenced
from yushan.domain.results.writing import element, item, sequence, started, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from yushan.domain.results.segmentation import Masks
    from yushan.domain.results.values import Output, Segment

STRUCTURE_SET: Final = "1.2.840.10008.5.1.4.1.1.481.3"
STUDY: Final = "1.2.840.10008.3.1.2.3.1"
CONTOURS: Final = 0x30060039


def structure_set(
    source: SourceSeries, segments: Sequence[Segment], masks: Masks, output: Output
) -> bytes:
    """Contours of masks as an RTSTRUCT, a Part-10 file.

    Contours run between pixel centres, so that the centres inside them are the mask again; holes
    are cut in by the keyhole technique. Arguments are those of ``segmentation``.

    Raises
    ------
    Rejected
        ``results.no-segments``, ``results.shape``, or ``results.no-images``: the images have no
        place in space.
    """
    if not segments:
        raise Rejected("results.no-segments")
    if source.grid is None:
        raise Rejected("results.no-images")
    check_shape(source, segments, masks)
    made = started(source, output, STRUCTURE_SET, "RTSTRUCT")
    del made.ContentDate, made.ContentTime
    made.OperatorsName = output.creator
    made.StructureSetLabel = output.label
    made.StructureSetDate, made.StructureSetTime = made.SeriesDate, made.SeriesTime
    made.ApprovalStatus = "UNAPPROVED"
    made.FrameOfReferenceUID = UID(source.frame_of_reference_uid)
    made.PositionReferenceIndicator = ""
    made.ReferencedFrameOfReferenceSequence = [frame_of_reference(source)]
    made.StructureSetROISequence = [
        region(one, number, source) for number, one in enumerate(segments, 1)
    ]
    made.RTROIObservationsSequence = [
        observed(one, number, output) for number, one in enumerate(segments, 1)
    ]
    drawn = [
        contours(source, one, number, mask_of(masks, number))
        for number, one in enumerate(segments, 1)
    ]
    return written(made, {CONTOURS: sequence(CONTOURS, drawn)})


def mask_of(masks: Masks, number: int) -> NDArray[np.bool_]:
    """The mask of one segment."""
    if isinstance(masks, np.ndarray) and masks.ndim == 3:
        return np.asarray(masks == number)
    return np.asarray(masks[number - 1])


def frame_of_reference(source: SourceSeries) -> Dataset:
    """The images contours lie on."""
    frame, study, series = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = UID(source.series_instance_uid)
    series.ContourImageSequence = [pointed(source, place) for place in range(source.shape[0])]
    study.ReferencedSOPClassUID = UID(STUDY)
    study.ReferencedSOPInstanceUID = UID(source.study_instance_uid)
    study.RTReferencedSeriesSequence = [series]
    frame.FrameOfReferenceUID = UID(source.frame_of_reference_uid)
    frame.RTReferencedStudySequence = [study]
    return frame


def pointed(source: SourceSeries, place: int) -> Dataset:
    """One image, or one frame of it."""
    one = source.frames[place]
    made = referenced(one.sop_class_uid, one.sop_instance_uid)
    if one.frame is not None:
        made.ReferencedFrameNumber = one.frame
    return made


def region(segment: Segment, number: int, source: SourceSeries) -> Dataset:
    """One item of the Structure Set ROI Sequence."""
    made = Dataset()
    made.ROINumber, made.ROIName = number, segment.name
    made.ReferencedFrameOfReferenceUID = UID(source.frame_of_reference_uid)
    made.ROIGenerationAlgorithm = "MANUAL" if segment.algorithm is None else "AUTOMATIC"
    return made


def observed(segment: Segment, number: int, output: Output) -> Dataset:
    """What a region is."""
    made = Dataset()
    made.ObservationNumber = made.ReferencedROINumber = number
    made.ROIObservationLabel = segment.name[:16]
    made.RTROIIdentificationCodeSequence = [segment.type.item()]
    made.RTROIInterpretedType = "ORGAN" if segment.category.value == "123037004" else "CONTROL"
    made.ROIInterpreter = output.creator
    return made


def contours(source: SourceSeries, segment: Segment, number: int, mask: NDArray[np.bool_]) -> bytes:
    """One item of the ROI Contour Sequence, as bytes."""
    colour = element(0x3006002A, "IS", "\\".join(map(str, segment.colour)).encode())
    which = element(0x30060084, "IS", str(number).encode())
    items = [
        contour(source, place, points)
        for place in np.flatnonzero(mask.any(axis=(1, 2))).tolist()
        for points in outlines(np.asarray(mask[place]))
    ]
    return item(colour, sequence(0x30060040, items), which) if items else item(colour, which)


def contour(source: SourceSeries, place: int, points: NDArray[np.float64]) -> bytes:
    """One closed contour on one slice."""
    assert source.grid is not None  # noqa: S101 - checked at the door
    whole = np.column_stack([np.full(len(points), place), points[:, 1], points[:, 0]])
    text = "\\".join(f"{value:.3f}" for value in source.grid.points(whole).ravel().tolist())
    image = source.frames[place]
    parts = [
        element(0x00081150, "UI", image.sop_class_uid.encode()),
        element(0x00081155, "UI", image.sop_instance_uid.encode()),
    ]
    if image.frame is not None:
        parts.append(element(0x00081160, "IS", str(image.frame).encode()))
    return item(
        sequence(0x30060016, [item(*parts)]),
        element(0x30060042, "CS", b"CLOSED_PLANAR"),
        element(0x30060046, "IS", str(len(points)).encode()),
        element(0x30060050, "DS", text.encode()),
    )


def read_structure_set(data: bytes, source: SourceSeries) -> dict[str, NDArray[np.bool_]]:
    """Masks ``[slice, row, column]`` by region name: pixels whose centres lie inside.

    Several contours of a region on a slice are taken together by the even-odd rule.

    Raises
    ------
    Rejected
        ``results.not-structures``: no structure set; ``results.other-grid``: contours lie off
        the slices of the series.
    """
    found = pydicom.dcmread(BytesIO(data), force=True)
    if str(found.get("SOPClassUID")) != STRUCTURE_SET or source.grid is None:
        raise Rejected("results.not-structures")
    names = {int(one.ROINumber): str(one.ROIName) for one in found.StructureSetROISequence}
    masks = {name: np.zeros(source.shape, np.bool_) for name in names.values()}
    for one in found.ROIContourSequence:
        mask = masks[names[int(one.ReferencedROINumber)]]
        for place, polygon in polygons(one, source):
            mask[place] ^= filled(polygon, (source.shape[1], source.shape[2]))
    return masks


def polygons(one: Dataset, source: SourceSeries) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Slice and polygon ``(column, row)`` of each closed contour of a region."""
    for drawn in one.get("ContourSequence") or ():
        if not str(drawn.ContourGeometricType).startswith("CLOSED"):
            continue
        points = np.array(drawn.ContourData, dtype=np.float64).reshape(-1, 3)
        assert source.grid is not None  # noqa: S101 - checked at the door
        index = source.grid.index(points)
        place = int(np.rint(index[0, 0]))
        if not 0 <= place < source.shape[0] or np.abs(index[:, 0] - place).max() > 0.5:
            raise Rejected("results.other-grid")
        yield place, index[:, [2, 1]]
