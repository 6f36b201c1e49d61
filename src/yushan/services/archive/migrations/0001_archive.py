"""The archive's first tables."""

from alembic import op

from yushan.services.archive.tables import METADATA

revision = "archive_0001"
down_revision = None
branch_labels = ("archive",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
