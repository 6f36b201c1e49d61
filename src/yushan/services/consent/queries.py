"""Every query of the consent office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, insert, select, update

from yushan.engines.database import insert_once
from yushan.services.consent.choices import Decision
from yushan.services.consent.tables import CHOICE, KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


def add_choice(tx: Connection, row: Mapping[str, object]) -> None:
    """Record a choice."""
    tx.execute(insert(CHOICE).values(**row))


def enter_choice(tx: Connection, receipt: str, entry: int) -> None:
    """A choice stands in the ledger."""
    tx.execute(update(CHOICE).where(CHOICE.c.receipt == receipt).values(entry=entry))


def choice_with(tx: Connection, token: bytes, receipt: str) -> Row[Any] | None:
    """A choice of this person by its receipt."""
    wanted = select(CHOICE).where(CHOICE.c.token == token, CHOICE.c.receipt == receipt)
    return tx.execute(wanted).one_or_none()


def history(tx: Connection, token: bytes) -> Sequence[Row[Any]]:
    """All choices of one person, in the order they were recorded."""
    mine = select(CHOICE).where(CHOICE.c.token == token)
    return tx.execute(mine.order_by(CHOICE.c.sequence)).all()


def count_choices(tx: Connection) -> int:
    """How many choices there are: rows are only added, so another list has another count.

    The latest number would not do: two transactions may end in the other order.
    """
    return int(tx.execute(select(func.count()).select_from(CHOICE)).scalar_one())


def stopped(tx: Connection) -> Sequence[Row[Any]]:
    """All choices of everybody who ever stopped anything, by token, in order of recording."""
    tokens = select(CHOICE.c.token).where(CHOICE.c.decision == Decision.STOP.value)
    rows = select(CHOICE).where(CHOICE.c.token.in_(tokens))
    return tx.execute(rows.order_by(CHOICE.c.token, CHOICE.c.sequence)).all()


def key(tx: Connection) -> bytes | None:
    """The fingerprint of the key under which all tokens are; None before the first start."""
    found = tx.execute(select(KEY.c.fingerprint)).scalar_one_or_none()
    return None if found is None else bytes(found)


def set_key(tx: Connection, fingerprint: bytes) -> None:
    """All tokens are under this key now."""
    if not insert_once(tx, KEY, [{"id": 1, "fingerprint": fingerprint}]):
        tx.execute(update(KEY).values(fingerprint=fingerprint))


def tokens(tx: Connection) -> list[bytes]:
    """Every person's token."""
    return [bytes(token) for token in tx.scalars(select(CHOICE.c.token).distinct())]


def change_token(tx: Connection, old: bytes, new: bytes) -> None:
    """A person's token under another key."""
    tx.execute(update(CHOICE).where(CHOICE.c.token == old).values(token=new))


def choices(tx: Connection, after: int, limit: int) -> Sequence[Row[Any]]:
    """Choices of everybody in order of recording."""
    wanted = select(CHOICE).where(CHOICE.c.sequence > after)
    return tx.execute(wanted.order_by(CHOICE.c.sequence).limit(limit)).all()
