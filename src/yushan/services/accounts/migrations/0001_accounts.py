"""The accounts room's first tables."""

from alembic import op

from yushan.services.accounts.tables import METADATA

revision = "accounts_0001"
down_revision = None
branch_labels = ("accounts",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
