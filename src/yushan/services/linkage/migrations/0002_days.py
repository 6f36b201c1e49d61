"""What was refused, and which days stand in the ledger."""

from alembic import op

from yushan.services.linkage.tables import METADATA

revision = "linkage_0002"
down_revision = "linkage_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
