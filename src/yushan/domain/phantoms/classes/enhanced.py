"""Enhanced multi-frame objects: CT, MR and PET volumes as one instance each (PS3.3 A.36, A.38)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydicom.dataset import Dataset

from yushan.domain.phantoms.classes.pixels import (
    add_frame_of_reference,
    add_grey,
    orientation,
    place,
    region,
    spacing,
)
from yushan.domain.phantoms.classes.sections import add_pet_series
from yushan.domain.phantoms.headers import coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.phantoms.headers import Series
    from yushan.domain.volumes import Grid

ENHANCED_CT: Final = "1.2.840.10008.5.1.4.1.1.2.1"
ENHANCED_MR: Final = "1.2.840.10008.5.1.4.1.1.4.1"
ENHANCED_PT: Final = "1.2.840.10008.5.1.4.1.1.130"

#: Which corrections a PET was given.
CORRECTED: Final = {
    "DecayCorrected": "YES", "AttenuationCorrected": "YES", "ScatterCorrected": "YES",
    "DeadTimeCorrected": "YES", "GantryMotionCorrected": "NO", "PatientMotionCorrected": "NO",
    "CountLossNormalizationCorrected": "YES", "RandomsCorrected": "YES",
    "NonUniformRadialSamplingCorrected": "NO", "SensitivityCalibrated": "YES",
    "DetectorNormalizationCorrection": "YES",
}  # fmt: skip


def one(**values: Any) -> Dataset:  # noqa: ANN401 - values of any VR
    """A data set of some attributes."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def add_stack(
    dataset: Dataset, series: Series, pixels: NDArray[Any], grid: Grid, thick_mm: float
) -> Dataset:
    """Pixels, dimensions, position of every frame; the shared groups are returned to be filled."""
    add_grey(dataset, pixels)
    add_frame_of_reference(dataset, series)
    dataset.PatientPosition = "HFS"
    moment = str(dataset.StudyDate) + str(dataset.StudyTime)
    dataset.AcquisitionDateTime, dataset.AcquisitionDuration = moment, 4000.0
    dataset.AcquisitionNumber = 1
    dataset.PixelPresentation, dataset.VolumetricProperties = "MONOCHROME", "VOLUME"
    dataset.VolumeBasedCalculationTechnique = "NONE"
    dataset.ContentQualification, dataset.PresentationLUTShape = "RESEARCH", "IDENTITY"
    dataset.LossyImageCompression, dataset.BurnedInAnnotation = "00", "NO"
    dataset.AcquisitionContextSequence = []
    organisation = f"{dataset.SOPInstanceUID}"[:60] + ".1"
    dataset.DimensionOrganizationSequence = [one(DimensionOrganizationUID=organisation)]
    dataset.DimensionIndexSequence = [
        one(
            DimensionOrganizationUID=organisation, DimensionIndexPointer=pointer,
            FunctionalGroupPointer=0x00209111,
        )
        for pointer in (0x00209056, 0x00209057)
    ]  # fmt: skip
    dataset.PerFrameFunctionalGroupsSequence = [
        frame(grid, number, moment) for number in range(pixels.shape[0])
    ]
    shared = one(
        PixelMeasuresSequence=[
            one(PixelSpacing=spacing(grid), SliceThickness=f"{thick_mm:.6g}",
                SpacingBetweenSlices=f"{grid.spacing[0]:.6g}")
        ],
        PlaneOrientationSequence=[one(ImageOrientationPatient=orientation(grid))],
        FrameAnatomySequence=[
            one(FrameLaterality="U",
                AnatomicRegionSequence=[region(str(dataset.get("BodyPartExamined") or "CHEST"))])
        ],
    )  # fmt: skip
    dataset.SharedFunctionalGroupsSequence = [shared]
    return shared


def frame(grid: Grid, number: int, moment: str) -> Dataset:
    """Functional groups of one frame."""
    return one(
        FrameContentSequence=[
            one(FrameAcquisitionNumber=1, FrameReferenceDateTime=moment,
                FrameAcquisitionDateTime=moment, FrameAcquisitionDuration=500.0, StackID="1",
                TemporalPositionIndex=1,
                InStackPositionNumber=number + 1, DimensionIndexValues=[1, number + 1])
        ],
        PlanePositionSequence=[one(ImagePositionPatient=place(grid, number))],
    )  # fmt: skip


def transformed(slope: float, intercept: float, kind: str) -> list[Dataset]:
    """Pixel Value Transformation."""
    return [one(RescaleSlope=f"{slope:.8g}", RescaleIntercept=intercept, RescaleType=kind)]


def windowed(centre: float, width: float) -> list[Dataset]:
    """Frame VOI LUT."""
    return [one(WindowCenter=round(centre), WindowWidth=max(round(width), 1))]


def add_enhanced_ct(
    dataset: Dataset, series: Series, hu: NDArray[np.int16], at: tuple[Grid, float],
    header: Mapping[str, Any],
) -> None:  # fmt: skip
    """HU ``[slice, row, column]``; ``at`` is the grid and the slice thickness in mm."""
    grid, thick_mm = at
    kind = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    dataset.ImageType = kind
    shared = add_stack(dataset, series, np.asarray(hu, np.int16), grid, thick_mm)
    kvp = float(header.get("KVP", 120))
    shared.CTImageFrameTypeSequence = [
        one(
            FrameType=kind,
            PixelPresentation="MONOCHROME",
            VolumetricProperties="VOLUME",
            VolumeBasedCalculationTechnique="NONE",
        )
    ]
    shared.CTAcquisitionTypeSequence = [
        one(AcquisitionType="SPIRAL", ConstantVolumeFlag="NO", FluoroscopyFlag="NO")
    ]
    shared.CTAcquisitionDetailsSequence = [
        one(
            RotationDirection="CW",
            RevolutionTime=float(header.get("RevolutionTime", 0.5)),
            SingleCollimationWidth=0.6,
            TotalCollimationWidth=38.4,
            TableHeight=152.0,
            GantryDetectorTilt=0.0,
            DataCollectionDiameter=500.0,
        )
    ]
    shared.CTTableDynamicsSequence = [
        one(TableSpeed=76.8, TableFeedPerRotation=38.4, SpiralPitchFactor=1.0)
    ]
    reach = grid.shape[2] * grid.spacing[2]
    shared.CTGeometrySequence = [
        one(DistanceSourceToDetector=1085.6, DistanceSourceToDataCollectionCenter=595.0)
    ]
    shared.CTReconstructionSequence = [
        one(
            ReconstructionAlgorithm="FILTER_BACK_PROJ",
            ConvolutionKernel=header.get("ConvolutionKernel", "STANDARD"),
            ConvolutionKernelGroup="SOFT_TISSUE",
            ReconstructionPixelSpacing=[float(v) for v in grid.spacing[1:]],
            ReconstructionDiameter=float(f"{reach:.1f}"),
            ReconstructionTargetCenterPatient=[float(v) for v in grid.centre],
            ReconstructionAngle=360.0,
            ImageFilter="NONE",
        )
    ]
    shared.CTExposureSequence = [
        one(
            ReferencedPathIndex=1,
            ExposureTimeInms=500.0,
            XRayTubeCurrentInmA=210.0,
            ExposureInmAs=105.0,
            ExposureModulationType="ANGULAR",
            CTDIvol=8.1,
            CTDIPhantomTypeCodeSequence=[coded("113691", "DCM", "IEC Body Dosimetry Phantom")],
        )
    ]
    shared.CTXRayDetailsSequence = [
        one(
            ReferencedPathIndex=1,
            KVP=kvp,
            FocalSpots=[0.9],
            FilterType="FLAT",
            FilterMaterial="ALUMINUM",
            CalciumScoringMassFactorPatient=0.8,
        )
    ]
    shared.CTPositionSequence = [
        one(
            DataCollectionCenterPatient=[float(v) for v in grid.centre],
            ReconstructionTargetCenterPatient=[float(v) for v in grid.centre],
            TablePosition=0.0,
        )
    ]
    shared.PixelValueTransformationSequence = transformed(1, 0, "HU")
    shared.FrameVOILUTSequence = windowed(40, 400)
    shared.IrradiationEventIdentificationSequence = [
        one(IrradiationEventUID=f"{dataset.SOPInstanceUID}"[:60] + ".2")
    ]
    dataset.MultienergyCTAcquisition = "NO"


def add_enhanced_mr(
    dataset: Dataset, series: Series, signal: NDArray[np.uint16], at: tuple[Grid, float],
    header: Mapping[str, Any],
) -> None:  # fmt: skip
    """Signal ``[slice, row, column]``; ``at`` as in :func:`add_enhanced_ct`."""
    grid, thick_mm = at
    kind = ["ORIGINAL", "PRIMARY", "T1", "NONE"]
    dataset.ImageType = kind
    shared = add_stack(dataset, series, np.asarray(signal, np.uint16), grid, thick_mm)
    tesla = float(header.get("MagneticFieldStrength", 1.5))
    add_mr_system(dataset, tesla)
    shared.MRImageFrameTypeSequence = [
        one(FrameType=kind, PixelPresentation="MONOCHROME", VolumetricProperties="VOLUME",
            VolumeBasedCalculationTechnique="NONE", ComplexImageComponent="MAGNITUDE",
            AcquisitionContrast="T1")
    ]  # fmt: skip
    shared.MRTimingAndRelatedParametersSequence = [
        one(RepetitionTime=float(header.get("RepetitionTime", 520)),
            FlipAngle=float(header.get("FlipAngle", 90)), EchoTrainLength=1,
            RFEchoTrainLength=1, GradientEchoTrainLength=0,
            SpecificAbsorptionRateSequence=[
                one(SpecificAbsorptionRateDefinition="IEC_WHOLE_BODY",
                    SpecificAbsorptionRateValue=0.42)],
            OperatingModeSequence=[
                one(OperatingModeType="STATIC FIELD", OperatingMode="IEC_NORMAL"),
                one(OperatingModeType="RF", OperatingMode="IEC_NORMAL"),
                one(OperatingModeType="GRADIENT", OperatingMode="IEC_NORMAL")],
            GradientOutputType="DB_DT", GradientOutput=0.3)
    ]  # fmt: skip
    shared.MREchoSequence = [one(EffectiveEchoTime=float(header.get("EchoTime", 12)))]
    add_mr_groups(shared, grid)
    shared.PixelValueTransformationSequence = transformed(1, 0, "US")
    shared.FrameVOILUTSequence = windowed(float(signal.max()) / 2, float(signal.max()))


def add_mr_system(dataset: Dataset, tesla: float) -> None:
    """Enhanced MR image and pulse sequence modules."""
    dataset.ComplexImageComponent, dataset.AcquisitionContrast = "MAGNITUDE", "T1"
    dataset.ResonantNucleus, dataset.KSpaceFiltering = "1H", "NONE"
    dataset.MagneticFieldStrength = tesla
    dataset.ApplicableSafetyStandardAgency = "IEC"
    dataset.PulseSequenceName, dataset.MRAcquisitionType = "SE", "2D"
    dataset.EchoPulseSequence, dataset.MultipleSpinEcho = "SPIN", "NO"
    dataset.MultiPlanarExcitation, dataset.PhaseContrast = "NO", "NO"
    dataset.TimeOfFlightContrast = "NO"
    dataset.SteadyStatePulseSequence, dataset.EchoPlanarPulseSequence = "NONE", "NO"
    dataset.SaturationRecovery, dataset.SpectrallySelectedSuppression = "NO", "NONE"
    dataset.OversamplingPhase, dataset.GeometryOfKSpaceTraversal = "NONE", "RECTILINEAR"
    dataset.SegmentedKSpaceTraversal = "SINGLE"
    dataset.RectilinearPhaseEncodeReordering = "LINEAR"
    dataset.NumberOfKSpaceTrajectories = 1


def add_mr_groups(shared: Dataset, grid: Grid) -> None:
    """Functional groups of MR that say how little was done beside a spin echo."""
    shared.MRFOVGeometrySequence = [
        one(InPlanePhaseEncodingDirection="ROW", MRAcquisitionFrequencyEncodingSteps=grid.shape[2],
            MRAcquisitionPhaseEncodingStepsInPlane=grid.shape[1], PercentSampling=100.0,
            PercentPhaseFieldOfView=100.0)
    ]  # fmt: skip
    shared.MRModifierSequence = [
        one(InversionRecovery="NO", FlowCompensation="NONE", Spoiling="NONE", T2Preparation="NO",
            SpectrallySelectedExcitation="NONE", SpatialPresaturation="NONE",
            PartialFourier="NO", ParallelAcquisition="NO")
    ]  # fmt: skip
    shared.MRImagingModifierSequence = [
        one(MagnetizationTransfer="NONE", BloodSignalNulling="NO", Tagging="NONE",
            TransmitterFrequency=63.87, PixelBandwidth=192.0)
    ]  # fmt: skip
    shared.MRReceiveCoilSequence = [
        one(ReceiveCoilName="HEAD_8", ReceiveCoilManufacturerName="", ReceiveCoilType="MULTICOIL",
            QuadratureReceiveCoil="YES",
            MultiCoilDefinitionSequence=[one(MultiCoilElementName="1", MultiCoilElementUsed="YES")])
    ]  # fmt: skip
    shared.MRTransmitCoilSequence = [
        one(TransmitCoilName="BODY", TransmitCoilManufacturerName="", TransmitCoilType="BODY")
    ]
    shared.MRAveragesSequence = [one(NumberOfAverages=2.0)]


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
