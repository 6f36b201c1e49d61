"""The numbers of the statistics pages: asked of the catalogue, exact or as everybody sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from yushan.domain.terms import ROWS
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.body_parts import body_part
from yushan.doors.portal.figure_lines import Sheet, add, by_year, grouped, largest_first, line
from yushan.doors.portal.periods import bars
from yushan.doors.portal.shell import account_of
from yushan.doors.portal.statistics import Cell, Held, table
from yushan.services.accounts import may
from yushan.services.catalogue import ALL, EACH, Slice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from yushan.domain.terms import ModalityClass
    from yushan.doors.portal.place import Place
    from yushan.doors.portal.words import Words
    from yushan.services.catalogue import Catalogue, CubeRow, Shown

SITE: Final = re.compile(r"[a-z0-9-]{1,64}")
BODY: Final = re.compile(r"[A-Z0-9 _]{1,16}")
PERIOD: Final = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
#: Bars of the arrivals; more months than that are drawn as years.
MONTHS: Final = 36
#: Values of a table that are shown at first; the rest is on the table's own page.
LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: empty is everything. ``exact`` is the right of whoever looks."""

    period: str = ""
    site: str = ""
    body: str = ""
    codes: tuple[str, ...] = ()
    exact: bool = False

    def slice(self, **edges: str) -> Slice:
        """The sums to ask for."""
        mine = {
            "site": self.site or ALL,
            "month": self.period or ALL,
            "body_part": self.body or ALL,
        }
        return Slice(**{**mine, **edges})

    def spelled(self) -> dict[str, str]:
        """The view as the address' query."""
        values = {"period": self.period, "site": self.site, "body": self.body}
        return {name: value for name, value in values.items() if value}

    def counted(self, code: str) -> str:
        """The same as a search for the studies that are counted here."""
        return "~".join((code, self.site or ALL, self.period or ALL, self.body or ALL))


def view_of(request: Request) -> View:
    """What an address asks to look at; what makes no sense is left out."""
    query = request.query_params
    return View(
        period=fitting(PERIOD, query.get("period", "")),
        site=fitting(SITE, query.get("site", "")),
        body=fitting(BODY, query.get("body", "").upper()),
        codes=codes_of(request.path_params.get("code", "") or query.get("class", "")),
        exact=may(account_of(request), "see_exact_counts"),
    )


def fitting(pattern: re.Pattern[str], text: str) -> str:
    """The text if it fits, else nothing."""
    return text if pattern.fullmatch(text) else ""


def codes_of(name: str) -> tuple[str, ...]:
    """The rows of a class by its key, or the row of a code; empty for any other name."""
    mine = tuple(row.code for row in ROWS if row.group.key == name)
    return mine or tuple(row.code for row in ROWS if row.code == name)


def class_of(codes: Sequence[str]) -> ModalityClass:
    """The class of some rows."""
    return next(row.group for row in ROWS if row.code == codes[0])


class Figures:
    """Asks for the numbers of a view."""

    def __init__(self, catalogue: Catalogue, place: Place) -> None:
        self.catalogue, self.place = catalogue, place

    def shown(self, now: datetime) -> Shown:
        """The table for everybody, made anew if it is due."""
        return self.catalogue.figures.shown(now)

    def counted_at(self, view: View, now: datetime) -> datetime:
        """When the numbers were counted."""
        return now if view.exact else datetime.fromisoformat(self.shown(now).at)

    def sums(self, view: View, **edges: str) -> list[CubeRow]:
        """The sums of a view: by modality row, or added up by each value of an edge."""
        return self.catalogue.figures.sums(
            view.slice(**edges), view.codes, exact=view.exact, together=bool(edges)
        )

    def held(self, view: View) -> Held:
        """The main table."""
        return table(
            Cell(one.cell.row, one.counts.studies, one.counts.instances, one.counts.bytes)
            for one in self.sums(view)
        )

    def whole(self, view: View, now: datetime) -> tuple[int, int | None]:
        """Studies and persons in all; persons only where nothing narrows the view."""
        if view.spelled() or view.codes:
            return self.held(view).studies, None
        if view.exact:
            totals = self.catalogue.totals()
            return totals.studies, totals.subjects
        shown = self.shown(now)
        return shown.studies, shown.subjects

    def arrivals(self, view: View, path: str, words: Words) -> Sheet:
        """Studies by the month they were received in, or by the year if there are many."""
        found: dict[str, list[int]] = {}
        for one in self.sums(view, month=EACH):
            if one.cell.month.startswith(view.period):
                add(found, one.cell.month, one)
        if len(found) > MONTHS:
            found = by_year(found)
        lines = [
            line(key, period_word(key, words), found[key], linked(path, view, period=key))
            for key in sorted(found)
        ]
        counts = [one.studies for one in lines]
        step = max(1, len(lines) // 6)
        texts = ["" if place % step else one.word for place, one in enumerate(lines)]
        drawn = bars(counts, texts, [one.word for one in lines], len(lines) - 1)
        return Sheet("arrivals", tuple(lines), drawn)

    def hospitals(self, view: View, path: str, words: Words) -> Sheet:
        """By hospital."""
        name = self.place.site_name
        found = grouped((str(one.cell.site), one) for one in self.sums(view, site=EACH))
        return Sheet(
            "hospitals",
            largest_first(
                line(key, name(key, words.language), amounts, linked(path, view, site=key))
                for key, amounts in found.items()
            ),
        )

    def parts(self, view: View, path: str, words: Words) -> Sheet:
        """By body part."""
        found = grouped((one.cell.body_part, one) for one in self.sums(view, body_part=EACH))
        unknown = words.translate("not stated")
        return Sheet(
            "body-parts",
            largest_first(
                line(
                    key,
                    body_part(key, words.language) if key else unknown,
                    amounts,
                    linked(path, view, body=key) if key else "",
                )
                for key, amounts in found.items()
            ),
        )

    def sheet(self, key: str, view: View, path: str, words: Words) -> Sheet:
        """A table by its name."""
        make = {
            "arrivals": self.arrivals,
            "hospitals": self.hospitals,
            "body-parts": self.parts,
        }[key]
        return make(view, path, words)

    def sheets(self, view: View, path: str, words: Words) -> list[Sheet]:
        """All tables beside the main one; what is chosen already is no table."""
        chosen = {"hospitals": view.site, "body-parts": view.body}
        return [self.sheet(key, view, path, words) for key in SHEETS if not chosen.get(key)]

    def choices(self, view: View, path: str, words: Words) -> list[tuple[str, list[Choice]]]:
        """Links to other periods, hospitals and body parts: what there is in all."""
        whole = View(codes=view.codes, exact=view.exact)
        years = {one.cell.month[:4] for one in self.sums(whole, month=EACH)}
        if view.period:
            years.add(view.period[:4])
        sites = {str(one.cell.site) for one in self.sums(whole, site=EACH)}
        named = [
            (
                "period",
                words.translate("Received in"),
                [(year, words.year(int(year))) for year in sorted(years, reverse=True)],
            ),
            (
                "site",
                words.translate("Hospital"),
                [(site, self.place.site_name(site, words.language)) for site in sorted(sites)],
            ),
        ]
        now = {"period": view.period[:4], "site": view.site}
        every = words.translate("All")
        return [
            (
                label,
                [(linked(path, view, **{name: ""}), every, not now[name])]
                + [
                    (linked(path, view, **{name: key}), word, key == now[name])
                    for key, word in values
                ],
            )
            for name, label, values in named
            if values
        ]


#: (address, word, whether it is the one that is looked at).
Choice = tuple[str, str, bool]
SHEETS: Final = ("arrivals", "hospitals", "body-parts")


def linked(path: str, view: View, **changes: str) -> str:
    """The address of the same page with another view."""
    return with_changes(path, view.spelled(), changes)


def period_word(period: str, words: Words) -> str:
    """``2026-11`` or ``2026`` in a table."""
    year, _, month = period.partition("-")
    return words.year(int(year)) + (f"-{month}" if month else "")
