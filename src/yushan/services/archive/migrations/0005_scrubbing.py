"""When each pack was checked last, and what has no row."""

import sqlalchemy as sa
from alembic import op

from yushan.services.archive.tables import METADATA, ORPHAN, SCRUB

revision = "archive_0005"
down_revision = "archive_0004"
branch_labels = None
depends_on = None

#: What is there is due at once.
BEGIN = """
insert into archive_scrub (pack, at_s, due_s, sound, faults)
select pack, 0, 0, true, '[]' from archive_pack
"""


def upgrade() -> None:
    tx = op.get_bind()
    METADATA.create_all(tx, tables=[SCRUB, ORPHAN])
    tx.execute(sa.text(BEGIN))
