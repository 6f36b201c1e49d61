"""`/statistics/intake`: what became of what was sent, why images are stopped, how long it takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from yushan.base import EVERYTHING
from yushan.domain.statistics import floored
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import account_of, language_of
from yushan.doors.portal.words import Words, mark
from yushan.services.accounts import may
from yushan.services.archive import ChangeKind
from yushan.services.catalogue import SeriesQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.services.archive import Admissions, Archive
    from yushan.services.catalogue import Catalogue

#: Series whose delays are looked at, the newest; fewer say nothing to everybody.
NEWEST: Final = 1000
LEAST: Final = 25
#: What everybody sees of images by outcome: whole hundreds.
STEP: Final = 100
OUTCOMES: Final = (
    ("admitted", mark("searchable")), ("duplicate", mark("duplicates")),
    ("opted_out", mark("opted out")), ("quarantined", mark("stopped at the centre")),
    ("in_work", mark("being admitted")),
)  # fmt: skip
HEAD: Final = ("table", "key", "number")


@dataclass(frozen=True, slots=True)
class Line:
    """A number with its word."""

    table: str
    key: str
    word: str
    number: int


class IntakePages:
    """How fast and how completely."""

    def __init__(
        self, shell: Shell, catalogue: Catalogue, archive: Archive, admissions: Admissions
    ) -> None:
        self.shell, self.catalogue, self.archive, self.admissions = (
            shell, catalogue, archive, admissions,
        )  # fmt: skip

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            self.shell.get("/statistics/intake", self.show),
            self.shell.get("/statistics/intake.csv", self.as_csv),
            self.shell.get("/statistics/intake.json", self.as_json),
        ]

    def show(self, request: Request) -> Response:
        """The page."""
        words, delays = Words(language_of(request)), self.delays()
        return self.shell.page(
            request, "statistics_intake.html", here="statistics", exact=is_exact(request),
            outcomes=self.outcomes(request, words), reasons=self.reasons(request),
            delays=self.delay_lines(delays, words), looked=len(delays),
            counted=self.shell.clock.now(),
        )  # fmt: skip

    def lines(self, request: Request) -> list[Line]:
        """All numbers of the page."""
        words = Words("en")
        delays = self.delay_lines(self.delays(), words)
        return [*self.outcomes(request, words), *self.reasons(request), *delays]

    def as_csv(self, request: Request) -> Response:
        """The same as a file."""
        rows = [(one.table, one.key, one.number) for one in self.lines(request)]
        return csv_answer("intake", HEAD, rows)

    def as_json(self, request: Request) -> Response:
        """The same for programs."""
        found: dict[str, dict[str, int]] = {}
        for one in self.lines(request):
            found.setdefault(one.table, {})[one.key] = one.number
        now = self.shell.clock.now().isoformat(timespec="seconds")
        return json_answer({"counted_at": now, **found})

    def outcomes(self, request: Request, words: Words) -> list[Line]:
        """What became of the images, all hospitals together."""
        accounts = self.admissions.accounting()
        step = 1 if is_exact(request) else STEP
        return [
            Line("outcomes", key, words.translate(word),
                 floored(sum(getattr(one, key) for one in accounts), step))
            for key, word in OUTCOMES
        ]  # fmt: skip

    def reasons(self, request: Request) -> list[Line]:
        """Why images are stopped, by code: only for those who see exact counts."""
        if not is_exact(request):
            return []
        counted = Counter(
            reason for one in self.admissions.quarantined() for reason in set(one.reasons)
        )
        return [Line("reasons", code, code, count) for code, count in counted.most_common()]

    def delays(self) -> list[float]:
        """Seconds from receipt to being searchable, of the newest series, ascending."""
        _, last = self.archive.feed()
        came = [
            one for one in self.archive.changes(max(0, last - NEWEST), NEWEST)
            if one.kind is ChangeKind.CREATED
        ]  # fmt: skip
        uids = tuple(one.series for one in came)
        rows = self.catalogue.series(EVERYTHING, SeriesQuery(series=uids)) if uids else []
        received = {row.series_instance_uid: row.received_at for row in rows}
        return sorted(
            (at(one.at) - at(received[one.series])).total_seconds()
            for one in came
            if one.series in received
        )

    def delay_lines(self, delays: Sequence[float], words: Words) -> list[Line]:
        """Half, most and the longest of the delays, in seconds; nothing of a few."""
        if len(delays) < LEAST:
            return []
        places = (("half_s", 0.5), ("most_s", 0.95), ("longest_s", 1.0))
        told = (mark("Half of the series within"), mark("95 of 100 within"), mark("The longest"))
        return [
            Line("delays", key, words.translate(word), round(delays[int((len(delays) - 1) * part)]))
            for (key, part), word in zip(places, told, strict=True)
        ]


def is_exact(request: Request) -> bool:
    """Whether small counts are shown as they are."""
    return may(account_of(request), "see_exact_counts")


def at(text: str) -> datetime:
    """A time as it is kept."""
    return datetime.fromisoformat(text)
