"""Questions about series that wait and batches that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.engines.database import insert_once
from yushan.services.gateway.judging import SERIES_OPEN
from yushan.services.gateway.states import Stage, State
from yushan.services.gateway.tables import ASSOCIATION, BATCH, OBJECT, OUTPUT, SERIES_END

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import ColumnElement

    from yushan.services.gateway.tables import Found

O = OBJECT.c  # noqa: E741 - the object's columns, read often
B = BATCH.c


def end_series(tx: Connection, series: str, now: float) -> None:
    """Note that a series is complete as of now."""
    tx.execute(sa.delete(SERIES_END).where(SERIES_END.c.series_instance_uid == series))
    insert_once(tx, SERIES_END, [{"series_instance_uid": series, "ended_at": now}])


def waiting(series: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions on objects that wait for the rest of their series."""
    only = [] if series is None else [O.series_instance_uid == series]
    return [O.state == State.HELD, O.reason == SERIES_OPEN, *only]


def open_series(tx: Connection) -> Sequence[Found]:
    """Series that wait: first and last arrival, unreleased associations, explicit end."""
    unreleased = sa.func.sum(sa.case((ASSOCIATION.c.closed_at.is_(None), 1), else_=0))
    return tx.execute(
        sa.select(
            O.series_instance_uid.label("series"),
            sa.func.min(O.journaled_at).label("first_at"),
            sa.func.max(O.journaled_at).label("last_at"),
            unreleased.label("unreleased"),
            sa.func.max(SERIES_END.c.ended_at).label("ended_at"),
        )
        .join(ASSOCIATION, ASSOCIATION.c.id == O.association)
        .outerjoin(SERIES_END, SERIES_END.c.series_instance_uid == O.series_instance_uid)
        .where(*waiting())
        .group_by(O.series_instance_uid)
        .order_by(sa.text("first_at"))
    ).all()


def patients(tx: Connection, series: str) -> set[str]:
    """All patients whose objects wait in a series or went on in it."""
    here = sa.select(O.patient).where(*waiting(series))
    gone = sa.select(B.patient).where(B.series_instance_uid == series)
    return set(tx.scalars(sa.union(here, gone)))


def first_waiting(tx: Connection, series: str, limit: int) -> list[int]:
    """Numbers of the objects that wait in a series, oldest first."""
    wanted = sa.select(O.id).where(*waiting(series)).order_by(O.id).limit(limit)
    return list(tx.scalars(wanted))


def forget_end(tx: Connection, series: str) -> None:
    """A batch was made of the series; later objects wait again."""
    tx.execute(sa.delete(SERIES_END).where(SERIES_END.c.series_instance_uid == series))


def describe_first(tx: Connection, number: int) -> Found:
    """Patient and modality of an object."""
    return tx.execute(sa.select(O.patient, O.modality).where(O.id == number)).one()


def study_modalities(tx: Connection, batch: str) -> list[str]:
    """Modalities of all objects of the studies of a batch's objects."""
    studies = sa.select(O.study_instance_uid).where(O.batch == batch)
    wanted = sa.select(O.modality).where(O.study_instance_uid.in_(studies), O.modality != "")
    return list(tx.scalars(wanted.distinct()))


def add_batch(tx: Connection, row: dict[str, Any]) -> None:
    """Make a batch."""
    tx.execute(sa.insert(BATCH).values(**row))


def batch(tx: Connection, number: str) -> Found | None:
    """A batch."""
    return tx.execute(sa.select(BATCH).where(B.id == number)).one_or_none()


def tries(tx: Connection, number: str) -> int:
    """Failures in a row."""
    return int(tx.execute(sa.select(B.tries).where(B.id == number)).scalar_one())


def in_lane(*, reading: bool) -> ColumnElement[bool]:
    """Batches whose pictures must be read first, or all others that are not done."""
    return B.stage == Stage.READING if reading else B.stage.not_in([Stage.READING, Stage.DONE])


def count_active(tx: Connection, stale: float, *, reading: bool = False) -> int:
    """Batches of a lane whose attempt gave a sign of life since ``stale``."""
    alive = sa.select(sa.func.count()).where(in_lane(reading=reading), B.active_at >= stale)
    return tx.execute(alive).scalar_one()


def due(
    tx: Connection, now: float, stale: float, limit: int, *, reading: bool = False
) -> Sequence[Found]:
    """Batches of a lane to work on: their wait over, no attempt alive since ``stale``."""
    return tx.execute(
        sa.select(B.id, B.stage, B.attempt)
        .where(
            in_lane(reading=reading),
            B.next_try <= now,
            sa.or_(B.active_at.is_(None), B.active_at < stale),
        )
        .order_by(B.created_at, B.id)
        .limit(limit)
    ).all()


def active(tx: Connection, stale: float) -> Sequence[Found]:
    """Batches with an attempt that gave a sign of life since ``stale``."""
    return tx.execute(
        sa.select(B.id, B.attempt, B.stage)
        .where(B.stage != Stage.DONE, B.active_at >= stale)
        .order_by(B.created_at, B.id)
    ).all()


def change_batch(tx: Connection, number: str, attempt: int, values: dict[str, Any]) -> int:
    """Set columns of a batch if ``attempt`` is still its attempt; 1 if so."""
    mine = sa.update(BATCH).where(B.id == number, B.attempt == attempt)
    return tx.execute(mine.values(**values)).rowcount


def members(tx: Connection, number: str, state: State) -> Sequence[Found]:
    """Objects of a batch in a state, with their places."""
    return tx.execute(
        sa.select(O.id, O.association, O.file, O.size, O.sha256, ASSOCIATION.c.day)
        .join(ASSOCIATION, ASSOCIATION.c.id == O.association)
        .where(O.batch == number, O.state == state)
        .order_by(O.id)
    ).all()


def associations_of(tx: Connection, number: str) -> set[str]:
    """Associations that brought a batch's objects."""
    return set(tx.scalars(sa.select(O.association).where(O.batch == number).distinct()))


def count_members(tx: Connection, number: str, state: State) -> int:
    """How many objects of a batch are in a state."""
    counted = sa.select(sa.func.count()).where(O.batch == number, O.state == state)
    return tx.execute(counted).scalar_one()


def add_outputs(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Note results of stage 1."""
    if rows:
        tx.execute(sa.insert(OUTPUT), list(rows))


def outputs(tx: Connection, number: str) -> Sequence[Found]:
    """Results of stage 1 in slice order: by number, then position, then arrival."""
    order = (
        OUTPUT.c.number.is_(None), OUTPUT.c.number,
        OUTPUT.c.position.is_(None), OUTPUT.c.position, OUTPUT.c.object,
    )  # fmt: skip
    wanted = sa.select(OUTPUT).where(OUTPUT.c.batch == number).order_by(*order)
    return tx.execute(wanted).all()


def drop_outputs(tx: Connection, number: str) -> None:
    """Forget results of stage 1."""
    tx.execute(sa.delete(OUTPUT).where(OUTPUT.c.batch == number))


def unfinished(tx: Connection) -> set[str]:
    """Batches that are not done."""
    return set(tx.scalars(sa.select(B.id).where(B.stage != Stage.DONE)))
