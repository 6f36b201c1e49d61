"""Questions about packs on their way, and about the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.engines.database import insert_once
from yushan.services.gateway.tables import BATCH, LINE, PACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from yushan.services.gateway.tables import Found

P = PACK.c


def add_pack(tx: Connection, row: dict[str, Any]) -> None:
    """A pack is sealed; an earlier one of the same batch is forgotten."""
    drop_pack(tx, row["batch"])
    tx.execute(sa.insert(PACK).values(**row))


def drop_pack(tx: Connection, batch: str) -> None:
    """Forget the pack of a batch."""
    tx.execute(sa.delete(PACK).where(P.batch == batch))


def drop_unreceipted(tx: Connection, batch: str) -> None:
    """Forget the pack of a batch that the commons gave no receipt for."""
    tx.execute(sa.delete(PACK).where(P.batch == batch, P.receipt.is_(None)))


def unreceipted_of(tx: Connection, token: str) -> set[str]:
    """Packs without receipt of one person, by their consent token in hex."""
    wanted = sa.select(P.id).join(BATCH, BATCH.c.id == P.batch)
    return set(tx.scalars(wanted.where(BATCH.c.consent_token == token, P.receipt.is_(None))))


def pack_of(tx: Connection, batch: str) -> Found | None:
    """The pack of a batch."""
    return tx.execute(sa.select(PACK).where(P.batch == batch)).one_or_none()


def change_pack(tx: Connection, pack: str, **values: Any) -> None:  # noqa: ANN401 - columns
    """Set columns of a pack."""
    tx.execute(sa.update(PACK).where(P.id == pack).values(**values))


def unreceipted(tx: Connection) -> set[str]:
    """Packs whose bytes must be kept."""
    return set(tx.scalars(sa.select(P.id).where(P.receipt.is_(None))))


def undecided(tx: Connection, limit: int) -> Sequence[Found]:
    """Packs with a receipt that the commons has neither admitted nor refused, longest unasked."""
    decided = ("admitted", "refused")
    open_ = sa.or_(P.remote_state.is_(None), P.remote_state.not_in(decided))
    wanted = sa.select(P.id, P.asked_at, P.asks).where(P.receipt.is_not(None), open_)
    return tx.execute(wanted.order_by(P.asked_at).limit(limit)).all()


def page(tx: Connection, before: float, limit: int) -> Sequence[Found]:
    """Packs, the newest first."""
    wanted = sa.select(PACK).where(P.created_at < before)
    return tx.execute(wanted.order_by(P.created_at.desc(), P.id).limit(limit)).all()


def totals(tx: Connection) -> Found:
    """Packs, bytes, receipts, refused after all, instances that can be searched there."""
    return tx.execute(
        sa.select(
            sa.func.count().label("packs"),
            sa.func.coalesce(sa.func.sum(P.size), 0).label("size"),
            sa.func.count(P.receipt).label("receipts"),
            sa.func.count(sa.case((P.remote_state == "refused", 1))).label("refused"),
            sa.func.coalesce(sa.func.sum(P.searchable), 0).label("searchable"),
        )
    ).one()


def line(tx: Connection, name: str) -> Found | None:
    """How the line does."""
    return tx.execute(sa.select(LINE).where(LINE.c.name == name)).one_or_none()


def set_line(tx: Connection, name: str, **values: Any) -> None:  # noqa: ANN401 - columns
    """Note how the line does."""
    if not insert_once(tx, LINE, [{"name": name, **values}]):
        tx.execute(sa.update(LINE).where(LINE.c.name == name).values(**values))
