"""How far the change feed was followed."""

from alembic import op

from yushan.services.archive.tables import CURSOR, METADATA

revision = "archive_0006"
down_revision = "archive_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=[CURSOR])
