"""Measurement reports (SR, PS3.16 TID 1500): findings with their numbers and where they are.

Volumes refer to a segment (TID 1411), regions on one image are drawn (TID 1410), findings without
a region carry their numbers alone (TID 1501). "Nothing found" is written as a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.base import Rejected
from yushan.domain.results import content
from yushan.domain.results.codes import Code
from yushan.domain.results.source import SourceFrame, SourceSeries, referenced
from yushan.domain.results.writing import started, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.results.values import Algorithm, Finding, Measurement, Output

COMPREHENSIVE_3D: Final = "1.2.840.10008.5.1.4.1.1.88.34"
SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"


def dcm(value: str, meaning: str) -> Code:
    """A concept of DICOM's own scheme."""
    return Code(value, "DCM", meaning)


REPORT: Final = dcm("126000", "Imaging Measurement Report")
LANGUAGE: Final = dcm("121049", "Language of Content Item and Descendants")
ENGLISH: Final = Code("en", "RFC5646", "English")
OBSERVER: Final = dcm("121005", "Observer Type")
PROCEDURE: Final = dcm("121058", "Procedure Reported")
#: Procedures by modality; any other is an imaging procedure.
PROCEDURES: Final = {
    "CT": Code("77477000", "SCT", "Computed Tomography"),
    "MR": Code("113091000", "SCT", "Magnetic Resonance Imaging"),
    "PT": Code("82918005", "SCT", "Positron emission tomography"),
    "US": Code("16310003", "SCT", "Ultrasonography"),
    "MG": Code("71651007", "SCT", "Mammography"),
}
IMAGING: Final = Code("363679005", "SCT", "Imaging procedure")
SUMMARY: Final = dcm("111017", "CAD Processing and Findings Summary")
WITH: Final = dcm("111242", "All algorithms succeeded; with findings")
WITHOUT: Final = dcm("111241", "All algorithms succeeded; without findings")
METHOD: Final = Code("370129005", "SCT", "Measurement Method")
REGION: Final = dcm("111030", "Image Region")


def measurement_report(
    source: SourceSeries,
    findings: Sequence[Finding],
    output: Output,
    *,
    algorithm: Algorithm | None = None,
    masks: Output | None = None,
) -> bytes:
    """A Comprehensive 3D SR after TID 1500 as a Part-10 file.

    Parameters
    ----------
    source
        The images that were read.
    findings
        What was found; none writes "succeeded, without findings" (111241).
    output
        The series and instance to be written.
    algorithm
        What found it; without one ``output.creator`` is the observer.
    masks
        Series and instance of the SEG to which the findings' segment numbers belong.

    Raises
    ------
    Rejected
        ``results.no-observer``: neither an algorithm nor a person;
        ``results.no-segmentation``: a finding names a segment and no SEG is named;
        ``results.region``: a region lies on a slice the series does not have.
    """
    if algorithm is None and not output.creator:
        raise Rejected("results.no-observer")
    made = started(source, output, COMPREHENSIVE_3D, "SR")
    made.CompletionFlag, made.VerificationFlag = "COMPLETE", "UNVERIFIED"
    made.PreliminaryFlag = "PRELIMINARY" if algorithm is not None else "FINAL"
    made.PerformedProcedureCodeSequence = []
    made.ReferencedPerformedProcedureStepSequence = []
    made.CurrentRequestedProcedureEvidenceSequence = [evidence(source, masks)]
    root = content.container("", REPORT, [
        content.code("HAS CONCEPT MOD", LANGUAGE, ENGLISH),
        *observed_by(output, algorithm),
        content.code("HAS CONCEPT MOD", PROCEDURE, PROCEDURES.get(source.modality, IMAGING)),
        library(source, findings),
        content.container("CONTAINS", dcm("126010", "Imaging Measurements"), [
            group(one, source, algorithm, masks) for one in findings
        ]),
        summary(found=bool(findings)),
    ], "1500")  # fmt: skip
    del root.RelationshipType
    made.update(root)
    return written(made)


def evidence(source: SourceSeries, masks: Output | None) -> Dataset:
    """All images of the series, and the segmentation."""
    study, images = Dataset(), Dataset()
    study.StudyInstanceUID = UID(source.study_instance_uid)
    images.SeriesInstanceUID = UID(source.series_instance_uid)
    seen = dict.fromkeys((one.sop_class_uid, one.sop_instance_uid) for one in source.frames)
    images.ReferencedSOPSequence = [referenced(*one) for one in seen]
    study.ReferencedSeriesSequence = [images]
    if masks is not None:
        drawn = Dataset()
        drawn.SeriesInstanceUID = UID(masks.series_instance_uid)
        drawn.ReferencedSOPSequence = [referenced(SEGMENTATION, masks.sop_instance_uid)]
        study.ReferencedSeriesSequence.append(drawn)
    return study


def observed_by(output: Output, algorithm: Algorithm | None) -> list[Dataset]:
    """Observation context (TID 1001): a person, or a device with its names."""
    kind = dcm("121007", "Device") if algorithm is not None else dcm("121006", "Person")
    made = [content.code("HAS OBS CONTEXT", OBSERVER, kind)]
    if algorithm is None:
        named = dcm("121008", "Person Observer Name")
        return [*made, content.name("HAS OBS CONTEXT", named, output.creator)]
    maker = output.maker
    texts = (
        ("121013", "Device Observer Name", algorithm.name),
        ("121014", "Device Observer Manufacturer", maker.manufacturer),
        ("121015", "Device Observer Model Name", maker.model),
        ("121016", "Device Observer Serial Number", maker.serial),
    )
    identity = dcm("121012", "Device Observer UID")
    made.append(content.uid("HAS OBS CONTEXT", identity, output.series_instance_uid))
    return made + [
        content.text("HAS OBS CONTEXT", dcm(value, meaning), said)
        for value, meaning, said in texts
        if said
    ]


def library(source: SourceSeries, findings: Sequence[Finding]) -> Dataset:
    """Image Library (TID 1600): the images regions are drawn on, else the first of the series."""
    drawn = sorted({region.slice for one in findings for region in one.regions}) or [0]
    if drawn[0] < 0 or drawn[-1] >= len(source.frames):
        raise Rejected("results.region", slice=drawn[-1])
    entries = [content.image("CONTAINS", source.frames[place]) for place in drawn]
    modality = content.code(
        "HAS ACQ CONTEXT", dcm("121139", "Modality"), dcm(source.modality, source.modality)
    )
    group_item = content.container(
        "CONTAINS", dcm("126200", "Image Library Group"), [modality, *entries]
    )
    return content.container("CONTAINS", dcm("111028", "Image Library"), [group_item])


def group(
    finding: Finding, source: SourceSeries, algorithm: Algorithm | None, masks: Output | None
) -> Dataset:
    """One measurement group after TID 1411, 1410 or 1501."""
    below = [
        content.text("HAS OBS CONTEXT", dcm("112039", "Tracking Identifier"), finding.tracking_id),
        content.uid(
            "HAS OBS CONTEXT", dcm("112040", "Tracking Unique Identifier"), finding.tracking_uid
        ),
    ]
    if finding.category is not None:
        category = Code("276214006", "SCT", "Finding category")
        below.append(content.code("CONTAINS", category, finding.category))
    below.append(content.code("CONTAINS", dcm("121071", "Finding"), finding.type))
    template, regions = regions_of(finding, source, masks)
    below += regions
    below += algorithm_items(algorithm)
    below += site_of(finding)
    below += [measured(one) for one in finding.measurements]
    below += [content.code("CONTAINS", one.concept, one.value) for one in finding.evaluations]
    if finding.note:
        below.append(content.text("CONTAINS", dcm("121106", "Comment"), finding.note))
    return content.container("CONTAINS", dcm("125007", "Measurement Group"), below, template)


def regions_of(
    finding: Finding, source: SourceSeries, masks: Output | None
) -> tuple[str, list[Dataset]]:
    """The template of the group, and where the finding is."""
    if finding.segment is not None:
        if masks is None:
            raise Rejected("results.no-segmentation")
        mask = SourceFrame(SEGMENTATION, masks.sop_instance_uid, None, (0.0, 0.0, 0.0))
        segment = dcm("121191", "Referenced Segment")
        series = dcm("121232", "Source Series for Segmentation")
        return "1411", [
            content.image("CONTAINS", mask, segment, finding.segment),
            content.uid("CONTAINS", series, source.series_instance_uid),
        ]
    drawn = [
        content.coordinates(REGION, str(one.shape), one.points, source.frames[one.slice])
        for one in finding.regions
    ]
    template = {0: "1501", 1: "1410"}.get(len(drawn), "1411")
    return template, drawn


def algorithm_items(algorithm: Algorithm | None) -> list[Dataset]:
    """Algorithm Identification (TID 4019)."""
    if algorithm is None:
        return []
    texts = (
        ("111001", "Algorithm Name", algorithm.name),
        ("111003", "Algorithm Version", algorithm.version),
        ("111002", "Algorithm Parameters", algorithm.parameters),
    )
    return [
        content.text("HAS CONCEPT MOD", dcm(value, meaning), said) for value, meaning, said in texts
    ]


def site_of(finding: Finding) -> list[Dataset]:
    """Finding site with its side."""
    if finding.site is None:
        return []
    side = Code("272741003", "SCT", "Laterality")
    below = (
        [content.code("HAS CONCEPT MOD", side, finding.laterality)] if finding.laterality else []
    )
    concept = Code("363698007", "SCT", "Finding Site")
    return [content.code("HAS CONCEPT MOD", concept, finding.site, below)]


def measured(one: Measurement) -> Dataset:
    """A number with its method and convention."""
    below = []
    if one.method is not None:
        below.append(content.code("HAS CONCEPT MOD", METHOD, one.method))
    if one.convention:
        below.append(content.text("HAS PROPERTIES", dcm("121106", "Comment"), one.convention))
    return content.number(one.concept, one.value, one.unit, below)


def summary(*, found: bool) -> Dataset:
    """Qualitative evaluations of the whole: whether there are findings."""
    evaluations = Code("C0034375", "UMLS", "Qualitative Evaluations")
    said = content.code("CONTAINS", SUMMARY, WITH if found else WITHOUT)
    return content.container("CONTAINS", evaluations, [said])
