"""Figures of the commons' rooms, and what of them makes a part of its health."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from yushan.assembly.health import Part, part
from yushan.engines.observe import gauge
from yushan.services.archive import packs_waiting
from yushan.services.withdrawal import Cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.assembly.health import Check
    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.archive import Admissions, Archive
    from yushan.services.ledger import Ledger


def commons_figures(
    archive: Archive, admissions: Admissions, ledger: Ledger, clock: Clock
) -> Callable[[], None]:
    """Packs on their way, the archive, sites' sums, people who leave, the ledger."""
    database = admissions.db
    cases = Cases(database, clock)

    def take() -> None:
        incoming_figures(database, clock)
        held = archive.stats()
        gauge("archive_packs", "packs in the archive").set(held.packs)
        gauge("archive_series", "series in the archive").set(held.series)
        gauge("archive_instances", "instances in the archive").set(held.instances)
        gauge("archive_subjects", "subjects in the archive").set(held.subjects)
        gauge("archive_bytes", "bytes of all packs").set(held.bytes)
        scrub_figures(archive, clock)
        closes = gauge("site_closes", "1: the site's sum closes", ("site",))
        received = gauge("site_received", "instances receipted to a site", ("site",))
        apart = gauge("site_quarantined", "instances set aside at the commons", ("site",))
        for one in admissions.accounting():
            closes.labels(one.site).set(one.closes)
            received.labels(one.site).set(one.received)
            apart.labels(one.site).set(one.quarantined)
        gauge("withdrawals_open", "people who leave and are not gone yet").set(len(cases.pending()))
        gauge("ledger_entries", "entries of the ledger").set(ledger.size())

    return take


def scrub_figures(archive: Archive, clock: Clock) -> None:
    """How long ago each pack was read at least, and what was wrong."""
    read = archive.scrubbed()
    gauge("scrub_faults", "packs that are not as they were").set(
        len({fault.pack for fault in read.faults})
    )
    if read.oldest_at:
        age_s = (clock.now() - datetime.fromisoformat(read.oldest_at)).total_seconds()
        gauge("scrub_oldest_seconds", "since the pack read longest ago was read").set(age_s)


def incoming_figures(database: Database, clock: Clock) -> None:
    """Packs on their way in."""
    found = packs_waiting(database, clock)
    packs = gauge("incoming_packs", "packs of sites in each state", ("state",))
    oldest = gauge("incoming_oldest_seconds", "age of the oldest in a state", ("state",))
    for state, count in found.states.items():
        packs.labels(state).set(count)
        oldest.labels(state).set(found.oldest_s[state])


def commons_check(admissions: Admissions, archive: Archive) -> Check:
    """Whether every site's sum closes, and every pack was as it was when last read."""

    def check() -> list[Part]:
        closes = all(one.closes for one in admissions.accounting())
        sound = not archive.scrubbed().faults
        return [
            part("sites", "" if closes else "health.site-sum-broken"),
            part("archive", "" if sound else "health.packs-damaged"),
        ]

    return check
