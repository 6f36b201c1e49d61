"""Packs that have not come to their end, with why they wait: for the people who look after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from yushan.base import PackId, SiteName
from yushan.domain.packs import IncomingState
from yushan.services.archive.tables import INCOMING

if TYPE_CHECKING:
    from yushan.engines.database import Database


@dataclass(frozen=True, slots=True)
class Standing:
    """A pack that is coming, waits, is held or was refused; nothing in it says whose it is."""

    site: SiteName
    pack: PackId
    state: IncomingState
    instances: int
    size: int
    offered_at: str
    attempts: int
    reasons: tuple[str, ...]


def packs_standing(db: Database, limit: int = 500) -> list[Standing]:
    """The oldest of them first."""
    wanted = sa.select(INCOMING).where(INCOMING.c.state != IncomingState.ADMITTED.value)
    with db.read() as tx:
        rows = tx.execute(wanted.order_by(INCOMING.c.offered_at, INCOMING.c.pack).limit(limit))
        return [
            Standing(
                SiteName(row.site), PackId(row.pack), IncomingState(row.state), row.instances,
                row.size, row.offered_at, row.attempt, tuple(msgspec.json.decode(row.reasons)),
            )
            for row in rows
        ]  # fmt: skip
