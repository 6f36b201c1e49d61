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
from yushan.domain.phantoms.headers import coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.phantoms.headers import Series
    from yushan.domain.volumes import Grid

ENHANCED_CT: Final = "1.2.840.10008.5.1.4.1.1.2.1"


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
    shared.CTImageFrameTypeSequence = [
        one(
            FrameType=kind,
            PixelPresentation="MONOCHROME",
            VolumetricProperties="VOLUME",
            VolumeBasedCalculationTechnique="NONE",
        )
    ]
    add_ct_acquisition(shared, header)
    add_ct_reconstruction(shared, grid, header)
    shared.PixelValueTransformationSequence = transformed(1, 0, "HU")
    shared.FrameVOILUTSequence = windowed(40, 400)
    shared.IrradiationEventIdentificationSequence = [
        one(IrradiationEventUID=f"{dataset.SOPInstanceUID}"[:60] + ".2")
    ]
    dataset.MultienergyCTAcquisition = "NO"


def add_ct_acquisition(shared: Dataset, header: Mapping[str, Any]) -> None:
    """How the tube went round and what it gave."""
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
    shared.CTGeometrySequence = [
        one(DistanceSourceToDetector=1085.6, DistanceSourceToDataCollectionCenter=595.0)
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
    beam = one(ReferencedPathIndex=1, KVP=float(header.get("KVP", 120)), FocalSpots=[0.9])
    beam.FilterType, beam.FilterMaterial = "FLAT", "ALUMINUM"
    beam.CalciumScoringMassFactorPatient = 0.8
    shared.CTXRayDetailsSequence = [beam]


def add_ct_reconstruction(shared: Dataset, grid: Grid, header: Mapping[str, Any]) -> None:
    """What was made of it, and where."""
    reach = grid.shape[2] * grid.spacing[2]
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
    shared.CTPositionSequence = [
        one(
            DataCollectionCenterPatient=[float(v) for v in grid.centre],
            ReconstructionTargetCenterPatient=[float(v) for v in grid.centre],
            TablePosition=0.0,
        )
    ]
