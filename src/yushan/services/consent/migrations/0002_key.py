"""Under which key the tokens are."""

from alembic import op

from yushan.services.consent.tables import METADATA

revision = "consent_0002"
down_revision = "consent_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
