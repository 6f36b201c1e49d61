"""Every statement of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.services.ledger.tables import ENTRY, HEAD, NODE, PRIVATE, SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE = 1000


def take_number(tx: sa.Connection) -> int:
    """The next entry's number; others who append wait until this transaction ends."""
    more = sa.update(SIZE).values(size=SIZE.c.size + 1).returning(SIZE.c.size)
    return int(tx.execute(more).scalar_one()) - 1


def hold(tx: sa.Connection) -> None:
    """Take the lock of those who append."""
    tx.execute(sa.update(SIZE).values(size=SIZE.c.size))


def size(tx: sa.Connection) -> int:
    """How many entries there are."""
    return int(tx.execute(sa.select(SIZE.c.size)).scalar_one())


def add_entry(tx: sa.Connection, number: int, kind: str, body: str) -> None:
    """Keep a leaf."""
    tx.execute(sa.insert(ENTRY).values(number=number, kind=kind, body=body))


def add_nodes(tx: sa.Connection, nodes: Sequence[tuple[int, int, bytes]]) -> None:
    """Keep complete subtrees (level, number, hash)."""
    rows = [{"level": level, "number": number, "hash": found} for level, number, found in nodes]
    tx.execute(sa.insert(NODE), rows)


def add_private(tx: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Keep openings of commitments."""
    tx.execute(sa.insert(PRIVATE), rows)


def add_head(tx: sa.Connection, tree_size: int, note: str) -> None:
    """Keep a signed head."""
    tx.execute(sa.insert(HEAD).values(size=tree_size, note=note))


def nodes(tx: sa.Connection, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Hashes of subtrees by (level, number)."""
    terms = [sa.and_(NODE.c.level == level, NODE.c.number == at) for level, at in wanted]
    if not terms:
        return {}
    rows = tx.execute(sa.select(NODE).where(sa.or_(*terms)))
    return {(row.level, row.number): bytes(row.hash) for row in rows}


def node(tx: sa.Connection, level: int, number: int) -> bytes:
    """Hash of one complete subtree."""
    wanted = sa.select(NODE.c.hash).where(NODE.c.level == level, NODE.c.number == number)
    return bytes(tx.execute(wanted).scalar_one())


def level_nodes(tx: sa.Connection, level: int) -> Iterator[tuple[int, bytes]]:
    """All hashes of a level in order, a page at a time."""
    after = -1
    wanted = sa.select(NODE.c.number, NODE.c.hash).where(NODE.c.level == level)
    while rows := tx.execute(
        wanted.where(NODE.c.number > after).order_by(NODE.c.number).limit(PAGE)
    ).all():
        yield from ((row.number, bytes(row.hash)) for row in rows)
        after = rows[-1].number


def bodies(
    tx: sa.Connection, after: int, limit: int, kind: str | None = None
) -> list[tuple[int, str]]:
    """Leaves (number, body) after a number, in order."""
    wanted = sa.select(ENTRY.c.number, ENTRY.c.body).where(ENTRY.c.number > after)
    if kind is not None:
        wanted = wanted.where(ENTRY.c.kind == kind)
    rows = tx.execute(wanted.order_by(ENTRY.c.number).limit(limit))
    return [(row.number, row.body) for row in rows]


def all_bodies(tx: sa.Connection) -> Iterator[tuple[int, str]]:
    """All leaves in order, a page at a time."""
    after = -1
    while rows := bodies(tx, after, PAGE):
        yield from rows
        after = rows[-1][0]


def openings(tx: sa.Connection, number: int) -> list[tuple[str, bytes, str]]:
    """Openings (name, salt, value as canonical JSON) of an entry's commitments."""
    rows = tx.execute(sa.select(PRIVATE).where(PRIVATE.c.number == number))
    return [(row.name, bytes(row.salt), row.value) for row in rows]


def all_openings(tx: sa.Connection) -> Iterator[tuple[int, str, bytes, str]]:
    """Every opening with its entry's number, in order of numbers."""
    rows = tx.execute(sa.select(PRIVATE).order_by(PRIVATE.c.number, PRIVATE.c.name))
    return ((row.number, row.name, bytes(row.salt), row.value) for row in rows)


def destroy_openings(tx: sa.Connection, name: str, value: str) -> int:
    """Destroy all openings of the entries in which ``name`` is ``value``; of how many entries."""
    same = sa.select(PRIVATE.c.number).where(PRIVATE.c.name == name, PRIVATE.c.value == value)
    numbers = list(tx.scalars(same))
    for start in range(0, len(numbers), PAGE):
        some = numbers[start : start + PAGE]
        tx.execute(sa.delete(PRIVATE).where(PRIVATE.c.number.in_(some)))
    return len(numbers)


def heads(tx: sa.Connection) -> list[str]:
    """Notes of all heads, oldest first."""
    return list(tx.scalars(sa.select(HEAD.c.note).order_by(HEAD.c.size)))


def newest_head(tx: sa.Connection) -> str | None:
    """Note of the newest head."""
    wanted = sa.select(HEAD.c.note).order_by(HEAD.c.size.desc()).limit(1)
    return tx.execute(wanted).scalar_one_or_none()
