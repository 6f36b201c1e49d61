"""A key holder's first table."""

from alembic import op

from yushan.services.linkage.tables import METADATA

revision = "linkage_0001"
down_revision = None
branch_labels = ("linkage",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
