"""Enhanced PET: a volume of activity as one instance (PS3.3 A.56)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.phantoms.classes.enhanced import add_stack, one, transformed, windowed
from yushan.domain.phantoms.classes.sections import add_pet_series
from yushan.domain.phantoms.headers import coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.headers import Series
    from yushan.domain.volumes import Grid

ENHANCED_PT: Final = "1.2.840.10008.5.1.4.1.1.130"


#: Which corrections a PET was given.
CORRECTED: Final = {
    "DecayCorrected": "YES", "AttenuationCorrected": "YES", "ScatterCorrected": "YES",
    "DeadTimeCorrected": "YES", "GantryMotionCorrected": "NO", "PatientMotionCorrected": "NO",
    "CountLossNormalizationCorrected": "YES", "RandomsCorrected": "YES",
    "NonUniformRadialSamplingCorrected": "NO", "SensitivityCalibrated": "YES",
    "DetectorNormalizationCorrection": "YES",
}  # fmt: skip


def add_enhanced_pet(
    dataset: Dataset, series: Series, activity: NDArray[np.float32], at: tuple[Grid, float],
    header: Mapping[str, Any],
) -> None:  # fmt: skip
    """Activity ``[slice, row, column]`` in Bq/ml; ``at`` as in :func:`add_enhanced_ct`."""
    grid, thick_mm = at
    kind = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    dataset.ImageType = kind
    step = max(float(activity.max()), 1.0) / 32767
    pixels = np.rint(activity / np.float32(step)).clip(0, 32767).astype(np.uint16)
    shared = add_stack(dataset, series, pixels, grid, thick_mm)
    add_pet_series(dataset, grid.shape[0])
    add_pet_acquisition(dataset, header)
    shared.PETFrameTypeSequence = [
        one(FrameType=kind, PixelPresentation="MONOCHROME", VolumetricProperties="VOLUME",
            VolumeBasedCalculationTechnique="NONE")
    ]  # fmt: skip
    shared.PETFrameAcquisitionSequence = [
        one(TableHeight=150.0, GantryDetectorTilt=0.0, GantryDetectorSlew=0.0,
            DataCollectionDiameter=600.0)
    ]  # fmt: skip
    shared.RadiopharmaceuticalUsageSequence = [one(RadiopharmaceuticalAgentNumber=1)]
    shared.PETDetectorMotionDetailsSequence = [
        one(RotationDirection="CW", RevolutionTime=0.5, TypeOfDetectorMotion="STATIONARY")
    ]
    shared.PETPositionSequence = [
        one(TablePosition=0.0, DataCollectionCenterPatient=[float(v) for v in grid.centre],
            ReconstructionTargetCenterPatient=[float(v) for v in grid.centre])
    ]  # fmt: skip
    shared.PETFrameCorrectionFactorsSequence = [
        one(PrimaryPromptsCountsAccumulated=1000000, SliceSensitivityFactor=1.0,
            DecayFactor=1.0, ScatterFractionFactor=0.3, DeadTimeFactor=1.02)
    ]  # fmt: skip
    shared.PETReconstructionSequence = [
        one(ReconstructionType="2D", ReconstructionAlgorithm="OSEM",
            IterativeReconstructionMethod="YES", NumberOfIterations=3, NumberOfSubsets=21,
            ReconstructionDiameter=float(f"{grid.shape[2] * grid.spacing[2]:.1f}"))
    ]  # fmt: skip
    shared.PixelValueTransformationSequence = transformed(step, 0, "US")
    shared.RealWorldValueMappingSequence = [mapped(step)]
    shared.FrameVOILUTSequence = windowed(12000 * step, 24000 * step)


def mapped(step: float) -> Dataset:
    """Stored values as Bq/ml."""
    return one(
        RealWorldValueFirstValueMapped=0, RealWorldValueLastValueMapped=32767,
        RealWorldValueSlope=step, RealWorldValueIntercept=0.0, LUTExplanation="Activity",
        LUTLabel="BQML",
        MeasurementUnitsCodeSequence=[coded("Bq/ml", "UCUM", "Becquerels/milliliter")],
    )  # fmt: skip


def add_pet_acquisition(dataset: Dataset, header: Mapping[str, Any]) -> None:
    """Enhanced PET acquisition, isotope and corrections."""
    del header
    for name in (
        "Units", "CountsSource", "SeriesType", "NumberOfSlices", "CorrectedImage",
        "CollimatorType", "RandomsCorrectionMethod", "ReconstructionMethod", "DecayCorrection",
    ):  # fmt: skip
        del dataset[name]
    dataset.CollimatorType, dataset.TimeOfFlightInformationUsed = "NONE", "TRUE"
    dataset.TypeOfDetectorMotion, dataset.TableMotion = "STATIONARY", "STATIC"
    del dataset.PatientPosition
    dataset.DetectorGeometry = "CYLINDRICAL_RING"
    dataset.TransverseDetectorSeparation = dataset.AxialDetectorDimension = 4.0
    dataset.CoincidenceWindowWidth = 4.0
    dataset.EnergyWindowRangeSequence = [
        one(EnergyWindowLowerLimit=435, EnergyWindowUpperLimit=585)
    ]
    dataset.ViewCodeSequence = [coded("62824007", "SCT", "Transverse")]
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    dataset.SliceProgressionDirection = "FOOT_TO_HEAD"
    dataset.CountsSource, dataset.RandomsCorrectionMethod = "EMISSION", "DLYD"
    dataset.AttenuationCorrectionTemporalRelationship = "SEQUENTIAL"
    dataset.TerminationTimeThreshold = 120.0
    dataset.AcquisitionStartCondition, dataset.AcquisitionTerminationCondition = "MANU", "TIME"
    dataset.AcquisitionStartConditionData = dataset.AcquisitionTerminationConditionData = 0
    for keyword, said in CORRECTED.items():
        setattr(dataset, keyword, said)
    dataset.DecayCorrectionDateTime = dataset.AcquisitionDateTime
    dataset.AttenuationCorrectionSource = "CT"
    drug = dataset.RadiopharmaceuticalInformationSequence[0]
    drug.RadiopharmaceuticalAgentNumber = 1
    drug.RadiopharmaceuticalStartDateTime = (
        f"{dataset.StudyDate}{drug.RadiopharmaceuticalStartTime}"
    )
    drug.AdministrationRouteCodeSequence = [coded("47625008", "SCT", "Intravenous route")]
    for name in ("RadiopharmaceuticalStartTime", "RadiopharmaceuticalRoute"):
        del drug[name]
