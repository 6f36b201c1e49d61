"""Contours (RTSTRUCT) of cord and aorta on a CT series of the chest phantom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.domain.phantoms.headers import Series, reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.domain.phantoms.canvas import Image
    from yushan.domain.phantoms.segmentation import Slices

STRUCTURE_SET: Final = "1.2.840.10008.5.1.4.1.1.481.3"


def ring(points: int, centre: tuple[float, float], axes: tuple[float, float]) -> Image:
    """An ellipse as a closed contour ``[point, (x, y)]`` in mm."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.asarray(
        np.stack([centre[0] + axes[0] * np.cos(turn), centre[1] + axes[1] * np.sin(turn)], axis=1),
        dtype=np.float32,
    )


def cord(_: float) -> Image:
    """The spinal cord."""
    return ring(16, (0, 92), (5.2, 4.2))


def aorta(_: float) -> Image:
    """The descending aorta."""
    return ring(24, (24, 50), (12, 12))


#: Name, kind of the region and its contour by height.
REGIONS: Final[tuple[tuple[str, str, Callable[[float], Image]], ...]] = (
    ("Spinal cord", "ORGAN", cord),
    ("Aorta", "ORGAN", aorta),
)


def add_structures(dataset: Dataset, of: Series, slices: Slices, names: dict[str, str]) -> None:
    """Structure set modules; ``names`` renames regions as a careless planner would."""
    dataset.StructureSetLabel = "PLAN"
    dataset.StructureSetDate, dataset.StructureSetTime = dataset.StudyDate, dataset.StudyTime
    dataset.FrameOfReferenceUID = UID(of.frame_of_reference_uid)
    dataset.PositionReferenceIndicator = ""
    dataset.ReferencedFrameOfReferenceSequence = [frame_of_reference(of, slices)]
    dataset.StructureSetROISequence = []
    dataset.ROIContourSequence = []
    dataset.RTROIObservationsSequence = []
    below = [(z, name) for z, name in slices if z < 34]
    for number, (label, kind, outline) in enumerate(REGIONS, 1):
        region, contour, observation = Dataset(), Dataset(), Dataset()
        region.ROINumber, region.ROIName = number, names.get(label, label)
        region.ReferencedFrameOfReferenceUID = of.frame_of_reference_uid
        region.ROIGenerationAlgorithm = "MANUAL"
        contour.ReferencedROINumber, contour.ROIDisplayColor = number, [255, 64 * number, 0]
        contour.ContourSequence = [outlined(of, at, outline) for at in below]
        observation.ObservationNumber = observation.ReferencedROINumber = number
        observation.RTROIInterpretedType, observation.ROIInterpreter = kind, "Chang^YaTing"
        dataset.StructureSetROISequence.append(region)
        dataset.ROIContourSequence.append(contour)
        dataset.RTROIObservationsSequence.append(observation)
    dataset.ApprovalStatus = "UNAPPROVED"


def outlined(of: Series, at: tuple[float, str], outline: Callable[[float], Image]) -> Dataset:
    """One closed contour on one slice."""
    z, instance = at
    points = outline(z)
    item = Dataset()
    item.ContourImageSequence = [reference(of.sop_class, instance)]
    item.ContourGeometricType = "CLOSED_PLANAR"
    item.NumberOfContourPoints = len(points)
    item.ContourData = [f"{value:.2f}" for x, y in points.tolist() for value in (x, y, z)]
    return item


def frame_of_reference(of: Series, slices: Slices) -> Dataset:
    """The images the contours lie on."""
    frame_item, study, series = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = UID(of.series_instance_uid)
    series.ContourImageSequence = [reference(of.sop_class, name) for _, name in slices]
    study.ReferencedSOPClassUID = UID("1.2.840.10008.3.1.2.3.1")
    study.ReferencedSOPInstanceUID = UID(of.study.study_instance_uid)
    study.RTReferencedSeriesSequence = [series]
    frame_item.FrameOfReferenceUID = UID(of.frame_of_reference_uid)
    frame_item.RTReferencedStudySequence = [study]
    return frame_item
