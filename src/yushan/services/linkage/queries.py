"""Every query of a key holder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select, update

from yushan.engines.database import insert_once
from yushan.services.linkage.tables import QUOTA

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection, CursorResult


def count_within(tx: Connection, site: str, day: date, more: int, limit: int) -> bool:
    """Add ``more`` to the day's count unless it would pass ``limit``; whether it was added."""
    insert_once(tx, QUOTA, [{"site": site, "day": day, "evaluations": 0}])
    done = tx.execute(
        update(QUOTA)
        .where(QUOTA.c.site == site, QUOTA.c.day == day, QUOTA.c.evaluations + more <= limit)
        .values(evaluations=QUOTA.c.evaluations + more)
    )
    return cast("CursorResult[Any]", done).rowcount == 1


def usage(tx: Connection, since: date) -> list[tuple[str, date, int]]:
    """Site, day, evaluations from ``since`` on, oldest first."""
    columns = select(QUOTA.c.site, QUOTA.c.day, QUOTA.c.evaluations)
    rows = tx.execute(columns.where(QUOTA.c.day >= since).order_by(QUOTA.c.day, QUOTA.c.site))
    return [(row.site, row.day, row.evaluations) for row in rows]
