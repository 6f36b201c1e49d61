"""The sum that must hold: received = Σ states, by association, day, device and class.

What was received is counted when a file is journaled and never changed afterwards; what is in each
state is counted from the objects. The two agree, or something was lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.services.gateway.states import State
from yushan.services.gateway.tables import ALARM, ARRIVAL, OBJECT
from yushan.services.gateway.times import local_hour, whole_hour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import ColumnElement

O = OBJECT.c  # noqa: E741 - the object's columns, read often


@dataclass(frozen=True, slots=True)
class Period:
    """Whole hours from ``since`` until before ``until``; ``None``: no bound."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many objects are in a state for a reason (a code)."""

    state: State
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Share:
    """The sum of one association, day, device or class; ``name`` as people know it."""

    name: tuple[str, ...]
    received: int
    states: dict[State, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accounting:
    """All of a period; ``difference`` is what was received and is in no state."""

    received: int
    states: dict[State, int]
    difference: int
    lost_associations: tuple[str, ...]
    alarms: int
    reasons: tuple[ReasonCount, ...]
    by_association: tuple[Share, ...]
    by_day: tuple[Share, ...]
    by_device: tuple[Share, ...]
    by_class: tuple[Share, ...]
    by_modality: tuple[Share, ...]
    #: (yyyymmddhh local, objects that arrived in that hour)
    hourly: tuple[tuple[str, int], ...]

    @property
    def closes(self) -> bool:
        """Every received object is in exactly one state, in every association."""
        return not self.difference and not self.lost_associations


def within(period: Period) -> list[ColumnElement[bool]]:
    """Conditions on objects."""
    bounds: list[ColumnElement[bool]] = []
    if period.since:
        bounds.append(O.received_at >= whole_hour(period.since).timestamp())
    if period.until:
        bounds.append(O.received_at < whole_hour(period.until).timestamp())
    return bounds


def arrived(period: Period, hours_east: float) -> list[ColumnElement[bool]]:
    """The same conditions on arrivals."""
    bounds: list[ColumnElement[bool]] = []
    if period.since:
        since = local_hour(whole_hour(period.since).timestamp(), hours_east)
        bounds.append(ARRIVAL.c.hour >= since)
    if period.until:
        until = local_hour(whole_hour(period.until).timestamp(), hours_east)
        bounds.append(ARRIVAL.c.hour < until)
    return bounds


#: One row of the count from which all shares are added up.
KEY = (O.association, O.day, O.ae, O.station, O.model, O.sop_class_uid, O.modality, O.state)


def shares(rows: Iterable[Any], name: Callable[[Any], tuple[str, ...]]) -> tuple[Share, ...]:
    """Add rows up under a name."""
    found: dict[tuple[str, ...], dict[State, int]] = {}
    for row in rows:
        states = found.setdefault(name(row), {})
        state = State(row.state)
        states[state] = states.get(state, 0) + row.objects
    return tuple(Share(key, sum(found[key].values()), found[key]) for key in sorted(found))


def received_by_association(tx: Connection, period: Period, hours_east: float) -> dict[str, int]:
    """What was counted on arrival."""
    counted = sa.select(ARRIVAL.c.association, sa.func.sum(ARRIVAL.c.count))
    counted = counted.where(*arrived(period, hours_east)).group_by(ARRIVAL.c.association)
    return {row[0]: int(row[1]) for row in tx.execute(counted)}


def account(tx: Connection, period: Period, hours_east: float) -> Accounting:
    """The accounting of a period."""
    objects = sa.func.count().label("objects")
    rows = tx.execute(sa.select(*KEY, objects).where(*within(period)).group_by(*KEY)).all()
    received = received_by_association(tx, period, hours_east)
    by_association = shares(rows, lambda row: (row.association,))
    states = dict.fromkeys(State, 0)
    for row in rows:
        states[State(row.state)] += row.objects
    found = {share.name[0]: share.received for share in by_association}
    lost = sorted(key for key in received.keys() | found if received.get(key) != found.get(key))
    return Accounting(
        received=sum(received.values()),
        states=states,
        difference=sum(received.values()) - sum(states.values()),
        lost_associations=tuple(lost),
        alarms=count_alarms(tx),
        reasons=count_reasons(tx, period),
        by_association=by_association,
        by_day=shares(rows, lambda row: (row.day,)),
        by_device=shares(rows, lambda row: (row.ae, row.station, row.model)),
        by_class=shares(rows, lambda row: (row.sop_class_uid,)),
        by_modality=shares(rows, lambda row: (row.modality,)),
        hourly=hourly(tx, period, hours_east),
    )


def count_reasons(tx: Connection, period: Period) -> tuple[ReasonCount, ...]:
    """Reasons with counts, the most frequent first."""
    objects = sa.func.count().label("objects")
    counted = sa.select(O.state, O.reason, objects).where(O.reason.is_not(None), *within(period))
    rows = tx.execute(counted.group_by(O.state, O.reason))
    found = [ReasonCount(State(row.state), row.reason, row.objects) for row in rows]
    return tuple(sorted(found, key=lambda one: (-one.count, one.state, one.reason)))


def count_alarms(tx: Connection) -> int:
    """Alarms that stand."""
    standing = sa.select(sa.func.count()).select_from(ALARM).where(ALARM.c.cleared_at.is_(None))
    return tx.execute(standing).scalar_one()


def hourly(tx: Connection, period: Period, hours_east: float) -> tuple[tuple[str, int], ...]:
    """Arrivals by local hour."""
    counted = sa.select(ARRIVAL.c.hour, sa.func.sum(ARRIVAL.c.count)).group_by(ARRIVAL.c.hour)
    rows = tx.execute(counted.where(*arrived(period, hours_east)).order_by(ARRIVAL.c.hour))
    return tuple((hour, int(count)) for hour, count in rows)


def closes(tx: Connection, associations: Iterable[str] | None = None) -> bool:
    """Whether the sum holds in these associations (all if ``None``): cheap, after every step."""
    only: list[list[ColumnElement[bool]]] = [[], []]
    if associations is not None:
        names = sorted(associations)
        only = [[ARRIVAL.c.association.in_(names)], [O.association.in_(names)]]
    counted = sa.select(ARRIVAL.c.association, sa.func.sum(ARRIVAL.c.count)).where(*only[0])
    there = sa.select(O.association, sa.func.count()).where(*only[1], O.state.in_(list(State)))
    received = {row[0]: int(row[1]) for row in tx.execute(counted.group_by(ARRIVAL.c.association))}
    found = {row[0]: int(row[1]) for row in tx.execute(there.group_by(O.association))}
    return received == found
