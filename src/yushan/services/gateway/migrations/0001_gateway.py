"""The gateway room's first tables."""

from alembic import op

from yushan.services.gateway.tables import METADATA

revision = "gateway_0001"
down_revision = None
branch_labels = ("gateway",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
