"""Every query of a key holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from yushan.services.linkage.tables import DAY, QUOTA, REFUSED

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection


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
