"""What a site may ask for on one day: counted on disk in the transaction that grants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from yushan.engines.database.connection import insert_once

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Usage:
    """How many elements a site had evaluated on one day (UTC), and how many over its allowance."""

    site: str
    day: date
    evaluations: int
    refused: int = 0


def allowance_table(name: str, metadata: sa.MetaData) -> sa.Table:
    """Counts by site and day (UTC)."""
    return sa.Table(
        name,
        metadata,
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("evaluations", sa.Integer, nullable=False),
    )


def count_within(
    tx: sa.Connection, table: sa.Table, who: tuple[str, date], more: int, limit: int | None = None
) -> bool:
    """Add to the count of (site, day) unless it would pass ``limit``; whether it was added."""
    site, day = who
    insert_once(tx, table, [{"site": site, "day": day, "evaluations": 0}])
    same = [table.c.site == site, table.c.day == day]
    if limit is not None:
        same.append(table.c.evaluations + more <= limit)
    done = tx.execute(sa.update(table).where(*same).values(evaluations=table.c.evaluations + more))
    return cast("sa.CursorResult[Any]", done).rowcount == 1


def used(tx: sa.Connection, table: sa.Table, since: date) -> tuple[Usage, ...]:
    """Counts from a day on, oldest first."""
    wanted = sa.select(table).where(table.c.day >= since).order_by(table.c.day, table.c.site)
    return tuple(Usage(row.site, row.day, row.evaluations) for row in tx.execute(wanted))
