"""The public home and `/statistics`: what is held, live from the catalogue's cube."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import account_of, language_of
from yushan.doors.portal.statistics import Cell, Held, squares, table
from yushan.doors.portal.words import Words
from yushan.services.accounts import may

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.domain.terms import ModalityClass
    from yushan.doors.portal.record import Record
    from yushan.doors.portal.shell import Shell
    from yushan.doors.portal.statistics import By
    from yushan.services.catalogue import Catalogue, CubeRow

#: Entries of the public record on the home page.
NEWEST: Final = 5


class StatisticsPages:
    """`/`, `/statistics`, `/statistics.csv`, `/statistics.json`."""

    def __init__(self, shell: Shell, catalogue: Catalogue, record: Record) -> None:
        self.shell, self.catalogue, self.record = shell, catalogue, record

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            self.shell.get("/", self.home),
            self.shell.get("/statistics", self.show),
            self.shell.get("/statistics.csv", self.as_csv),
            self.shell.get("/statistics.json", self.as_json),
        ]

    def home(self, request: Request) -> Response:
        """The public home."""
        words = Words(language_of(request))
        return self.shell.page(
            request, "home.html", here="statistics",
            entries=self.record.newest(words, NEWEST), head=self.record.head(),
            **self.part(request, self.catalogue.cube(), "", ""),
        )  # fmt: skip

    def show(self, request: Request) -> Response:
        """The table by itself, with choices of period and, for those who may, of hospital."""
        cube, period, site = self.catalogue.cube(), period_of(request), self.site_of(request)
        query = {name: value for name, value in request.query_params.items() if name != "lang"}
        return self.shell.page(
            request, "statistics.html", here="statistics",
            choices=self.choices(request, cube, period, site),
            csv=with_changes("/statistics.csv", query, {"by": None}),
            **self.part(request, cube, period, site),
        )  # fmt: skip

    def site_of(self, request: Request) -> str:
        """The hospital asked for; only those who see the accounting may ask for one."""
        if not may(account_of(request), "see_accounting"):
            return ""
        return request.query_params.get("site", "")

    def part(self, request: Request, cube: list[CubeRow], period: str, site: str) -> dict[str, Any]:
        """What numbers, squares and table need."""
        by, words = by_of(request), Words(language_of(request))
        held = held_of(cube, period, site)
        totals = self.catalogue.totals()
        is_all = not period and not site
        return {
            "by": by,
            "held": held,
            "shares": squares(held, by),
            "counted": self.shell.clock.now(),
            "studies": totals.studies if is_all else held.studies,
            "subjects": totals.subjects if is_all else None,
            "period": period_words(cube, period, words),
        }

    def choices(
        self, request: Request, cube: list[CubeRow], period: str, site: str
    ) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Links to other periods and hospitals."""
        words, query = Words(language_of(request)), dict(request.query_params)
        everything = words.translate("All")
        years = sorted({row.cell.month[:4] for row in cube}, reverse=True)
        found = [(
            words.translate("Received in"),
            [(with_changes("/statistics", query, {"period": None}), everything, not period)]
            + [
                (
                    with_changes("/statistics", query, {"period": year}),
                    words.year(int(year)), period == year,
                )
                for year in years
            ],
        )]  # fmt: skip
        if may(account_of(request), "see_accounting"):
            sites = sorted({str(row.cell.site) for row in cube})
            name = self.shell.place.site_name
            found.append((
                words.translate("Hospital"),
                [(with_changes("/statistics", query, {"site": None}), everything, not site)]
                + [
                    (
                        with_changes("/statistics", query, {"site": one}),
                        name(one, words.language), site == one,
                    )
                    for one in sites
                ],
            ))  # fmt: skip
        return found

    def as_csv(self, request: Request) -> Response:
        """The table as a file, rows in the published order."""
        held = held_of(self.catalogue.cube(), period_of(request), self.site_of(request))
        language = language_of(request)
        rows = [
            (group_word(group.group, language), line.code, line.studies, line.images)
            for group in held.groups
            for line in group.lines
        ]
        return csv_answer("statistics", ("class", "code", "studies", "images"), rows)

    def as_json(self, request: Request) -> Response:
        """The table for programs."""
        period, site = period_of(request), self.site_of(request)
        held = held_of(self.catalogue.cube(), period, site)
        return json_answer({
            "counted_at": self.shell.clock.now().isoformat(timespec="seconds"),
            "period": period or None,
            "studies": held.studies,
            "images": held.images,
            "rows": [
                {
                    "class": group.group.key, "code": line.code,
                    "studies": line.studies, "images": line.images,
                }
                for group in held.groups
                for line in group.lines
            ],
        })  # fmt: skip


def by_of(request: Request) -> By:
    """What is counted: images unless studies are asked for."""
    asked = request.query_params.get("by", "")
    return cast("By", asked) if asked in {"images", "studies"} else "images"


def period_of(request: Request) -> str:
    """A year of receipt (``2026``) or a month (``2026-11``); empty for all."""
    asked = request.query_params.get("period", "")
    year, _, month = asked.partition("-")
    is_year = len(year) == 4 and year.isascii() and year.isdigit()
    is_month = not month or (len(month) == 2 and month.isascii() and month.isdigit())
    return asked if is_year and is_month else ""


def held_of(cube: list[CubeRow], period: str, site: str) -> Held:
    """The cube's cells of a period and hospital, as the table."""
    return table(
        Cell(row.cell.row, row.counts.studies, row.counts.instances)
        for row in cube
        if row.cell.month.startswith(period) and (not site or row.cell.site == site)
    )


def period_words(cube: list[CubeRow], period: str, words: Words) -> str:
    """The period as part of the sentence under the numbers."""
    if period:
        year, _, month = period.partition("-")
        shown = words.year(int(year)) + (f"-{month}" if month else "")
        return words.say("Received in {period}.", period=shown)
    months = sorted({row.cell.month for row in cube})
    if not months:
        return ""
    return words.say("Received since {month}.", month=month_words(months[0], words))


def month_words(month: str, words: Words) -> str:
    """``2026-11`` in a sentence."""
    year, _, number = month.partition("-")
    return words.month_of(date(int(year), int(number), 1))


def group_word(group: ModalityClass, language: Language) -> str:
    """A class's name."""
    return group.en if language == "en" else group.zh
