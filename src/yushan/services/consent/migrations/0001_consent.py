"""The consent office's first tables."""

from alembic import op

from yushan.services.consent.tables import METADATA

revision = "consent_0001"
down_revision = None
branch_labels = ("consent",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
