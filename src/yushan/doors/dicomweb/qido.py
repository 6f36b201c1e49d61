"""Search (QIDO-RS, PS3.18 10.6): studies, series and instances that the asker may see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import Response

from yushan.domain.packs import patch_text
from yushan.doors.dicomweb.answers import (
    instance_answer,
    of_series,
    of_study,
    ordered,
    picked,
    series_answer,
    study_answer,
)
from yushan.doors.dicomweb.matching import Matching
from yushan.doors.dicomweb.media import XML, model_form
from yushan.doors.dicomweb.paging import Pages, cursor_of, next_link
from yushan.doors.dicomweb.search import page_of, search_of
from yushan.doors.dicomweb.wado import xml_parts
from yushan.services.catalogue import Query
from yushan.services.ledger import Thing, asked_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from yushan.doors.dicomweb.answers import Attributes
    from yushan.doors.dicomweb.finding import Finder, Found
    from yushan.doors.dicomweb.matching import Hits
    from yushan.doors.dicomweb.paging import Place
    from yushan.services.catalogue import SeriesRow, StudyRow

NOT_FUZZY: Final = (
    "The fuzzymatching parameter is not supported. Only literal matching has been performed."
)
#: How many results are given attributes beyond the index; each opens metadata.
MAX_ENRICHED: Final = 500
OUR_UID: Final = re.compile(r"2\.25\.[0-9]{39}")


class Qido:
    """The search transactions."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.places = Pages()

    def studies(self, request: Request) -> Response:
        """``/studies``."""
        asked = Asked(request, self.finder)
        hits = asked.matching(self.places).studies(asked.page, asked.key("studies"))
        rows: list[StudyRow] = list(hits.rows)  # type: ignore[arg-type]
        made = [(study_answer(row, asked.asker.base), str(row.subject)) for row in rows]
        asked.enrich(made, of_study, lambda index: asked.first_of_study(rows[index]))
        return asked.answer(made, hits)

    def series(self, request: Request) -> Response:
        """``/series`` and ``/studies/{study}/series``."""
        asked = Asked(request, self.finder)
        if asked.asker.target.study:
            self.finder.rows(asked.asker)
        hits = asked.matching(self.places).series(
            asked.page, asked.key(f"series {asked.asker.target.study}")
        )
        rows: list[SeriesRow] = list(hits.rows)  # type: ignore[arg-type]
        made = [(series_answer(row, asked.asker.base), str(row.subject)) for row in rows]
        asked.enrich(made, of_series, lambda index: asked.first_of_series(rows[index]))
        return asked.answer(made, hits)

    def instances(self, request: Request) -> Response:
        """``/instances``, and those of a study or series."""
        asked = Asked(request, self.finder)
        if asked.asker.target.study:
            self.finder.rows(asked.asker)
        hits = asked.matching(self.places).instances(asked.page)
        rows: list[Found] = list(hits.rows)  # type: ignore[arg-type]
        made = [(instance_answer(one, asked.asker.base), str(one.row.subject)) for one in rows]
        asked.enrich(made, lambda _: True, lambda index: rows[index].entry.metadata)
        return asked.answer(made, hits)


class Asked:
    """One search with what is to be said about its results."""

    def __init__(self, request: Request, finder: Finder) -> None:
        self.media_type = model_form(request)
        parameters = request.query_params.multi_items()
        self.finder, self.request = finder, request
        self.asker = finder.asker(request)
        target = self.asker.target
        self.search = search_of(parameters, self.asker).within(target.study, target.series)
        self.page = page_of(parameters, self.asker)
        self.warnings = [NOT_FUZZY] if self.page.fuzzy else []
        self.ended: list[str] = []

    def key(self, level: str) -> tuple[str, ...]:
        """Who asks what, whichever page of it."""
        parts = [
            f"{name}={value}"
            for name, value in self.request.query_params.multi_items()
            if name.lower() not in ("limit", "offset", "after")
        ]
        return (str(getattr(self.asker.account, "id", "")), level, *sorted(parts))

    def matching(self, places: Pages) -> Matching:
        """The search at work; where it ended is said with the answer."""
        made = Matching(self.finder, places, self.asker, self.search)
        self.ended = made.warnings
        return made

    def enrich(
        self,
        made: list[tuple[Attributes, str]],
        belongs: Callable[[str], bool],
        metadata: Callable[[int], Attributes],
    ) -> None:
        """Add the attributes that the query names, where the level has them, from metadata."""
        wanted = self.page.include | self.search.asked
        known = made[0][0].keys() if made else ()
        missing = {tag for tag in wanted if belongs(tag) and tag not in known}
        if not (missing or self.page.everything):
            return
        for index, (found, _) in enumerate(made[:MAX_ENRICHED]):
            held = metadata(index)
            tags: Iterable[str] = held if self.page.everything else missing
            found |= {
                tag: value
                for tag, value in picked(held, [one for one in tags if belongs(one)]).items()
                if "Value" not in found.get(tag, {})
            }
        if len(made) > MAX_ENRICHED:
            self.warnings.append(f"Only {MAX_ENRICHED} results hold all attributes asked for")

    def first_of_series(self, row: SeriesRow) -> Attributes:
        """The metadata of a series' first instance."""
        first = next(self.finder.of_series(row), None)
        return {} if first is None else first.entry.metadata

    def first_of_study(self, row: StudyRow) -> Attributes:
        """The metadata of a study's first instance that may be seen."""
        query = Query(studies=(row.study_instance_uid,))
        rows = self.finder.catalogue.series(self.asker.scope, query, 1)
        return self.first_of_series(rows[0]) if rows else {}

    def answer(self, results: list[tuple[Attributes, str]], hits: Hits) -> Response:
        """The results; a warning says that more are left (PS3.18 8.3.4.4), a link where."""
        self.note(len(results))
        warnings = list(dict.fromkeys([*self.warnings, *self.ended]))
        if hits.left:
            warnings.append("There are additional results that can be requested")
        said = ", ".join(f'299 {self.asker.base} "{warning}"' for warning in warnings)
        headers = {"Warning": said} if said else {}
        if hits.last is not None:
            headers["Link"] = self.next_page(hits.last)
        made = [self.written(found, subject) for found, subject in results]
        body = b"[" + b",".join(made) + b"]"
        if self.media_type != XML:
            return Response(body, 200, headers, self.media_type)
        if not made:
            return Response(None, 204, headers)
        return xml_parts(msgspec.json.decode(body), headers)

    def next_page(self, last: Place) -> str:
        """Where the rest of the results begins, as the client knows the address."""
        base, request = self.asker.base, self.request
        path = request.url.path.partition("/dicom-web")[2]
        return next_link(
            base + path, request.query_params.multi_items(), cursor_of(last, self.asker)
        )

    def written(self, found: Attributes, subject: str) -> bytes:
        """One result as JSON, under the asker's names."""
        made = msgspec.json.encode(ordered(found))
        names = self.asker.names
        return made if names is None else patch_text(made, subject, names)

    def note(self, count: int) -> None:
        """Note what was searched for, in our own names."""
        if self.finder.audit is None:
            return
        pairs = parse_qsl(str(self.request.url.query), keep_blank_values=True)
        own = asked_for((name, OUR_UID.sub(self.own, value)) for name, value in pairs)
        target = self.asker.target
        thing = Thing("search", query=own, study=target.study, series=target.series)
        account: Any = self.asker.account
        self.finder.audit.saw(account, "image.searched", thing, count=count)

    def own(self, match: re.Match[str]) -> str:
        """A UID of the asker's scope as our own."""
        return self.asker.own_uid(match[0])
