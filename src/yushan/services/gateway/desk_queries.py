"""Questions of the quarantine desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from yushan.services.gateway.desk_tables import DECISION, FINDING, PICTURE
from yushan.services.gateway.states import State
from yushan.services.gateway.tables import ASSOCIATION, OBJECT, ORIGIN, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import ColumnElement

    from yushan.services.gateway.tables import Found

O = OBJECT.c  # noqa: E741 - the object's columns, read often
D = DECISION.c
#: Why an object is where it is when a person decided that it stays.
STAYS: Final = "gateway.stays"
#: Choices after which an object goes on.
PIXELS: Final = ("redact", "clean")
P = PICTURE.c


def stands(now: float | None = None) -> list[ColumnElement[bool]]:
    """Conditions on decisions that were not taken back; those due by ``now`` if given."""
    return [D.undone_at.is_(None), *([] if now is None else [D.due <= now])]


def replace_findings(
    tx: Connection, numbers: Sequence[int], rows: Sequence[dict[str, Any]]
) -> None:
    """Keep the boxes of the last reading of some objects."""
    tx.execute(sa.delete(FINDING).where(FINDING.c.object.in_(numbers)))
    if rows:
        tx.execute(sa.insert(FINDING), list(rows))


def replace_pictures(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what pictures are like."""
    tx.execute(sa.delete(PICTURE).where(P.object.in_([row["object"] for row in rows])))
    if rows:
        tx.execute(sa.insert(PICTURE), list(rows))


def findings(tx: Connection, numbers: Sequence[int]) -> Sequence[Found]:
    """Boxes found in some objects, in reading order."""
    wanted = sa.select(FINDING).where(FINDING.c.object.in_(numbers))
    return tx.execute(wanted.order_by(FINDING.c.object, FINDING.c.y, FINDING.c.x)).all()


def picture(tx: Connection, number: int) -> Found | None:
    """What an object's picture is like."""
    return tx.execute(sa.select(PICTURE).where(P.object == number)).one_or_none()


def undecided(number: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an object waits for somebody to decide; it is joined as ``gateway_object``."""
    decided = sa.exists().where(D.object == number, D.applied_at.is_(None), *stands())
    return ~decided & (O.reason.is_(None) | (O.reason != STAYS))


def alike(tx: Connection, number: int, row: Found, limit: int) -> list[int]:
    """Numbers of other quarantined objects of the same device, class and size, undecided."""
    names = ("modality", "maker", "model", "software", "rows", "columns")
    same = [P[name] == getattr(row, name) for name in names]
    like = sa.select(O.sop_class_uid).where(O.id == number).scalar_subquery()
    wanted = (
        sa.select(P.object)
        .join(OBJECT, O.id == P.object)
        .where(*same, P.object != number, O.sop_class_uid == like)
        .where(O.state == State.QUARANTINED, undecided(P.object))
        .order_by(P.object)
        .limit(limit)
    )
    return list(tx.scalars(wanted))


def queue(tx: Connection, after: int, limit: int) -> Sequence[Found]:
    """Quarantined objects that wait for a decision, by number, with their original names."""
    name = sa.select(ORIGIN.c.name).where(
        ORIGIN.c.association == O.association, ORIGIN.c.file == O.file
    )
    return tx.execute(
        sa.select(OBJECT, name.scalar_subquery().label("origin"))
        .where(O.state == State.QUARANTINED, O.id > after, undecided(O.id))
        .order_by(O.id)
        .limit(limit)
    ).all()


def count_queue(tx: Connection, before: int | None = None) -> int:
    """How many wait for a decision; those before a number if given."""
    ahead = [] if before is None else [O.id < before]
    counted = sa.select(sa.func.count()).where(
        O.state == State.QUARANTINED, undecided(O.id), *ahead
    )
    return tx.execute(counted).scalar_one()


def last_before(tx: Connection, number: int) -> int | None:
    """The undecided quarantined object before a number."""
    wanted = sa.select(sa.func.max(O.id)).where(
        O.state == State.QUARANTINED, O.id < number, undecided(O.id)
    )
    return tx.execute(wanted).scalar()


def place(tx: Connection, number: int) -> Found | None:
    """Where an object's file lies, and what it must hash to."""
    return tx.execute(
        sa.select(OBJECT, ASSOCIATION.c.day.label("folder"))
        .join(ASSOCIATION, ASSOCIATION.c.id == O.association)
        .where(O.id == number)
    ).one_or_none()


def add_decision(tx: Connection, row: dict[str, Any]) -> None:
    """Record a decision."""
    tx.execute(sa.insert(DECISION).values(**row))


def change_decisions(
    tx: Connection, which: Iterable[ColumnElement[bool]], values: dict[str, Any]
) -> int:
    """Set columns of decisions; how many."""
    return tx.execute(sa.update(DECISION).where(*which).values(**values)).rowcount


def decision(tx: Connection, number: int) -> Found | None:
    """The last decision about an object that was not taken back."""
    wanted = sa.select(DECISION).where(D.object == number, *stands())
    return tx.execute(wanted.order_by(D.id.desc()).limit(1)).one_or_none()


def due_decisions(tx: Connection, now: float, limit: int) -> Sequence[Found]:
    """Decisions whose time to be taken back is over and that have no effect yet."""
    wanted = sa.select(DECISION).where(D.applied_at.is_(None), *stands(now))
    return tx.execute(wanted.order_by(D.id).limit(limit)).all()


def waiting_decisions(tx: Connection, limit: int) -> Sequence[Found]:
    """Decisions that can be taken back and have no effect yet, the newest first."""
    wanted = sa.select(DECISION).where(D.applied_at.is_(None), *stands())
    return tx.execute(wanted.order_by(D.id.desc()).limit(limit)).all()


def decisions_of(tx: Connection, batch: str) -> Sequence[Found]:
    """Decisions about a batch's objects, oldest first."""
    return tx.execute(
        sa.select(DECISION)
        .join(OBJECT, O.id == D.object)
        .where(O.batch == batch, *stands())
        .order_by(D.id)
    ).all()


def use_decisions(tx: Connection, batch: str) -> None:
    """Note which decisions the outputs of a batch, as they are now, were made with."""
    tx.execute(sa.update(DECISION).where(D.batch == batch).values(batch=None))
    made = sa.select(OUTPUT.c.object).where(OUTPUT.c.batch == batch)
    used = (D.object.in_(made), D.choice.in_(PIXELS), *stands())
    tx.execute(sa.update(DECISION).where(*used).values(batch=batch))


def count_undone(tx: Connection, batch: str) -> int:
    """Decisions that a batch's outputs were made with and that were taken back since."""
    counted = sa.select(sa.func.count()).where(D.batch == batch, D.undone_at.is_not(None))
    return tx.execute(counted).scalar_one()


def hold_still(tx: Connection, numbers: Sequence[int], states: Iterable[State], now: float) -> int:
    """Touch objects that are in one of the states, so that nobody moves them meanwhile."""
    there = sa.update(OBJECT).where(O.id.in_(numbers), O.state.in_(list(states)))
    return tx.execute(there.values(changed_at=now)).rowcount
