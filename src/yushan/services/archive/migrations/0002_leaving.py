"""Files that are to leave have rows of their own."""

from alembic import op

from yushan.services.archive.tables import METADATA

revision = "archive_0002"
down_revision = "archive_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
