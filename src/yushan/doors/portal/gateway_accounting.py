"""The gateway's accounting: closing line, flow picture, reasons, devices, line, lists by state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import RedirectResponse, Response

from yushan.base import Absent
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.flow_picture import device_line, picture
from yushan.doors.portal.gateway_lists import Only, all_entries, listed, listed_rows, row_of
from yushan.doors.portal.gateway_parts import (
    HANDLED,
    NAMED,
    SINCE,
    arrivals,
    count_of,
    line_part,
    number_of,
    period_links,
    period_of,
    reason_lines,
    state_link,
    state_of,
    waiting,
)
from yushan.doors.portal.periods import since_of
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import HEADERS, language_of
from yushan.doors.portal.words import Words
from yushan.services.gateway import Period, State

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.gateway_looks import Looks
    from yushan.doors.portal.ports import Connections, Line
    from yushan.doors.portal.shell import Shell
    from yushan.services.gateway import Accounting, Journal

#: What names a device in an address.
DEVICE: Final = ("ae", "station", "model")
#: htmx stops asking at this status.
STOP_POLLING: Final = 286


class GatewayAccounting:
    """`/accounting`, `/accounting/STATE` and `/connections` of a gateway."""

    def __init__(
        self, shell: Shell, journal: Journal, connections: Connections, looks: Looks
    ) -> None:
        self.shell, self.journal, self.connections = shell, journal, connections
        self.looks = looks

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, needs = self.shell.get, "see_accounting"
        return [
            get("/", lambda _: RedirectResponse("/accounting", 303, HEADERS)),
            get("/accounting", self.show, needs=needs),
            get("/accounting.csv", self.as_csv, needs=needs),
            get("/accounting.json", self.as_json, needs=needs),
            get("/accounting/device", self.device, needs=needs),
            get("/accounting/{state}.csv", self.state_csv, needs=needs),
            get("/accounting/{state}", self.state, needs=needs),
            get("/connections", self.connect, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """The page; with ``?part=now`` only its moving part."""
        period = period_of(request)
        accounting = self.of(period)
        values = self.moving_part(request, period, accounting)
        if request.query_params.get("part") == "now":
            status = 200 if values["moves"] else STOP_POLLING
            return self.shell.page(request, "gateway_flow.html", status=status, **values)
        return self.shell.page(
            request,
            "gateway_accounting.html",
            **values,
            **self.standing_part(request, period, accounting, values["line"]),
        )

    def of(self, period: str) -> Accounting:
        """The sums of a period."""
        return self.journal.accounting(Period(since=since_of(period, self.shell.clock.now())))

    def moving_part(self, request: Request, period: str, accounting: Accounting) -> dict[str, Any]:
        """What the fragment needs: closing line and picture."""
        words = Words(language_of(request))
        line = self.connections.line()
        drawn = picture(
            accounting.received,
            accounting.states,
            searchable=line.searchable if period == "all" else
            min(line.searchable, accounting.states[State.ACKNOWLEDGED]),
            difference=accounting.difference,
        )  # fmt: skip
        return {
            "accounting": accounting,
            "total": sum(accounting.states.values()),
            "checked": self.shell.clock.now(),
            "picture": drawn,
            "moves": drawn.moves,
            "line": line,
            "since": words.translate(SINCE[period]),
            "fragment": with_changes("/accounting", {}, {"period": period, "part": "now"}),
            "state_link": state_link,
        }

    def standing_part(
        self, request: Request, period: str, accounting: Accounting, line: Line
    ) -> dict[str, Any]:
        """What is below the picture."""
        language = language_of(request)
        return {
            "here": "accounting",
            "waiting": waiting(accounting.states),
            "periods": period_links(period, language),
            "csv": with_changes("/accounting.csv", {"period": period}, {}),
            "ever": bool(accounting.received) or bool(self.of("all").received),
            "destinations": self.connections.destinations(),
            "reasons": reason_lines(accounting, language),
            "devices": [
                device_line(one.name, one.received, one.states) for one in accounting.by_device
            ],
            "terms": [(state, n) for state, n in accounting.states.items() if n],
            "arrivals": arrivals(accounting.hourly, period, language, self.shell.clock.now()),
            **line_part(line, accounting.states, language, self.shell.clock.now()),
        }

    def as_csv(self, request: Request) -> Response:
        """The sums by device and state."""
        accounting = self.of(period_of(request))
        rows = [
            (*(*one.name, "", "", "")[:3], one.received, *(one.states.get(s, 0) for s in State))
            for one in accounting.by_device
        ]
        head = ("ae_title", "station", "model", "received_total", *(str(s) for s in State))
        return csv_answer("accounting", head, rows)

    def as_json(self, request: Request) -> Response:
        """The sums for programs."""
        accounting = self.of(period_of(request))
        return json_answer({
            "period": period_of(request),
            "received": accounting.received,
            "states": accounting.states,
            "difference": accounting.difference,
            "closes": accounting.closes,
            "alarms": accounting.alarms,
        })  # fmt: skip

    def state(self, request: Request) -> Response:
        """The objects in one state, in the order of arrival."""
        state, only = state_of(request), only_of(request)
        after = number_of(request, "after")
        accounting = self.of("all")
        states, language = accounting.states, language_of(request)
        entries, more = listed(self.journal, state, only, after)
        if entries:
            self.looks.at_list(request, str(state), len(entries))
        query = request.query_params
        return self.shell.page(
            request, "gateway_state.html", here=str(state) if state in NAMED else "accounting",
            waiting=waiting(states), state=str(state), reason=only.reason, handled=HANDLED,
            device=only.device, count=self.count(accounting, state, only), after=after,
            entries=[row_of(entry, language) for entry in entries],
            later=with_changes(request.url.path, query, {"after": more}) if more else None,
            csv=with_changes(f"{request.url.path}.csv", query, {"after": None, "lang": None}),
        )  # fmt: skip

    def count(self, accounting: Accounting, state: State, only: Only) -> int:
        """How many objects a list has in all."""
        if only.device is None:
            return count_of(accounting, state, only.reason)
        return sum(1 for _ in all_entries(self.journal, state, only))

    def device(self, request: Request) -> Response:
        """One device: how many of its objects are in each state, each number with its list."""
        accounting, device = self.of("all"), device_of(request)
        shares = {(*one.name, "", "", "")[:3]: one for one in accounting.by_device}
        if device not in shares:
            raise Absent("portal.no-such-page")
        found = shares[device]
        query = dict(zip(DEVICE, device, strict=True))
        rows = [
            (str(state), found.states[state], with_changes(f"/accounting/{state}", query, {}))
            for state in State
            if found.states.get(state)
        ]
        return self.shell.page(
            request, "gateway_device.html", here="accounting", device=device, rows=rows,
            waiting=waiting(accounting.states), received=found.received,
        )  # fmt: skip

    def state_csv(self, request: Request) -> Response:
        """The same list as a file, whole."""
        state = state_of(request)
        self.looks.takes_list(request, str(state))
        head = ("number", "state", "reasons", "received", "modality", "ae_title", "model", "bytes")
        return csv_answer(f"{state}", head, listed_rows(self.journal, state, only_of(request)))

    def connect(self, request: Request) -> Response:
        """What to enter in the PACS, and how the line is."""
        accounting, line = self.of("all"), self.connections.line()
        return self.shell.page(
            request, "connections.html", here="connections", line=line,
            waiting=waiting(accounting.states), destinations=self.connections.destinations(),
            **line_part(
                line, accounting.states, language_of(request), self.shell.clock.now()
            ),
        )  # fmt: skip


def only_of(request: Request) -> Only:
    """Which objects of a list are asked for."""
    query = request.query_params
    is_device = any(name in query for name in DEVICE)
    return Only(query.get("reason", ""), device_of(request) if is_device else None)


def device_of(request: Request) -> tuple[str, str, str]:
    """The device of the address: AE title, station, model; what is not said is empty."""
    ae, station, model = (request.query_params.get(name, "")[:64] for name in DEVICE)
    return ae, station, model
