"""Sections, one slice an object: CT, MR, PET. Values, place, and how they were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydicom.dataset import Dataset

from yushan.domain.phantoms.classes.pixels import (
    add_grey,
    add_header,
    add_place,
    add_window,
)
from yushan.domain.phantoms.headers import coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.phantoms.headers import Series
    from yushan.domain.volumes import Grid

CT: Final = "1.2.840.10008.5.1.4.1.1.2"
MR: Final = "1.2.840.10008.5.1.4.1.1.4"
PT: Final = "1.2.840.10008.5.1.4.1.1.128"
#: Window by use of a reconstruction: centre, width, name.
WINDOWS: Final = {
    "soft": ((40, 400, "SOFT TISSUE"), (-600, 1500, "LUNG")),
    "lung": ((-600, 1500, "LUNG"), (40, 400, "SOFT TISSUE")),
    "bone": ((300, 1500, "BONE"), (40, 400, "SOFT TISSUE")),
    "vessel": ((200, 700, "VESSEL"), (40, 400, "SOFT TISSUE")),
    "calcium": ((50, 350, "SOFT TISSUE"), (130, 600, "CALCIUM")),
    "brain": ((40, 80, "BRAIN"), (600, 2800, "BONE")),
}
#: Attributes that every classic CT of ours says, unless the profile says otherwise.
CT_HEADER: Final[dict[str, Any]] = {
    "KVP": 120, "DataCollectionDiameter": 500, "GantryDetectorTilt": 0, "TableHeight": 152,
    "RotationDirection": "CW", "ExposureTime": 500, "XRayTubeCurrent": 210, "Exposure": 105,
    "FilterType": "BODY FILTER", "ConvolutionKernel": "STANDARD", "AcquisitionNumber": 1,
    "ScanOptions": "HELICAL MODE",
}  # fmt: skip
MR_HEADER: Final[dict[str, Any]] = {
    "ScanningSequence": "SE", "SequenceVariant": "SK", "ScanOptions": "",
    "MRAcquisitionType": "2D", "SequenceName": "SE", "RepetitionTime": 520, "EchoTime": 12,
    "EchoTrainLength": 1, "NumberOfAverages": 2, "FlipAngle": 90, "MagneticFieldStrength": 1.5,
    "ImagingFrequency": 63.87, "ImagedNucleus": "1H", "EchoNumbers": 1, "PixelBandwidth": 192,
    "PercentSampling": 100, "PercentPhaseFieldOfView": 100, "ReceiveCoilName": "HEAD_8",
    "TransmitCoilName": "BODY", "SAR": 0.42, "AcquisitionMatrix": [0, 256, 224, 0],
    "InPlanePhaseEncodingDirection": "ROW",
}  # fmt: skip


def add_ct(
    dataset: Dataset, series: Series, hu: NDArray[np.int16], at: tuple[Grid, int, float],
    header: Mapping[str, Any], use: str = "soft",
) -> None:  # fmt: skip
    """CT image: HU ``[row, column]``; ``at`` is the grid, the slice and its thickness in mm."""
    grid, number, thick_mm = at
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    values = hu.astype(np.int32) + 1024
    signed = bool(values.min() < 0)
    if signed:
        add_grey(dataset, hu.astype(np.int16), 16)
    else:
        add_grey(
            dataset, values.clip(0, 65535).astype(np.uint16), 16 if values.max() > 4095 else 12
        )
    dataset.RescaleIntercept, dataset.RescaleSlope = 0 if signed else -1024, 1
    dataset.RescaleType = "HU"
    add_place(dataset, series, grid, number, thick_mm)
    add_window(dataset, *WINDOWS[use])
    dataset.ReconstructionDiameter = f"{grid.shape[2] * grid.spacing[2]:.1f}"
    dataset.ProtocolName = dataset.SeriesDescription
    dataset.BurnedInAnnotation = "NO"
    add_header(dataset, CT_HEADER | dict(header))


def add_mr(
    dataset: Dataset, series: Series, signal: NDArray[np.uint16], at: tuple[Grid, int, float],
    header: Mapping[str, Any], window: tuple[float, float] | None = None,
) -> None:  # fmt: skip
    """MR image: signal ``[row, column]``; ``at`` as in :func:`add_ct`."""
    grid, number, thick_mm = at
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND"]
    add_grey(dataset, signal.astype(np.uint16), 16 if int(signal.max()) > 4095 else 12)
    add_place(dataset, series, grid, number, thick_mm)
    centre, width = window or (float(signal.max()) / 2, float(signal.max()) or 1.0)
    dataset.WindowCenter, dataset.WindowWidth = round(centre), max(round(width), 1)
    dataset.SpacingBetweenSlices = f"{grid.spacing[0]:.6g}"
    dataset.ProtocolName = dataset.SeriesDescription
    add_header(dataset, MR_HEADER | dict(header))


def add_pet(
    dataset: Dataset, series: Series, activity: NDArray[np.float32], at: tuple[Grid, int, float],
    header: Mapping[str, Any],
) -> None:  # fmt: skip
    """PET image: activity ``[row, column]`` in Bq/ml, with its own slope; ``at`` as before."""
    grid, number, thick_mm = at
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    slope = max(float(activity.max()), 1.0) / 32767
    add_grey(dataset, np.rint(activity / np.float32(slope)).clip(0, 32767).astype(np.int16), 16)
    dataset.RescaleSlope, dataset.RescaleIntercept = f"{slope:.8g}", 0
    add_place(dataset, series, grid, number, thick_mm)
    dataset.WindowCenter, dataset.WindowWidth = 12000, 24000
    del dataset.PatientPosition
    add_pet_series(dataset, grid.shape[0])
    dataset.FrameReferenceTime, dataset.ActualFrameDuration = 60000, 120000
    dataset.AcquisitionDate, dataset.AcquisitionTime = dataset.StudyDate, dataset.StudyTime
    dataset.ImageIndex = number + 1
    dataset.DecayFactor = "1.0"
    add_header(dataset, header)


def add_pet_series(dataset: Dataset, slices: int) -> None:
    """PET series and isotope modules: FDG, an hour before the scan."""
    dataset.Units, dataset.CountsSource = "BQML", "EMISSION"
    dataset.SeriesType = ["WHOLE BODY", "IMAGE"]
    dataset.NumberOfSlices = slices
    dataset.CorrectedImage = ["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"]
    dataset.DecayCorrection, dataset.CollimatorType = "START", "NONE"
    dataset.RandomsCorrectionMethod, dataset.AttenuationCorrectionMethod = "DLYD", "CT-based"
    dataset.ScatterCorrectionMethod, dataset.ReconstructionMethod = "Model-based", "OSEM 3i21s"
    drug = Dataset()
    drug.Radiopharmaceutical = "Fluorodeoxyglucose F^18^"
    drug.RadiopharmaceuticalRoute = "IV"
    drug.RadiopharmaceuticalStartTime = (
        f"{(int(dataset.StudyTime[:2]) - 1) % 24:02d}{dataset.StudyTime[2:]}"
    )
    drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = 370000000, 6586.2
    drug.RadionuclidePositronFraction = 0.9673
    drug.RadionuclideCodeSequence = [coded("77004003", "SCT", "^18^Fluorine")]
    drug.RadiopharmaceuticalCodeSequence = [coded("35321007", "SCT", "Fluorodeoxyglucose F^18^")]
    dataset.RadiopharmaceuticalInformationSequence = [drug]
    dataset.PatientOrientationCodeSequence = [coded("102538003", "SCT", "recumbent")]
    dataset.PatientOrientationCodeSequence[0].PatientOrientationModifierCodeSequence = [
        coded("40199007", "SCT", "supine")
    ]
    dataset.PatientGantryRelationshipCodeSequence = [coded("102540001", "SCT", "headfirst")]
