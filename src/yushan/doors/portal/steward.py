"""`/steward`, `/quarantine`, `/withdrawals` of the commons: whether what came in is right."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Forbidden
from yushan.doors.portal.homes import looks_after_packs
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import account_of, language_of
from yushan.doors.portal.told import tell
from yushan.doors.portal.waiting_here import (
    STOPPED,
    PackLine,
    findings,
    leaver,
    moment,
    pack_lines,
)
from yushan.doors.portal.words import Words
from yushan.services.ledger import Question
from yushan.services.withdrawal import Stage

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.doors.portal.homes import Homes
    from yushan.doors.portal.shell import Shell
    from yushan.services.accounts import Account
    from yushan.services.archive import Admissions, Archive
    from yushan.services.ledger import Entry, Ledger
    from yushan.services.withdrawal import Cases

#: Entries that say that something came in, or could not.
CAME: Final = ("archive.admitted", "archive.stored", "archive.refused")
#: Instances, cases and packs on a page.
SHOWN: Final = 200
RECENT: Final = 10
COLUMNS: Final = ("site", "pack", "member", "reasons", "size", "at")
CASE_COLUMNS: Final = ("case", "stage", "whole", "opened_at", "hidden_at", "ended_at", "due")


@dataclass(frozen=True, slots=True)
class StewardRooms:
    """What the steward's pages draw from."""

    admissions: Admissions
    archive: Archive
    ledger: Ledger
    cases: Cases | None
    homes: Homes


class StewardPages:
    """For whoever looks after what came in."""

    def __init__(self, shell: Shell, rooms: StewardRooms) -> None:
        self.shell, self.rooms = shell, rooms

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, handles, sees = self.shell.get, "handle_quarantine", "see_withdrawals"
        return [
            get("/steward", self.show, needs=handles),
            get("/quarantine", self.quarantine, needs=handles),
            get("/quarantine.csv", self.quarantine_csv, needs=handles),
            get("/quarantine.json", self.quarantine_json, needs=handles),
            get("/withdrawals", self.withdrawals, needs=sees),
            get("/withdrawals.csv", self.withdrawals_csv, needs=sees),
        ]

    def show(self, request: Request) -> Response:
        """What came in, what failed, what is held, how the packs are, who leaves."""
        language, rooms, now = language_of(request), self.rooms, self.shell.clock.now()
        lines = pack_lines(rooms.admissions.standing(), language)
        found = findings(rooms.admissions.quarantined(), language)
        scrubbed = rooms.archive.scrubbed()
        cases = [leaver(one, now, language) for one in rooms.cases.pending()] if rooms.cases else []
        held = [one for one in lines if one.state in STOPPED]
        account = self.keeper(request)
        answer = self.shell.page(
            request, "steward.html", here="home", held=held, findings=found, cases=cases,
            moving=[one for one in lines if one.state not in STOPPED], scrubbed=scrubbed,
            read_at=moment(scrubbed.newest_at), oldest_at=moment(scrubbed.oldest_at),
            came=self.came(),
            faults=[(tell(one.code, language), one.pack) for one in scrubbed.faults],
            **rooms.homes.common(request, account, Words(language)),
        )  # fmt: skip
        return rooms.homes.visited(answer)

    def keeper(self, request: Request) -> Account:
        """Who looks after what came in; ``Forbidden`` for a hospital's people."""
        account = account_of(request)
        if account is None or not looks_after_packs(account):
            raise Forbidden("accounts.not-allowed")
        return account

    def came(self) -> list[Entry]:
        """The newest admissions as the ledger tells them."""
        found = self.rooms.ledger.search.newest(Question(kinds=CAME), RECENT)
        return [one.entry for one in found]

    def stopped(self, language: Language) -> dict[str, Any]:
        """Packs and instances that did not get in."""
        admissions = self.rooms.admissions
        rows = admissions.quarantined()
        return {
            "packs": [
                one for one in pack_lines(admissions.standing(), language) if one.state in STOPPED
            ],
            "findings": findings(rows, language),
            "rows": rows,
        }

    def quarantine(self, request: Request) -> Response:
        """Packs and images that failed here, why, and what to do."""
        self.keeper(request)
        language = language_of(request)
        found = self.stopped(language)
        reason = request.query_params.get("reason", "")
        rows = [one for one in found["rows"] if not reason or reason in one.reasons]
        return self.shell.page(
            request, "commons_quarantine.html", here="quarantine", packs=found["packs"],
            findings=found["findings"], rows=rows[:SHOWN], count=len(rows), reason=reason,
            shown=SHOWN,
        )  # fmt: skip

    def quarantine_csv(self, request: Request) -> Response:
        """Every instance that failed, as a file."""
        self.keeper(request)
        rows = (
            (one.site, one.source, one.member, " ".join(one.reasons), one.size, one.at)
            for one in self.rooms.admissions.quarantined()
        )
        return csv_answer("quarantine", COLUMNS, rows)

    def quarantine_json(self, request: Request) -> Response:
        """Every pack and instance that failed, for programs."""
        self.keeper(request)
        found = self.stopped("en")
        packs: list[PackLine] = found["packs"]
        return json_answer({
            "packs": [
                {"site": one.site, "pack": one.pack, "state": one.state, "images": one.instances,
                 "reasons": [told.code for told in one.reasons]}
                for one in packs
            ],
            "images": [asdict(one) for one in found["rows"]],
        })  # fmt: skip

    def withdrawals(self, request: Request) -> Response:
        """Cases of people who leave: how far, by when, what each room answered."""
        language, now = language_of(request), self.shell.clock.now()
        cases = self.rooms.cases.page(SHOWN) if self.rooms.cases else []
        shown = [leaver(one, now, language) for one in cases]
        return self.shell.page(
            request, "withdrawals.html", here="withdrawals", cases=shown, checked=now,
            stages=[(stage.value, sum(one.stage == stage for one in shown)) for stage in Stage],
            late=sum(one.late and one.stage != Stage.ENDED for one in shown), shown=SHOWN,
        )  # fmt: skip

    def withdrawals_csv(self, request: Request) -> Response:  # noqa: ARG002 - the whole list
        """The cases as a file."""
        now = self.shell.clock.now()
        cases = self.rooms.cases.page(10_000) if self.rooms.cases else []
        lines = [leaver(one, now, "en") for one in cases]
        return csv_answer("withdrawals", CASE_COLUMNS, (
            (one.id, one.stage, one.whole, *(
                when.isoformat(timespec="seconds") if when else ""
                for when in (one.opened_at, one.hidden_at, one.ended_at, one.due)
            ))
            for one in lines
        ))  # fmt: skip
