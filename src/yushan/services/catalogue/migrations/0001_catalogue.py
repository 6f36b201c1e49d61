"""The catalogue's first tables."""

from alembic import op

from yushan.services.catalogue.tables import METADATA

revision = "catalogue_0001"
down_revision = None
branch_labels = ("catalogue",)
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
