"""Data keys of sealed files."""

from alembic import op

from yushan.services.archive.tables import KEY, METADATA

revision = "archive_0004"
down_revision = "archive_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=[KEY])
