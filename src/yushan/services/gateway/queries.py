"""Questions about objects and associations, and the one way to move an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.engines.database import insert_once
from yushan.services.gateway.judging import First
from yushan.services.gateway.states import State, check_follow
from yushan.services.gateway.tables import ACT, ALARM, ARRIVAL, ASSOCIATION, OBJECT, ORIGIN, PACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import ColumnElement

    from yushan.services.gateway.tables import Found

O = OBJECT.c  # noqa: E741 - the object's columns, read often


def known_files(tx: Connection, association: str) -> set[str]:
    """Files of an association that are journaled."""
    return set(tx.scalars(sa.select(O.file).where(O.association == association)))


def kept_files(tx: Connection, association: str) -> set[str]:
    """Those that must still lie in the spool."""
    kept = sa.select(O.file).where(O.association == association, O.purged_at.is_(None))
    return set(tx.scalars(kept))


def firsts(tx: Connection, sops: Iterable[str], but: Sequence[int] = ()) -> dict[str, First]:
    """SOP Instance UID → the object that holds it, leaving out the objects ``but``."""
    wanted = sa.select(O.sop_instance_uid, O.sha256, O.content_sha256, O.transfer_syntax_uid).where(
        O.sop_instance_uid.in_(list(sops)), O.first, O.id.not_in(list(but))
    )
    return {row[0]: First(*row[1:]) for row in tx.execute(wanted)}


def add_association(tx: Connection, row: dict[str, Any]) -> None:
    """Note an association once."""
    insert_once(tx, ASSOCIATION, [row])


def add_objects(tx: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Journal objects; how many were new."""
    return insert_once(tx, OBJECT, rows)


def count_arrivals(tx: Connection, association: str, hour: str, count: int) -> None:
    """Add to what was received in an hour."""
    key = (ARRIVAL.c.association == association, ARRIVAL.c.hour == hour)
    more = sa.update(ARRIVAL).where(*key).values(count=ARRIVAL.c.count + count)
    if not tx.execute(more).rowcount:
        tx.execute(sa.insert(ARRIVAL).values(association=association, hour=hour, count=count))


def close_association(tx: Connection, association: str, now: float) -> int:
    """Note that nothing follows in an association."""
    closing = sa.update(ASSOCIATION).where(
        ASSOCIATION.c.id == association, ASSOCIATION.c.closed_at.is_(None)
    )
    return tx.execute(closing.values(closed_at=now)).rowcount


def is_closed(tx: Connection, association: str) -> bool:
    """Whether the receiver said that nothing follows."""
    closed = sa.select(ASSOCIATION.c.closed_at).where(ASSOCIATION.c.id == association)
    return tx.execute(closed).scalar() is not None


def move(
    tx: Connection,
    which: ColumnElement[bool],
    arrow: tuple[State, State],
    now: float,
    **values: Any,  # noqa: ANN401 - columns of the object
) -> int:
    """Move all objects that are in the first state of ``arrow`` to its second; how many.

    Raises
    ------
    Broken
        ``gateway.arrow-missing``: the table of states has no such arrow.
    """
    before, after = arrow
    check_follow(before, after)
    reasons = tuple(values.pop("reasons", ()))
    values |= {"reason": reasons[0] if reasons else None, "reasons": " ".join(reasons)}
    moved = sa.update(OBJECT).where(which, O.state == before)
    return tx.execute(moved.values(state=after, changed_at=now, **values)).rowcount


def set_reasons(
    tx: Connection, which: ColumnElement[bool], reasons: Sequence[str], now: float
) -> int:
    """Say anew why objects are where they are; how many."""
    said = {"reason": reasons[0] if reasons else None, "reasons": " ".join(reasons)}
    return tx.execute(sa.update(OBJECT).where(which).values(changed_at=now, **said)).rowcount


def to_judge(tx: Connection, limit: int) -> Sequence[Found]:
    """Objects that wait for a verdict again, with their places."""
    return tx.execute(
        sa.select(O.id, O.association, O.file, ASSOCIATION.c.day)
        .join(ASSOCIATION, ASSOCIATION.c.id == O.association)
        .where(O.state == State.RECEIVED)
        .order_by(O.id)
        .limit(limit)
    ).all()


def change(tx: Connection, number: int, values: dict[str, Any]) -> None:
    """Set columns of one object (never its state: see ``move``)."""
    tx.execute(sa.update(OBJECT).where(O.id == number).values(**values))


def objects(tx: Connection, numbers: Sequence[int]) -> Sequence[Found]:
    """Objects by number."""
    return tx.execute(sa.select(OBJECT).where(O.id.in_(numbers)).order_by(O.id)).all()


def numbers_in(tx: Connection, state: State, reason: str | None) -> list[int]:
    """Numbers of the objects in a state whose file is here, of one reason if given."""
    wanted = sa.select(O.id).where(O.state == state, O.purged_at.is_(None)).order_by(O.id)
    return list(tx.scalars(wanted if reason is None else wanted.where(O.reason == reason)))


def page(tx: Connection, state: State, after: int, limit: int) -> Sequence[Found]:
    """Objects in a state by number, with their original names."""
    name = sa.select(ORIGIN.c.name).where(
        ORIGIN.c.association == O.association, ORIGIN.c.file == O.file
    )
    return tx.execute(
        sa.select(OBJECT, name.scalar_subquery().label("origin"))
        .where(O.state == state, O.id > after)
        .order_by(O.id)
        .limit(limit)
    ).all()


def add_origins(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the original names of imported files."""
    insert_once(tx, ORIGIN, rows)


def add_act(tx: Connection, row: dict[str, Any]) -> None:
    """Record what a person did to an object."""
    tx.execute(sa.insert(ACT).values(**row))


def acts(tx: Connection, number: int) -> Sequence[Found]:
    """What people did to an object, oldest first."""
    return tx.execute(sa.select(ACT).where(ACT.c.object == number).order_by(ACT.c.id)).all()


def raise_alarm(tx: Connection, code: str, association: str, file: str, now: float) -> int:
    """Raise an alarm, once; 1 when it is new or was cleared before."""
    key = {"code": code, "association": association, "file": file}
    if insert_once(tx, ALARM, [{**key, "raised_at": now, "cleared_at": None}]):
        return 1
    again = sa.update(ALARM).filter_by(**key).where(ALARM.c.cleared_at.is_not(None))
    return tx.execute(again.values(raised_at=now, cleared_at=None)).rowcount


def clear_alarms(tx: Connection, code: str, association: str, kept: set[str], now: float) -> None:
    """Clear the alarms of an association, except those of the files in ``kept``."""
    tx.execute(
        sa.update(ALARM)
        .filter_by(code=code, association=association)
        .where(ALARM.c.cleared_at.is_(None), ALARM.c.file.not_in(kept))
        .values(cleared_at=now)
    )


def alarms(tx: Connection) -> Sequence[Found]:
    """Alarms that stand."""
    return tx.execute(sa.select(ALARM).where(ALARM.c.cleared_at.is_(None))).all()


def associations(tx: Connection) -> Sequence[Found]:
    """Associations that still have files in the spool."""
    holds = sa.exists().where(O.association == ASSOCIATION.c.id, O.purged_at.is_(None))
    return tx.execute(sa.select(ASSOCIATION.c.id, ASSOCIATION.c.day).where(holds)).all()


def purgeable(tx: Connection, before: float, limit: int) -> Sequence[Found]:
    """Objects whose originals may go: acknowledged and admitted, or beside one that is."""
    admitted = sa.exists().where(PACK.c.batch == O.batch, PACK.c.remote_state == "admitted")
    held = OBJECT.alias()
    first = sa.exists().where(
        held.c.sop_instance_uid == O.sop_instance_uid,
        held.c.first,
        held.c.state == State.ACKNOWLEDGED,
    )
    may = sa.or_(
        sa.and_(O.state == State.ACKNOWLEDGED, admitted),
        sa.and_(O.state == State.DUPLICATE, first),
        O.state == State.OPTED_OUT,
    )
    return tx.execute(
        sa.select(O.id, O.association, O.file, ASSOCIATION.c.day)
        .join(ASSOCIATION, ASSOCIATION.c.id == O.association)
        .where(may, O.purged_at.is_(None), O.changed_at < before)
        .order_by(O.id)
        .limit(limit)
    ).all()


def set_purged(tx: Connection, numbers: Sequence[int], now: float) -> None:
    """Note that originals were deleted."""
    tx.execute(sa.update(OBJECT).where(O.id.in_(numbers)).values(purged_at=now))
