"""Objects about other objects: key selection, presentation state, registration, plan and dose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.domain.phantoms.classes.pixels import (
    add_frame_of_reference,
    add_grey,
    orientation,
    place,
    spacing,
)
from yushan.domain.phantoms.headers import Series, coded, reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from yushan.domain.volumes import Grid

KEY_OBJECTS: Final = "1.2.840.10008.5.1.4.1.1.88.59"
PRESENTATION: Final = "1.2.840.10008.5.1.4.1.1.11.1"
REGISTRATION: Final = "1.2.840.10008.5.1.4.1.1.66.1"
PLAN: Final = "1.2.840.10008.5.1.4.1.1.481.5"
DOSE: Final = "1.2.840.10008.5.1.4.1.1.481.2"

#: Instances of one series: the series and the UIDs.
Chosen = tuple[Series, "Sequence[str]"]


def evidence(series: Series, instances: Sequence[str]) -> Dataset:
    """Instances of a series as hierarchical references."""
    study, images = Dataset(), Dataset()
    study.StudyInstanceUID = UID(series.study.study_instance_uid)
    images.SeriesInstanceUID = UID(series.series_instance_uid)
    images.ReferencedSOPSequence = [reference(series.sop_class, one) for one in instances]
    study.ReferencedSeriesSequence = [images]
    return study


def add_key_objects(
    dataset: Dataset, of: Series, instances: Sequence[str], note: str, title: tuple[str, str]
) -> None:
    """Key Object Selection (TID 2010): images somebody marked; ``title`` of CID 7010."""
    dataset.ReferencedPerformedProcedureStepSequence = []
    dataset.CurrentRequestedProcedureEvidenceSequence = [evidence(of, instances)]
    dataset.ValueType, dataset.ContinuityOfContent = "CONTAINER", "SEPARATE"
    dataset.ConceptNameCodeSequence = [coded(title[0], "DCM", title[1])]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    dataset.ContentTemplateSequence = [template]
    text = Dataset()
    text.RelationshipType, text.ValueType = "CONTAINS", "TEXT"
    text.ConceptNameCodeSequence = [coded("113012", "DCM", "Key Object Description")]
    text.TextValue = note
    items = [text]
    for one in instances:
        image = Dataset()
        image.RelationshipType, image.ValueType = "CONTAINS", "IMAGE"
        image.ReferencedSOPSequence = [reference(of.sop_class, one)]
        items.append(image)
    dataset.ContentSequence = items
    for name in ("AcquisitionDate", "AcquisitionTime"):
        del dataset[name]


def add_presentation(
    dataset: Dataset, of: Chosen, size: tuple[int, int], window: tuple[float, float],
    note: tuple[str, float, float, float],
) -> None:  # fmt: skip
    """Greyscale softcopy presentation state of images of ``size`` (rows, columns).

    ``window`` is centre and width; ``note`` a text and its circle: column, row, radius.
    """
    (series_of, instances), (text, *circle) = of, note
    dataset.PresentationCreationDate = dataset.StudyDate
    dataset.PresentationCreationTime = dataset.StudyTime
    dataset.ContentLabel, dataset.ContentDescription = "FINDING", "Finding"
    dataset.ContentCreatorName = dataset.OperatorsName
    series = Dataset()
    series.SeriesInstanceUID = UID(series_of.series_instance_uid)
    series.ReferencedImageSequence = [reference(series_of.sop_class, one) for one in instances]
    dataset.ReferencedSeriesSequence = [series]
    voi = Dataset()
    voi.WindowCenter, voi.WindowWidth = window
    dataset.SoftcopyVOILUTSequence = [voi]
    dataset.PresentationLUTShape = "IDENTITY"
    area = Dataset()
    area.DisplayedAreaTopLeftHandCorner = [1, 1]
    area.DisplayedAreaBottomRightHandCorner = [size[1], size[0]]
    area.PresentationSizeMode = "SCALE TO FIT"
    area.PresentationPixelAspectRatio = [1, 1]
    dataset.DisplayedAreaSelectionSequence = [area]
    layer = Dataset()
    layer.GraphicLayer, layer.GraphicLayerOrder = "FINDINGS", 1
    dataset.GraphicLayerSequence = [layer]
    dataset.GraphicAnnotationSequence = [annotated(text, (circle[0], circle[1], circle[2]))]
    dataset.Laterality = ""
    for name in ("AcquisitionDate", "AcquisitionTime", "BodyPartExamined"):
        if name in dataset:
            del dataset[name]


def annotated(text: str, circle: tuple[float, float, float]) -> Dataset:
    """A circle with a text at its side."""
    column, row, radius = circle
    made, ring, words = Dataset(), Dataset(), Dataset()
    made.GraphicLayer = "FINDINGS"
    ring.GraphicAnnotationUnits, ring.GraphicDimensions = "PIXEL", 2
    ring.NumberOfGraphicPoints = 2
    ring.GraphicData = [float(column), float(row), float(column + radius), float(row)]
    ring.GraphicType, ring.GraphicFilled = "CIRCLE", "N"
    words.UnformattedTextValue = text
    words.AnchorPointAnnotationUnits = "PIXEL"
    words.AnchorPoint = [float(column + radius), float(row - radius)]
    words.AnchorPointVisibility = "N"
    made.GraphicObjectSequence, made.TextObjectSequence = [ring], [words]
    return made


def add_registration(
    dataset: Dataset, fixed: Series, moving: Chosen, matrix: NDArray[np.float64]
) -> None:
    """Spatial registration: ``matrix`` [4, 4] takes the moving frame of reference to the fixed."""
    dataset.ContentLabel, dataset.ContentDescription = "REGISTRATION", "Rigid registration"
    dataset.ContentCreatorName = dataset.OperatorsName
    add_frame_of_reference(dataset, fixed)
    other, instances = moving
    items = []
    for series, values in ((fixed, np.eye(4)), (other, matrix)):
        item, transform, step = Dataset(), Dataset(), Dataset()
        transform.FrameOfReferenceTransformationMatrixType = "RIGID"
        transform.FrameOfReferenceTransformationMatrix = [f"{v:.9g}" for v in values.ravel()]
        step.MatrixSequence = [transform]
        step.RegistrationTypeCodeSequence = [
            coded("125024", "DCM", "Image Content-based Alignment")
        ]
        item.FrameOfReferenceUID = series.frame_of_reference_uid
        item.MatrixRegistrationSequence = [step]
        items.append(item)
    items[1].ReferencedImageSequence = [reference(other.sop_class, one) for one in instances]
    dataset.RegistrationSequence = items
    add_references(dataset, fixed, moving)
    dataset.Laterality = ""
    for name in ("AcquisitionDate", "AcquisitionTime"):
        del dataset[name]


def add_references(dataset: Dataset, fixed: Series, moving: Chosen) -> None:
    """Common Instance Reference: images of this study, or of another one."""
    other, instances = moving
    series = Dataset()
    series.SeriesInstanceUID = UID(other.series_instance_uid)
    series.ReferencedInstanceSequence = [reference(other.sop_class, one) for one in instances]
    if other.study.study_instance_uid == fixed.study.study_instance_uid:
        dataset.ReferencedSeriesSequence = [series]
        return
    study = Dataset()
    study.StudyInstanceUID = UID(other.study.study_instance_uid)
    study.ReferencedSeriesSequence = [series]
    dataset.StudiesContainingOtherReferencedInstancesSequence = [study]


def add_plan(dataset: Dataset, structures: str, isocentre: Sequence[float], dose_gy: float) -> None:
    """A simple plan of four photon fields on a structure set."""
    dataset.OperatorsName = dataset.get("OperatorsName", "")
    dataset.RTPlanLabel, dataset.RTPlanGeometry = "FOUR FIELDS", "PATIENT"
    dataset.RTPlanDate, dataset.RTPlanTime = dataset.StudyDate, dataset.StudyTime
    dataset.ReferencedStructureSetSequence = [
        reference("1.2.840.10008.5.1.4.1.1.481.3", structures)
    ]
    group = Dataset()
    group.FractionGroupNumber, group.NumberOfFractionsPlanned = 1, 25
    group.NumberOfBeams, group.NumberOfBrachyApplicationSetups = 4, 0
    group.ReferencedBeamSequence = []
    dataset.BeamSequence = []
    for number, angle in enumerate((0, 90, 180, 270), 1):
        used = Dataset()
        used.ReferencedBeamNumber, used.BeamMeterset = number, 58.4
        used.BeamDose = f"{dose_gy / 100:.4g}"
        group.ReferencedBeamSequence.append(used)
        dataset.BeamSequence.append(beam(number, angle, isocentre))
    dataset.FractionGroupSequence = [group]
    setup = Dataset()
    setup.PatientSetupNumber, setup.PatientPosition = 1, "HFS"
    setup.SetupTechnique = "ISOCENTRIC"
    dataset.PatientSetupSequence = [setup]
    dataset.ApprovalStatus = "UNAPPROVED"
    add_plan_kind(dataset)


def add_plan_kind(dataset: Dataset) -> None:
    """What no plan has: parts of images."""
    for name in ("AcquisitionDate", "AcquisitionTime", "ContentDate", "ContentTime"):
        if name in dataset:
            del dataset[name]


def beam(number: int, angle: float, isocentre: Sequence[float]) -> Dataset:
    """One static photon field of 10 by 10 cm."""
    made, jaw_x, jaw_y = Dataset(), Dataset(), Dataset()
    made.BeamNumber, made.BeamName, made.BeamType = number, f"G{angle:03.0f}", "STATIC"
    made.RadiationType, made.TreatmentDeliveryType = "PHOTON", "TREATMENT"
    made.TreatmentMachineName, made.PrimaryDosimeterUnit = "LINAC1", "MU"
    made.SourceAxisDistance = 1000
    for jaw, kind in ((jaw_x, "X"), (jaw_y, "Y")):
        jaw.RTBeamLimitingDeviceType, jaw.NumberOfLeafJawPairs = kind, 1
    made.BeamLimitingDeviceSequence = [jaw_x, jaw_y]
    made.NumberOfWedges = made.NumberOfCompensators = made.NumberOfBoli = made.NumberOfBlocks = 0
    made.ReferencedPatientSetupNumber = 1
    made.FinalCumulativeMetersetWeight, made.NumberOfControlPoints = 1, 2
    first, last = Dataset(), Dataset()
    first.ControlPointIndex, first.CumulativeMetersetWeight = 0, 0
    last.ControlPointIndex, last.CumulativeMetersetWeight = 1, 1
    first.NominalBeamEnergy, first.DoseRateSet = 6, 600
    first.BeamLimitingDevicePositionSequence = [jaws("X"), jaws("Y")]
    first.GantryAngle, first.GantryRotationDirection = angle, "NONE"
    first.BeamLimitingDeviceAngle, first.BeamLimitingDeviceRotationDirection = 0, "NONE"
    first.PatientSupportAngle, first.PatientSupportRotationDirection = 0, "NONE"
    first.TableTopEccentricAngle, first.TableTopEccentricRotationDirection = 0, "NONE"
    first.TableTopVerticalPosition = first.TableTopLongitudinalPosition = None
    first.TableTopLateralPosition = None
    first.IsocenterPosition = [f"{value:.2f}" for value in isocentre]
    made.ControlPointSequence = [first, last]
    return made


def jaws(kind: str) -> Dataset:
    """A pair of jaws, 5 cm to each side."""
    item = Dataset()
    item.RTBeamLimitingDeviceType, item.LeafJawPositions = kind, [-50, 50]
    return item


def add_dose(
    dataset: Dataset, series: Series, gray: NDArray[np.float32], grid: Grid, plan: str
) -> None:
    """Dose ``[slice, row, column]`` in Gy of a plan."""
    step = max(float(gray.max()), 0.01) / 65000
    add_grey(dataset, np.rint(gray / np.float32(step)).astype(np.uint16))
    add_frame_of_reference(dataset, series)
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = (
        place(grid, 0),
        orientation(grid),
    )
    dataset.PixelSpacing = spacing(grid)
    dataset.SliceThickness = f"{grid.spacing[0]:.6g}"
    dataset.FrameIncrementPointer = 0x3004000C
    dataset.GridFrameOffsetVector = [
        f"{number * grid.spacing[0]:.6g}" for number in range(grid.shape[0])
    ]
    dataset.DoseUnits, dataset.DoseType, dataset.DoseSummationType = "GY", "PHYSICAL", "PLAN"
    dataset.DoseGridScaling = f"{step:.8g}"
    dataset.TissueHeterogeneityCorrection = "IMAGE"
    dataset.ReferencedRTPlanSequence = [reference(PLAN, plan)]
