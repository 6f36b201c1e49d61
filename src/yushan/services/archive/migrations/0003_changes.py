"""Versions of series, digests of sidecars, and the change feed, begun with what is there."""

import secrets

import sqlalchemy as sa
from alembic import op

from yushan.services.archive.tables import CHANGE, FEED, METADATA

revision = "archive_0003"
down_revision = "archive_0002"
branch_labels = None
depends_on = None

BEGIN = """
insert into archive_change
  (sequence, kind, series_instance_uid, study_instance_uid, pack, version, at)
select row_number() over (order by received_at, pack, number),
  case when place = 1 then 'created' else 'replaced' end,
  series_instance_uid, study_instance_uid, pack, place, received_at
from (
  select pack, number, series_instance_uid, study_instance_uid, received_at, row_number() over
    (partition by series_instance_uid order by received_at, pack, number) as place
  from archive_part
) as parts
"""


def upgrade() -> None:
    tx = op.get_bind()
    there = {column["name"] for column in sa.inspect(tx).get_columns("archive_part")}
    if "version" not in there:
        op.add_column("archive_part", sa.Column("version", sa.Integer, nullable=False,
                                                server_default="0"))  # fmt: skip
        op.add_column("archive_part", sa.Column("digest", sa.String(64), nullable=False,
                                                server_default=""))  # fmt: skip
    METADATA.create_all(tx, tables=[CHANGE, FEED])
    tx.execute(sa.text(BEGIN))
    last = sa.select(sa.func.coalesce(sa.func.max(CHANGE.c.sequence), 0)).scalar_subquery()
    tx.execute(sa.insert(FEED).values(id=1, name=secrets.token_hex(16), last=last))
