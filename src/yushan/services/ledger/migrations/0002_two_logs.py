"""The public log beside the restricted one, witnesses on both sides, changes of keys."""

import sqlalchemy as sa
from alembic import op

from yushan.services.ledger.tables import METADATA, PUBLIC

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
    op.get_bind().execute(sa.insert(PUBLIC.size).values(id=1, size=0))
