"""The room's first tables."""

from alembic import op

from yushan.services.withdrawal.tables import METADATA

revision = "withdrawal_0001"
down_revision = None
branch_labels = ("withdrawal",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
