"""Content items of structured reports (PS3.3 C.17.3), one function for each value type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.domain.results.codes import Code, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.results.source import SourceFrame


def item(kind: str, relation: str, concept: Code | None, below: Sequence[Dataset] = ()) -> Dataset:
    """A content item without its value."""
    made = Dataset()
    made.RelationshipType, made.ValueType = relation, kind
    if concept is not None:
        made.ConceptNameCodeSequence = [concept.item()]
    if below:
        made.ContentSequence = list(below)
    return made


def container(
    relation: str, concept: Code, below: Sequence[Dataset], template: str = ""
) -> Dataset:
    """A CONTAINER, with the template it follows."""
    made = item("CONTAINER", relation, concept, below)
    made.ContinuityOfContent = "SEPARATE"
    if template:
        named = Dataset()
        named.MappingResource, named.TemplateIdentifier = "DCMR", template
        made.ContentTemplateSequence = [named]
    return made


def text(relation: str, concept: Code, value: str) -> Dataset:
    """A TEXT."""
    made = item("TEXT", relation, concept)
    made.TextValue = value
    return made


def code(relation: str, concept: Code, value: Code, below: Sequence[Dataset] = ()) -> Dataset:
    """A CODE."""
    made = item("CODE", relation, concept, below)
    made.ConceptCodeSequence = [value.item()]
    return made


def uid(relation: str, concept: Code, value: str) -> Dataset:
    """A UIDREF."""
    made = item("UIDREF", relation, concept)
    made.UID = UID(value)
    return made


def name(relation: str, concept: Code, value: str) -> Dataset:
    """A PNAME."""
    made = item("PNAME", relation, concept)
    made.PersonName = value
    return made


def number(concept: Code, value: float, unit: str, below: Sequence[Dataset] = ()) -> Dataset:
    """A NUM; the floating point value stands beside where DS would round it."""
    made = item("NUM", "CONTAINS", concept, below)
    measured = Dataset()
    short = f"{value:.6g}"
    measured.NumericValue = short
    if float(short) != value:
        measured.FloatingPointValue = float(value)
    measured.MeasurementUnitsCodeSequence = [unit_of(unit).item()]
    made.MeasuredValueSequence = [measured]
    return made


def image(
    relation: str, frame: SourceFrame, concept: Code | None = None, segment: int | None = None
) -> Dataset:
    """An IMAGE: an instance, one of its frames, or one segment of it."""
    made = item("IMAGE", relation, concept)
    pointed = Dataset()
    pointed.ReferencedSOPClassUID = UID(frame.sop_class_uid)
    pointed.ReferencedSOPInstanceUID = UID(frame.sop_instance_uid)
    if frame.frame is not None:
        pointed.ReferencedFrameNumber = frame.frame
    if segment is not None:
        pointed.ReferencedSegmentNumber = segment
    made.ReferencedSOPSequence = [pointed]
    return made


def coordinates(concept: Code, shape: str, points: Sequence[tuple[float, float]],
                frame: SourceFrame) -> Dataset:  # fmt: skip
    """An SCOORD selected from an image; points are (column, row)."""
    made = item("SCOORD", "CONTAINS", concept, [image("SELECTED FROM", frame)])
    made.GraphicType = shape
    made.GraphicData = [float(value) for point in points for value in point]
    return made
