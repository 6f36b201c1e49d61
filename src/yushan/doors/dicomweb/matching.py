"""From a search to rows: the catalogue finds them; patterns of pseudonyms are held against each.

There is no index for such patterns, so rows are read in pages until enough match; a search that
would read more than ``MAX_SCAN`` rows ends there and says that more may follow.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yushan.base import Scope
    from yushan.doors.dicomweb.ports import Catalogue
    from yushan.doors.dicomweb.search import Page, Search
    from yushan.services.catalogue import SeriesRow, StudyRow

MAX_SCAN: Final = 20_000
PAGE_ROWS: Final = 500


class HasSubject(Protocol):
    """A row about somebody."""

    @property
    def subject(self) -> str:
        """The pseudonym."""
        ...


Row = TypeVar("Row", bound=HasSubject)


class Studies(NamedTuple):
    """One page of studies. ``left`` is how many follow, -1 if some may and nobody counted."""

    rows: Sequence[StudyRow]
    left: int


class Series(NamedTuple):
    """One page of series. ``left`` as above."""

    rows: Sequence[SeriesRow]
    left: int


def find_studies(catalogue: Catalogue, scope: Scope, search: Search, page: Page) -> Studies:
    """Studies, newest first.

    Raises
    ------
    Rejected
        ``dicomweb.attribute-not-indexed``: the search names what single instances have.
    """
    refuse_instances(search)
    if search.subjects:
        return Studies(*paged(studies_one_by_one(catalogue, scope, search), search, page))
    rows = catalogue.studies(scope, search.query, page.limit, page.offset)
    if len(rows) < page.limit:
        return Studies(rows, 0)
    return Studies(rows, max(0, catalogue.count(scope, search.query) - page.offset - len(rows)))


def find_series(catalogue: Catalogue, scope: Scope, search: Search, page: Page) -> Series:
    """Series, by study and number.

    Raises
    ------
    Rejected
        ``dicomweb.attribute-not-indexed``: the search names what single instances have.
    """
    refuse_instances(search)
    return Series(*paged(series_one_by_one(catalogue, scope, search), search, page))


def refuse_instances(search: Search) -> None:
    """Studies and series are not indexed by what single instances hold."""
    if search.sop_instance_uids or search.instance_number is not None:
        raise Rejected("dicomweb.attribute-not-indexed", tag="00080018")


def paged(rows: Iterator[Row], search: Search, page: Page) -> tuple[list[Row], int]:
    """The rows of the page that match; one more is looked for, to know whether any follow."""
    seen = 0

    def matching() -> Iterator[Row]:
        nonlocal seen
        for row in islice(rows, MAX_SCAN):
            seen += 1
            if is_about(search, row.subject):
                yield row

    found = list(islice(matching(), page.offset, page.offset + page.limit + 1))
    more = len(found) > page.limit or seen == MAX_SCAN
    return found[: page.limit], -1 if more else 0


def studies_one_by_one(catalogue: Catalogue, scope: Scope, search: Search) -> Iterator[StudyRow]:
    """All studies of a query, read page by page."""
    after = None
    while rows := catalogue.studies(scope, search.query, PAGE_ROWS, after=after):
        yield from rows
        after = (rows[-1].study_date, str(rows[-1].study_instance_uid))


def series_one_by_one(catalogue: Catalogue, scope: Scope, search: Search) -> Iterator[SeriesRow]:
    """All series of a query, read page by page."""
    offset = 0
    while rows := catalogue.series(scope, search.query, PAGE_ROWS, offset):
        yield from rows
        offset += len(rows)


def is_about(search: Search, subject: str) -> bool:
    """Whether a pseudonym is like one of the search's patterns, if it has any."""
    return not search.subjects or any(form(one)(subject) for one in search.subjects)


@lru_cache(maxsize=256)
def form(pattern: str) -> Callable[[str], object]:
    """A pattern with ``*`` and ``?`` as a test that never goes back over a star."""
    first, *rest = (
        "".join("." if one == "?" else re.escape(one) for one in piece)
        for piece in re.split(r"\*+", pattern)
    )
    stars = [f"(?>.*?{piece})" for piece in rest[:-1]] + [f".*{piece}" for piece in rest[-1:]]
    return re.compile(first + "".join(stars), re.IGNORECASE | re.DOTALL).fullmatch
