"""Every statement about a log's own tables; about what lies beside them: ``beside.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yushan.services.ledger.tables import LogTables

PAGE = 1000


def take_numbers(tx: sa.Connection, log: LogTables, count: int) -> int:
    """The next entries' first number; others who append wait until this transaction ends."""
    size = log.size.c.size
    more = sa.update(log.size).values(size=size + count).returning(size)
    return int(tx.execute(more).scalar_one()) - count


def hold(tx: sa.Connection, log: LogTables) -> None:
    """Take the lock of those who append."""
    tx.execute(sa.update(log.size).values(size=log.size.c.size))


def size(tx: sa.Connection, log: LogTables) -> int:
    """How many entries there are."""
    return int(tx.execute(sa.select(log.size.c.size)).scalar_one())


def add_entries(tx: sa.Connection, log: LogTables, rows: Sequence[tuple[int, str, str]]) -> None:
    """Keep leaves (number, kind, body)."""
    named = [{"number": number, "kind": kind, "body": body} for number, kind, body in rows]
    tx.execute(sa.insert(log.entry), named)


def add_nodes(tx: sa.Connection, log: LogTables, nodes: Sequence[tuple[int, int, bytes]]) -> None:
    """Keep complete subtrees (level, number, hash)."""
    rows = [{"level": level, "number": number, "hash": found} for level, number, found in nodes]
    tx.execute(sa.insert(log.node), rows)


def add_head(tx: sa.Connection, log: LogTables, tree_size: int, note: str) -> None:
    """Keep a signed head."""
    tx.execute(sa.insert(log.head).values(size=tree_size, note=note))


def nodes(
    tx: sa.Connection, log: LogTables, wanted: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """Hashes of subtrees by (level, number)."""
    node = log.node.c
    terms = [sa.and_(node.level == level, node.number == at) for level, at in wanted]
    if not terms:
        return {}
    rows = tx.execute(sa.select(log.node).where(sa.or_(*terms)))
    return {(row.level, row.number): bytes(row.hash) for row in rows}


def node(tx: sa.Connection, log: LogTables, level: int, number: int) -> bytes:
    """Hash of one complete subtree."""
    table = log.node.c
    wanted = sa.select(table.hash).where(table.level == level, table.number == number)
    return bytes(tx.execute(wanted).scalar_one())


def row_of_nodes(
    tx: sa.Connection, log: LogTables, level: int, first: int, count: int
) -> dict[int, bytes]:
    """Hashes side by side on a level, from ``first`` on, by number."""
    table = log.node.c
    within = sa.and_(table.level == level, table.number >= first, table.number < first + count)
    rows = tx.execute(sa.select(table.number, table.hash).where(within))
    return {row.number: bytes(row.hash) for row in rows}


def last_number(tx: sa.Connection, log: LogTables) -> int:
    """The largest number that an entry has; -1 if there is none."""
    found = tx.execute(sa.select(sa.func.max(log.entry.c.number))).scalar_one()
    return -1 if found is None else int(found)


def level_nodes(tx: sa.Connection, log: LogTables, level: int) -> Iterator[tuple[int, bytes]]:
    """All hashes of a level in order, a page at a time."""
    after, table = -1, log.node.c
    wanted = sa.select(table.number, table.hash).where(table.level == level)
    while rows := tx.execute(
        wanted.where(table.number > after).order_by(table.number).limit(PAGE)
    ).all():
        yield from ((row.number, bytes(row.hash)) for row in rows)
        after = rows[-1].number


def sizes(tx: sa.Connection, log: LogTables) -> list[tuple[int, int]]:
    """All rows (id, size) of what should be one."""
    rows = tx.execute(sa.select(log.size).order_by(log.size.c.id))
    return [(row.id, row.size) for row in rows]


def entry_count(tx: sa.Connection, log: LogTables) -> int:
    """How many entries are kept, whatever their numbers."""
    return int(tx.execute(sa.select(sa.func.count()).select_from(log.entry)).scalar_one())


def node_count(tx: sa.Connection, log: LogTables) -> int:
    """How many hashes are kept, of all levels."""
    return int(tx.execute(sa.select(sa.func.count()).select_from(log.node)).scalar_one())


def bodies(
    tx: sa.Connection, log: LogTables, after: int, limit: int, kinds: Sequence[str] = ()
) -> list[tuple[int, str]]:
    """Leaves (number, body) after a number, in order; of some kinds if named."""
    table = log.entry.c
    wanted = sa.select(table.number, table.body).where(table.number > after)
    if kinds:
        wanted = wanted.where(table.kind.in_(kinds))
    rows = tx.execute(wanted.order_by(table.number).limit(limit))
    return [(row.number, row.body) for row in rows]


def newest_body(tx: sa.Connection, log: LogTables, after: int, kinds: Sequence[str]) -> str | None:
    """The newest leaf of some kinds with a number above ``after``."""
    table = log.entry.c
    newest = [
        tx.execute(
            sa.select(sa.func.max(table.number)).where(table.kind == kind, table.number > after)
        ).scalar_one()
        for kind in kinds
    ]
    known = [number for number in newest if number is not None]
    rows = some_bodies(tx, log, [max(known)]) if known else []
    return rows[0][1] if rows else None


def some_bodies(tx: sa.Connection, log: LogTables, numbers: Sequence[int]) -> list[tuple[int, str]]:
    """The leaves of these numbers that are there, in order."""
    table = log.entry.c
    wanted = sa.select(table.number, table.body).where(table.number.in_(numbers))
    return [(row.number, row.body) for row in tx.execute(wanted.order_by(table.number))]


def all_rows(tx: sa.Connection, log: LogTables) -> Iterator[tuple[int, str, str]]:
    """All leaves (number, kind, body) in order, a page at a time."""
    after, table = -1, log.entry.c
    wanted = sa.select(table.number, table.kind, table.body).order_by(table.number).limit(PAGE)
    while rows := tx.execute(wanted.where(table.number > after)).all():
        yield from ((row.number, row.kind, row.body) for row in rows)
        after = rows[-1].number


def heads(tx: sa.Connection, log: LogTables) -> list[tuple[int, str]]:
    """All heads (size, note), oldest first."""
    rows = tx.execute(sa.select(log.head).order_by(log.head.c.size))
    return [(row.size, row.note) for row in rows]


def newest_heads(tx: sa.Connection, log: LogTables, limit: int) -> list[str]:
    """Notes of the newest heads, newest first."""
    wanted = sa.select(log.head.c.note).order_by(log.head.c.size.desc()).limit(limit)
    return list(tx.scalars(wanted))


def head(tx: sa.Connection, log: LogTables, tree_size: int) -> str | None:
    """Note of the head of a size."""
    wanted = sa.select(log.head.c.note).where(log.head.c.size == tree_size)
    return tx.execute(wanted).scalar_one_or_none()
