"""Results of a search as DICOM JSON (PS3.18 10.6.3.3): the attributes a client may count on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from yushan.domain.packs import InstanceEntry
    from yushan.doors.dicomweb.search import Page
    from yushan.services.catalogue import SeriesRow, StudyRow

    Attributes = dict[str, dict[str, Any]]

#: Attributes of an instance that every answer holds where the instance has them.
INSTANCE_TAGS: Final = (
    "00080008", "00080016", "00080018", "00200013", "00200032", "00201041", "00280002", "00280004",
    "00280008", "00280010", "00280011", "00280100",
)  # fmt: skip


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
        "00081190": attribute("UR", f"{base}/studies/{row.study_instance_uid}"),
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
        "00081190": attribute("UR", f"{base}/studies/{study}/series/{series}"),
        "00180015": attribute("CS", row.body_part),
        "0020000D": attribute("UI", study),
        "0020000E": attribute("UI", series),
        "00200011": attribute("IS", row.series_number),
        "00201209": attribute("IS", row.instances),
    }


def instance_answer(entry: InstanceEntry, row: SeriesRow, base: str, page: Page) -> Attributes:
    """An instance, with what the query asks to be included from its metadata."""
    place = f"{base}/studies/{row.study_instance_uid}/series/{row.series_instance_uid}"
    wanted = entry.metadata.keys() if page.everything else (*INSTANCE_TAGS, *page.include)
    found: Attributes = {
        tag: value
        for tag in wanted
        if (value := entry.metadata.get(tag)) is not None and "BulkDataURI" not in value
    }
    return found | {
        "00080005": attribute("CS", "ISO_IR 192"),
        "00080056": attribute("CS", "ONLINE"),
        "00080060": attribute("CS", row.modality),
        "00081190": attribute("UR", f"{place}/instances/{entry.sop_instance_uid}"),
        "00083002": attribute("UI", entry.transfer_syntax_uid),
        "0020000D": attribute("UI", row.study_instance_uid),
        "0020000E": attribute("UI", row.series_instance_uid),
    }


def ordered(found: Attributes) -> Attributes:
    """In the order of the tags, as PS3.18 F.2.2 asks."""
    return {tag: found[tag] for tag in sorted(found)}
