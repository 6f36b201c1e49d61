"""Results of a search as DICOM JSON (PS3.18 10.6.3.3): the attributes a client may count on.

All in our own names: `Asked` turns what is written into the asker's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from yushan.doors.dicomweb.asking import place_of

if TYPE_CHECKING:
    from yushan.doors.dicomweb.finding import Found
    from yushan.services.catalogue import SeriesRow, StudyRow

    Attributes = dict[str, dict[str, Any]]

#: Attributes of an instance that every answer holds where the instance has them.
INSTANCE_TAGS: Final = (
    "00080008", "00080016", "00080018", "00200013", "00200032", "00201041", "00280002", "00280004",
    "00280008", "00280010", "00280011", "00280100",
)  # fmt: skip
#: Attributes of patient and study (PS3.3 C.7.1, C.7.2, C.7.2.3) beside groups 0010, 0012 and 0032:
#: the same in all instances of a study, so that any tells them.
STUDY_TAGS: Final = frozenset({
    "00080020", "00080030", "00080050", "00080051", "00080090", "0008009C", "00081030", "00081032",
    "00081048", "00081060", "00081080", "00081110", "00081120", "00200010", "0040E001",
})  # fmt: skip
STUDY_GROUPS: Final = ("0010", "0012", "0032")
#: Attributes of a series (PS3.3 C.7.3, C.7.5, C.7.4).
SERIES_TAGS: Final = frozenset({
    "00080021", "00080031", "00080060", "00080064", "00080070", "00080080", "0008103E", "0008103F",
    "00081010", "00081040", "00081050", "00081070", "00081090", "00081111", "00180015", "00181000",
    "00181020", "00181030", "00185100", "00200011", "00200052", "00200060", "00201040", "00400244",
    "00400245", "00400253", "00400254", "00400260", "00400275", "00700080", "00700081",
})  # fmt: skip


def attribute(vr: str, *values: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """One attribute; empty values leave the value out."""
    held = [value for value in values if value not in ("", None)]
    if vr == "PN":
        held = [{"Alphabetic": name} for name in held]
    return {"vr": vr, "Value": held} if held else {"vr": vr}


def study_answer(row: StudyRow, base: str) -> Attributes:
    """A study. ``base`` is the address of the service, without slash at the end."""
    return {
        "00080005": attribute("CS", "ISO_IR 192"),
        "00080020": attribute("DA", row.study_date),
        "00080030": attribute("TM", row.study_time),
        "00080050": attribute("SH", row.accession),
        "00080056": attribute("CS", "ONLINE"),
        "00080061": attribute("CS", *row.modalities),
        "00080090": attribute("PN"),
        "00081030": attribute("LO", row.description),
        "00081190": attribute("UR", place_of(base, row.study_instance_uid)),
        "00100010": attribute("PN", row.subject),
        "00100020": attribute("LO", row.subject),
        "00100030": attribute("DA"),
        "00100040": attribute("CS"),
        "0020000D": attribute("UI", row.study_instance_uid),
        "00200010": attribute("SH"),
        "00201206": attribute("IS", row.series),
        "00201208": attribute("IS", row.instances),
        "00180015": attribute("CS", *row.body_part.split(", ")),
    }


def series_answer(row: SeriesRow, base: str) -> Attributes:
    """A series."""
    study, series = row.study_instance_uid, row.series_instance_uid
    return {
        "00080005": attribute("CS", "ISO_IR 192"),
        "00080021": attribute("DA", row.series_date),
        "00080056": attribute("CS", "ONLINE"),
        "00080060": attribute("CS", row.modality),
        "00080070": attribute("LO", row.manufacturer),
        "0008103E": attribute("LO", row.description),
        "00081090": attribute("LO", row.model),
        "00081190": attribute("UR", place_of(base, study, series)),
        "00180015": attribute("CS", row.body_part),
        "0020000D": attribute("UI", study),
        "0020000E": attribute("UI", series),
        "00200011": attribute("IS", row.series_number),
        "00201209": attribute("IS", row.instances),
    }


def instance_answer(found: Found, base: str) -> Attributes:
    """An instance."""
    row, entry = found.row, found.entry
    study, series = row.study_instance_uid, row.series_instance_uid
    return picked(entry.metadata, INSTANCE_TAGS) | {
        "00080005": attribute("CS", "ISO_IR 192"),
        "00080056": attribute("CS", "ONLINE"),
        "00080060": attribute("CS", row.modality),
        "00081190": attribute("UR", place_of(base, study, series, entry.sop_instance_uid)),
        "00083002": attribute("UI", entry.transfer_syntax_uid),
        "0020000D": attribute("UI", study),
        "0020000E": attribute("UI", series),
    }


def picked(metadata: Attributes, tags: Any) -> Attributes:  # noqa: ANN401 - any collection
    """Those attributes that are there and whose value did not stay in the file."""
    return {
        tag: value
        for tag in tags
        if (value := metadata.get(tag)) is not None and "BulkDataURI" not in value
    }


def of_study(tag: str) -> bool:
    """Whether an attribute is a patient's or a study's."""
    return tag in STUDY_TAGS or tag[:4] in STUDY_GROUPS


def of_series(tag: str) -> bool:
    """Whether an attribute is the same in all instances of a series."""
    return tag in SERIES_TAGS or of_study(tag)


def ordered(found: Attributes) -> Attributes:
    """In the order of the tags, as PS3.18 F.2.2 asks."""
    return {tag: found[tag] for tag in sorted(found)}
