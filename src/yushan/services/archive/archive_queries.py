"""Statements about packs that are in the archive."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.base import PackId, Pseudonym, SeriesUID, SiteName, StudyUID, canonical_json
from yushan.engines.database import insert_once
from yushan.services.archive import totals
from yushan.services.archive.tables import INCOMING, INTENT, PACK, PART, RETIRED, SCRUB
from yushan.services.archive.values import ArchiveStats, PackRecord, PartRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yushan.services.archive.values import Staged

PAGE = 500
#: Files without a row are left alone this long: an admission may be under way.
PATIENCE_S = 86_400

#: Parts of a series: by version; those of before versions were written down by receipt.
IN_ORDER = (PART.c.version, PART.c.received_at, PART.c.pack, PART.c.number)


def intend(tx: sa.Connection, pack: str, parts: int, at_s: int) -> bool:
    """Note that files are about to be put; False while the same files are on their way out."""
    new = {"pack": pack, "at_s": at_s, "parts": parts, "leaving": False}
    if insert_once(tx, INTENT, [new]):
        return True
    again = sa.update(INTENT).where(INTENT.c.pack == pack, INTENT.c.leaving.is_(False))
    return tx.execute(again.values(at_s=at_s, parts=parts)).rowcount == 1


def fulfil(tx: sa.Connection, pack: str) -> bool:
    """The files got their row; False if nobody meant to put them, or they are leaving."""
    same = sa.and_(INTENT.c.pack == pack, INTENT.c.leaving.is_(False))
    return tx.execute(sa.delete(INTENT).where(same)).rowcount == 1


def abandon(tx: sa.Connection, before_s: int) -> None:
    """Files that were put long ago and got no row are to leave."""
    same = sa.and_(INTENT.c.at_s < before_s, INTENT.c.leaving.is_(False))
    tx.execute(sa.update(INTENT).where(same).values(leaving=True))


def send_away(tx: sa.Connection, packs: Sequence[tuple[str, int]], at_s: int) -> None:
    """The files of packs (pack, number of parts) that lost their row are to leave."""
    rows = [{"pack": p, "at_s": at_s, "parts": parts, "leaving": True} for p, parts in packs]
    if rows:
        tx.execute(sa.insert(INTENT), rows)


def leaving(tx: sa.Connection) -> list[tuple[str, int]]:
    """Packs (pack, number of parts) whose files are to leave."""
    found = tx.execute(sa.select(INTENT).where(INTENT.c.leaving.is_(True)))
    return [(row.pack, row.parts) for row in found]


def gone(tx: sa.Connection, pack: str) -> None:
    """The files have left."""
    tx.execute(sa.delete(INTENT).where(INTENT.c.pack == pack))
    tx.execute(sa.delete(RETIRED).where(RETIRED.c.pack == pack))


def intended(tx: sa.Connection) -> set[str]:
    """Packs whose files have no row yet, or no more."""
    return set(tx.scalars(sa.select(INTENT.c.pack)))


def add_pack(tx: sa.Connection, record: PackRecord, parts: Sequence[PartRecord]) -> None:
    """Enter a pack with its parts."""
    new = totals.Held([record], parts).absent(tx)
    totals.change(tx, totals.sums_of([record], len(parts)) | new)
    tx.execute(sa.insert(PACK).values(**asdict(record)))
    tx.execute(sa.insert(PART), [asdict(part) for part in parts])


def pack(tx: sa.Connection, name: str) -> PackRecord | None:
    """A pack of the archive."""
    row = tx.execute(sa.select(PACK).where(PACK.c.pack == name)).one_or_none()
    return record(row) if row is not None else None


def pack_names(tx: sa.Connection) -> list[PackId]:
    """The ids of all packs, in order."""
    return [PackId(name) for name in tx.scalars(sa.select(PACK.c.pack).order_by(PACK.c.pack))]


def record(row: sa.Row[Any]) -> PackRecord:
    """A row as a value."""
    return PackRecord(
        PackId(row.pack),
        row.size,
        SiteName(row.site),
        Pseudonym(row.subject),
        PackId(row.source),
        row.policy,
        row.policy_digest,
        row.received_at,
        row.instances,
    )


def parts_of_series(tx: sa.Connection, series: str) -> list[PartRecord]:
    """Where a series is: its parts in order of their versions."""
    wanted = sa.select(PART).where(PART.c.series_instance_uid == series)
    return [part(row) for row in tx.execute(wanted.order_by(*IN_ORDER))]


def parts_of_pack(tx: sa.Connection, name: str) -> list[PartRecord]:
    """What a pack holds: its parts in order of their numbers."""
    wanted = sa.select(PART).where(PART.c.pack == name)
    return [part(row) for row in tx.execute(wanted.order_by(PART.c.number))]


def part(row: sa.Row[Any]) -> PartRecord:
    """A row as a value."""
    return PartRecord(
        PackId(row.pack),
        row.number,
        SeriesUID(row.series_instance_uid),
        StudyUID(row.study_instance_uid),
        row.received_at,
        row.instances,
        row.bytes,
        row.version,
        row.digest,
    )


def parts_by(tx: sa.Connection, column: str, uids: Iterable[str]) -> dict[str, int]:
    """How many parts each of the UIDs in ``column`` has; those without any are left out."""
    names, found = sorted(set(uids)), {}
    for start in range(0, len(names), PAGE):
        some = PART.c[column].in_(names[start : start + PAGE])
        wanted = sa.select(PART.c[column], sa.func.count()).where(some).group_by(PART.c[column])
        found.update({row[0]: int(row[1]) for row in tx.execute(wanted)})
    return found


def packs_of_subject(tx: sa.Connection, subject: str) -> list[tuple[str, int]]:
    """A person's packs (pack, number of parts)."""
    wanted = (
        sa.select(PACK.c.pack, sa.func.count())
        .join(PART, PART.c.pack == PACK.c.pack)
        .where(PACK.c.subject == subject)
        .group_by(PACK.c.pack)
        .order_by(PACK.c.pack)
    )
    return [(row[0], int(row[1])) for row in tx.execute(wanted)]


def remove_packs(tx: sa.Connection, names: Sequence[str]) -> None:
    """Take packs out; their instances count as opted out in the site's account."""
    for start in range(0, len(names), PAGE):
        some = names[start : start + PAGE]
        tx.execute(
            sa.update(INCOMING)
            .where(INCOMING.c.result.in_(some))
            .values(opted_out=INCOMING.c.opted_out + INCOMING.c.admitted, admitted=0, result=None)
        )
        take_out(tx, some)


def take_out(tx: sa.Connection, names: Sequence[str]) -> None:
    """Delete the rows of packs (few at a time) and take them from the sums."""
    packs = [record(row) for row in tx.execute(sa.select(PACK).where(PACK.c.pack.in_(names)))]
    parts = [part(row) for row in tx.execute(sa.select(PART).where(PART.c.pack.in_(names)))]
    for table in (PART, SCRUB, PACK):
        tx.execute(sa.delete(table).where(table.c.pack.in_(names)))
    gone = totals.Held(packs, parts).absent(tx)
    totals.change(tx, totals.sums_of(packs, len(parts)) | gone, -1)


def exchange_result(tx: sa.Connection, old: str, new: Staged) -> None:
    """What is in ``old`` for sites is now in ``new``; what is not there counts as opted out."""
    stay: dict[str, int] = {}
    for sidecar in new.sidecars:
        stay[sidecar.source] = stay.get(sidecar.source, 0) + len(sidecar.instances)
    rows = tx.execute(sa.select(INCOMING.c.site, INCOMING.c.pack).where(INCOMING.c.result == old))
    for row in rows.all():
        left = stay.get(row.pack, 0)
        gone = INCOMING.c.opted_out + INCOMING.c.admitted - left
        values = {"opted_out": gone, "admitted": left, "result": new.pack if left else None}
        same = sa.and_(INCOMING.c.site == row.site, INCOMING.c.pack == row.pack)
        tx.execute(sa.update(INCOMING).where(same).values(**values))


def move_result(tx: sa.Connection, old: str, new: str) -> None:
    """What is in ``old`` for sites is in ``new`` now, all of it."""
    tx.execute(sa.update(INCOMING).where(INCOMING.c.result == old).values(result=new))


def places(tx: sa.Connection) -> dict[tuple[str, str], tuple[str, int]]:
    """(series, pack) of every part → its study and version."""
    columns = (PART.c.series_instance_uid, PART.c.pack, PART.c.study_instance_uid, PART.c.version)
    return {(row[0], row[1]): (row[2], row[3]) for row in tx.execute(sa.select(*columns))}


def lines(tx: sa.Connection) -> Iterator[str]:
    """Every row that is made of packs, as JSON."""
    for table, order in ((PACK, (PACK.c.pack,)), (PART, (PART.c.pack, PART.c.number))):
        for row in tx.execute(sa.select(table).order_by(*order)):
            yield spelled(str(table.name), row)


def spelled(table: str, row: sa.Row[Any]) -> str:
    """A row as canonical JSON."""
    values = {str(name): value for name, value in row._asdict().items()}
    return canonical_json({"table": table} | values).decode()


def series_of(tx: sa.Connection, column: str, names: Sequence[str]) -> list[SeriesUID]:
    """Series of packs or studies (``column`` of `PART`); of all without names."""
    wanted = sa.select(PART.c.series_instance_uid).distinct().order_by(PART.c.series_instance_uid)
    if names:
        wanted = wanted.where(PART.c[column].in_(names))
    return [SeriesUID(uid) for uid in tx.scalars(wanted)]


def clear(tx: sa.Connection) -> None:
    """Forget all rows that are made of packs."""
    tx.execute(sa.delete(PART))
    tx.execute(sa.delete(PACK))
    totals.write(tx, ArchiveStats(0, 0, 0, 0, 0))
