"""How much there is, and where everything is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.terms import ROWS
from yushan.doors.api import values
from yushan.services.catalogue import ALL, EACH, EACH_YEAR, Counts, Slice

if TYPE_CHECKING:
    from yushan.doors.api.asked import Bare, CellsAsked, SliceAsked
    from yushan.doors.api.asker import Asker
    from yushan.doors.api.ports import Rooms

#: How the catalogue is asked for each edge.
SLICES: Final = {
    "site": Slice(site=EACH),
    "month": Slice(month=EACH),
    "year": Slice(month=EACH_YEAR),
    "body_part": Slice(body_part=EACH),
}


def amounts(counts: Counts) -> values.Amounts:
    """Counts as they are given."""
    return values.Amounts(counts.studies, counts.series, counts.instances, counts.bytes)


def made_at(rooms: Rooms, *, exact: bool) -> str:
    """Since when the figures stand; those for everybody are made anew before if they are due."""
    now = rooms.clock.now()
    shown = rooms.catalogue.figures.shown(now)
    return now.isoformat(timespec="seconds") if exact else shown.at


def statistics(rooms: Rooms, asker: Asker, asked: SliceAsked) -> values.Statistics:
    """The modality table of a slice."""
    exact = asker.may("see_exact_counts")
    at = made_at(rooms, exact=exact)
    wanted = Slice(asked.site, asked.period, asked.body_part)
    found = {one.cell.row: one.counts for one in rooms.catalogue.figures.sums(wanted, exact=exact)}
    rows = tuple(
        values.Row(row.code, row.group.en, row.group.zh, amounts(found.get(row.code, Counts())))
        for row in ROWS
    )
    total = amounts(sum(found.values(), start=Counts()))
    return values.Statistics(exact, at, asked.site, asked.period, asked.body_part, rows, total)


def cells(rooms: Rooms, asker: Asker, asked: CellsAsked) -> values.Cells:
    """Cells by one edge."""
    exact = asker.may("see_exact_counts")
    made_at(rooms, exact=exact)
    found = rooms.catalogue.figures.sums(SLICES[asked.by], exact=exact)
    shown = tuple(
        values.Cell(
            str(one.cell.site),
            one.cell.row,
            one.cell.month or ALL,
            one.cell.body_part,
            amounts(one.counts),
        )
        for one in found
    )
    return values.Cells(exact, asked.by, shown)


def accounting(rooms: Rooms, _asker: Asker, _asked: Bare) -> values.Accounting:
    """Every site's account."""
    sites = tuple(
        values.SiteAccount(
            one.site, one.received, one.admitted, one.duplicate, one.quarantined, one.opted_out,
            one.in_work, one.announced, one.archived, one.packs, one.closes,
        )
        for one in rooms.admissions.accounting()
    )  # fmt: skip
    return values.Accounting(sites, all(one.closes for one in sites))
