"""Studies and series within the asker's scope, under the asker's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from yushan.base import Absent, Pseudonym, SeriesUID, SiteName, StudyUID
from yushan.doors.api import values
from yushan.services.catalogue import Query, Wanted
from yushan.services.ledger import Thing, asked_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import UnsetType

    from yushan.domain.packs import Sidecar
    from yushan.doors.api.asked import (
        FacetsAsked,
        PageAsked,
        SearchAsked,
        SeriesAsked,
        SeriesPageAsked,
        StudyAsked,
    )
    from yushan.doors.api.asker import Asker
    from yushan.doors.api.ports import Names, Rooms
    from yushan.services.catalogue import SeriesRow, Sort, StudyRow

KINDS: Final = (
    "modality", "body_part", "manufacturer", "model", "year", "site", "sex", "age", "slice",
    "contrast",
)  # fmt: skip
#: Most series of one study.
MOST: Final = 10_000


def wanted_of(asked: SearchAsked, names: Names, sort: Sort = "-date") -> Wanted:
    """The search as the catalogue is asked."""
    codes = {"modality": asked.modality, "body_part": asked.body_part}
    has = [(kind, (one.upper(),)) for kind, one in codes.items() if one is not UNSET]
    if asked.site not in (UNSET, "*"):
        has.append(("site", (str(asked.site),)))
    return Wanted(
        has=tuple(has),
        texts=(asked.text,) if asked.text is not UNSET else (),
        subjects=subjects_of(asked.subject, names),
        date_from=asked.date_from or "",
        date_to=asked.date_to or "",
        sort=sort,
    )


def subjects_of(subject: str | UnsetType, names: Names) -> tuple[Pseudonym, ...]:
    """The person asked for, under the commons' own name."""
    return () if subject is UNSET else (Pseudonym(names.own_subject(str(subject))),)


def studies(rooms: Rooms, asker: Asker, asked: PageAsked) -> values.Studies:
    """A page of studies."""
    wanted = wanted_of(asked, asker.names, asked.sort)
    after = None
    if asked.cursor is not UNSET:
        key, number = asked.cursor.split(".")
        after = int(key), int(number)
    found = rooms.catalogue.search.find(asker.scope, wanted, asked.limit, after)
    thing = Thing("search", query=told(asked))
    rooms.audit.saw(asker.account, "image.searched", thing, count=len(found.rows))
    later = None if found.later is None else f"{found.later[0]}.{found.later[1]}"
    count = found.count if asker.may("see_exact_counts") else None
    return values.Studies(tuple(shown_study(row, asker.names) for row in found.rows), count, later)


def series(rooms: Rooms, asker: Asker, asked: SeriesPageAsked) -> values.SeriesList:
    """A page of series."""
    site = SiteName(asked.site) if asked.site not in (UNSET, "*") else None
    query = Query(
        modalities=given(asked.modality),
        body_parts=given(asked.body_part),
        manufacturer=asked.manufacturer or "",
        model=asked.model or "",
        site=site,
        date_from=asked.date_from or "",
        date_to=asked.date_to or "",
        subjects=subjects_of(asked.subject, asker.names),
    )
    after = None
    if asked.cursor is not UNSET:
        study, one = map(asker.names.own_uid, asked.cursor.split("/"))
        after = study, one
    found = rooms.catalogue.series(asker.scope, query, asked.limit + 1, after=after)
    thing = Thing("search", query=told(asked))
    rooms.audit.saw(asker.account, "image.searched", thing, count=len(found))
    shown = tuple(shown_series(row, asker.names) for row in found[: asked.limit])
    is_more = len(found) > asked.limit
    later = f"{shown[-1].study_instance_uid}/{shown[-1].series_instance_uid}" if is_more else None
    return values.SeriesList(shown, later)


def told(asked: msgspec.Struct) -> str:
    """What is kept of a question."""
    given_ = msgspec.structs.asdict(asked).items()
    return asked_for((name, str(value)) for name, value in given_ if value not in (UNSET, None))


def given(value: str | UnsetType) -> tuple[str, ...]:
    """A value as alternatives: none or one."""
    return () if value is UNSET else (str(value),)


def facets(rooms: Rooms, asker: Asker, asked: FacetsAsked) -> values.Facets:
    """Values beside a search."""
    kinds = KINDS if asked.kind is UNSET else (asked.kind,)
    wanted = wanted_of(asked, asker.names)
    found = rooms.catalogue.search.find(asker.scope, wanted, 1, kinds=kinds)
    exact = asker.may("see_exact_counts")
    thing = Thing("search", query=told(asked))
    rooms.audit.saw(asker.account, "image.searched", thing, count=len(kinds))
    return values.Facets(
        tuple(
            values.Facet(
                kind,
                tuple(values.FacetValue(one, count if exact else None)
                      for one, count in found.facets.get(kind, ())),
            )
            for kind in kinds
        )
    )  # fmt: skip


def rows_of(rooms: Rooms, asker: Asker, study: str, series: str = "") -> Sequence[SeriesRow]:
    """The series of a study that may be seen; what may not is absent.

    Raises
    ------
    Absent
        ``api.absent``.
    Forbidden
        ``accounts.purpose-first``: a reason has to be given first.
    """
    own = StudyUID(asker.names.own_uid(study))
    one = (SeriesUID(asker.names.own_uid(series)),) if series else ()
    rows = rooms.catalogue.series(asker.scope, Query(studies=(own,), series=one), MOST)
    if not rows:
        raise Absent("api.absent")
    account = asker.account
    purpose = "" if account is None else rooms.accounts.purposes.check(account, own)
    thing = Thing("study", subject=rows[0].subject, study=own)
    rooms.audit.saw(account, "study.seen", thing, purpose=purpose)
    return rows


def study(rooms: Rooms, asker: Asker, asked: StudyAsked) -> values.StudyDetail:
    """One study with its series."""
    rows = rows_of(rooms, asker, asked.study)
    own = StudyUID(asker.names.own_uid(asked.study))
    found = rooms.catalogue.study(asker.scope, own)
    return values.StudyDetail(
        shown_study(found, asker.names), tuple(shown_series(row, asker.names) for row in rows)
    )


def provenance(rooms: Rooms, asker: Asker, asked: StudyAsked) -> values.Provenance:
    """Part by part."""
    found = [
        origin(one, asker)
        for row in rows_of(rooms, asker, asked.study)
        for one in rooms.archive.series_sidecars(row.series_instance_uid)
    ]
    found.sort(key=lambda one: (one.received_at, one.series_instance_uid, one.version))
    return values.Provenance(asked.study, tuple(found))


def origin(one: Sidecar, asker: Asker) -> values.Origin:
    """A part as it is given."""
    return values.Origin(
        asker.names.uid(one.series_instance_uid), one.site, one.received_at, one.policy,
        one.policy_digest, asker.named(one.source), asker.named(one.pack), one.version,
        len(one.instances),
    )  # fmt: skip


def versions(rooms: Rooms, asker: Asker, asked: SeriesAsked) -> values.Versions:
    """The versions of a series."""
    [row] = rows_of(rooms, asker, asked.study, asked.series)
    found = tuple(
        values.Version(
            one.number, asker.named(one.id), one.at, asker.named(one.pack), one.instances,
            one.added, one.replaced,
        )
        for one in rooms.archive.versions(row.series_instance_uid)
    )  # fmt: skip
    return values.Versions(asked.series, found)


def shown_study(row: StudyRow, names: Names) -> values.Study:
    """A study as it is given."""
    return values.Study(
        names.uid(row.study_instance_uid), names.subject(row.subject), tuple(map(str, row.sites)),
        row.study_date, row.study_time, row.modalities, row.body_part, row.description, row.series,
        row.instances, row.bytes, row.received_at,
    )  # fmt: skip


def shown_series(row: SeriesRow, names: Names) -> values.Series:
    """A series as it is given."""
    return values.Series(
        names.uid(row.series_instance_uid), names.uid(row.study_instance_uid), str(row.site),
        row.modality, row.body_part, row.description, row.manufacturer, row.model,
        row.series_number, row.instances, row.bytes, row.sop_class_uid, row.transfer_syntax_uid,
        row.received_at,
    )  # fmt: skip
