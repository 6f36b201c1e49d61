"""What must be true of an object because of its storage class: read pixels, cleaned content, faces.

The rules are by class, by what Image Type says, and by the region and thickness of slices; what is
claimed settles them, nothing else does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.domain.verifier.claims import PIXELS, STRUCTURED, VISUAL, Top, value
from yushan.domain.verifier.tables import StorageClass, iod, tables

if TYPE_CHECKING:
    from yushan.domain.verifier.parser import Bytes
    from yushan.domain.verifier.report import Report

SOP_CLASS, IMAGE_TYPE, CONVERSION, CONTENT = 0x00080016, 0x00080008, 0x00080064, 0x0040A730
SAMPLES, PHOTOMETRIC, BURNED_IN, FEATURES = 0x00280002, 0x00280004, 0x00280301, 0x00280302
SLICE_THICKNESS: Final = 0x00180050
PIXEL_DATA: Final = (0x7FE00010, 0x7FE00008, 0x7FE00009)
#: Treatments of classes that are pictures: without pixels they are half an object.
PICTURES: Final = frozenset({"slice", "annotated", "read"})
#: Body Part Examined, and descriptions of series, protocol and study.
BODY: Final = (0x00180015, 0x0008103E, 0x00181030, 0x00081030)
#: Diffusion Directionality and b-value: maps without a face.
DIFFUSION: Final = frozenset({0x00189075, 0x00189087})
#: Words of Image Type that pictures made of screens carry, and those of a slide's label.
CAPTURED: Final = re.compile(
    rb"SCREEN|CAPTURE|DOSE_?INFO|PASTED|REPORT|COMPOSED|OVERLAY|SSAVE|PRINT|FOREIGN|GRAPH"
).search
LABEL: Final = re.compile(rb"(?:^|\\)(?:LABEL|OVERVIEW|THUMBNAIL|MACRO|LOCALIZER)(?:\\|$)").search
MAPS: Final = re.compile(
    rb"(?:^|\\)(?:DIFFUSION|ADC|FA|TRACEW|TENSOR|FMRI|BOLD|PERFUSION|ASL)(?:\\|$)"
).search
HEAD: Final = re.compile(
    rb"HEAD|BRAIN|FACE|FACIAL|SKULL|CRANI|ORBIT|SINUS|NECK|NASO|EYE|EAR|JAW|MAXILL|MANDIB|IAC|PITUI"
).search
GREYS: Final = frozenset({None, b"", b"MONOCHROME1", b"MONOCHROME2"})
THIN_MM: Final = re.compile(rb" *(?:[0-2](?:\.[0-9]*)?|3(?:\.0*)?|\.[0-9]+) *").fullmatch
PORTRAIT: Final = b"1.2.840.10008.5.1.4.1.1.77.1.4"
UNKNOWN: Final = StorageClass("refuse", "")


def class_of(data: Bytes, top: Top) -> StorageClass:
    """The row of the object's class; an unknown one is refused."""
    return tables().classes.get(value(data, top, SOP_CLASS) or b"", UNKNOWN)


def check_class(data: Bytes, top: Top, claims: frozenset[str], report: Report) -> None:
    """Some classes are never released, others only after their pixels or texts were read."""
    treatment, name = class_of(data, top)
    pixels = next((tag for tag in PIXEL_DATA if tag in top), None)
    if pixels is None and treatment in PICTURES and PIXEL_DATA[0] in iod(name).top:
        report.at_tag("", PIXEL_DATA[0], "verifier.missing")
    if treatment == "refuse":
        report.at_tag("", SOP_CLASS, "verifier.sop-class")
    elif treatment == "content" and STRUCTURED not in claims:
        report.at_tag("", CONTENT, "verifier.content-unread")
    elif pixels is not None and must_be_read(data, top, treatment) and PIXELS not in claims:
        report.at_tag("", pixels, "verifier.pixels-unread")
    if treatment == "read" and LABEL(value(data, top, IMAGE_TYPE) or b""):
        report.at_tag("", IMAGE_TYPE, "verifier.sop-class")
    if value(data, top, SOP_CLASS) == PORTRAIT and VISUAL not in claims:
        report.at_tag("", FEATURES, "verifier.face")


def must_be_read(data: Bytes, top: Top, treatment: str) -> bool:
    """Whether the pixels may carry text, by class and header."""
    if treatment == "read":
        return True
    image_type = value(data, top, IMAGE_TYPE) or b""
    kind = image_type.split(b"\\")[:2]
    has_colour = value(data, top, PHOTOMETRIC) not in GREYS or samples(data, top) != 1
    if treatment == "annotated":
        is_primary = kind == [b"ORIGINAL", b"PRIMARY"]
        return has_colour or not is_primary or value(data, top, BURNED_IN) != b"NO"
    is_drawn = kind == [b"DERIVED", b"SECONDARY"] or CAPTURED(image_type) is not None
    return treatment == "slice" and (has_colour or is_drawn or CONVERSION in top)


def samples(data: Bytes, top: Top) -> int:
    """Samples per Pixel; 1 where it is not said."""
    element = top.get(SAMPLES)
    return 1 if element is None else int.from_bytes(data[element.start : element.end], "little")


def check_faces(data: Bytes, top: Top, claims: frozenset[str], report: Report) -> None:
    """Thin slices of a head claim that their face was removed."""
    if VISUAL in claims or class_of(data, top).treatment != "slice" or PIXEL_DATA[0] not in top:
        return
    is_map = MAPS(value(data, top, IMAGE_TYPE) or b"") or not DIFFUSION.isdisjoint(top)
    body = b" ".join(value(data, top, tag) or b"" for tag in BODY).upper()
    if is_map or not HEAD(body):
        return
    thickness = value(data, top, SLICE_THICKNESS)
    if not thickness or THIN_MM(thickness):
        report.at_tag("", FEATURES, "verifier.face")
