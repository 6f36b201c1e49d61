"""From a search to rows: the catalogue finds them; what it has no index for is held against each.

Such a search reads rows and opens metadata one after the other; it ends after ``MAX_SCAN`` rows or
``MAX_OPENED`` series and says that more may follow.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from yushan.doors.dicomweb.conditions import all_hold, form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.finding import Finder, Found
    from yushan.doors.dicomweb.paging import Pages, Place
    from yushan.doors.dicomweb.search import Page, Search
    from yushan.services.catalogue import Query, SeriesRow, StudyRow

MAX_SCAN: Final = 20_000
PAGE_ROWS: Final = 500
#: How many series one search opens to look at single instances; there is no index of those.
MAX_OPENED: Final = 500

Row = TypeVar("Row")


class Hits(NamedTuple):
    """One page of results. ``left`` is how many follow, -1 if some do and nobody counted.

    ``last`` is where the last one stands among all, if a page can begin behind it.
    """

    rows: Sequence[StudyRow | SeriesRow | Found]
    left: int
    last: Place | None = None


class Matching:
    """One search at work; ``warnings`` say where it ended."""

    def __init__(self, finder: Finder, places: Pages, asker: Asker, search: Search) -> None:
        self.finder, self.places = finder, places
        self.catalogue = finder.catalogue
        self.asker, self.search = asker, search
        self.warnings: list[str] = []
        self.opened = 0

    def studies(self, page: Page, key: tuple[str, ...]) -> Hits:
        """Studies, newest first."""
        if not self.search.plain:
            found = filter(self.has_study, self.studies_one_by_one(page.after))
            return ending(self.paged(found, page), place_of_study)
        after, start = self.begin(page, key)
        scope, query = self.asker.scope, self.search.query
        rows = self.catalogue.studies(scope, query, page.limit + 1, start, after=after)
        return self.ended(page, key, list(rows), place_of_study)

    def series(self, page: Page, key: tuple[str, ...]) -> Hits:
        """Series, by study and number."""
        if not self.search.plain:
            found = filter(self.has_series, self.series_one_by_one(after=page.after))
            return ending(self.paged(found, page), place_of)
        after, start = self.begin(page, key)
        scope, query = self.asker.scope, self.search.query
        rows = self.catalogue.series(scope, query, page.limit + 1, start, after=after)
        return self.ended(page, key, list(rows), place_of)

    def begin(self, page: Page, key: tuple[str, ...]) -> tuple[Place | None, int]:
        """Behind which row a page begins, and how many more it leaves out."""
        if page.after is not None or not page.offset:
            return page.after, page.offset
        after = self.places.before(key, page.offset)
        return after, page.offset if after is None else 0

    def ended(
        self, page: Page, key: tuple[str, ...], rows: list[Row], place: Callable[[Row], Place]
    ) -> Hits:
        """A page of rows that were read with one more."""
        shown = rows[: page.limit]
        if shown and page.after is None:
            self.places.ended(key, page.offset + len(shown), place(shown[-1]))
        return ending(Hits(shown, -1 if len(rows) > page.limit else 0), place)  # type: ignore[arg-type]

    def instances(self, page: Page) -> Hits:
        """Instances, series by series, in slice order."""
        query = self.search.query
        if query.sop_classes:  # series are indexed by the class of their first instance alone
            query = replace(query, sop_classes=())
        rows = self.series_one_by_one(query)
        if self.search.plain and not self.search.query.sop_classes:
            return self.counted(rows, page)
        return self.paged(self.instances_one_by_one(rows), page)

    def counted(self, rows: Iterator[SeriesRow], page: Page) -> Hits:
        """A page of all instances: series before it are counted and not opened."""
        skipped = 0
        found: list[Found] = []
        for row in rows:
            if skipped + row.instances <= page.offset:
                skipped += row.instances
                continue
            if not self.may_open():
                return Hits(found, -1)
            found += islice(self.finder.of_series(row), page.offset - skipped, None)
            skipped = page.offset
            if len(found) > page.limit:
                break
        return Hits(found[: page.limit], -1 if len(found) > page.limit else 0)

    def instances_one_by_one(self, rows: Iterator[SeriesRow]) -> Iterator[Found]:
        """The instances that fit, of series that fit."""
        classes = self.search.query.sop_classes
        for row in filter(self.is_about, rows):
            if not self.may_open():
                return
            for found in self.finder.of_series(row):
                fits = not classes or found.entry.sop_class_uid in classes
                if fits and all_hold(self.search.conditions, found.entry.metadata):
                    yield found

    def may_open(self) -> bool:
        """Whether one more series may be opened."""
        self.opened += 1
        if self.opened <= MAX_OPENED:
            return True
        if not self.warnings:
            self.warnings.append(f"Only the first {MAX_OPENED} series have been searched")
        return False

    def paged(self, rows: Iterator[Row], page: Page) -> Hits:
        """The rows of the page; one more is looked for, to know whether any follow."""
        found = list(islice(rows, page.offset, page.offset + page.limit + 1))
        more = len(found) > page.limit or bool(self.warnings)
        return Hits(found[: page.limit], -1 if more else 0)  # type: ignore[arg-type]

    def studies_one_by_one(self, after: Place | None = None) -> Iterator[StudyRow]:
        """All studies of the query (behind one), read page by page."""
        read, scope, query = 0, self.asker.scope, self.search.query
        while rows := self.catalogue.studies(scope, query, PAGE_ROWS, after=after):
            for row in rows:
                if not self.may_read(read := read + 1):
                    return
                yield row
            after = place_of_study(rows[-1])

    def series_one_by_one(
        self, query: Query | None = None, after: Place | None = None
    ) -> Iterator[SeriesRow]:
        """All series of a query (behind one), read page by page."""
        read, scope, query = 0, self.asker.scope, query or self.search.query
        while rows := self.catalogue.series(scope, query, PAGE_ROWS, after=after):
            for row in rows:
                if not self.may_read(read := read + 1):
                    return
                yield row
            after = place_of(rows[-1])

    def may_read(self, read: int) -> bool:
        """Whether one more row may be read."""
        if read > MAX_SCAN and not self.warnings:
            self.warnings.append(f"Only the first {MAX_SCAN} entries have been searched")
        return read <= MAX_SCAN

    def is_about(self, row: StudyRow | SeriesRow) -> bool:
        """Whether the person is like one of the search's patterns, if it has any."""
        patterns = self.search.subjects
        return not patterns or any(form(one)(self.asker.subject(row.subject)) for one in patterns)

    def has_study(self, row: StudyRow) -> bool:
        """Whether a study has a series that fits."""
        if not self.is_about(row):
            return False
        if not self.search.conditions:
            return True
        one = replace(self.search.query, studies=(row.study_instance_uid,))
        return any(map(self.has_series, self.catalogue.series(self.asker.scope, one, PAGE_ROWS)))

    def has_series(self, row: SeriesRow) -> bool:
        """Whether a series has an instance that fits."""
        if not self.is_about(row):
            return False
        conditions = self.search.conditions
        if not conditions:
            return True
        return self.may_open() and any(
            all_hold(conditions, found.entry.metadata) for found in self.finder.of_series(row)
        )


def place_of(row: SeriesRow) -> Place:
    """Where a series stands among all."""
    return str(row.study_instance_uid), str(row.series_instance_uid)


def place_of_study(row: StudyRow) -> Place:
    """Where a study stands among all."""
    return row.study_date, str(row.study_instance_uid)


def ending(hits: Hits, place: Callable[[Any], Place]) -> Hits:
    """The page with where it ended, if another follows."""
    return hits._replace(last=place(hits.rows[-1])) if hits.left and hits.rows else hits
