"""What every station asks of an object first: its UIDs, its device, its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.dicom.lookup import Lookup
from yushan.domain.dicom.part10 import walk
from yushan.domain.dicom.pixels import shape_of

if TYPE_CHECKING:
    from yushan.domain.dicom.values import Buffer, Part10

#: Media Storage Directory Storage: a DICOMDIR, an index of a disc and no image.
DIRECTORY: Final = "1.2.840.10008.1.3.10"
UIDS: Final = (0x00080016, 0x00080018, 0x0020000D, 0x0020000E)


@dataclass(frozen=True, slots=True)
class Summary:
    """The few facts by which objects are sorted; texts are empty when absent or unreadable.

    A ``patient_id`` that no character set reads is given byte by byte, so that two people stay two.
    """

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
        As ``walk``; ``dicom.directory``; ``dicom.uid-missing`` and ``dicom.uid-invalid`` for the
        four UIDs that place an object; ``dicom.pixel-data-missing``, ``dicom.pixel-data-short``,
        ``dicom.frame-too-large`` and ``dicom.frames-impossible`` when the pixels cannot be what the
        header says.
    """
    return summary_of(walk(data))


def summary_of(part: Part10) -> Summary:
    """The summary of a file that is walked already."""
    if Lookup(part, part.meta).first(0x00020002) == DIRECTORY:
        raise Rejected("dicom.directory")
    look = Lookup(part, part.elements)
    sop_class, sop_instance, study, series = (look.uid(tag) for tag in UIDS)
    shape = shape_of(look)
    return Summary(
        sop_class_uid=sop_class,
        sop_instance_uid=sop_instance,
        study_instance_uid=study,
        series_instance_uid=series,
        transfer_syntax_uid=part.transfer_syntax_uid,
        modality=look.first(0x00080060),
        patient_id=look.first(0x00100020) or look.raw(0x00100020).decode("latin_1").strip(" \0"),
        manufacturer=look.first(0x00080070),
        model=look.first(0x00081090),
        station_name=look.first(0x00081010),
        instance_number=look.integer(0x00200013),
        image_type=look.texts(0x00080008),
        burned_in=look.first(0x00280301),
        rows=look.short(0x00280010),
        columns=look.short(0x00280011),
        frames=max(1, shape.frames),
    )
