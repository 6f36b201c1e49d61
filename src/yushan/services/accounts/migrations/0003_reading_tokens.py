"""Tokens that may only read; those before may all that their account's role may."""

import sqlalchemy as sa
from alembic import op

revision = "accounts_0003"
down_revision = "accounts_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("accounts_token")}
    if "reads_only" not in there:
        op.add_column("accounts_token", sa.Column("reads_only", sa.Integer, nullable=False,
                                                  server_default="0"))  # fmt: skip
