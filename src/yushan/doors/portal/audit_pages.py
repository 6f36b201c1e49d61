"""`/audit`: who looked at what, for those who audit. Every look at it is recorded as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.responses import Response, StreamingResponse

from yushan.base import Absent
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.search import wrong_dates
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.words import TAIPEI, Words
from yushan.services.accounts import ROLES, role_name
from yushan.services.ledger import (
    Place,
    Question,
    Receipts,
    Thing,
    audit_event,
    kinds,
    leaf_hash,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.services.accounts import Accounts
    from yushan.services.ledger import Audit, Found, Ledger

NEEDS: Final = "audit_ledger"
PAGE: Final = 50
#: Fields of the form that are asked for as they are typed.
TYPED: Final = ("subject", "study", "account", "kind", "since", "until")
LONGEST: Final = 128
#: Things of a gateway that are told by their name: the journal's number, a state.
INSIDE: Final = frozenset({"object", "list"})
#: Badge of an event by what it is in `data/kinds.toml` of the ledger.
BADGES: Final = {
    "read": "calm", "search": "calm", "create": "done", "delete": "away", "alert": "stop",
    "decision": "wait", "security": "wait", "roles": "wait",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as the page tells it."""

    number: int
    time: datetime
    word: str
    badge: str
    who: str
    role: str
    is_person: bool
    thing: str
    private: dict[str, str]
    is_forgotten: bool
    facts: list[tuple[str, str]]


class AuditPages:
    """Search, entry, files."""

    def __init__(self, shell: Shell, ledger: Ledger, audit: Audit, accounts: Accounts) -> None:
        self.shell, self.ledger, self.audit, self.accounts = shell, ledger, audit, accounts
        self.search, self.receipts = ledger.search, Receipts(ledger)

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get = self.shell.get
        return [
            get("/audit", self.show, needs=NEEDS),
            get("/audit.csv", self.as_csv, needs=NEEDS),
            get("/audit.json", self.as_json, needs=NEEDS),
            get("/audit.ndjson", self.as_fhir, needs=NEEDS),
            get("/audit/{number:int}", self.entry, needs=NEEDS),
            get("/audit/{number:int}/receipt.json", self.receipt, needs=NEEDS),
        ]

    def show(self, request: Request) -> Response:
        """What fits, newest first."""
        asked, words = self.asked(request), Words(language_of(request))
        found = self.search.newest(asked, PAGE + 1)
        count = self.search.count(self.asked(request, paged=False))
        self.note(request, "audit.searched")  # after the search, before it is shown
        rows = [self.row(one, words) for one in found[:PAGE]]
        query, errors = typed(request), wrong_dates(request.query_params)
        older = None
        if len(found) > PAGE:
            older = with_changes("/audit", query, {"before": rows[-1].number})
        return self.shell.page(
            request, "audit.html", status=422 if errors else 200, here="audit",
            errors={name: words.translate(text) for name, text in errors.items()},
            rows=rows, days=by_day(rows), query=query,
            count=count, older=older,
            newest=with_changes("/audit", query, {}) if asked.before is not None else None,
            kinds=self.kinds(words), files=[
                (with_changes(f"/audit.{end}", query, {}), word)
                for end, word in (("csv", "CSV"), ("json", "JSON"), ("ndjson", "FHIR"))
            ],
        )  # fmt: skip

    def asked(self, request: Request, *, paged: bool = True) -> Question:
        """What the address asks for; dates are days in Taipei, both inclusive."""
        query = typed(request)
        before = request.query_params.get("before", "") if paged else ""
        until = day_of(query.get("until", ""))
        return Question(
            subject=query.get("subject", ""),
            study=query.get("study", ""),
            account=self.account_id(query.get("account", "")),
            kinds=(query["kind"],) if query.get("kind") else (),
            since=day_of(query.get("since", "")),
            until=until + timedelta(days=1) if until is not None else None,
            before=int(before) if before.isascii() and before.isdigit() else None,
        )

    def account_id(self, said: str) -> str:
        """The identifier of an account that was named by its user name, else what was said."""
        found = self.accounts.by_user(said) if said else None
        return str(found.id) if found is not None else said

    def note(self, request: Request, action: str) -> None:
        """Say that somebody looked, and for what."""
        query = typed(request)
        thing = Thing(
            "ledger", subject=query.get("subject", ""), study=query.get("study", ""),
            query=str(request.url.query)[:512],
        )  # fmt: skip
        self.audit.did(account_of(request), action, thing)

    def kinds(self, words: Words) -> list[tuple[str, str]]:
        """The kinds that occur, with words."""
        return [(kind, word_of(kind, words)) for kind in self.search.kinds()]

    def row(self, found: Found, words: Words) -> Row:
        """An entry with words for whoever may see it."""
        entry, facts = found.entry, found.entry.facts
        kind = kinds().get(entry.kind)
        account = str(facts.get("account", ""))
        badge = "stop" if facts.get("outcome") == "refused" else ""
        return Row(
            entry.number,
            datetime.fromisoformat(entry.time),
            word_of(entry.kind, words),
            badge or BADGES.get(kind.event if kind is not None else "", "calm"),
            self.name_of(account) or self.site_of(facts, words) or str(facts.get("via", "")),
            role_of(str(facts.get("role", "")), words),
            bool(account),
            str(facts.get("thing", "")),
            {name: str(value) for name, value in found.private.items()},
            found.is_forgotten,
            told(facts, words),
        )

    def name_of(self, account: str) -> str:
        """The user name of an account, if it is still there; else its identifier."""
        try:
            return self.accounts.by_id(account).user if account else ""
        except Absent:
            return account

    def site_of(self, facts: dict[str, Any], words: Words) -> str:
        """The hospital of an entry by its name."""
        site = str(facts.get("site", ""))
        return self.shell.place.site_name(site, words.language) if site else ""

    def every(self, request: Request, action: str) -> Iterator[Found]:
        """All that fits, oldest first; the look is recorded before the first line leaves."""
        asked = self.asked(request, paged=False)
        self.note(request, action)
        return self.search.all(asked)

    def as_csv(self, request: Request) -> Response:
        """All that fits as a table."""
        words = Words(language_of(request))
        found = self.every(request, "audit.exported")
        head = ("number", "time", "kind", "account", "role", "thing", "subject", "study",
                "series", "outcome", "count", "bytes", "via")  # fmt: skip
        return csv_answer("audit", head, (cells(one, words) for one in found))

    def as_json(self, request: Request) -> Response:
        """The newest that fit, for programs."""
        self.note(request, "audit.searched")
        found = self.search.newest(self.asked(request), PAGE)
        return json_answer({"entries": [{"entry": one.entry, "private": one.private}
                                        for one in found]})  # fmt: skip

    def as_fhir(self, request: Request) -> Response:
        """All that fits as FHIR AuditEvents, one a line."""
        place = Place(self.shell.place.kind, str(request.base_url).rstrip("/"))
        lines = (
            msgspec.json.encode(audit_event(one, place)) + b"\n"
            for one in self.every(request, "audit.exported")
        )
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="audit.ndjson"'}
        return StreamingResponse(lines, 200, headers, "application/fhir+ndjson")

    def entry(self, request: Request) -> Response:
        """One entry: what stands in it, and what proves it."""
        number = request.path_params["number"]
        rows = self.search.newest(Question(after=number - 1, before=number + 1), 1)
        if not rows:
            raise Absent("portal.no-such-page")
        thing = Thing("entry", str(number), subject=str(rows[0].private.get("subject", "")))
        self.audit.did(account_of(request), "audit.searched", thing)
        entry = rows[0].entry
        body = msgspec.json.format(msgspec.json.encode(entry, order="sorted")).decode()
        heads = [one for one in self.ledger.restricted.newest_heads(1) if one.size > number]
        return self.shell.page(
            request, "audit_entry.html", here="audit", found=rows[0], body=body,
            row=self.row(rows[0], Words(language_of(request))), head=heads[0] if heads else None,
            leaf=leaf_hash(msgspec.json.encode(entry, order="sorted")).hex(),
        )  # fmt: skip

    def receipt(self, request: Request) -> Response:
        """An entry's receipt; of its personal fields, those that are asked for are opened."""
        number = request.path_params["number"]
        names = [name for name in ("subject", "study", "series") if name in request.query_params]
        made = self.receipts.make(self.ledger.restricted, number, names)
        self.audit.did(account_of(request), "audit.exported", Thing("receipt", str(number)))
        headers = {"Content-Disposition": f'attachment; filename="receipt-{number}.json"'}
        data = msgspec.json.format(msgspec.json.encode(made))
        return Response(data, 200, {**HEADERS, **headers}, "application/json")


def typed(request: Request) -> dict[str, str]:
    """What the form asks for, without blanks."""
    said = {name: request.query_params.get(name, "").strip()[:LONGEST] for name in TYPED}
    return {name: value for name, value in said.items() if value}


def day_of(text: str) -> datetime | None:
    """The beginning of a day in Taipei; None if it is none."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), TAIPEI)
    except ValueError:
        return None


def word_of(kind: str, words: Words) -> str:
    """What a kind is called."""
    known = kinds().get(kind)
    if known is None:
        return kind
    return known.en if words.english else known.zh


def role_of(role: str, words: Words) -> str:
    """The role by its name; one that no longer exists as it was written."""
    return role_name(role, words.language) if role in ROLES else role


def told(facts: dict[str, Any], words: Words) -> list[tuple[str, str]]:
    """What is worth a line of the rest: name of a fact, and its value as text."""
    shown = ("outcome", "reasons", "purpose", "via", "count", "instances", "bytes", "over_s")
    thing, named = str(facts.get("thing", "")), str(facts.get("name", ""))
    found = [(thing, named)] if thing in INSIDE and named else []
    for name in shown:
        value = facts.get(name)
        if value in (None, "", [], 1) or (name == "outcome" and value == "done"):
            continue
        text = words.size(value) if name == "bytes" and isinstance(value, int) else None
        if text is None:
            text = words.number(value) if isinstance(value, int) else str(value)
        found.append((name, " ".join(value) if isinstance(value, list) else text))
    return found


def by_day(rows: list[Row]) -> list[tuple[date, list[Row]]]:
    """The rows under the day (in Taipei) on which they were entered."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row.time.astimezone(TAIPEI).date(), []).append(row)
    return list(days.items())


def cells(found: Found, _words: Words) -> tuple[object, ...]:
    """An entry as a line of the table."""
    entry, facts, private = found.entry, found.entry.facts, found.private
    return (
        entry.number, entry.time, entry.kind, facts.get("account", ""), facts.get("role", ""),
        facts.get("thing", ""), private.get("subject", ""), private.get("study", ""),
        private.get("series", ""), facts.get("outcome", ""), facts.get("count", ""),
        facts.get("bytes", ""), facts.get("via", facts.get("site", "")),
    )  # fmt: skip
