"""Statements about packs that are coming in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from yushan.engines.database import insert_once
from yushan.services.archive.tables import INCOMING, LEAVING, PACK, QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Sequence

OPEN: Final = ("received", "held")


def at(site: str, pack: str) -> sa.ColumnElement[bool]:
    """The row of a site's pack."""
    return sa.and_(INCOMING.c.site == site, INCOMING.c.pack == pack)


def row(tx: sa.Connection, site: str, pack: str) -> sa.Row[Any] | None:
    """A site's pack."""
    return tx.execute(sa.select(INCOMING).where(at(site, pack))).one_or_none()


def offer(tx: sa.Connection, values: dict[str, Any]) -> bool:
    """A new row; False if the site offered this pack before."""
    return insert_once(tx, INCOMING, [values]) == 1


def update(
    tx: sa.Connection, site: str, pack: str, states: Sequence[str], values: dict[str, Any]
) -> bool:
    """Change the row if it is in one of ``states``."""
    wanted = sa.update(INCOMING).where(at(site, pack), INCOMING.c.state.in_(states))
    return tx.execute(wanted.values(**values)).rowcount == 1


def receiving(tx: sa.Connection, site: str) -> int:
    """How many packs of a site are not whole yet."""
    wanted = sa.select(sa.func.count()).select_from(INCOMING)
    same = sa.and_(INCOMING.c.site == site, INCOMING.c.state == "receiving")
    return int(tx.execute(wanted.where(same)).scalar_one())


def due(tx: sa.Connection, now_s: int, limit: int) -> list[sa.Row[Any]]:
    """Packs whose admission is to be tried now, those longest due first."""
    wanted = sa.select(INCOMING.c.site, INCOMING.c.pack, INCOMING.c.attempt, INCOMING.c.due_s)
    wanted = wanted.where(INCOMING.c.state.in_(OPEN), INCOMING.c.due_s <= now_s)
    return list(tx.execute(wanted.order_by(INCOMING.c.due_s).limit(limit)))


def claimed(tx: sa.Connection, now_s: int) -> list[sa.Row[Any]]:
    """Packs whose admission was tried, and is not due again yet."""
    wanted = sa.select(INCOMING.c.site, INCOMING.c.pack, INCOMING.c.attempt)
    wanted = wanted.where(
        INCOMING.c.state.in_(OPEN), INCOMING.c.due_s > now_s, INCOMING.c.attempt > 0
    )
    return list(tx.execute(wanted.order_by(INCOMING.c.due_s)))


def claim(tx: sa.Connection, found: sa.Row[Any], until_s: int) -> bool:
    """Take a due pack until a time, unless somebody else just did."""
    wanted = sa.update(INCOMING).where(
        at(found.site, found.pack),
        INCOMING.c.state.in_(OPEN),
        INCOMING.c.attempt == found.attempt,
    )
    done = tx.execute(wanted.values(attempt=found.attempt + 1, due_s=until_s))
    return done.rowcount == 1


def old(tx: sa.Connection, before: str) -> list[tuple[str, str]]:
    """Packs (site, pack) that were offered before a time and never became whole."""
    wanted = sa.select(INCOMING.c.site, INCOMING.c.pack).where(
        INCOMING.c.state == "receiving", INCOMING.c.offered_at < before
    )
    return [(found.site, found.pack) for found in tx.execute(wanted)]


def drop(tx: sa.Connection, site: str, pack: str, before: str) -> bool:
    """Remove a row that never became whole and was offered before a time."""
    same = sa.and_(INCOMING.c.state == "receiving", INCOMING.c.offered_at < before)
    return tx.execute(sa.delete(INCOMING).where(at(site, pack), same)).rowcount == 1


def quarantine(tx: sa.Connection, rows: list[dict[str, Any]]) -> int:
    """Keep the reasons of instances that are not admitted; how many are new."""
    return insert_once(tx, QUARANTINE, rows)


def quarantined(tx: sa.Connection, site: str | None, source: str | None) -> list[sa.Row[Any]]:
    """Instances in quarantine, of a site, of one of its packs."""
    wanted = sa.select(QUARANTINE)
    if site is not None:
        wanted = wanted.where(QUARANTINE.c.site == site)
    if source is not None:
        wanted = wanted.where(QUARANTINE.c.source == source)
    order = (QUARANTINE.c.at, QUARANTINE.c.site, QUARANTINE.c.source, QUARANTINE.c.member)
    return list(tx.execute(wanted.order_by(*order)))


def forget_quarantined(tx: sa.Connection, subject: str) -> list[tuple[str, str, str]]:
    """Forget a person's instances in quarantine; (site, source, member) of each."""
    same = QUARANTINE.c.subject == subject
    names = sa.select(QUARANTINE.c.site, QUARANTINE.c.source, QUARANTINE.c.member).where(same)
    found = [(row.site, row.source, row.member) for row in tx.execute(names)]
    for (site, source), count in Counter((site, source) for site, source, _ in found).items():
        counts = {"quarantined": INCOMING.c.quarantined - count,
                  "opted_out": INCOMING.c.opted_out + count}  # fmt: skip
        tx.execute(sa.update(INCOMING).where(at(site, source)).values(**counts))
    tx.execute(sa.delete(QUARANTINE).where(same))
    return found


def under_way(tx: sa.Connection) -> list[sa.Row[Any]]:
    """Packs that are not admitted."""
    wanted = sa.select(INCOMING).where(INCOMING.c.state != "admitted")
    return list(tx.execute(wanted.order_by(INCOMING.c.site, INCOMING.c.pack)))


def destroy(tx: sa.Connection, site: str, pack: str, manifest: str) -> bool:
    """End a pack: without receipt the row goes, with one its instances count as opted out."""
    here = sa.and_(at(site, pack), INCOMING.c.state != "admitted")
    coming = sa.delete(INCOMING).where(here, INCOMING.c.receipt.is_(None))
    if tx.execute(coming).rowcount:
        return True
    values = {"state": "admitted", "manifest": manifest, "reasons": "[]", "admitted": 0,
              "duplicate": 0, "quarantined": 0, "opted_out": INCOMING.c.instances}  # fmt: skip
    return tx.execute(sa.update(INCOMING).where(here).values(**values)).rowcount == 1


def send_away(tx: sa.Connection, keys: Sequence[str]) -> None:
    """Files of the store that are to go."""
    insert_once(tx, LEAVING, [{"key": key} for key in keys])


def leaving(tx: sa.Connection) -> list[str]:
    """Files that are to go."""
    return list(tx.scalars(sa.select(LEAVING.c.key).order_by(LEAVING.c.key)))


def gone(tx: sa.Connection, key: str) -> None:
    """A file has left."""
    tx.execute(sa.delete(LEAVING).where(LEAVING.c.key == key))


def accounts(tx: sa.Connection) -> list[sa.Row[Any]]:
    """Per site: sums of instances by what became of them, and what the packs really hold."""
    ours = INCOMING.c.receipt.is_not(None)
    some = sa.func.coalesce

    def total(column: sa.ColumnElement[int], *terms: sa.ColumnElement[bool]) -> Any:  # noqa: ANN401 - SQLAlchemy's own kind
        return some(sa.func.sum(sa.case((sa.and_(*terms), column), else_=0)), 0)

    held = (
        sa.select(sa.func.coalesce(sa.func.sum(PACK.c.instances), 0))
        .where(PACK.c.site == INCOMING.c.site)
        .scalar_subquery()
    )
    wanted = sa.select(
        INCOMING.c.site,
        total(INCOMING.c.instances, ours).label("received"),
        total(INCOMING.c.admitted, ours).label("admitted"),
        total(INCOMING.c.duplicate, ours).label("duplicate"),
        total(INCOMING.c.quarantined, ours).label("quarantined"),
        total(INCOMING.c.opted_out, ours).label("opted_out"),
        total(INCOMING.c.instances, ours, INCOMING.c.state.in_(OPEN)).label("in_work"),
        total(INCOMING.c.instances, INCOMING.c.state == "receiving").label("announced"),
        sa.func.count().label("packs"),
        held.label("archived"),
    )
    return list(tx.execute(wanted.group_by(INCOMING.c.site).order_by(INCOMING.c.site)))
