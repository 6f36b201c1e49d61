"""The table that everybody sees: protected once, kept as it was made, made anew now and then."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.domain.statistics import RULES, Amounts, floored, protected
from yushan.domain.terms import ROWS
from yushan.services.catalogue import queries, sums
from yushan.services.catalogue.tables import SHOWN, SHOWN_AT
from yushan.services.catalogue.values import Counts, Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.services.catalogue.values import Cell, CubeRow

PLACE = {row.code: place for place, row in enumerate(ROWS)}


def place_of(row: CubeRow) -> tuple[int, str, str, str]:
    """Rows, then hospitals stand together: there sums are truest."""
    cell = row.cell
    return PLACE.get(cell.row, len(PLACE)), cell.site, cell.month, cell.body_part


def cells_shown(cube: Sequence[CubeRow]) -> dict[Cell, Counts]:
    """The cube's cells as everybody may see them."""
    ordered = sorted(cube, key=place_of)
    exact = [
        Amounts(row.cell.row, row.counts.studies, row.counts.series, row.counts.instances,
                row.counts.bytes)
        for row in ordered
    ]  # fmt: skip
    return {
        row.cell: Counts(one.studies, one.series, one.images, one.bytes)
        for row, one in zip(ordered, protected(exact, RULES), strict=True)
        if one.studies
    }


#: A row of `SHOWN_AT`.
Made = sa.Row[Any]


def last(tx: sa.Connection) -> sa.Row[Any] | None:
    """When and of what it was made last."""
    return tx.execute(sa.select(SHOWN_AT)).one_or_none()


def shown(row: sa.Row[Any]) -> Shown:
    """The same as a value."""
    return Shown(row.at, int(row.number), int(row.subjects_shown), int(row.studies_shown))


def is_due(before: sa.Row[Any] | None, now: datetime, every_s: float, total: Counts) -> bool:
    """Time has passed and enough has changed: who came alone is not seen to come."""
    if before is None:
        return True
    if (now - datetime.fromisoformat(before.at)).total_seconds() < every_s:
        return False
    studies = abs(total.studies - int(before.studies))
    images = abs(total.instances - int(before.instances))
    return studies >= RULES.least_change or (not studies and images >= RULES.least_images)


def totals(tx: sa.Connection) -> Counts:
    """The cube added up."""
    return sum(queries.by_row(tx).values(), start=Counts())


def make(tx: sa.Connection, now: datetime) -> None:
    """Make the table of what the transaction sees."""
    before, total = last(tx), totals(tx)
    subjects, studies = queries.subjects_and_studies(tx)
    sums.write(tx, SHOWN, cells_shown(queries.cube(tx)))
    tx.execute(sa.delete(SHOWN_AT))
    tx.execute(sa.insert(SHOWN_AT).values(
        id=1, at=now.isoformat(timespec="seconds"), number=int(before.number) + 1 if before else 1,
        studies=total.studies, instances=total.instances,
        subjects_shown=floored(subjects, RULES.step), studies_shown=floored(studies, RULES.step),
    ))  # fmt: skip
