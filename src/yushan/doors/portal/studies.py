"""`/studies`: the list with its filters, as a page and as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import NOTHING
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.search import Search, read_after, read_search
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import account_of, language_of
from yushan.doors.portal.words import Words, mark

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language, Scope
    from yushan.doors.portal.finder import Finder, Value
    from yushan.doors.portal.place import Place
    from yushan.doors.portal.shell import Shell
    from yushan.services.catalogue import Catalogue, StudyRow

FACETS: Final = {
    "modality": mark("Modality"),
    "body": mark("Body part"),
    "site": mark("Hospital"),
}
DATES: Final = {"since": mark("from {date}"), "until": mark("to {date}")}
COLUMNS: Final = (
    "study_instance_uid", "subject", "study_date_shifted", "modalities", "body_part", "description",
    "series", "instances", "bytes", "sites", "received_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """A value of a filter as drawn."""

    word: str
    href: str
    count: int | None
    on: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter as drawn."""

    title: str
    values: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Pill:
    """A condition that is on; its link takes it off."""

    word: str
    href: str


class Studies:
    """The studies that the account may see."""

    def __init__(self, shell: Shell, catalogue: Catalogue, finder: Finder) -> None:
        self.shell, self.catalogue, self.finder = shell, catalogue, finder

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, needs = self.shell.get, "see_images"
        return [
            get("/studies", self.show, needs=needs),
            get("/studies.csv", self.as_csv, needs=needs),
            get("/studies.json", self.as_json, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """One page of the list, newest study first."""
        scope, language = scope_of(request), language_of(request)
        search = read_search(request.query_params)
        after = read_after(request.query_params.get("after", ""))
        lines, key = self.finder.page(scope, search, after, language)
        offers = self.finder.offers(scope, search, language)
        spelled = search.spelled()
        return self.shell.page(
            request, "studies.html", here="studies", search=search, studies=lines,
            count=self.catalogue.count(scope, search.query()),
            facets=facets(search, offers, language), pills=self.pills(search, language),
            csv=with_changes("/studies.csv", spelled, {}),
            scope=scope_words(scope, Words(language), self.shell.place),
            start=with_changes("/studies", spelled, {}) if after else None,
            later=with_changes("/studies", spelled, {"after": key}) if key else None,
            kept=[(name, value) for name, value in spelled.items() if name not in DATES],
            hidden=[(name, value) for name, value in spelled.items() if name != "q"],
        )  # fmt: skip

    def pills(self, search: Search, language: Language) -> list[Pill]:
        """The conditions that are on."""
        words, found = Words(language), []
        for name, value in search.spelled().items():
            word = value if name == "q" else self.finder.word(name, value, language)
            if name in DATES:
                word = words.say(DATES[name], date=value)
            rest = search.changed(name, "").spelled()
            found.append(Pill(word, with_changes("/studies", rest, {})))
        return found

    def as_csv(self, request: Request) -> Response:
        """The whole list as a file, with the same filters."""
        rows = self.finder.all(scope_of(request), read_search(request.query_params))
        return csv_answer("studies", COLUMNS, (csv_row(row) for row in rows))

    def as_json(self, request: Request) -> Response:
        """One page for programs; ``next`` is the address of the next."""
        scope, search = scope_of(request), read_search(request.query_params)
        after = read_after(request.query_params.get("after", ""))
        lines, key = self.finder.page(scope, search, after, "en")
        spelled = search.spelled()
        return json_answer({
            "count": self.catalogue.count(scope, search.query()),
            "studies": lines,
            "next": with_changes("/studies.json", spelled, {"after": key}) if key else None,
        })  # fmt: skip


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


def facets(search: Search, offers: dict[str, list[Value]], language: Language) -> list[Facet]:
    """The filters as links; one that is on is taken off by its link."""
    words, spelled = Words(language), search.spelled()
    return [
        Facet(
            words.translate(title),
            tuple(
                Offer(
                    value.word,
                    with_changes(
                        "/studies", search.changed(name, "" if is_on else value.key).spelled(), {}
                    ),
                    value.count,
                    is_on,
                )
                for value in offers[name]
                for is_on in [spelled.get(name) == value.key]
            ),
        )
        for name, title in FACETS.items()
        if offers[name]
    ]


def csv_row(row: StudyRow) -> tuple[object, ...]:
    """A study as a line of the file."""
    return (
        row.study_instance_uid, row.subject, row.study_date, " ".join(row.modalities),
        row.body_part, row.description, row.series, row.instances, row.bytes,
        " ".join(row.sites), row.received_at,
    )  # fmt: skip
