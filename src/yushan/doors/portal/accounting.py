"""The commons' accounting: what each hospital got a receipt for, and where it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import language_of
from yushan.doors.portal.words import Words, mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.services.archive import Admissions, Archive, SiteAccount

#: Places of an image other than searchable, in the order of the page.
OTHER: Final = {
    "in_work": mark("Being indexed"),
    "duplicate": mark("Duplicate"),
    "quarantined": mark("Quarantined"),
    "opted_out": mark("Opted out"),
}
COLUMNS: Final = ("received", "admitted", *OTHER, "announced", "archived", "packs")


@dataclass(frozen=True, slots=True)
class Total:
    """The sum over all hospitals; ``parts`` are the places other than searchable that hold any."""

    received: int
    admitted: int
    other: int
    parts: tuple[tuple[str, int], ...]
    closes: bool


def total_of(sites: Sequence[SiteAccount], words: Words) -> Total:
    """Add the hospitals up; it closes only if each of them does."""
    sums = {key: sum(getattr(site, key) for site in sites) for key in OTHER}
    received = sum(site.received for site in sites)
    admitted = sum(site.admitted for site in sites)
    other = sum(sums.values())
    closes = received == admitted + other and all(site.closes for site in sites)
    parts = tuple((words.translate(OTHER[key]), n) for key, n in sums.items() if n)
    return Total(received, admitted, other, parts, closes)


class AccountingPages:
    """`/accounting` of the commons."""

    def __init__(self, shell: Shell, admissions: Admissions, archive: Archive) -> None:
        self.shell, self.admissions, self.archive = shell, admissions, archive

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, needs = self.shell.get, "see_accounting"
        return [
            get("/accounting", self.show, needs=needs),
            get("/accounting.csv", self.as_csv, needs=needs),
            get("/accounting.json", self.as_json, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """The closing line, and a line per hospital."""
        sites = self.admissions.accounting()
        return self.shell.page(
            request, "accounting.html", here="accounting", sites=sites,
            sum=total_of(sites, Words(language_of(request))), checked=self.shell.clock.now(),
            stats=self.archive.stats(),
        )  # fmt: skip

    def as_csv(self, request: Request) -> Response:  # noqa: ARG002 - no choices yet
        """The same lines as a file."""
        sites = self.admissions.accounting()
        rows = [(site.site, *(getattr(site, key) for key in COLUMNS)) for site in sites]
        return csv_answer("accounting", ("site", *COLUMNS), rows)

    def as_json(self, request: Request) -> Response:  # noqa: ARG002 - no choices yet
        """The same lines for programs."""
        sites = self.admissions.accounting()
        return json_answer([
            {"site": site.site, "closes": site.closes}
            | {key: getattr(site, key) for key in COLUMNS}
            for site in sites
        ])  # fmt: skip
