"""`/studies`: the list with its filters, as a page and as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.base import NOTHING
from yushan.domain.statistics import RULES
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.facets import TITLES, facets
from yushan.doors.portal.findings import Seeker, is_exact
from yushan.doors.portal.search import (
    COLUMNS,
    FACETS,
    SHOWN,
    Search,
    read_after,
    read_search,
    wrong_dates,
)
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import account_of, language_of
from yushan.doors.portal.words import Words, mark
from yushan.services.accounts import may

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Scope
    from yushan.doors.portal.finder import Finder
    from yushan.doors.portal.place import Place
    from yushan.doors.portal.shell import Shell
    from yushan.services.catalogue import Catalogue, StudyRow

DATES: Final = {"since": mark("from {date}"), "until": mark("to {date}")}
SORTED: Final = {
    "-date": mark("Newest study first"),
    "date": mark("Oldest study first"),
    "-received": mark("Last received first"),
    "received": mark("First received first"),
    "-images": mark("Most images first"),
}
COLUMN_WORDS: Final = {
    "subject": mark("Subject"),
    "month": mark("Month"),
    "series": mark("Series"),
    "images": mark("Images"),
    "site": mark("Hospital"),
    "maker": mark("Maker"),
    "size": mark("Size"),
    "received": mark("Received"),
}
FILE_COLUMNS: Final = (
    "study_instance_uid",
    "subject",
    "study_date_shifted",
    "modalities",
    "body_part",
    "description",
    "series",
    "instances",
    "bytes",
    "sites",
    "received_at",
)


@dataclass(frozen=True, slots=True)
class Pill:
    """A condition that is on; its link takes it off."""

    word: str
    href: str


class Studies:
    """The studies that the account may see."""

    def __init__(self, shell: Shell, catalogue: Catalogue, finder: Finder) -> None:
        self.shell, self.finder = shell, finder
        self.seeker = Seeker(catalogue, shell.place)

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, needs = self.shell.get, "see_images"
        return [
            get("/studies", self.show, needs=needs),
            get("/studies.csv", self.as_csv, needs=needs),
            get("/studies.json", self.as_json, needs=needs),
            get("/studies/values/{name}", self.values, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """One page of the list."""
        scope, words = scope_of(request), Words(language_of(request))
        search = read_search(request.query_params)
        after = read_after(request.query_params.get("after", ""))
        exact = self.exact(request)
        found = self.seeker.page(scope, search, after, words, exact=exact)
        lines = self.finder.lines(scope, found.rows, words.language, 256 if search.thumbs else 144)
        spelled, errors = search.spelled(), wrong_dates(request.query_params)
        return self.shell.page(
            request,
            "studies.html",
            status=422 if errors else 200,
            here="studies",
            errors={name: words.translate(text) for name, text in errors.items()},
            search=search,
            studies=lines,
            found=found,
            facets=facets(search, found.offers, words),
            pills=self.pills(search, words),
            csv=with_changes("/studies.csv", spelled, {}),
            exact=exact,
            step=RULES.step,
            scope=scope_words(scope, words, self.shell.place),
            start=with_changes("/studies", spelled, {}) if after else None,
            later=with_changes("/studies", spelled, {"after": found.later})
            if found.later
            else None,
            address=lambda name, value: with_changes(
                "/studies", search.changed(name, value).spelled(), {}
            ),
            **forms_of(search, words),
        )

    def values(self, request: Request) -> Response:
        """All values of one facet."""
        scope, words = scope_of(request), Words(language_of(request))
        search, name = read_search(request.query_params), request.path_params["name"]
        found = self.seeker.page(scope, search, None, words, exact=self.exact(request))
        drawn = facets(search, {name: found.offers.get(name, ())}, words, most=10**6)
        return self.shell.page(
            request,
            "studies_values.html",
            here="studies",
            facet=drawn[0] if drawn else None,
            title=words.translate(TITLES.get(name, "Studies")),
            back=with_changes("/studies", search.spelled(), {}),
            pills=self.pills(search, words),
        )

    def exact(self, request: Request) -> bool:
        """Whether counts are exact; if not, everybody's table is made anew where it is due."""
        self.seeker.catalogue.figures.shown(self.shell.clock.now())
        return exact_of(request)

    def pills(self, search: Search, words: Words) -> list[Pill]:
        """The conditions that are on."""
        found = []
        for name, value in search.conditions().items():
            rest = search.changed(name, "").spelled()
            found.append(
                Pill(self.pill_word(name, value, words), with_changes("/studies", rest, {}))
            )
        return found

    def pill_word(self, name: str, value: str, words: Words) -> str:
        """A condition in words."""
        if name in FACETS:
            return self.seeker.word(name, value, words)
        if name in DATES:
            return words.say(DATES[name], date=value)
        if name == "counted":
            told = [one for one in value.split("~") if one != "*"]
            return words.say("as counted in the statistics: {what}", what=words.joined(told))
        return value

    def as_csv(self, request: Request) -> Response:
        """The whole list as a file, with the same filters."""
        rows = self.seeker.rows(scope_of(request), read_search(request.query_params))
        return csv_answer("studies", FILE_COLUMNS, (csv_row(row) for row in rows))

    def as_json(self, request: Request) -> Response:
        """One page for programs; ``next`` is the address of the next."""
        scope, search = scope_of(request), read_search(request.query_params)
        after = read_after(request.query_params.get("after", ""))
        found = self.seeker.page(scope, search, after, Words("en"), exact=self.exact(request))
        spelled = search.spelled()
        return json_answer(
            {
                "count": found.count,
                "images": found.images,
                "studies": self.finder.lines(scope, found.rows, "en"),
                "facets": {
                    name: [{"value": one.key, "count": one.count} for one in values]
                    for name, values in found.offers.items()
                },
                "next": with_changes("/studies.json", spelled, {"after": found.later})
                if found.later
                else None,
            }
        )


def forms_of(search: Search, words: Words) -> dict[str, Any]:
    """What the page's forms carry along and offer."""
    spelled = search.spelled()
    fields = list(spelled.items())
    return {
        "kept": [(name, value) for name, value in fields if name not in DATES],
        "hidden": [(name, value) for name, value in fields if name != "q"],
        "sorts": [(key, words.translate(word)) for key, word in SORTED.items()],
        "columns": [
            (
                one,
                words.translate(COLUMN_WORDS[one]),
                columns_with(search, one),
                one in search.columns,
            )
            for one in COLUMNS
        ],
        "conditions": with_changes("", search.conditions(), {})[1:],
    }


def columns_with(search: Search, name: str) -> str:
    """The columns with one more, or without the one."""
    mine = {*search.columns} ^ {name}
    kept = tuple(one for one in COLUMNS if one in mine)
    return "" if kept == SHOWN else ",".join(kept)


def exact_of(request: Request) -> bool:
    """Whether small counts are shown as they are."""
    return is_exact(scope_of(request), may_see=may(account_of(request), "see_exact_counts"))


def scope_of(request: Request) -> Scope:
    """What the account may see; nobody may see nothing."""
    account = account_of(request)
    return account.scope if account else NOTHING


def scope_words(scope: Scope, words: Words, place: Place) -> str:
    """The scope in a sentence."""
    if scope.everything:
        return words.translate("Scope: everything at the centre")
    if scope.sites:
        names = [place.site_name(site, words.language) for site in sorted(scope.sites)]
        return words.say("Scope: images of {sites}", sites=words.joined(names))
    return words.say("Scope: {n} single studies", n=words.number(len(scope.studies)))


def csv_row(row: StudyRow) -> tuple[object, ...]:
    """A study as a line of the file."""
    return (
        row.study_instance_uid,
        row.subject,
        row.study_date,
        " ".join(row.modalities),
        row.body_part,
        row.description,
        row.series,
        row.instances,
        row.bytes,
        " ".join(row.sites),
        row.received_at,
    )
