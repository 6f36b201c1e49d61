"""The public home and `/statistics`: what is held, live from the catalogue's sums."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from yushan.base import Absent
from yushan.domain.statistics import RULES
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.figures import (
    LISTED,
    SHEETS,
    Figures,
    View,
    class_of,
    codes_of,
    view_of,
)
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import account_of, language_of
from yushan.doors.portal.statistics import squares
from yushan.doors.portal.words import Words
from yushan.services.accounts import may

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.domain.terms import ModalityClass
    from yushan.doors.portal.figure_lines import Sheet
    from yushan.doors.portal.record import Record
    from yushan.doors.portal.shell import Shell
    from yushan.doors.portal.statistics import By
    from yushan.services.catalogue import Catalogue

#: Entries of the public record on the home page.
NEWEST: Final = 5
#: Age after which the time of counting is shown as a warning.
OLD_S: Final = 172_800
HEAD: Final = ("class", "code", "studies", "images", "bytes")
OTHER_HEAD: Final = ("key", "name", "studies", "images", "bytes")


class StatisticsPages:
    """`/`, `/statistics`, `/statistics/CODE`, and every table as CSV and JSON."""

    def __init__(self, shell: Shell, catalogue: Catalogue, record: Record) -> None:
        self.shell, self.record = shell, record
        self.figures = Figures(catalogue, shell.place)

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get = self.shell.get
        return [
            get("/", self.home),
            get("/statistics", self.show),
            get("/statistics.csv", self.as_csv),
            get("/statistics.json", self.as_json),
            *(get(f"/statistics/{key}", self.whole_sheet) for key in SHEETS),
            *(get(f"/statistics/{key}.csv", self.sheet_csv) for key in SHEETS),
            *(get(f"/statistics/{key}.json", self.sheet_json) for key in SHEETS),
            get("/statistics/{code}", self.show_class),
        ]

    def home(self, request: Request) -> Response:
        """The public home."""
        words = Words(language_of(request))
        view = View(exact=may(account_of(request), "see_exact_counts"))
        return self.shell.page(
            request,
            "home.html",
            here="statistics",
            path="/statistics",
            entries=self.record.newest(words, NEWEST),
            head=self.record.head(),
            **self.part(request, view),
        )

    def show(self, request: Request) -> Response:
        """The table with choices of period and hospital, and the tables beside it."""
        return self.page(request, "/statistics", view_of(request))

    def show_class(self, request: Request) -> Response:
        """One class, or one row of it: the table's numbers, and what they are made of."""
        code = request.path_params["code"]
        if not codes_of(code):
            raise Absent("portal.no-such-page")
        return self.page(request, f"/statistics/{code}", view_of(request))

    def page(self, request: Request, path: str, view: View) -> Response:
        """A page of statistics."""
        words = Words(language_of(request))
        part = self.part(request, view)
        spelled = view.spelled()
        files = spelled | ({"class": request.path_params["code"]} if view.codes else {})
        return self.shell.page(
            request,
            "statistics.html",
            here="statistics",
            path=path,
            choices=self.figures.choices(view, path, words),
            listed=LISTED,
            sheets=self.figures.sheets(view, path, words),
            files=files,
            csv=with_changes("/statistics.csv", files, {}),
            json=with_changes("/statistics.json", files, {}),
            group=class_of(view.codes) if view.codes else None,
            code=request.path_params.get("code", ""),
            back=with_changes("/statistics", spelled, {}),
            **part,
        )

    def part(self, request: Request, view: View) -> dict[str, Any]:
        """What numbers, squares and table need."""
        by, words, now = by_of(request), Words(language_of(request)), self.shell.clock.now()
        counted = self.figures.counted_at(view, now)
        held = self.figures.held(view)
        studies, subjects = self.figures.whole(view, now)
        return {
            "by": by,
            "held": held,
            "view": view,
            "shares": squares(held, by),
            "counted": counted,
            "studies": studies,
            "subjects": subjects,
            "period": self.period_words(view, words),
            "exact": view.exact,
            "step": RULES.step,
            "old": (now - counted).total_seconds() > 172_800,
            "spelled": view.spelled(),
            "opens": view.exact and may(account_of(request), "see_images"),
        }

    def period_words(self, view: View, words: Words) -> str:
        """The period as part of the sentence under the numbers."""
        if view.period:
            year, _, month = view.period.partition("-")
            shown = words.year(int(year)) + (f"-{month}" if month else "")
            return words.say("Received in {period}.", period=shown)
        months = self.figures.arrivals(view, "", words).lines
        if not months:
            return ""
        year, _, month = months[0].key.partition("-")
        first = words.month_of(date(int(year), int(month or 1), 1))
        return words.say("Received since {month}.", month=first)

    def whole_sheet(self, request: Request) -> Response:
        """One of the tables beside the main one, whole."""
        words, view = Words(language_of(request)), view_of(request)
        key = sheet_key(request)
        name = request.query_params.get("class", "")
        path = f"/statistics/{name}" if view.codes else "/statistics"
        files = view.spelled() | ({"class": name} if view.codes else {})
        return self.shell.page(
            request,
            "statistics_sheet.html",
            here="statistics",
            files=files,
            key=key,
            one=self.figures.sheet(key, view, path, words),
            back=with_changes(path, view.spelled(), {}),
            group=class_of(view.codes) if view.codes else None,
            **self.part(request, view),
        )

    def as_csv(self, request: Request) -> Response:
        """The main table as a file, rows in the published order."""
        held, language = self.figures.held(self.view(request)), language_of(request)
        rows = [
            (group_word(group.group, language), line.code, line.studies, line.images, line.octets)
            for group in held.groups
            for line in group.lines
        ]
        return csv_answer("statistics", HEAD, rows)

    def as_json(self, request: Request) -> Response:
        """The main table for programs."""
        view = self.view(request)
        held = self.figures.held(view)
        return json_answer(
            self.about(view)
            | {
                "studies": held.studies,
                "images": held.images,
                "bytes": held.octets,
                "rows": [
                    {
                        "class": group.group.key,
                        "code": line.code,
                        "studies": line.studies,
                        "images": line.images,
                        "bytes": line.octets,
                    }
                    for group in held.groups
                    for line in group.lines
                ],
            }
        )

    def view(self, request: Request) -> View:
        """The view of a file; the table for everybody is made before, if it is due."""
        self.figures.shown(self.shell.clock.now())
        return view_of(request)

    def about(self, view: View) -> dict[str, Any]:
        """What numbers these are."""
        counted = self.figures.counted_at(view, self.shell.clock.now())
        return {
            "counted_at": counted.isoformat(timespec="seconds"),
            "period": view.period or None,
            "site": view.site or None,
            "body_part": view.body or None,
            "step": 1 if view.exact else RULES.step,
        }

    def sheet_of(self, request: Request) -> tuple[View, Sheet]:
        """The table that a file's address names."""
        view, words = self.view(request), Words(language_of(request))
        return view, self.figures.sheet(sheet_key(request), view, "/statistics", words)

    def sheet_csv(self, request: Request) -> Response:
        """A table beside the main one as a file."""
        _, sheet = self.sheet_of(request)
        rows = [(one.key, one.word, one.studies, one.images, one.octets) for one in sheet.lines]
        return csv_answer(f"statistics-{sheet.key}", OTHER_HEAD, rows)

    def sheet_json(self, request: Request) -> Response:
        """A table beside the main one for programs."""
        view, sheet = self.sheet_of(request)
        return json_answer(
            self.about(view)
            | {
                "rows": [
                    {
                        "key": one.key,
                        "name": one.word,
                        "studies": one.studies,
                        "images": one.images,
                        "bytes": one.octets,
                    }
                    for one in sheet.lines
                ]
            }
        )


def sheet_key(request: Request) -> str:
    """Which table an address names."""
    return request.url.path.rpartition("/")[2].partition(".")[0]


def by_of(request: Request) -> By:
    """What is counted: images unless studies are asked for."""
    asked = request.query_params.get("by", "")
    return cast("By", asked) if asked in {"images", "studies"} else "images"


def group_word(group: ModalityClass, language: Language) -> str:
    """A class's name."""
    return group.en if language == "en" else group.zh
