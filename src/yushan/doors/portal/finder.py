"""Studies: the catalogue's rows as pages show them, with pictures, and samples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from yushan.base import StudyUID
from yushan.domain.dicom import STORAGE_CLASSES
from yushan.domain.terms import CLASSES, ROWS, modality_row
from yushan.doors.portal.body_parts import body_part
from yushan.doors.portal.words import Words, dicom_date
from yushan.services.catalogue import SeriesQuery, StudyQuery, maker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from yushan.base import Language, Scope
    from yushan.doors.portal.place import Place
    from yushan.services.catalogue import Catalogue, SeriesRow, StudyRow

BLOCK: Final = 500


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study as lists and its page show it."""

    uid: str
    title: str
    subject: str
    modalities: tuple[str, ...]
    body_part: str
    date: date | None
    series: int
    instances: int
    sites: tuple[str, ...]
    thumbnail: str
    bytes: int = 0
    makers: tuple[str, ...] = ()
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A series that stands for its class on the tour."""

    study_instance_uid: str
    series_instance_uid: str
    word: str


class Finder:
    """Asks the catalogue under the scope of whoever looks."""

    def __init__(self, catalogue: Catalogue, place: Place) -> None:
        self.catalogue, self.place = catalogue, place

    def lines(
        self, scope: Scope, rows: Sequence[StudyRow], language: Language, pixels: int = 144
    ) -> list[StudyLine]:
        """Studies as a list shows them, each with the picture of its largest series."""
        uids = tuple(row.study_instance_uid for row in rows)
        series = self.catalogue.series(scope, SeriesQuery(studies=uids)) if uids else []
        pictures: dict[str, SeriesRow] = {}
        for one in sorted(series, key=lambda row: -row.instances):
            if has_picture(one):
                pictures.setdefault(one.study_instance_uid, one)
        return [
            study_line(
                row,
                language,
                self.thumbnail(pictures[row.study_instance_uid], pixels)
                if row.study_instance_uid in pictures
                else "",
                sorted({one.manufacturer for one in series
                        if one.study_instance_uid == row.study_instance_uid and one.manufacturer}),
            )
            for row in rows
        ]  # fmt: skip

    def thumbnail(self, series: SeriesRow, pixels: int) -> str:
        """Address of a series' small picture."""
        study, uid = series.study_instance_uid, series.series_instance_uid
        root = self.place.dicomweb
        return f"{root}/studies/{study}/series/{uid}/thumbnail?viewport={pixels},{pixels}"

    def word(self, name: str, key: str, language: Language) -> str:
        """A value of a study in words."""
        return body_part(key, language) if name == "body" else key

    def any_study(self, scope: Scope) -> str | None:
        """A study to show: a CT if there is one."""
        for query in (StudyQuery(modalities=("CT",)), StudyQuery()):
            if rows := self.catalogue.studies(scope, query, 1):
                return rows[0].study_instance_uid
        return None

    def samples(self, scope: Scope, language: Language) -> list[Sample]:
        """One series for each class that has pictures, in the order of the table."""
        found = []
        for group in CLASSES:
            codes = tuple(code for row in ROWS if row.group == group for code in row.modalities)
            rows = self.catalogue.series(scope, SeriesQuery(modalities=codes), BLOCK)
            shown = next((row for row in rows if has_picture(row)), None) if codes else None
            if shown is not None:
                word = group.en if language == "en" else group.zh
                found.append(Sample(shown.study_instance_uid, shown.series_instance_uid, word))
        return found

    def study(self, scope: Scope, uid: str) -> tuple[StudyRow, list[SeriesRow]]:
        """A study with its series; ``Absent`` if it is not there or may not be seen."""
        row = self.catalogue.study(scope, StudyUID(uid))
        return row, self.catalogue.series(scope, SeriesQuery(studies=(StudyUID(uid),)))


def has_picture(series: SeriesRow) -> bool:
    """Whether objects of the series' class hold pixels (waveforms and documents do not)."""
    kind = STORAGE_CLASSES.get(series.sop_class_uid)
    return kind is not None and kind.pixels


def study_line(
    row: StudyRow, language: Language, thumbnail: str, makers: Sequence[str] = ()
) -> StudyLine:
    """A row of the catalogue as pages show it."""
    parts = [body_part(part, language) for part in row.body_part.split(", ") if part]
    return StudyLine(
        uid=row.study_instance_uid,
        title=row.description or kinds(row.modalities, language),
        subject=row.subject,
        modalities=row.modalities,
        body_part=Words(language).joined(parts),
        date=dicom_date(row.study_date),
        series=row.series,
        instances=row.instances,
        sites=tuple(row.sites),
        thumbnail=thumbnail,
        bytes=row.bytes,
        makers=tuple(dict.fromkeys(map(maker, makers))),
        received=datetime.fromisoformat(row.received_at) if row.received_at else None,
    )


def kinds(modalities: Sequence[str], language: Language) -> str:
    """A name for a study without description: the classes of its series."""
    groups = dict.fromkeys(modality_row(modality).group for modality in modalities)
    words = Words(language)
    named = words.joined(group.en if words.english else group.zh for group in groups)
    return named or words.translate("Study")
