"""The quarantine desk; whose a batch is and when the examination was, for opt-outs in part."""

import sqlalchemy as sa
from alembic import op

from yushan.services.gateway.desk_tables import DECISION, FINDING, PICTURE, REGION_RULE

revision = "gateway_0002"
down_revision = "gateway_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in (PICTURE, FINDING, DECISION, REGION_RULE):
        table.create(op.get_bind(), checkfirst=True)
    there = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("gateway_batch")}
    if "consent_token" in there:
        return  # made with all of today's columns by the first revision
    op.add_column("gateway_batch", sa.Column("consent_token", sa.String(128)))
    op.add_column("gateway_batch", sa.Column("examined_on", sa.Date))
    op.create_index("gateway_batch_token", "gateway_batch", ["consent_token"])
