"""The catalogue: what there is, at the grain of series, as far as the asker may see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from yushan.base import Absent, Forgotten, Pseudonym, SeriesUID, StudyUID
from yushan.domain.terms import ROWS
from yushan.services.catalogue import profiles, queries, visible
from yushan.services.catalogue.facts import (
    counts_of,
    difference,
    facets_of,
    merge,
    series_row,
    study_row,
)
from yushan.services.catalogue.figures import DAY_S, Figures
from yushan.services.catalogue.lines import lines
from yushan.services.catalogue.narrowing import FEW, is_narrow, is_told, wanted_of
from yushan.services.catalogue.releasing import combinations
from yushan.services.catalogue.search import SavedSearches, Search
from yushan.services.catalogue.tables import SERIES, STUDY
from yushan.services.catalogue.traits import EDITION, profile_of
from yushan.services.catalogue.values import (
    Counts,
    CubeRow,
    Query,
    SeriesRow,
    StudyRow,
    SubjectRow,
    TableRow,
    Totals,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from yushan.base import Leaving, Scope
    from yushan.domain.packs import Sidecar
    from yushan.engines.database import Database

EVERY = Query()

SERIES_ORDER: Final = (
    SERIES.c.study_instance_uid, SERIES.c.series_number, SERIES.c.series_instance_uid,
)  # fmt: skip


class Catalogue:
    """Owns the ``catalogue_*`` tables. Every question is asked under a scope.

    ``search`` finds studies as people look for them, ``saved`` are the searches they keep,
    ``figures`` says how much there is, also to everybody (at most anew each ``every_s`` seconds).
    """

    def __init__(self, db: Database, every_s: float = DAY_S) -> None:
        self.db = db
        self.search, self.saved = Search(db), SavedSearches(db)
        self.figures = Figures(db, every_s)

    def add(self, tx: Connection, sidecars: Sequence[Sidecar]) -> None:
        """Enter the series of one pack, in the transaction that admits it, and only once.

        Whoever calls keeps two packs of one study apart (the ledger's lock does, if the entry
        comes first).
        """
        studies: dict[str, list[SeriesRow]] = {}
        for row in map(series_row, sidecars):
            studies.setdefault(row.study_instance_uid, []).append(row)
        for study, rows in studies.items():
            self.add_to_study(tx, study, rows)
        for subject in sorted({sidecar.subject for sidecar in sidecars}):
            queries.refresh_subject(tx, subject)

    def add_to_study(self, tx: Connection, study: str, rows: Sequence[SeriesRow]) -> None:
        """Enter series of one study: the series, the study, the cube."""
        before = queries.series_of_study(tx, study)
        after = dict(before)
        for row in rows:
            known = after.get(row.series_instance_uid)
            after[row.series_instance_uid] = row if known is None else merge(known, row)
        for uid in sorted({row.series_instance_uid for row in rows}):
            queries.write_series(tx, after[uid], known=uid in before)
        self.write_study(tx, list(after.values()), known=bool(before))
        queries.change_cube(tx, difference(counts_of(before.values()), counts_of(after.values())))

    def outdated(self, limit: int = 100) -> list[tuple[StudyUID, tuple[SeriesUID, ...]]]:
        """Studies with series whose facts an older release read, with all their series."""
        old = sa.select(SERIES.c.study_instance_uid).where(SERIES.c.facts < EDITION).distinct()
        with self.db.read() as tx:
            return [
                (StudyUID(study), tuple(map(SeriesUID, queries.series_of_study(tx, study))))
                for study in tx.scalars(old.limit(limit))
            ]

    def renew(self, tx: Connection, sidecars: Sequence[Sidecar]) -> None:
        """Read the series of one study anew, all of it, from all its sidecars."""
        after: dict[str, SeriesRow] = {}
        for row in map(series_row, sidecars):
            known = after.get(row.series_instance_uid)
            after[row.series_instance_uid] = row if known is None else merge(known, row)
        before = queries.series_of_study(tx, sidecars[0].study_instance_uid)
        for row in after.values():
            queries.write_series(tx, row, known=row.series_instance_uid in before)
        self.write_study(tx, list(after.values()), known=True)
        queries.change_cube(tx, difference(counts_of(before.values()), counts_of(after.values())))

    def write_study(self, tx: Connection, series: Sequence[SeriesRow], *, known: bool) -> None:
        """The study as these series make it, and by what it is found."""
        made = study_row(series)
        queries.write_study(tx, made, [row.description for row in series], known=known)
        queries.write_facets(tx, made, facets_of(series))
        profiles.write(tx, made, profile_of(series, counts_of(series)))

    def studies(
        self,
        scope: Scope,
        query: Query = EVERY,
        limit: int = 100,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> list[StudyRow]:
        """Studies, newest study date first.

        Pages by ``offset``, or faster by ``after``: (study date, UID) of the last one seen. The
        index answers what it knows all of; of one day it gives what came last first.
        """
        is_wide = scope.everything and not is_narrow(query)
        if is_told(query) and not is_wide and self.search.is_whole():
            return self.search.page(scope, wanted_of(query), limit, offset, after)
        if is_narrow(query):
            uids = self.search.few(scope, wanted_of(query), FEW)
            query = query if uids is None else replace(query, studies=tuple(map(StudyUID, uids)))
            if uids == []:
                return []
        wanted = visible.studies(scope, query, after).limit(limit).offset(offset)
        with self.db.read() as tx:
            return [queries.study(row) for row in tx.execute(wanted)]

    def count(self, scope: Scope, query: Query = EVERY) -> int:
        """How many studies."""
        if is_told(query) and self.search.is_whole():
            return self.search.count(scope, wanted_of(query))
        with self.db.read() as tx:
            return int(tx.execute(visible.how_many(scope, query)).scalar_one())

    def study(self, scope: Scope, uid: StudyUID) -> StudyRow:
        """One study; ``Absent("catalogue.study-unknown")``, also when it may not be seen."""
        found = self.studies(scope, Query(studies=(uid,)), 1)
        if not found:
            raise Absent("catalogue.study-unknown")
        return found[0]

    def series(
        self,
        scope: Scope,
        query: Query = EVERY,
        limit: int = 10_000,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> list[SeriesRow]:
        """Series, in order of study, series number and UID.

        Pages by ``offset``, or however far by ``after``: study and series UID of the last one seen.
        Where that series is gone meanwhile, its study comes once more.
        """
        wanted = (
            sa.select(SERIES).where(*visible.series_terms(scope, query)).order_by(*SERIES_ORDER)
        )
        with self.db.read() as tx:
            if after is None:
                found = tx.execute(wanted.limit(limit).offset(offset))
                return [queries.series(row) for row in found]
            here, beyond = (
                SERIES.c.study_instance_uid == after[0],
                SERIES.c.study_instance_uid > after[0],
            )
            same = [queries.series(row) for row in tx.execute(wanted.where(here))]
            seen = [
                place for place, row in enumerate(same, 1) if row.series_instance_uid == after[1]
            ]
            rest = same[seen[0] if seen else 0 :][:limit]
            more = tx.execute(wanted.where(beyond).limit(limit - len(rest)))
            return [*rest, *(queries.series(row) for row in more)]

    def subjects(
        self, scope: Scope, query: Query = EVERY, limit: int = 100, offset: int = 0
    ) -> list[SubjectRow]:
        """Persons who have such a study, with the sums of those studies, by pseudonym."""
        wanted = (
            sa.select(
                STUDY.c.subject,
                sa.func.count(),
                sa.func.sum(STUDY.c.series),
                sa.func.sum(STUDY.c.instances),
                sa.func.min(STUDY.c.received_at),
            )
            .where(*visible.study_terms(scope, query))
            .group_by(STUDY.c.subject)
            .order_by(STUDY.c.subject)
        )
        with self.db.read() as tx:
            found = tx.execute(wanted.limit(limit).offset(offset))
            return [
                SubjectRow(Pseudonym(row[0]), int(row[1]), int(row[2]), int(row[3]), row[4])
                for row in found
            ]

    def cube(self) -> list[CubeRow]:
        """All cells by site, modality row, month received and body part."""
        with self.db.read() as tx:
            return queries.cube(tx)

    def table(self) -> list[TableRow]:
        """The modality table: all rows of the national statistics in order, empty ones too."""
        with self.db.read() as tx:
            found = queries.by_row(tx)
        return [TableRow(row, found.get(row.code, Counts())) for row in ROWS]

    def totals(self) -> Totals:
        """How much there is in all; no row of a series is touched."""
        with self.db.read() as tx:
            subjects, studies = queries.subjects_and_studies(tx)
            total = sum(queries.by_row(tx).values(), start=Counts())
        return Totals(subjects, studies, total.series, total.instances, total.bytes)

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:
        """Take a person's series out, also of studies and cube; counts series."""
        removed, studies = 0, queries.studies_of_subject(tx, leaving.subject)
        self.saved.forget(tx, leaving, studies)
        for study in studies:
            removed += self.forget_in_study(tx, study, leaving)
        queries.refresh_subject(tx, leaving.subject)
        return Forgotten(removed=removed)

    def forget_in_study(self, tx: Connection, study: StudyUID, leaving: Leaving) -> int:
        """Take series out of one study, and the study if none is left; how many series."""
        before = queries.series_of_study(tx, study)
        gone = [uid for uid in before if leaving.whole or uid in (leaving.series or ())]
        stay = {uid: row for uid, row in before.items() if uid not in set(gone)}
        if gone:
            queries.remove_series(tx, study, gone)
            queries.change_cube(
                tx, difference(counts_of(before.values()), counts_of(stay.values()))
            )
        if gone and stay:
            self.write_study(tx, list(stay.values()), known=True)
        return len(gone)

    def released(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Of each series what anybody may know (``RELEASED``), and whose it is."""
        with self.db.read() as tx:
            yield from combinations(tx)

    def lines(self, tx: Connection) -> Iterator[str]:
        """All that follows from packs, as sorted lines of JSON: two equal indexes give the same."""
        return lines(tx)

    def clear(self, tx: Connection) -> None:
        """Forget everything, to make it anew from sidecars with `add`."""
        queries.clear(tx)
