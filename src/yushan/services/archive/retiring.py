"""Packs that another stands for: out of the index at once, out of the store a little later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from yushan.services.archive.archive_queries import PATIENCE_S, parts_of_pack, take_out
from yushan.services.archive.tables import INTENT, RETIRED

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Readers that found a series in its old pack have so long to end.
GRACE_S: Final = 600


def retire(tx: sa.Connection, names: Sequence[str], successor: str, now_s: int) -> None:
    """Take packs out for which another stands; their files leave after a while."""
    for name in names:
        count = len(parts_of_pack(tx, name))
        row = {"pack": name, "at_s": now_s - PATIENCE_S + GRACE_S, "parts": count, "leaving": False}
        tx.execute(sa.insert(INTENT).values(**row))
        tx.execute(sa.insert(RETIRED).values(pack=name, successor=successor))
        earlier = sa.update(RETIRED).where(RETIRED.c.successor == name)
        tx.execute(earlier.values(successor=successor))
        take_out(tx, [name])


def hasten(tx: sa.Connection, successors: Sequence[str]) -> list[str]:
    """What these stood for leaves with them, readers or not; which packs."""
    found: list[str] = []
    for name in successors:
        found += tx.scalars(sa.select(RETIRED.c.pack).where(RETIRED.c.successor == name))
    for name in found:
        tx.execute(sa.update(INTENT).where(INTENT.c.pack == name).values(leaving=True))
    return found
