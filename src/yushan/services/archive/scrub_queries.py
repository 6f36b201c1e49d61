"""Statements about when packs were checked, and about packs without a row."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
import sqlalchemy as sa

from yushan.base import canonical_json
from yushan.engines.database import insert_once
from yushan.services.archive import totals
from yushan.services.archive.tables import INTENT, ORPHAN, PACK, PART, SCRUB
from yushan.services.archive.values import ArchiveFault, Scrubbed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Faults that are told at once.
MOST: Final = 1000
PAGE: Final = 500


def expect(tx: sa.Connection, pack: str, now_s: int) -> None:
    """A pack whose bytes were hashed at ``now_s`` (0: never, so it is due); a known one stays."""
    row = {"pack": pack, "at_s": now_s, "due_s": now_s, "sound": True, "faults": "[]"}
    insert_once(tx, SCRUB, [row])


def claim(tx: sa.Connection, now_s: int, period_s: int, lease_s: int) -> str | None:
    """The pack read longest ago, if its period is over; nobody else gets it for ``lease_s``."""
    due = sa.select(SCRUB).where(SCRUB.c.due_s <= now_s - period_s)
    row = tx.execute(due.order_by(SCRUB.c.due_s, SCRUB.c.pack).limit(1)).one_or_none()
    if row is None:
        return None
    same = sa.and_(SCRUB.c.pack == row.pack, SCRUB.c.due_s == row.due_s)
    taken = sa.update(SCRUB).where(same).values(due_s=now_s - period_s + lease_s)
    return str(row.pack) if tx.execute(taken).rowcount else ""


def drop(tx: sa.Connection, pack: str) -> None:
    """There is no such pack any more."""
    tx.execute(sa.delete(SCRUB).where(SCRUB.c.pack == pack))


def note(tx: sa.Connection, pack: str, now_s: int, faults: Sequence[ArchiveFault]) -> None:
    """A pack was read; what is wrong with it."""
    told = canonical_json([asdict(fault) for fault in faults[:MOST]]).decode()
    values = {"at_s": now_s, "due_s": now_s, "sound": not faults, "faults": told}
    tx.execute(sa.update(SCRUB).where(SCRUB.c.pack == pack).values(**values))


def scrubbed(tx: sa.Connection) -> Scrubbed:
    """How far the scrubber is, and all faults."""
    oldest = tx.execute(sa.select(sa.func.min(SCRUB.c.at_s))).scalar_one()  # one by one: by index
    newest = tx.execute(sa.select(sa.func.max(SCRUB.c.at_s))).scalar_one()
    ill = sa.select(SCRUB.c.faults).where(SCRUB.c.sound.is_(False)).order_by(SCRUB.c.pack)
    faults = [
        fault
        for told in tx.scalars(ill.limit(MOST))
        for fault in msgspec.json.decode(told, type=list[ArchiveFault])
    ]
    orphans = [
        ArchiveFault("archive.stray", pack)
        for pack in tx.scalars(sa.select(ORPHAN.c.pack).order_by(ORPHAN.c.pack).limit(MOST))
    ]
    return Scrubbed(
        packs=totals.read(tx).packs,
        oldest_at=spelled(oldest),
        newest_at=spelled(newest),
        faults=(*faults, *orphans),
        orphans=len(orphans),
    )


def spelled(at_s: int | None) -> str:
    """A time as it is shown; empty for never."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds") if at_s else ""


def without_row(tx: sa.Connection, packs: Iterable[str]) -> set[str]:
    """Which of these have neither a row nor an intent."""
    names = sorted(set(packs))
    found = set(names)
    for start in range(0, len(names), PAGE):
        some = names[start : start + PAGE]
        found -= set(tx.scalars(sa.select(PACK.c.pack).where(PACK.c.pack.in_(some))))
        found -= set(tx.scalars(sa.select(INTENT.c.pack).where(INTENT.c.pack.in_(some))))
    return found


def files_expected(tx: sa.Connection, prefix: str) -> dict[str, int]:
    """Packs whose id begins with ``prefix`` → how many files each has: itself and its sidecars."""
    wanted = (
        sa.select(PART.c.pack, sa.func.count())
        .where(PART.c.pack.startswith(prefix))
        .group_by(PART.c.pack)
    )
    return {row[0]: 1 + int(row[1]) for row in tx.execute(wanted)}


def orphans(tx: sa.Connection, prefix: str, found: Iterable[str], now_s: int) -> dict[str, int]:
    """Remember packs below a prefix that have no row; since when each is known."""
    here, names = ORPHAN.c.pack.startswith(prefix), sorted(found)
    for pack in set(tx.scalars(sa.select(ORPHAN.c.pack).where(here))) - set(names):
        tx.execute(sa.delete(ORPHAN).where(ORPHAN.c.pack == pack))
    insert_once(tx, ORPHAN, [{"pack": name, "seen_s": now_s} for name in names])
    rows = tx.execute(sa.select(ORPHAN.c.pack, ORPHAN.c.seen_s).where(here))
    return {row[0]: int(row[1]) for row in rows}


def adopted(tx: sa.Connection, pack: str) -> None:
    """An orphan has a row now, or is deleted."""
    tx.execute(sa.delete(ORPHAN).where(ORPHAN.c.pack == pack))
