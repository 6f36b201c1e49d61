"""The images a result is about: their identity, geometry, and whose they are."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.base import Rejected
from yushan.domain.results.slide import Slide, slide_of
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Triple = tuple[float, float, float]

#: Attributes of patient, study and clinical trial modules that a result takes over (PS3.3 C.7.1-2).
KEPT: Final = (
    "SpecificCharacterSet", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate",
    "PatientSex", "OtherPatientIDs", "OtherPatientIDsSequence", "PatientIdentityRemoved",
    "DeidentificationMethod", "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified", "ClinicalTrialSponsorName",
    "ClinicalTrialProtocolID", "ClinicalTrialProtocolName", "ClinicalTrialSiteID",
    "ClinicalTrialSiteName", "ClinicalTrialSubjectID", "ClinicalTrialSubjectReadingID",
    "StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID",
    "AccessionNumber", "IssuerOfAccessionNumberSequence", "StudyDescription", "PatientAge",
    "PatientSize", "PatientWeight",
)  # fmt: skip
#: Type 2 attributes that must be there, if only empty.
EMPTY: Final = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime",
    "ReferringPhysicianName", "StudyID", "AccessionNumber",
)  # fmt: skip
#: Slices may lie this part of their distance off a regular place.
TOLERANCE: Final = 0.05
ZERO: Final = (0.0, 0.0, 0.0)


class SourceFrame(NamedTuple):
    """One image or frame: its class, instance, frame number (None: single frame), first pixel."""

    sop_class_uid: str
    sop_instance_uid: str
    frame: int | None
    position: Triple


@dataclass(frozen=True, eq=False)
class SourceSeries:
    """A series as results need it.

    Parameters
    ----------
    study_instance_uid, series_instance_uid, frame_of_reference_uid
        Identity; the last is empty for images without a frame of reference.
    modality
        Modality of the images.
    shape
        Slices, rows, columns of masks on it.
    frames
        Images in the order of slices of masks.
    grid
        Where the samples lie, or None for images without a place in space (radiographs …).
    thickness_mm
        Slice thickness; the distance of slices where headers say none.
    pixel_mm
        Distance of rows and columns on images without a place, or None.
    header
        Patient and study modules, copied into every result.
    slide
        How its tiles lie on a slide, or None.
    """

    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    modality: str
    shape: tuple[int, int, int]
    frames: tuple[SourceFrame, ...]
    grid: Grid | None
    thickness_mm: float
    pixel_mm: tuple[float, float] | None
    header: Dataset
    slide: Slide | None = None

    @classmethod
    def from_headers(cls, headers: Iterable[Dataset]) -> SourceSeries:
        """The series of some instances' headers, pixels not needed, in any order.

        Classic single frames and enhanced multi-frame objects alike; slices are put in the order
        of their places along the normal.

        Raises
        ------
        Rejected
            ``results.no-images``: no header, or one without rows and columns;
            ``results.mixed-series``: several series, frames of reference, sizes or orientations;
            ``results.uneven``: slices are missing, twice or not evenly spaced.
        """
        given = list(headers)
        if not given or "Rows" not in given[0]:
            raise Rejected("results.no-images")
        check_one_series(given)
        first = given[0]
        places = [place for header in given for place in places_of(header)]
        spatial = bool(first.get("FrameOfReferenceUID")) and all(p.axes for p in places)
        ordered = in_order(places) if spatial else places
        shape = (len(ordered), int(first.Rows), int(first.Columns))
        slide = slide_of(first)
        return cls(
            study_instance_uid=str(first.StudyInstanceUID),
            series_instance_uid=str(first.SeriesInstanceUID),
            frame_of_reference_uid=str(first.FrameOfReferenceUID) if spatial or slide else "",
            modality=str(first.Modality),
            shape=shape,
            frames=tuple(one.frame for one in ordered),
            grid=grid_of(ordered, shape) if spatial else None,
            thickness_mm=ordered[0].thickness_mm,
            pixel_mm=flat_spacing(first),
            header=kept(first),
            slide=slide,
        )

    def patient_and_study(self) -> Dataset:
        """A fresh data set with the patient and study modules."""
        return deepcopy(self.header)


class Place(NamedTuple):
    """A frame with where it lies: row and column directions and spacing (rows, columns)."""

    frame: SourceFrame
    axes: tuple[float, ...]
    spacing: tuple[float, float]
    thickness_mm: float


def kept(header: Dataset) -> Dataset:
    """Patient and study modules of a header."""
    found = Dataset()
    for keyword in KEPT:
        if keyword in header:
            found[keyword] = deepcopy(header[keyword])
    for keyword in EMPTY:
        if keyword not in found:
            setattr(found, keyword, "")
    return found


def check_one_series(headers: Sequence[Dataset]) -> None:
    """Refuse what is not one series of one kind of images."""
    kinds = {
        (
            one.get("SeriesInstanceUID"), one.get("FrameOfReferenceUID"), one.get("Rows"),
            one.get("Columns"),
        )
        for one in headers
    }  # fmt: skip
    if len(kinds) > 1:
        raise Rejected("results.mixed-series", kinds=len(kinds))


def places_of(header: Dataset) -> list[Place]:
    """Frames of one instance with their places."""
    klass, instance = str(header.SOPClassUID), str(header.SOPInstanceUID)
    if "PerFrameFunctionalGroupsSequence" in header:
        shared = header.SharedFunctionalGroupsSequence[0]
        return [
            placed(merged(shared, own), (klass, instance, number))
            for number, own in enumerate(header.PerFrameFunctionalGroupsSequence, 1)
        ]
    count = int(header.get("NumberOfFrames") or 1)
    numbers = range(1, count + 1) if "NumberOfFrames" in header else (None,)
    return [placed(header, (klass, instance, number)) for number in numbers]


def merged(shared: Dataset, own: Dataset) -> Dataset:
    """The geometry of one frame out of both kinds of functional groups."""
    found = Dataset()
    for name in ("PixelMeasuresSequence", "PlaneOrientationSequence", "PlanePositionSequence"):
        group = own.get(name) or shared.get(name)
        if group:
            found.update(group[0])
    return found


def placed(found: Dataset, who: tuple[str, str, int | None]) -> Place:
    """A frame with the place its attributes give; no axes where they give none."""
    position = found.get("ImagePositionPatient")
    orientation = found.get("ImageOrientationPatient")
    spacing = found.get("PixelSpacing")
    if not (position and orientation and spacing):
        return Place(SourceFrame(*who, ZERO), (), (1.0, 1.0), 1.0)
    at = cast("Triple", tuple(float(v) for v in position))
    axes = tuple(float(v) for v in orientation)
    thick = float(found.get("SliceThickness") or found.get("SpacingBetweenSlices") or 1.0)
    return Place(SourceFrame(*who, at), axes, (float(spacing[0]), float(spacing[1])), thick)


def in_order(places: list[Place]) -> list[Place]:
    """Along the normal of the planes, feet, right and front first."""
    first = np.array(places[0].axes)
    if any(np.abs(np.array(one.axes) - first).max() > 1e-3 for one in places):
        raise Rejected("results.mixed-series", kinds=2)
    normal = normal_of(places[0].axes)
    if normal[np.argmax(np.abs(normal))] < 0:
        normal = -normal
    return sorted(places, key=lambda one: float(normal @ np.array(one.frame.position)))


def normal_of(axes: tuple[float, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Normal of a plane by the directions of its rows and columns."""
    return np.cross(np.array(axes[:3]), np.array(axes[3:6]))


def grid_of(places: list[Place], shape: tuple[int, int, int]) -> Grid:
    """The regular grid of slices in order."""
    axes, spacing = places[0].axes, places[0].spacing
    points = np.array([one.frame.position for one in places])
    step, normal = places[0].thickness_mm, normal_of(axes)
    if len(places) > 1:
        step_vector = (points[-1] - points[0]) / (len(points) - 1)
        step = float(np.linalg.norm(step_vector))
        regular = points[0] + np.arange(len(points))[:, None] * step_vector
        if step < 1e-4 or np.abs(points - regular).max() > TOLERANCE * step:
            raise Rejected("results.uneven", slices=len(places))
        if abs(float(normal @ step_vector)) < (1 - TOLERANCE) * step:
            raise Rejected("results.uneven", slices=len(places))
        normal = normal * np.sign(float(normal @ step_vector))
    return Grid(
        shape, unit3(points[0]), (step, spacing[0], spacing[1]),
        (unit3(normal / np.linalg.norm(normal)), unit3(np.array(axes[3:6])),
         unit3(np.array(axes[:3]))),
    )  # fmt: skip


def unit3(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Triple:
    """Three plain numbers."""
    return float(values[0]), float(values[1]), float(values[2])


def flat_spacing(header: Dataset) -> tuple[float, float] | None:
    """Spacing of rows and columns on an image without a place, as far as its header says it."""
    found = header.get("PixelSpacing") or header.get("ImagerPixelSpacing")
    return (float(found[0]), float(found[1])) if found else None


def referenced(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    """An item that points at an instance."""
    item = Dataset()
    item.ReferencedSOPClassUID = UID(sop_class_uid)
    item.ReferencedSOPInstanceUID = UID(sop_instance_uid)
    return item
