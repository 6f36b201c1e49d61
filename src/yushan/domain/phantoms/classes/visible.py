"""Visible light: fundus, endoscope, tissue slide, and optical coherence tomography."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydicom.dataset import Dataset

from yushan.domain.phantoms.classes.pixels import (
    add_cine,
    add_colour,
    add_grey,
    add_picture,
    orientation,
    place,
    region,
    spacing,
    square,
)
from yushan.domain.phantoms.headers import coded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.phantoms.headers import Series
    from yushan.domain.volumes import Grid

    Array = NDArray[Any]

FUNDUS: Final = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
OCT: Final = "1.2.840.10008.5.1.4.1.1.77.1.5.4"
ENDOSCOPE: Final = "1.2.840.10008.5.1.4.1.1.77.1.1"
ENDOSCOPE_VIDEO: Final = "1.2.840.10008.5.1.4.1.1.77.1.1.1"
SLIDE: Final = "1.2.840.10008.5.1.4.1.1.77.1.6"
#: Pixels of a tile a side.
TILE: Final = 256


def add_fundus(dataset: Dataset, pixels: NDArray[np.uint8], eye: str, pixel_mm: float) -> None:
    """Ophthalmic photography, 8 bit: colour ``[row, column, 3]`` of one eye (R or L)."""
    add_colour(dataset, pixels[None] if pixels.ndim == 3 else pixels)
    dataset.NumberOfFrames, dataset.FrameTime, dataset.FrameIncrementPointer = 1, 0, 0x00181063
    dataset.SynchronizationFrameOfReferenceUID = f"{dataset.SeriesInstanceUID}"[:60] + ".4"
    dataset.SynchronizationTrigger, dataset.AcquisitionTimeSynchronized = "NO TRIGGER", "N"
    add_picture(dataset)
    dataset.AcquisitionDateTime = dataset.StudyDate + dataset.StudyTime
    dataset.ImageLaterality = eye
    dataset.PatientOrientation = ["L", "F"]
    dataset.PixelSpacing = square(pixel_mm)
    dataset.AnatomicRegionSequence = [region("RETINA")]
    add_ophthalmic(dataset)
    dataset.AcquisitionDeviceTypeCodeSequence = [coded("409898007", "SCT", "Fundus Camera")]
    dataset.DetectorType = "CMOS"
    dataset.IlluminationTypeCodeSequence = []
    dataset.LightPathFilterTypeStackCodeSequence = []
    dataset.ImagePathFilterTypeStackCodeSequence = []
    dataset.LensesCodeSequence = []
    dataset.AcquisitionContextSequence = []


def add_ophthalmic(dataset: Dataset) -> None:
    """Ophthalmic acquisition parameters that are known to be unknown."""
    dataset.PatientEyeMovementCommanded = "NO"
    dataset.HorizontalFieldOfView = 45
    dataset.RefractiveStateSequence = []
    dataset.EmmetropicMagnification = 2.5
    dataset.IntraOcularPressure = 16
    dataset.PupilDilated = "NO"


def add_oct(
    dataset: Dataset, series: Series, scans: NDArray[np.uint8], grid: Grid, eye: str
) -> None:
    """Ophthalmic tomography ``[slice, row, column]`` of one eye.

    PS3.3 C.8.17.7.1 demands the attributes of a concatenation of one, which C.7.6.16 forbids; a
    validator that knows both finds fault with either.
    """
    add_grey(dataset, scans)
    add_picture(dataset)
    dataset.AcquisitionDateTime = dataset.StudyDate + dataset.StudyTime
    dataset.AcquisitionDuration, dataset.AcquisitionNumber = 2.1, 1
    dataset.ContentDate, dataset.ContentTime = dataset.StudyDate, dataset.StudyTime
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.ImageLaterality = eye
    add_ophthalmic(dataset)
    dataset.AcquisitionDeviceTypeCodeSequence = [
        coded("392012008", "SCT", "Optical Coherence Tomography Scanner")
    ]
    dataset.LightPathFilterTypeStackCodeSequence = []
    dataset.DetectorType, dataset.IlluminationWaveLength = "CCD", 840
    dataset.IlluminationPower, dataset.IlluminationBandwidth = 700, 50
    dataset.DepthSpatialResolution, dataset.MaximumDepthDistortion = 5, 0.5
    dataset.AlongScanSpatialResolution, dataset.MaximumAlongScanDistortion = 14, 0.5
    dataset.AcrossScanSpatialResolution, dataset.MaximumAcrossScanDistortion = 14, 0.5
    dataset.FrameOfReferenceUID = series.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""
    dataset.AxialLengthOfTheEye = 23.6
    dataset.AcquisitionContextSequence = []
    dataset.ConcatenationFrameOffsetNumber = 0
    dataset.InConcatenationNumber = dataset.InConcatenationTotalNumber = 1
    dataset.AnatomicRegionSequence = [region("RETINA")]
    add_frames(dataset, grid, scans.shape[0], region("RETINA"))


def add_frames(dataset: Dataset, grid: Grid, count: int, part: Dataset) -> None:
    """Functional groups of a stack of planes."""
    shared, measures, plane, anatomy = Dataset(), Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = spacing(grid)
    measures.SliceThickness = f"{grid.spacing[0]:.6g}"
    plane.ImageOrientationPatient = orientation(grid)
    anatomy.FrameLaterality, anatomy.AnatomicRegionSequence = dataset.ImageLaterality, [part]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    shared.FrameAnatomySequence = [anatomy]
    dataset.SharedFunctionalGroupsSequence = [shared]
    add_dimensions(dataset, (0x00209056, 0x00209111), (0x00209057, 0x00209111))
    dataset.PerFrameFunctionalGroupsSequence = [
        framed(dataset, grid, number) for number in range(count)
    ]


def add_dimensions(dataset: Dataset, *pointers: tuple[int, int]) -> None:
    """Dimensions by what they count and the group it stands in."""
    organisation, item = f"{dataset.SOPInstanceUID}"[:60] + ".1", Dataset()
    item.DimensionOrganizationUID = organisation
    dataset.DimensionOrganizationSequence = [item]
    dataset.DimensionIndexSequence = [index(organisation, *one) for one in pointers]


def index(organisation: str, pointer: int, group: int) -> Dataset:
    """One dimension."""
    item = Dataset()
    item.DimensionOrganizationUID = organisation
    item.DimensionIndexPointer, item.FunctionalGroupPointer = pointer, group
    return item


def framed(dataset: Dataset, grid: Grid, number: int) -> Dataset:
    """Functional groups of one plane."""
    groups, content, position = Dataset(), Dataset(), Dataset()
    content.FrameReferenceDateTime = content.FrameAcquisitionDateTime = dataset.AcquisitionDateTime
    content.FrameAcquisitionDuration = 20
    content.StackID, content.InStackPositionNumber = "1", number + 1
    content.DimensionIndexValues = [1, number + 1]
    position.ImagePositionPatient = place(grid, number)
    groups.FrameContentSequence, groups.PlanePositionSequence = [content], [position]
    return groups


def add_endoscopy(dataset: Dataset, pixels: NDArray[np.uint8], part: str) -> None:
    """Endoscopic picture ``[row, column, 3]``, or a video of frames."""
    add_colour(dataset, pixels)
    add_picture(dataset)
    dataset.AcquisitionContextSequence = []
    dataset.AnatomicRegionSequence = [region(part)]
    dataset.PatientOrientation = ""
    dataset.AcquisitionDateTime = dataset.StudyDate + dataset.StudyTime
    if pixels.ndim == 4:
        add_cine(dataset, 40)


def tiles(pixels: Array, size: int = TILE, beyond: int = 255) -> Array:
    """A picture or mask cut into tiles ``[tile, row, column(, 3)]`` by rows; what lies beyond."""
    rows, columns = (-(-length // size) for length in pixels.shape[:2])
    rest = pixels.shape[2:]
    whole = np.full((rows * size, columns * size, *rest), beyond, pixels.dtype)
    whole[: pixels.shape[0], : pixels.shape[1]] = pixels
    cut = whole.reshape(rows, size, columns, size, *rest).swapaxes(1, 2)
    return np.ascontiguousarray(cut.reshape(rows * columns, size, size, *rest))


def add_slide(
    dataset: Dataset, series: Series, pixels: NDArray[np.uint8], pixel_mm: float, level: int
) -> None:
    """Whole slide image, tiled full, one level of the pyramid (0: finest)."""
    size = min(TILE, *pixels.shape[:2])
    add_colour(dataset, tiles(pixels, size))
    add_picture(dataset, "VOLUME", "NONE" if level == 0 else "RESAMPLED")
    dataset.ImageType[0] = "ORIGINAL" if level == 0 else "DERIVED"
    dataset.TotalPixelMatrixRows, dataset.TotalPixelMatrixColumns = pixels.shape[:2]
    dataset.ImagedVolumeWidth = pixels.shape[1] * pixel_mm
    dataset.ImagedVolumeHeight = pixels.shape[0] * pixel_mm
    dataset.ImagedVolumeDepth = 0.001
    dataset.DimensionOrganizationType = "TILED_FULL"
    add_dimensions(dataset, (0x0048021E, 0x0048021A), (0x0048021F, 0x0048021A))
    add_slide_acquisition(dataset, series)
    add_specimen(dataset, series)
    add_optics(dataset, pixel_mm)


def add_slide_acquisition(dataset: Dataset, series: Series) -> None:
    """How the slide was scanned."""
    dataset.FrameOfReferenceUID = series.frame_of_reference_uid
    dataset.PositionReferenceIndicator = "SLIDE_CORNER"
    dataset.AcquisitionDateTime = dataset.StudyDate + dataset.StudyTime
    dataset.AcquisitionDuration = 95.0
    dataset.SpecimenLabelInImage, dataset.FocusMethod = "NO", "AUTO"
    dataset.ExtendedDepthOfField = "NO"
    dataset.VolumetricProperties = "VOLUME"
    dataset.ImageOrientationSlide = [0, -1, 0, -1, 0, 0]
    origin = Dataset()
    origin.XOffsetInSlideCoordinateSystem, origin.YOffsetInSlideCoordinateSystem = 20, 40
    dataset.TotalPixelMatrixOriginSequence = [origin]
    dataset.TotalPixelMatrixFocalPlanes = 1
    dataset.AcquisitionContextSequence = []


def add_specimen(dataset: Dataset, series: Series) -> None:
    """The specimen on the slide."""
    dataset.ContainerIdentifier = f"S{series.study.date[2:]}-0412-A1"
    dataset.IssuerOfTheContainerIdentifierSequence = []
    dataset.ContainerTypeCodeSequence = [coded("433466003", "SCT", "Microscope slide")]
    specimen = Dataset()
    specimen.SpecimenIdentifier = dataset.ContainerIdentifier
    specimen.SpecimenUID = f"{series.series_instance_uid}"[:60] + ".3"
    specimen.IssuerOfTheSpecimenIdentifierSequence = []
    specimen.SpecimenPreparationSequence = []
    dataset.SpecimenDescriptionSequence = [specimen]


def add_optics(dataset: Dataset, pixel_mm: float) -> None:
    """The optical path, with what all tiles share."""
    optics = Dataset()
    optics.OpticalPathIdentifier = "1"
    optics.IlluminationTypeCodeSequence = [coded("111744", "DCM", "Brightfield illumination")]
    optics.IlluminationColorCodeSequence = [coded("371251000", "SCT", "White color")]
    optics.ICCProfile = icc()
    dataset.OpticalPathSequence = [optics]
    dataset.NumberOfOpticalPaths = 1
    shared, measures, which, kind = Dataset(), Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = square(pixel_mm)
    measures.SliceThickness = "0.001"
    which.OpticalPathIdentifier = "1"
    kind.FrameType = list(dataset.ImageType)
    shared.PixelMeasuresSequence = [measures]
    shared.OpticalPathIdentificationSequence = [which]
    shared.WholeSlideMicroscopyImageFrameTypeSequence = [kind]
    dataset.SharedFunctionalGroupsSequence = [shared]


def icc() -> bytes:
    """The colours of sRGB as an ICC profile without a date, so that it is the same every time."""
    from PIL import ImageCms  # noqa: PLC0415 - only slides need it

    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[24:36] = bytes.fromhex("07ea00010001000000000000")
    made[84:100] = bytes(16)
    return bytes(made) + b"\0" * (len(made) % 2)
