"""A segmentation (SEG) of the lungs on a CT series of the chest phantom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.domain.phantoms.canvas import canvas
from yushan.domain.phantoms.chest import lung
from yushan.domain.phantoms.documents import evidence
from yushan.domain.phantoms.headers import Series, coded, reference, uid

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"

#: Label, code and side of the segments.
SEGMENTS: Final = (
    ("Right lung", ("39607008", "SCT", "Lung"), ("24028007", "SCT", "Right"), -1.0),
    ("Left lung", ("39607008", "SCT", "Lung"), ("7771000", "SCT", "Left"), 1.0),
)
#: Recommended colours in CIELab as PS3.3 C.10.7.1.1 scales them.
COLOURS: Final = ((43803, 26565, 37722), (41662, 20010, 21835))

#: Height of a slice in mm and its instance.
Slices = list[tuple[float, str]]


def masks(slices: Slices, size: int, field_mm: float) -> list[tuple[int, int, NDArray[np.bool_]]]:
    """Segment number, slice number and mask ``[row, column]`` of each frame that is not empty."""
    on = canvas(size, field_mm, 0)
    found = []
    for segment, (_, _, _, side) in enumerate(SEGMENTS, 1):
        for number, (z, _) in enumerate(slices):
            mask = np.asarray(lung(on, z, side) > 0.5)
            if mask.any():
                found.append((segment, number, mask))
    return found


def add_segmentation(dataset: Dataset, of: Series, slices: Slices, grid: tuple[int, float]) -> None:
    """Segmentation modules of both lungs on a CT series; ``grid`` is pixels a side and mm."""
    size, field_mm = grid
    frames = masks(slices, size, field_mm)
    bits = np.concatenate([mask.ravel() for _, _, mask in frames])
    packed = np.packbits(bits, bitorder="little").tobytes()
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.ContentLabel, dataset.ContentDescription = "LUNGS", "Lungs"
    dataset.ContentCreatorName = "Chang^YaTing"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = size
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = dataset.PixelRepresentation = 0
    dataset.LossyImageCompression = "00"
    dataset.SegmentationType = "BINARY"
    dataset.NumberOfFrames = len(frames)
    dataset.SegmentSequence = [segment(number) for number in range(1, len(SEGMENTS) + 1)]
    dataset.FrameOfReferenceUID = of.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""
    add_dimensions(dataset, of)
    dataset.SharedFunctionalGroupsSequence = [shared(slices, size, field_mm)]
    dataset.PerFrameFunctionalGroupsSequence = [
        frame(of, slices[number], (one, number + 1), -(size - 1) / 2 * field_mm / size)
        for one, number, _ in frames
    ]
    instances = evidence(of, [name for _, name in slices]).ReferencedSeriesSequence[0]
    used = Dataset()
    used.SeriesInstanceUID = UID(of.series_instance_uid)
    used.ReferencedInstanceSequence = list(instances.ReferencedSOPSequence)
    dataset.ReferencedSeriesSequence = [used]
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    dataset["PixelData"].VR = "OB"


def add_dimensions(dataset: Dataset, of: Series) -> None:
    """Frames are ordered by segment and position."""
    organisation = uid(of.series_instance_uid, "dimensions")
    item = Dataset()
    item.DimensionOrganizationUID = organisation
    dataset.DimensionOrganizationSequence = [item]
    dataset.DimensionIndexSequence = []
    for pointer, sequence in ((0x0062000B, 0x0062000A), (0x00200032, 0x00209113)):
        index = Dataset()
        index.DimensionOrganizationUID = organisation
        index.DimensionIndexPointer, index.FunctionalGroupPointer = pointer, sequence
        dataset.DimensionIndexSequence.append(index)


def segment(number: int) -> Dataset:
    """Description of one segment."""
    label, kind, side, _ = SEGMENTS[number - 1]
    item = Dataset()
    item.SegmentNumber, item.SegmentLabel = number, label
    item.SegmentAlgorithmType, item.SegmentAlgorithmName = "AUTOMATIC", "phantom"
    item.RecommendedDisplayCIELabValue = list(COLOURS[number - 1])
    item.SegmentedPropertyCategoryCodeSequence = [coded("123037004", "SCT", "Anatomical Structure")]
    item.SegmentedPropertyTypeCodeSequence = [coded(*kind)]
    item.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
        coded(*side)
    ]
    return item


def shared(slices: Slices, size: int, field_mm: float) -> Dataset:
    """Functional groups of all frames."""
    measures, orientation, groups = Dataset(), Dataset(), Dataset()
    measures.SliceThickness = abs(slices[1][0] - slices[0][0])
    measures.SpacingBetweenSlices = measures.SliceThickness
    measures.PixelSpacing = [field_mm / size] * 2
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    groups.PixelMeasuresSequence = [measures]
    groups.PlaneOrientationSequence = [orientation]
    return groups


def frame(of: Series, at: tuple[float, str], index: tuple[int, int], corner: float) -> Dataset:
    """Functional groups of one frame."""
    z, instance = at
    groups, content, position, which = Dataset(), Dataset(), Dataset(), Dataset()
    derivation, source = Dataset(), reference(of.sop_class, instance)
    content.DimensionIndexValues = list(index)
    position.ImagePositionPatient = [round(corner, 4), round(corner, 4), round(z, 3)]
    which.ReferencedSegmentNumber = index[0]
    source.PurposeOfReferenceCodeSequence = [
        coded("121322", "DCM", "Source image for image processing operation")
    ]
    derivation.SourceImageSequence = [source]
    derivation.DerivationCodeSequence = [coded("113076", "DCM", "Segmentation")]
    groups.FrameContentSequence = [content]
    groups.PlanePositionSequence = [position]
    groups.SegmentIdentificationSequence = [which]
    groups.DerivationImageSequence = [derivation]
    return groups
