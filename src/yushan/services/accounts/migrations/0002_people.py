"""Second factors, invitations, changes by two persons, identities, reasons; more of sessions."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

from yushan.services.accounts.tables import (
    CHANGE,
    FACTOR,
    IDENTITY,
    INVITATION,
    METADATA,
    PURPOSE,
    SESSION,
    STEP,
)

revision = "accounts_0002"
down_revision = "accounts_0001"
branch_labels = None
depends_on = None


def add(table: str, *columns: sa.Column[Any]) -> None:
    """Add columns that are not there: the first revision makes all of today's."""
    there = {one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)}
    for column in columns:
        if column.name not in there:
            op.add_column(table, column)


def upgrade() -> None:
    add(
        "accounts_account",
        sa.Column("note", sa.String(64), nullable=False, server_default=""),
        sa.Column("last_s", sa.BigInteger),
        sa.Column("failed", sa.Integer, nullable=False, server_default="0"),
    )
    add(
        "accounts_session",
        sa.Column("id", sa.String(32), nullable=False, server_default=""),
        sa.Column("how", sa.String(16), nullable=False, server_default="password"),
        sa.Column("confirmed_s", sa.BigInteger),
        sa.Column("device", sa.String(64), nullable=False, server_default=""),
        sa.Column("proof", sa.Text, nullable=False, server_default=""),
    )
    tables = [FACTOR, STEP, INVITATION, CHANGE, IDENTITY, PURPOSE]
    METADATA.create_all(op.get_bind(), tables=tables)
    name_sessions(op.get_bind())


def name_sessions(tx: sa.Connection) -> None:
    """Give sessions that are open an id by which they can be ended."""
    unnamed = sa.select(SESSION.c.secret_sha256).where(SESSION.c.id == "")
    for (secret,) in tx.execute(unnamed).all():
        named = sa.update(SESSION).where(SESSION.c.secret_sha256 == secret)
        tx.execute(named.values(id=secrets.token_hex(8)))
