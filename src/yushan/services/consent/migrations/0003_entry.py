"""Where a choice stands in the office's ledger."""

import sqlalchemy as sa
from alembic import op

revision = "consent_0003"
down_revision = "consent_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("consent_choice")}
    if "entry" not in there:  # a new database has all columns from the first revision on
        op.add_column("consent_choice", sa.Column("entry", sa.BigInteger))
