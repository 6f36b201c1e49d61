"""Every query of a key holder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, insert, select, update

from yushan.engines.database import insert_once
from yushan.services.linkage.tables import DAY, QUOTA, REFUSED

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


def count_refused(tx: Connection, site: str, day: date, more: int) -> None:
    """Add to what was refused on a day."""
    insert_once(tx, REFUSED, [{"site": site, "day": day, "evaluations": 0}])
    same = update(REFUSED).where(REFUSED.c.site == site, REFUSED.c.day == day)
    tx.execute(same.values(evaluations=REFUSED.c.evaluations + more))


def usage(tx: Connection, since: date) -> list[tuple[str, date, int, int]]:
    """Site, day, evaluations, refused from ``since`` on, oldest first."""
    here = (REFUSED.c.site == QUOTA.c.site) & (REFUSED.c.day == QUOTA.c.day)
    columns = select(
        QUOTA.c.site, QUOTA.c.day, QUOTA.c.evaluations,
        func.coalesce(REFUSED.c.evaluations, 0).label("refused"),
    ).outerjoin(REFUSED, here)  # fmt: skip
    rows = tx.execute(columns.where(QUOTA.c.day >= since).order_by(QUOTA.c.day, QUOTA.c.site))
    return [(row.site, row.day, row.evaluations, row.refused) for row in rows]


def open_days(tx: Connection, today: date) -> list[date]:
    """Days that are over and do not stand in the ledger, oldest first."""
    over = select(QUOTA.c.day).where(QUOTA.c.day < today, QUOTA.c.day.not_in(select(DAY.c.day)))
    return list(tx.scalars(over.distinct().order_by(QUOTA.c.day)))


def close_day(tx: Connection, day: date, entry: int) -> None:
    """A day stands in the ledger."""
    tx.execute(insert(DAY).values(day=day, entry=entry))
