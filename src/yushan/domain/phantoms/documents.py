"""Documents: a structured report after TID 1500 with names in its text, and a PDF in DICOM."""

from __future__ import annotations

from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.domain.phantoms.headers import Series, coded, reference, uid

ENHANCED_SR: Final = "1.2.840.10008.5.1.4.1.1.88.33"
PAGE: Final = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R >> >> >>"
)
PDF: Final = "1.2.840.10008.5.1.4.1.1.104.1"


def content(kind: str, relation: str, concept: tuple[str, str, str]) -> Dataset:
    """One content item without its value."""
    item = Dataset()
    item.RelationshipType, item.ValueType = relation, kind
    item.ConceptNameCodeSequence = [coded(*concept)]
    return item


def text(concept: tuple[str, str, str], value: str) -> Dataset:
    """A TEXT item."""
    item = content("TEXT", "CONTAINS", concept)
    item.TextValue = value
    return item


def code(relation: str, concept: tuple[str, str, str], value: tuple[str, str, str]) -> Dataset:
    """A CODE item."""
    item = content("CODE", relation, concept)
    item.ConceptCodeSequence = [coded(*value)]
    return item


def observer(name: str) -> Dataset:
    """The observer's name as a PNAME item."""
    item = content("PNAME", "HAS OBS CONTEXT", ("121008", "DCM", "Person Observer Name"))
    item.PersonName = name
    return item


def length(millimetres: float) -> Dataset:
    """A NUM item with a diameter in mm."""
    item = content("NUM", "CONTAINS", ("81827009", "SCT", "Diameter"))
    value = Dataset()
    value.NumericValue = f"{millimetres:.1f}"
    value.MeasurementUnitsCodeSequence = [coded("mm", "UCUM", "mm")]
    item.MeasuredValueSequence = [value]
    return item


def group(tracking: str, millimetres: float) -> Dataset:
    """One measurement group of a lesion."""
    item = content("CONTAINER", "CONTAINS", ("125007", "DCM", "Measurement Group"))
    item.ContinuityOfContent = "SEPARATE"
    name = content("TEXT", "HAS OBS CONTEXT", ("112039", "DCM", "Tracking Identifier"))
    name.TextValue = tracking
    unique = content("UIDREF", "HAS OBS CONTEXT", ("112040", "DCM", "Tracking Unique Identifier"))
    unique.UID = uid("tracking", tracking)
    finding = code("CONTAINS", ("121071", "DCM", "Finding"), ("27925004", "SCT", "Nodule"))
    item.ContentSequence = [name, unique, finding, length(millimetres)]
    return item


def add_report(
    dataset: Dataset, texts: tuple[str, str, str], images: list[str], of: Series
) -> None:
    """A report on a series of images; ``texts`` are observer, findings and lesion's label."""
    name, findings, label = texts
    dataset.ValueType = "CONTAINER"
    dataset.ContinuityOfContent = "SEPARATE"
    dataset.ConceptNameCodeSequence = [coded("126000", "DCM", "Imaging Measurement Report")]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "1500"
    dataset.ContentTemplateSequence = [template]
    dataset.CompletionFlag, dataset.VerificationFlag = "COMPLETE", "UNVERIFIED"
    dataset.PerformedProcedureCodeSequence = []
    dataset.ReferencedPerformedProcedureStepSequence = []
    language = code(
        "HAS CONCEPT MOD",
        ("121049", "DCM", "Language of Content Item and Descendants"),
        ("zh-TW", "RFC5646", "Chinese (Taiwan)"),
    )
    procedure = code(
        "HAS CONCEPT MOD",
        ("121058", "DCM", "Procedure reported"),
        ("169069000", "SCT", "CT of chest"),
    )
    measurements = content("CONTAINER", "CONTAINS", ("126010", "DCM", "Imaging Measurements"))
    measurements.ContinuityOfContent = "SEPARATE"
    measurements.ContentSequence = [group(label, 14.0)]
    dataset.ContentSequence = [
        language, observer(name), procedure, measurements,
        text(("121071", "DCM", "Finding"), findings),
    ]  # fmt: skip
    dataset.CurrentRequestedProcedureEvidenceSequence = [evidence(of, images)]


def evidence(of: Series, images: list[str]) -> Dataset:
    """The instances a report rests on."""
    study, series = Dataset(), Dataset()
    study.StudyInstanceUID = UID(of.study.study_instance_uid)
    series.SeriesInstanceUID = UID(of.series_instance_uid)
    series.ReferencedSOPSequence = [reference(of.sop_class, image) for image in images]
    study.ReferencedSeriesSequence = [series]
    return study


def pdf(lines: tuple[str, ...]) -> bytes:
    """A one-page PDF with lines of Latin text."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 14 Tf 60 760 Td 20 TL {shown} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%btrailer\n<< /Size 6 /Root 1 0 R >>\n" % table
    return bytes(out + end + b"startxref\n%d\n%%%%EOF\n" % len(out))


def add_pdf(dataset: Dataset, title: str, lines: tuple[str, ...]) -> None:
    """Encapsulated document module."""
    document = pdf(lines)
    dataset.ConversionType = "WSD"
    dataset.AcquisitionDateTime = dataset.StudyDate + dataset.StudyTime
    dataset.BurnedInAnnotation = "YES"
    dataset.DocumentTitle = title
    dataset.ConceptNameCodeSequence = [coded("18748-4", "LN", "Diagnostic imaging report")]
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocumentLength = len(document)
    dataset.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
