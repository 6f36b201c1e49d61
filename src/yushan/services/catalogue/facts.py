"""From sidecars to rows, pure: a series' facts, a study from its series, a study's counts.

Everything is independent of the order in which packs arrive, so a rebuilt index equals the old.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from yushan.base import PackId, Pseudonym, SeriesUID, SiteName, StudyUID
from yushan.domain.terms import modality_row
from yushan.services.catalogue import traits
from yushan.services.catalogue.values import Cell, Counts, SeriesRow, StudyRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yushan.domain.packs import Sidecar

#: Contrast/Bolus Agent and its sequence.
CONTRAST: Final = frozenset({"00180010", "00180012"})


def text(metadata: Mapping[str, Any], tag: str, limit: int = 256) -> str:
    """First value of an attribute of the DICOM JSON model; empty when absent."""
    values = metadata.get(tag, {}).get("Value") or [None]
    return "" if values[0] is None else str(values[0]).strip()[:limit]


def integer(metadata: Mapping[str, Any], tag: str) -> int | None:
    """First value as a whole number within SQL's four bytes."""
    try:
        number = int(text(metadata, tag))
    except ValueError:
        return None
    return number if abs(number) < 1 << 31 else None


def series_row(sidecar: Sidecar) -> SeriesRow:
    """The series as one pack knows it; what instances differ in is taken from the first."""
    first = sidecar.instances[0]
    about, pack = first.metadata, PackId(sidecar.source or sidecar.pack)
    return SeriesRow(
        study_instance_uid=StudyUID(sidecar.study_instance_uid),
        series_instance_uid=SeriesUID(sidecar.series_instance_uid),
        subject=Pseudonym(sidecar.subject),
        site=SiteName(sidecar.site),
        modality=sidecar.modality.upper()[:16],
        body_part=text(about, "00180015", 64).upper(),
        description=text(about, "0008103E"),
        study_description=text(about, "00081030"),
        manufacturer=text(about, "00080070"),
        model=text(about, "00081090"),
        series_number=integer(about, "00200011"),
        instances=len(sidecar.instances) - len(sidecar.replaces),
        bytes=sum(entry.length for entry in sidecar.instances),
        sop_class_uid=first.sop_class_uid,
        transfer_syntax_uid=first.transfer_syntax_uid,
        study_date=text(about, "00080020", 8),
        study_time=text(about, "00080030", 16),
        series_date=text(about, "00080021", 8),
        received_at=sidecar.received_at,
        first_pack=pack,
        packs=(pack,),
        sex=text(about, "00100040", 16).upper(),
        age_years=traits.years(text(about, "00101010", 4)),
        slice_um=traits.micrometres(text(about, "00180050", 16)),
        contrast="yes" if has_contrast(about) else "",
    )


def has_contrast(about: Mapping[str, Any]) -> bool:
    """Whether an agent is named, as text or as code."""
    return any(about[tag].get("Value") for tag in CONTRAST & about.keys())


def merge(one: SeriesRow, other: SeriesRow) -> SeriesRow:
    """Two parts of a series: facts of the one received first, counts of both."""
    first = min(one, other, key=traits.arrival)
    return replace(
        first,
        instances=one.instances + other.instances,
        bytes=one.bytes + other.bytes,
        packs=tuple(sorted({*one.packs, *other.packs})),
    )


def study_row(series: Sequence[SeriesRow]) -> StudyRow:
    """The study that these series make (at least one)."""
    ordered = sorted(series, key=lambda row: (*traits.arrival(row), row.series_instance_uid))
    first = ordered[0]
    return StudyRow(
        study_instance_uid=first.study_instance_uid,
        subject=first.subject,
        sites=tuple(sorted({row.site for row in series})),
        study_date=first.study_date,
        study_time=first.study_time,
        modalities=tuple(sorted({row.modality for row in series if row.modality})),
        description=traits.study_description(ordered),
        series=len(series),
        instances=sum(row.instances for row in series),
        bytes=sum(row.bytes for row in series),
        body_part=", ".join(sorted({row.body_part for row in series if row.body_part})),
        received_at=first.received_at,
    )


def facets_of(series: Iterable[SeriesRow]) -> set[tuple[str, str]]:
    """What a study is found by: (kind, value)."""
    pairs = {
        pair
        for row in series
        for pair in (
            ("site", row.site),
            ("modality", row.modality),
            ("body_part", row.body_part),
        )
    }
    return {(kind, value) for kind, value in pairs if value}


def folded(*texts: str) -> str:
    """Texts as they are searched."""
    return "\n".join(sorted({entry.casefold() for entry in texts if entry}))[:4000]


def counts_of(series: Iterable[SeriesRow]) -> dict[Cell, Counts]:
    """What a study's series add to the cube.

    Per modality row the study is counted once, in the cell of the series received first.
    """
    found: dict[Cell, Counts] = {}
    seen: set[str] = set()
    for row in sorted(series, key=lambda row: (*traits.arrival(row), row.series_instance_uid)):
        code = modality_row(row.modality).code
        cell = Cell(row.site, code, row.received_at[:7], row.body_part)
        added = Counts(0 if code in seen else 1, 1, row.instances, row.bytes)
        found[cell] = found.get(cell, Counts()) + added
        seen.add(code)
    return found


def difference(before: Mapping[Cell, Counts], after: Mapping[Cell, Counts]) -> dict[Cell, Counts]:
    """What has to be added to the cube."""
    cells = {*before, *after}
    changes = {cell: after.get(cell, Counts()) + -before.get(cell, Counts()) for cell in cells}
    return {cell: change for cell, change in changes.items() if change != Counts()}
