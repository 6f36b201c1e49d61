"""The ledger's first tables, with the row that counts entries."""

import sqlalchemy as sa
from alembic import op

from yushan.services.ledger.tables import METADATA, SIZE

revision = "ledger_0001"
down_revision = None
branch_labels = ("ledger",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
    op.get_bind().execute(sa.insert(SIZE).values(id=1, size=0))
