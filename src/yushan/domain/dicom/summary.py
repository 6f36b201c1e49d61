"""What every station asks of an object first: its UIDs, its device, its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.dicom.part10 import walk
from yushan.domain.dicom.text import declared_charset, text_values

if TYPE_CHECKING:
    from yushan.domain.dicom.values import Buffer, Element, Part10

UID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
UIDS: Final = (0x00080016, 0x00080018, 0x0020000D, 0x0020000E)


@dataclass(frozen=True, slots=True)
class Summary:
    """The few facts by which objects are sorted; texts are empty when absent or unreadable."""

    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    transfer_syntax_uid: str
    modality: str
    patient_id: str
    manufacturer: str
    model: str
    station_name: str
    instance_number: int | None
    image_type: tuple[str, ...]
    burned_in: str
    rows: int
    columns: int
    frames: int


def summarize(data: Buffer) -> Summary:
    """The summary of a Part-10 file.

    Raises
    ------
    Rejected
        As ``walk``; ``dicom.uid-missing`` and ``dicom.uid-invalid`` for the four UIDs that place an
        object.
    """
    return summary_of(walk(data))


def summary_of(part: Part10) -> Summary:
    """The summary of a file that is walked already."""
    look = Lookup(part, part.elements)
    sop_class, sop_instance, study, series = (look.uid(tag) for tag in UIDS)
    return Summary(
        sop_class_uid=sop_class,
        sop_instance_uid=sop_instance,
        study_instance_uid=study,
        series_instance_uid=series,
        transfer_syntax_uid=part.transfer_syntax_uid,
        modality=look.first(0x00080060),
        patient_id=look.first(0x00100020),
        manufacturer=look.first(0x00080070),
        model=look.first(0x00081090),
        station_name=look.first(0x00081010),
        instance_number=look.integer(0x00200013),
        image_type=look.texts(0x00080008),
        burned_in=look.first(0x00280301),
        rows=look.short(0x00280010),
        columns=look.short(0x00280011),
        frames=max(1, look.integer(0x00280008) or 1),
    )


class Lookup:
    """Values of one data set by tag; absent and unreadable values are empty."""

    def __init__(self, part: Part10, elements: tuple[Element, ...]) -> None:
        self.part = part
        self.found = {element.tag: element for element in elements}
        self.charset = declared_charset(part, elements)

    def raw(self, tag: int) -> bytes:
        """The value's bytes."""
        element = self.found.get(tag)
        if element is None or element.items is not None:
            return b""
        return bytes(self.part.buffer[element.value : element.end])

    def texts(self, tag: int) -> tuple[str, ...]:
        """The values as text."""
        element = self.found.get(tag)
        if element is None or element.items is not None:
            return ()
        return text_values(self.part, element, self.charset) or ()

    def first(self, tag: int) -> str:
        """The first value as text."""
        return next(iter(self.texts(tag)), "")

    def uid(self, tag: int) -> str:
        """A UID that must be there, well formed (PS3.5 9.1; leading zeros are let pass)."""
        value = self.first(tag)
        place = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        if not value:
            raise Rejected("dicom.uid-missing", tag=place)
        if len(value) > 64 or not UID.fullmatch(value):
            raise Rejected("dicom.uid-invalid", tag=place)
        return value

    def integer(self, tag: int) -> int | None:
        """The first value of an IS, if it is a whole number of 32 bits."""
        value = self.first(tag)
        digits = value.lstrip("+-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 10:
            return None
        return -int(digits) if value.startswith("-") else int(digits)

    def short(self, tag: int, default: int = 0) -> int:
        """The first value of a US."""
        raw = self.raw(tag)[:2]
        if len(raw) < 2:
            return default
        return int.from_bytes(raw, "big" if self.part.big_endian else "little")
