"""Finding studies: the catalogue's rows as pages show them, counts beside filters, samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import StudyUID
from yushan.domain.dicom import STORAGE_CLASSES
from yushan.domain.terms import CLASSES, ROWS, modality_row
from yushan.doors.portal.body_parts import body_part
from yushan.doors.portal.words import Words, dicom_date
from yushan.services.catalogue import SeriesQuery, StudyQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from yushan.base import Language, Scope
    from yushan.doors.portal.place import Place
    from yushan.doors.portal.search import Search
    from yushan.services.catalogue import Catalogue, SeriesRow, StudyRow

PAGE: Final = 25
BLOCK: Final = 500
#: Values of a filter that are offered.
OFFERED: Final = 8
#: Above so many studies counts beside filters are left out: each is a question of its own.
COUNTED: Final = 200_000


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


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a filter, and how many studies it would leave (None: not counted)."""

    key: str
    word: str
    count: int | None


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

    def page(
        self, scope: Scope, search: Search, after: tuple[str, str] | None, language: Language
    ) -> tuple[list[StudyLine], str]:
        """One page of a list, newest first, and the key of the next page (empty: there is none)."""
        rows = self.catalogue.studies(scope, search.query(), PAGE + 1, after=after)
        shown = rows[:PAGE]
        uids = tuple(row.study_instance_uid for row in shown)
        series = self.catalogue.series(scope, SeriesQuery(studies=uids)) if uids else []
        pictures: dict[str, str] = {}
        for one in sorted(series, key=lambda row: -row.instances):
            if has_picture(one):
                pictures.setdefault(one.study_instance_uid, self.thumbnail(one, 144))
        lines = [
            study_line(row, language, pictures.get(row.study_instance_uid, "")) for row in shown
        ]
        last = shown[-1] if len(rows) > PAGE else None
        return lines, f"{last.study_date}~{last.study_instance_uid}" if last else ""

    def all(self, scope: Scope, search: Search) -> Iterator[StudyRow]:
        """Every study of a search, newest first."""
        after: tuple[str, str] | None = None
        while rows := self.catalogue.studies(scope, search.query(), BLOCK, after=after):
            yield from rows
            after = (rows[-1].study_date, rows[-1].study_instance_uid)

    def thumbnail(self, series: SeriesRow, pixels: int) -> str:
        """Address of a series' small picture."""
        study, uid = series.study_instance_uid, series.series_instance_uid
        root = self.place.dicomweb
        return f"{root}/studies/{study}/series/{uid}/thumbnail?viewport={pixels},{pixels}"

    def offers(self, scope: Scope, search: Search, language: Language) -> dict[str, list[Value]]:
        """Values of each filter that leave something, the largest first; counts are exact."""
        cells = [row.cell for row in self.catalogue.cube()]
        rows = {cell.row for cell in cells}
        known = {
            "modality": [row.code for row in ROWS if row.code in rows and row.modalities],
            "body": sorted({cell.body_part for cell in cells if cell.body_part}),
            "site": sorted({str(cell.site) for cell in cells}),
        }
        is_counted = self.catalogue.totals().studies <= COUNTED
        return {
            name: self.values(scope, search, name, keys, language, is_counted=is_counted)
            for name, keys in known.items()
        }

    def values(
        self, scope: Scope, search: Search, name: str, keys: Sequence[str], language: Language,
        *, is_counted: bool,
    ) -> list[Value]:  # fmt: skip
        """The values of one filter, each counted with all other conditions kept."""
        found = []
        for key in keys:
            narrowed = search.changed(name, key)
            count = self.catalogue.count(scope, narrowed.query()) if is_counted else None
            if count != 0:
                found.append(Value(key, self.word(name, key, language), count))
        return sorted(found, key=lambda value: -(value.count or 0))[:OFFERED]

    def word(self, name: str, key: str, language: Language) -> str:
        """A filter's value in words."""
        if name == "site":
            return self.place.site_name(key, language)
        if name == "body":
            return body_part(key, language)
        group = modality_row(key).group
        return f"{key} {group.en if language == 'en' else group.zh}"

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


def study_line(row: StudyRow, language: Language, thumbnail: str) -> StudyLine:
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
    )


def kinds(modalities: Sequence[str], language: Language) -> str:
    """A name for a study without description: the classes of its series."""
    groups = dict.fromkeys(modality_row(modality).group for modality in modalities)
    words = Words(language)
    named = words.joined(group.en if words.english else group.zh for group in groups)
    return named or words.translate("Study")
