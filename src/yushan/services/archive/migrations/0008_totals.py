"""Sums of the archive beside its rows, counted once."""

from alembic import op

from yushan.services.archive import totals
from yushan.services.archive.tables import METADATA, TOTAL

revision = "archive_0008"
down_revision = "archive_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    METADATA.create_all(connection, tables=[TOTAL])
    totals.write(connection, totals.counted(connection))
