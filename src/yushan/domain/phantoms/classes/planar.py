"""Projections and single pictures: CR, DX, MG, XA, NM, SC, and ultrasound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydicom.dataset import Dataset

from yushan.domain.phantoms.classes.pixels import (
    add_cine,
    add_colour,
    add_frame_of_reference,
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
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.phantoms.headers import Series
    from yushan.domain.scanners import Picture
    from yushan.domain.volumes import Grid

    Array = NDArray[Any]

CR: Final = "1.2.840.10008.5.1.4.1.1.1"
DX: Final = "1.2.840.10008.5.1.4.1.1.1.1"
MG: Final = "1.2.840.10008.5.1.4.1.1.1.2"
XA: Final = "1.2.840.10008.5.1.4.1.1.12.1"
NM: Final = "1.2.840.10008.5.1.4.1.1.20"
US: Final = "1.2.840.10008.5.1.4.1.1.6.1"
US_MULTIFRAME: Final = "1.2.840.10008.5.1.4.1.1.3.1"
SC: Final = "1.2.840.10008.5.1.4.1.1.7"
SC_COLOUR: Final = "1.2.840.10008.5.1.4.1.1.7.4"
#: Views of the chest: code, and where rows and columns point.
CHEST_VIEWS: Final = {
    "PA": (("272479007", "postero-anterior"), ["L", "F"]),
    "AP": (("399348003", "antero-posterior"), ["L", "F"]),
    "LL": (("399198007", "right lateral"), ["P", "F"]),
}
#: A scintigram is shown up to this share of its pixels; the bladder is brighter.
BRIGHT: Final = 0.99
BREAST_VIEWS: Final = {
    "CC": ("399162004", "cranio-caudal"),
    "MLO": ("399368009", "medio-lateral oblique"),
}


def add_film(dataset: Dataset, film: NDArray[np.uint16], view: str, pixel_mm: float) -> None:
    """Chest film as CR or DX for presentation, by the SOP class of the data set; 12 bits."""
    add_grey(dataset, film, 12)
    dataset.WindowCenter, dataset.WindowWidth = 2000, 4000
    add_picture(dataset, "")
    dataset.ViewPosition = view
    dataset.PatientOrientation = CHEST_VIEWS[view][1]
    dataset.KVP, dataset.ExposureInuAs = (80, 2000) if view == "AP" else (120, 2400)
    dataset.ImagerPixelSpacing = square(pixel_mm)
    if str(dataset.SOPClassUID) == CR:
        dataset.PlateID, dataset.CassetteID, dataset.Sensitivity = "P0815", "C17", 200
        return
    code, meaning = CHEST_VIEWS[view][0]
    dataset.ViewCodeSequence = [coded(code, "SCT", meaning)]
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    dataset.ImageLaterality, dataset.PositionerType = "U", "NONE"
    dataset.AnatomicRegionSequence = [region("CHEST")]
    add_detector(dataset)


def finish_film(dataset: Dataset, picture: Picture, header: Mapping[str, Any]) -> None:
    """Bits, polarity and technique of a film as its unit makes them."""
    dataset.BitsStored, dataset.HighBit = picture.bits, picture.bits - 1
    top = 1 << picture.bits
    dataset.WindowCenter, dataset.WindowWidth = top // 2, top
    dataset.PhotometricInterpretation = picture.facts.get("photometric", "MONOCHROME2")
    if "PresentationLUTShape" in dataset and dataset.PhotometricInterpretation == "MONOCHROME1":
        dataset.PresentationLUTShape = "INVERSE"
    for keyword in ("KVP", "Exposure", "ExposureInuAs", "Grid"):
        if keyword in header:
            setattr(dataset, keyword, header[keyword])


def add_detector(dataset: Dataset) -> None:
    """What digital films for presentation say besides."""
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.PixelIntensityRelationship, dataset.PixelIntensityRelationshipSign = "LOG", 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.AcquisitionContextSequence = []
    dataset.DetectorType, dataset.DetectorID = "DIRECT", "DET-4471"


def add_mammogram(
    dataset: Dataset, film: NDArray[np.uint16], side: str, view: str, pixel_mm: float
) -> None:
    """Mammogram for presentation; 12 bits."""
    add_grey(dataset, film, 12)
    dataset.WindowCenter, dataset.WindowWidth = 2000, 4000
    add_picture(dataset, "")
    dataset.ImageLaterality, dataset.ViewPosition = side, view
    dataset.OrganExposed = "BREAST"
    columns = {"CC": "L" if side == "R" else "R", "MLO": "FL" if side == "R" else "FR"}[view]
    dataset.PatientOrientation = ["P" if side == "R" else "A", columns]
    dataset.AnatomicRegionSequence = [region("BREAST")]
    code, meaning = BREAST_VIEWS[view]
    dataset.ViewCodeSequence = [coded(code, "SCT", meaning)]
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    dataset.PositionerType = "MAMMOGRAPHIC"
    dataset.PositionerPrimaryAngle = 0 if view == "CC" else 45
    dataset.BreastImplantPresent, dataset.PartialView = "NO", "NO"
    add_detector(dataset)
    dataset.ImagerPixelSpacing = square(pixel_mm)
    dataset.KVP, dataset.ExposureInuAs, dataset.OrganDose = 29, 82000, "0.0132"
    dataset.AnodeTargetMaterial, dataset.FilterMaterial = "TUNGSTEN", "RHODIUM"
    dataset.BodyPartThickness, dataset.CompressionForce = 54, 98


def add_angiogram(
    dataset: Dataset, frames: NDArray[np.uint8], angles: tuple[float, float], frame_ms: float
) -> None:
    """X-ray angiogram ``[frame, row, column]``; angles are RAO/LAO and CRAN/CAUD in degrees."""
    add_grey(dataset, frames)
    add_picture(dataset, "SINGLE PLANE")
    dataset.PixelIntensityRelationship = "LIN"
    dataset.KVP, dataset.RadiationSetting = 78, "GR"
    dataset.XRayTubeCurrent, dataset.ExposureTime, dataset.AveragePulseWidth = 640, 840, 6
    dataset.PositionerMotion = "STATIC"
    dataset.PositionerPrimaryAngle, dataset.PositionerSecondaryAngle = angles
    dataset.DistanceSourceToDetector, dataset.DistanceSourceToPatient = 1100, 765
    dataset.ImagerPixelSpacing = [0.308, 0.308]
    add_cine(dataset, frame_ms)
    dataset.RecommendedDisplayFrameRate = dataset.CineRate
    dataset.WindowCenter, dataset.WindowWidth = 128, 256
    dataset.PatientOrientation = ["L", "F"]


def add_tomogram(
    dataset: Dataset, series: Series, counts: NDArray[np.uint16], grid: Grid, drug: str
) -> None:
    """Reconstructed SPECT ``[slice, row, column]`` as one NM object."""
    add_grey(dataset, counts)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    slices = counts.shape[0]
    turn = Dataset()
    turn.StartAngle, turn.AngularStep, turn.RotationDirection, turn.ScanArc = 0, 3, "CW", 360
    turn.ActualFrameDuration, turn.RadialPosition = 20000, 250
    turn.NumberOfFramesInRotation = 120
    turn.TableTraverse, turn.TableHeight = 0, 150
    dataset.NumberOfRotations, dataset.RotationInformationSequence = 1, [turn]
    dataset.TypeOfDetectorMotion = "STEP AND SHOOT"
    dataset.FrameIncrementPointer = 0x00540080
    dataset.SliceVector = list(range(1, slices + 1))
    dataset.NumberOfSlices = slices
    add_frame_of_reference(dataset, series)
    detector = Dataset()
    detector.ImagePositionPatient = place(grid, 0)
    detector.ImageOrientationPatient = orientation(grid)
    add_gamma(dataset, drug, detector)
    dataset.PixelSpacing = spacing(grid)
    dataset.SliceThickness = dataset.SpacingBetweenSlices = f"{grid.spacing[0]:.6g}"


def add_scintigram(
    dataset: Dataset, counts: NDArray[np.uint16], pixel_mm: float, drug: str
) -> None:
    """Planar scintigram, front and back: ``[2, row, column]`` as one NM object."""
    add_grey(dataset, counts)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]
    dataset.FrameIncrementPointer = [0x00540010, 0x00540020]
    dataset.EnergyWindowVector, dataset.DetectorVector = [1, 1], [1, 2]
    dataset.PixelSpacing = square(pixel_mm)
    views = [Dataset(), Dataset()]
    for view, (code, meaning) in zip(
        views, (("399348003", "antero-posterior"), ("272479007", "postero-anterior")), strict=True
    ):
        view.ViewCodeSequence = [coded(code, "SCT", meaning)]
        view.ImagePositionPatient = view.ImageOrientationPatient = None
    add_gamma(dataset, drug, *views)
    high = max(round(float(np.quantile(counts, BRIGHT))), 2)
    dataset.WindowCenter, dataset.WindowWidth = high / 2, high
    dataset.ActualFrameDuration = 900000
    dataset.ScanVelocity, dataset.ScanLength = 2.5, round(counts.shape[1] * pixel_mm)
    dataset.WholeBodyTechnique = "1PS"


def add_gamma(dataset: Dataset, drug: str, *detectors: Dataset) -> None:
    """Detector, energy window and isotope of a gamma camera with technetium."""
    window, limits, isotope = Dataset(), Dataset(), Dataset()
    limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = 126.5, 154.6
    window.EnergyWindowName, window.EnergyWindowRangeSequence = "Tc99m", [limits]
    dataset.NumberOfEnergyWindows, dataset.EnergyWindowInformationSequence = 1, [window]
    for detector in detectors:
        detector.CollimatorType, detector.CollimatorGridName = "PARA", "LEHR"
        detector.FieldOfViewShape, detector.FieldOfViewDimensions = "RECTANGLE", [540, 400]
    dataset.NumberOfDetectors = len(detectors)
    dataset.DetectorInformationSequence = list(detectors)
    isotope.RadionuclideCodeSequence = [coded("72454001", "SCT", "^99m^Technetium")]
    isotope.Radiopharmaceutical = drug
    isotope.RadionuclideTotalDose = 740
    isotope.RadiopharmaceuticalRoute = "IV"
    dataset.RadiopharmaceuticalInformationSequence = [isotope]
    dataset.PatientOrientationCodeSequence = [coded("102538003", "SCT", "recumbent")]
    dataset.PatientGantryRelationshipCodeSequence = [coded("102540001", "SCT", "headfirst")]
    dataset.AcquisitionTerminationCondition = "TIME"
    dataset.CountsAccumulated = 1000000


def add_ultrasound(
    dataset: Dataset, frames: Array, pixel_mm: float, window: tuple[int, int, int, int]
) -> None:
    """Ultrasound screens ``[frame, row, column(, 3)]``: one is a still, several a clip.

    ``window`` is left, top, right, bottom of the calibrated picture.
    """
    coloured = frames if frames.ndim == 4 else np.repeat(frames[..., None], 3, axis=3)
    shown = coloured if len(frames) > 1 else coloured[0]
    add_colour(dataset, shown)
    add_picture(dataset, "ABDOMEN", "0001", burned_in=True)
    dataset.PatientOrientation = ""
    dataset.TransducerType, dataset.ProcessingFunction = "CURVED LINEAR", "ABDOMEN"
    area = Dataset()
    area.RegionSpatialFormat, area.RegionDataType, area.RegionFlags = 1, 1, 0
    area.RegionLocationMinX0, area.RegionLocationMinY0 = window[:2]
    area.RegionLocationMaxX1, area.RegionLocationMaxY1 = window[2:]
    area.PhysicalUnitsXDirection = area.PhysicalUnitsYDirection = 3
    area.PhysicalDeltaX = area.PhysicalDeltaY = pixel_mm / 10
    dataset.SequenceOfUltrasoundRegions = [area]
    if len(frames) > 1:
        add_cine(dataset, 62.5)


def add_capture(dataset: Dataset, pixels: NDArray[np.uint8], kind: str = "WSD") -> None:
    """Secondary capture: ``[row, column]``, with 3 samples, or several frames in colour."""
    dataset.ConversionType = kind
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    if not dataset.get("BodyPartExamined"):
        dataset.Laterality = ""
    dataset.BurnedInAnnotation = "YES"
    if pixels.shape[-1] == 3:
        add_colour(dataset, pixels)
    else:
        add_grey(dataset, pixels)
    if pixels.ndim == 4:
        dataset.PageNumberVector = list(range(1, pixels.shape[0] + 1))
        dataset.FrameIncrementPointer = 0x00182001
    dataset.PatientOrientation = ""
