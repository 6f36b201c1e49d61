"""Search (QIDO-RS, PS3.18 10.6): studies, series and instances that the asker may see."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import Response

from yushan.doors.dicomweb.answers import (
    instance_answer,
    ordered,
    series_answer,
    study_answer,
)
from yushan.doors.dicomweb.finding import base_of, scope_of, target_of
from yushan.doors.dicomweb.matching import (
    find_series,
    find_studies,
    is_about,
    series_one_by_one,
)
from yushan.doors.dicomweb.media import require_json
from yushan.doors.dicomweb.search import Page, Search, page_of, search_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from yushan.base import Scope
    from yushan.doors.dicomweb.answers import Attributes
    from yushan.doors.dicomweb.finding import Finder, Found, Target

#: How many series one search for instances looks through; there is no index of instances.
MAX_SERIES: Final = 500

NOT_FUZZY: Final = (
    "The fuzzymatching parameter is not supported. Only literal matching has been performed."
)


class Qido:
    """The search transactions."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.catalogue = finder.catalogue

    def studies(self, request: Request) -> Response:
        """``/studies``."""
        asked = Asked(request)
        found = find_studies(self.catalogue, asked.scope, asked.search, asked.page)
        return asked.answer([study_answer(row, asked.base) for row in found.rows], found.left)

    def series(self, request: Request) -> Response:
        """``/series`` and ``/studies/{study}/series``."""
        asked = Asked(request)
        if asked.target.study:
            self.finder.rows(asked.scope, asked.target)
        found = find_series(self.catalogue, asked.scope, asked.search, asked.page)
        return asked.answer([series_answer(row, asked.base) for row in found.rows], found.left)

    def instances(self, request: Request) -> Response:
        """``/instances``, and those of a study or series."""
        asked = Asked(request)
        first, limit = asked.page.offset, asked.page.limit
        if asked.target.study:
            self.finder.rows(asked.scope, asked.target)
        found = list(islice(self.matching(asked), first, first + limit + 1))
        shown = [
            instance_answer(one.entry, one.row, asked.base, asked.page) for one in found[:limit]
        ]
        return asked.answer(shown, -1 if len(found) > limit else 0)

    def matching(self, asked: Asked) -> Iterator[Found]:
        """The instances that a search holds, one after the other."""
        search = asked.search
        # Series are indexed by the class of their first instance alone.
        open_class = replace(search, query=replace(search.query, sop_classes=()))
        rows = series_one_by_one(self.catalogue, asked.scope, open_class)
        for row in islice(rows, MAX_SERIES):
            if is_about(search, row.subject):
                yield from (one for one in self.finder.of_series(row) if holds(search, one))
        if next(rows, None) is not None:
            asked.warnings.append(f"Only the first {MAX_SERIES} series have been searched")


class Asked:
    """One search with what is to be said about its results."""

    def __init__(self, request: Request) -> None:
        self.media_type = require_json(request)
        parameters = request.query_params.multi_items()
        self.target: Target = target_of(request)
        self.search: Search = search_of(parameters).within(self.target.study, self.target.series)
        self.page: Page = page_of(parameters)
        self.scope: Scope = scope_of(request)
        self.base = base_of(request)
        self.warnings = [NOT_FUZZY] if self.page.fuzzy else []

    def answer(self, results: list[Attributes], left: int) -> Response:
        """The results; a warning says that more are left (PS3.18 8.3.4.4)."""
        if left:
            count = f"{left} " if left > 0 else ""
            self.warnings.append(f"There are {count}additional results that can be requested")
        said = ", ".join(f'299 {self.base} "{warning}"' for warning in self.warnings)
        headers = {"Warning": said} if said else {}
        body = msgspec.json.encode([ordered(one) for one in results])
        return Response(body, 200, headers, self.media_type)


def holds(search: Search, found: Found) -> bool:
    """Whether an instance is what is looked for."""
    entry, classes = found.entry, search.query.sop_classes
    return (
        search.instance_number in (None, entry.instance_number)
        and (not classes or entry.sop_class_uid in classes)
        and (not search.sop_instance_uids or entry.sop_instance_uid in search.sop_instance_uids)
    )
