"""Figures of a gateway's rooms, and what of them makes a part of its health."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from yushan.assembly.health import Part, part
from yushan.engines.observe import gauge
from yushan.services.gateway import waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.assembly.health import Check
    from yushan.assembly.lines import Lines
    from yushan.services.gateway import Journal, Outbox


def gateway_figures(journal: Journal, outbox: Outbox, lines: Lines) -> Callable[[], None]:
    """Objects by state, ages, the outbox, the lines to others."""

    def take() -> None:
        found = waiting(journal.db, journal.clock)
        objects = gauge("gateway_objects", "objects in each state", ("state",))
        for state, count in found.states.items():
            objects.labels(state).set(count)
        oldest = gauge("gateway_oldest_seconds", "age of the oldest in a state", ("state",))
        for state, age_s in found.oldest_s.items():
            oldest.labels(state).set(age_s)
        gauge("gateway_received", "objects received since the first day").set(found.received)
        gauge("gateway_closes", "1: received is the sum of all states").set(found.closes)
        gauge("gateway_alarms", "journal rows without file").set(len(journal.alarms()))
        totals = outbox.totals()
        gauge("outbox_searchable", "instances the commons has admitted").set(totals.searchable)
        seen = lines.line()
        gauge("line_up", "1: the other role answers", ("to",)).labels("commons").set(
            seen.state == "ok"
        )
        gauge("keyholders_up", "key holders that answer").set(seen.holders_online or 0)
        if seen.list_at is not None:
            age = (datetime.now(UTC) - seen.list_at).total_seconds()
            gauge("consent_list_age_seconds", "since the list of opt-outs was issued").set(age)
        if lines.commons.clock_off_s is not None:
            gauge("clock_offset_seconds", "our clock minus the other's").set(
                lines.commons.clock_off_s
            )

    return take


def gateway_check(journal: Journal, lines: Lines, clock_off_s: float) -> Check:
    """The sum, missing files, the lines, the list, the clock of the centre."""

    def check() -> list[Part]:
        seen = lines.line()
        off = abs(lines.commons.clock_off_s or 0.0) > clock_off_s
        holders = "health.holders-few" if seen.holders and (seen.holders_online or 0) < 2 else ""
        return [
            part("sum", "" if journal.closes() else "gateway.sum-broken"),
            part("spool", "health.files-missing" if journal.alarms() else ""),
            part("commons", seen.reason),
            part("keyholders", "" if seen.state == "unknown" else holders),
            part("centre-clock", "health.clock-off" if off else ""),
        ]

    return check
