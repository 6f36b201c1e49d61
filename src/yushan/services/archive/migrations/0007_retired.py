"""Which pack stands for one whose files wait for readers."""

from alembic import op

from yushan.services.archive.tables import METADATA, RETIRED

revision = "archive_0007"
down_revision = "archive_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=[RETIRED])
