"""What the catalogue is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from yushan.base import PackId, Pseudonym, SeriesUID, SiteName, StudyUID
    from yushan.domain.terms import ModalityRow


#: Newest study date first, oldest first, last received first, first received first, most images.
Sort = Literal["-date", "date", "-received", "received", "-images"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which studies or series; an empty field asks for nothing, several must all hold.

    Values in a tuple are alternatives. Modalities, body parts and all that follows them are
    patterns with ``*`` and ``?``, compared whole and without regard to case. Asked of studies,
    what concerns series must hold for one and the same series. Dates are DA, times TM, both ends
    included; a date or time that is not known is in no span. ``text`` is searched anywhere in
    the descriptions, in any case, without patterns.
    """

    studies: tuple[StudyUID, ...] = ()
    series: tuple[SeriesUID, ...] = ()
    subjects: tuple[Pseudonym, ...] = ()
    date_from: str = ""
    date_to: str = ""
    time_from: str = ""
    time_to: str = ""
    series_date_from: str = ""
    series_date_to: str = ""
    site: SiteName | None = None
    series_number: int | None = None
    sop_classes: tuple[str, ...] = ()
    text: str = ""
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    study_description: str = ""
    series_description: str = ""
    manufacturer: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which studies a person looks for, as `Catalogue.find` answers it.

    ``has`` are kinds with alternatives: the study has a series with one of them (kinds are those
    of ``traits.found_by``); of ``like`` the values are regular expressions. Each of ``texts`` is
    somewhere in its descriptions, in any case.
    ``counted`` (site, row, period, body part; ``*`` is any) asks for exactly the studies that the
    statistics count there. ``beyond`` asks for studies that came later than the one so numbered.
    """

    has: tuple[tuple[str, tuple[str, ...]], ...] = ()
    like: tuple[tuple[str, tuple[str, ...]], ...] = ()
    texts: tuple[str, ...] = ()
    studies: tuple[StudyUID, ...] = ()
    subjects: tuple[Pseudonym, ...] = ()
    date_from: str = ""
    date_to: str = ""
    counted: tuple[str, str, str, str] | None = None
    beyond: int | None = None
    sort: Sort = "-date"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of studies, how many there are in all, and where the next page begins.

    ``facets`` are, by kind, values with the number of studies that have them, under all other
    conditions; largest first.
    """

    rows: tuple[StudyRow, ...]
    count: int
    images: int
    later: tuple[int, int] | None
    facets: dict[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Saved:
    """A search that an account keeps; ``query`` is the address' query."""

    id: int
    name: str
    query: str
    made_at: str
    seen: int
    seen_at: str


@dataclass(frozen=True, slots=True)
class Shown:
    """When the table for everybody was made, and what it says of persons and studies in all."""

    at: str
    number: int
    subjects: int
    studies: int


#: The same question, asked of studies and of series.
StudyQuery = Query
SeriesQuery = Query


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """A study; ``accession`` is always empty, the first stage removes it."""

    study_instance_uid: StudyUID
    subject: Pseudonym
    sites: tuple[SiteName, ...]
    study_date: str
    study_time: str
    modalities: tuple[str, ...]
    description: str
    series: int
    instances: int
    bytes: int
    #: Body parts of its series, joined by a comma and a blank.
    body_part: str
    #: When its first series was received, ISO 8601 UTC.
    received_at: str
    accession: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """A series; ``packs`` are those of its sites in which it came."""

    study_instance_uid: StudyUID
    series_instance_uid: SeriesUID
    subject: Pseudonym
    site: SiteName
    modality: str
    body_part: str
    description: str
    study_description: str
    manufacturer: str
    model: str
    series_number: int | None
    instances: int
    bytes: int
    sop_class_uid: str
    transfer_syntax_uid: str
    study_date: str
    study_time: str
    series_date: str
    received_at: str
    first_pack: PackId
    packs: tuple[PackId, ...]
    #: PatientSex; age in whole years, 90 and over as 90; slice thickness in µm; ``yes`` or nothing.
    sex: str = ""
    age_years: int | None = None
    slice_um: int | None = None
    contrast: str = ""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A person as far as they may be seen."""

    subject: Pseudonym
    studies: int
    series: int
    instances: int
    received_at: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is in all."""

    subjects: int
    studies: int
    series: int
    instances: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the cube: ``row`` is the code of a modality row, ``month`` is YYYY-MM."""

    site: SiteName
    row: str
    month: str
    body_part: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What a cell counts; a study counts once per modality row."""

    studies: int = 0
    series: int = 0
    instances: int = 0
    bytes: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.studies + other.studies,
            self.series + other.series,
            self.instances + other.instances,
            self.bytes + other.bytes,
        )

    def __neg__(self) -> Counts:
        """The same to take away."""
        return Counts(-self.studies, -self.series, -self.instances, -self.bytes)


@dataclass(frozen=True, slots=True)
class CubeRow:
    """One cell with its counts."""

    cell: Cell
    counts: Counts


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the modality table."""

    row: ModalityRow
    counts: Counts
