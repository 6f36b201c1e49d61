"""Pieces of the gateway's pages that need no request: reasons, periods, counts. Mostly pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Absent
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.periods import DAYS, Bar, days_of, hours_of_day
from yushan.doors.portal.told import tell
from yushan.doors.portal.words import Words, mark
from yushan.services.gateway import State, can_follow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from starlette.requests import Request

    from yushan.base import Language
    from yushan.doors.portal.ports import Line
    from yushan.services.gateway import Accounting

#: States whose reasons are worth a line: nothing left, or not yet.
HELD_BACK: Final = (
    State.HELD,
    State.QUARANTINED,
    State.CONFLICT,
    State.REFUSED,
    State.TO_DIGITISE,
    State.OPTED_OUT,
)
#: What a person can send back to the start; the quarantine pages handle these.
HANDLED: Final = tuple(state for state in State if can_follow(state, State.RECEIVED))
#: Message under the first station of the picture.
SINCE: Final = {
    "today": mark("since 00:00 today"),
    "7d": mark("in 7 days"),
    "30d": mark("in 30 days"),
    "all": mark("in all"),
}
PERIODS: Final = {
    "today": mark("Today"),
    "7d": mark("7 days"),
    "30d": mark("30 days"),
    "all": mark("All"),
}
#: States with an entry of their own in the navigation.
NAMED: Final = (State.CONFLICT, State.PACKED)


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One line of "why something did not leave"."""

    state: str
    count: int
    code: str
    text: str
    remedy: str
    href: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The chart of arrivals with its words."""

    title: str
    label: str
    bars: tuple[Bar, ...]


def period_of(request: Request) -> str:
    """The address' period; today if it names none we know."""
    asked = request.query_params.get("period", "today")
    return asked if asked in DAYS else "today"


def period_links(current: str, language: Language) -> list[tuple[str, str, bool]]:
    """Links to the periods."""
    words = Words(language)
    return [
        (f"/accounting?period={key}", words.translate(word), key == current)
        for key, word in PERIODS.items()
    ]


def state_of(request: Request) -> State:
    """The address' state; one that does not exist is an address that does not."""
    try:
        return State(request.path_params["state"])
    except ValueError:
        raise Absent("portal.no-such-page") from None


def number_of(request: Request, name: str) -> int:
    """A number of the query, 0 if it is none."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def state_link(state: str) -> str:
    """Where a station's number leads: what was received in all is the table of devices."""
    if state == State.RECEIVED:
        return "#devices"
    return "/quarantine" if state == State.QUARANTINED else f"/accounting/{state}"


def waiting(states: Mapping[State, int]) -> dict[str, int]:
    """Counts beside the words of the navigation."""
    return {str(state): count for state, count in states.items()}


def count_of(accounting: Accounting, state: State, reason: str) -> int:
    """How many objects a list has in all."""
    if not reason:
        return accounting.states[state]
    return sum(
        one.count for one in accounting.reasons if one.state == state and one.reason == reason
    )


def reason_lines(accounting: Accounting, language: Language) -> list[ReasonLine]:
    """Why something did not leave, with what to do."""
    lines = []
    for one in accounting.reasons:
        if one.state in HELD_BACK:
            told = tell(one.reason, language)
            href = with_changes(f"/accounting/{one.state}", {}, {"reason": one.reason})
            lines.append(
                ReasonLine(one.state, one.count, one.reason, told.detail, told.remedy, href)
            )
    return lines


def arrivals(
    hourly: Sequence[tuple[str, int]], period: str, language: Language, now: datetime
) -> Arrivals:
    """The chart of what arrived, by hour for today, else by day."""
    words = Words(language)
    if period == "today":
        drawn, title = hours_of_day(hourly, now), words.translate("Arrivals by hour")
    else:
        drawn, title = days_of(hourly, now, DAYS[period]), words.translate("Arrivals by day")
    if not drawn:
        return Arrivals(title, title, ())
    most = max(drawn, key=lambda bar: bar.count)
    label = words.say(
        "{title}: most in {word}, {n}", title=title, word=most.word, n=words.number(most.count)
    )
    return Arrivals(title, label, drawn)


def line_part(
    line: Line, states: Mapping[State, int], language: Language, now: datetime
) -> dict[str, Any]:
    """What the card of the line needs beside the line itself."""
    left_s = None
    if line.list_at is not None and line.list_valid_s is not None:
        left_s = line.list_valid_s - (now - line.list_at).total_seconds()
    ends = (State.DUPLICATE, State.CONFLICT, State.REFUSED, State.TO_DIGITISE)
    never = (*ends, State.QUARANTINED, State.OPTED_OUT, State.RELEASED_BY_HAND)
    return {
        "line_reason": tell(line.reason, language),
        "list_left_s": left_s,
        "acknowledged": states[State.ACKNOWLEDGED],
        "sendable": sum(states.values()) - sum(states[state] for state in never),
    }
