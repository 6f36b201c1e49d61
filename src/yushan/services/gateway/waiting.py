"""What waits at the gateway and since when: for alarms, so it costs one pass over an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from yushan.services.gateway.states import LIFE, State
from yushan.services.gateway.tables import ARRIVAL, OBJECT
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from yushan.base import Clock
    from yushan.engines.database import Database

#: States that end by themselves or by a person: everything but the ends of the table.
OPEN: Final = tuple(state for state, (_, nexts) in LIFE.items() if nexts)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Objects in each state, and for how long the oldest of it has been here (seconds)."""

    received: int
    states: dict[State, int]
    oldest_s: dict[State, float]

    @property
    def closes(self) -> bool:
        """Whether received = Σ states."""
        return self.received == sum(self.states.values())


def waiting(db: Database, clock: Clock) -> Waiting:
    """As it stands now."""
    counted = sa.select(OBJECT.c.state, sa.func.count(), sa.func.min(OBJECT.c.received_at))
    with db.read() as tx:
        rows = tx.execute(counted.group_by(OBJECT.c.state)).all()
        received = int(tx.scalar(sa.select(sa.func.sum(ARRIVAL.c.count))) or 0)
    now = now_s(clock)
    states = dict.fromkeys(State, 0) | {State(row[0]): int(row[1]) for row in rows}
    ages = {State(row[0]): max(0.0, now - float(row[2])) for row in rows}
    return Waiting(received, states, {state: ages.get(state, 0.0) for state in OPEN})
