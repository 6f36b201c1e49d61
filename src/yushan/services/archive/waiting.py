"""What waits at the commons and since when: for alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from yushan.domain.packs import IncomingState
from yushan.services.archive.tables import INCOMING

if TYPE_CHECKING:
    from yushan.base import Clock
    from yushan.engines.database import Database


@dataclass(frozen=True, slots=True)
class PacksWaiting:
    """Incoming packs in each state, and for how long the oldest has been here (seconds)."""

    states: dict[IncomingState, int]
    oldest_s: dict[IncomingState, float]


def packs_waiting(db: Database, clock: Clock) -> PacksWaiting:
    """As it stands now."""
    counted = sa.select(INCOMING.c.state, sa.func.count(), sa.func.min(INCOMING.c.offered_at))
    with db.read() as tx:
        rows = tx.execute(counted.group_by(INCOMING.c.state)).all()
    states = dict.fromkeys(IncomingState, 0)
    ages = dict.fromkeys(IncomingState, 0.0)
    for name, count, since in rows:
        states[IncomingState(name)] = int(count)
        if since:
            age = (clock.now() - datetime.fromisoformat(since)).total_seconds()
            ages[IncomingState(name)] = max(0.0, age)
    return PacksWaiting(states, ages)
