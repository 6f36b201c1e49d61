"""Enhanced MR: a volume of a spin echo as one instance (PS3.3 A.36)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.phantoms.classes.enhanced import add_stack, one, transformed, windowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.headers import Series
    from yushan.domain.volumes import Grid

ENHANCED_MR: Final = "1.2.840.10008.5.1.4.1.1.4.1"


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
