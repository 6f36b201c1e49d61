"""Objects by study: what came here beside a batch is asked for every derived one."""

from alembic import op

from yushan.services.gateway.tables import OBJECT

revision = "gateway_0003"
down_revision = "gateway_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    study = next(one for one in OBJECT.indexes if one.name == "gateway_object_study")
    study.create(op.get_bind(), checkfirst=True)
