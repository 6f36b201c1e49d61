"""What studies are found and counted by: new facts, sums, the table for everybody, the index.

Facts of series that are there already are read from their sidecars at the next start.
"""

import sqlalchemy as sa
from alembic import op

from yushan.services.catalogue.tables import (
    CUBE,
    METADATA,
    PROFILE,
    SAVED,
    SHOWN,
    SHOWN_AT,
    STATE,
    STUDY,
    SUBJECT,
    SUM,
    WORD,
)

revision = "catalogue_0002"
down_revision = "catalogue_0001"
branch_labels = None
depends_on = None

AMOUNTS = ("studies", "series", "instances", "bytes")


def upgrade() -> None:
    tx = op.get_bind()
    there = {column["name"] for column in sa.inspect(tx).get_columns("catalogue_series")}
    for column in (
        sa.Column("sex", sa.String(16), nullable=False, server_default=""),
        sa.Column("age_years", sa.Integer),
        sa.Column("slice_um", sa.Integer),
        sa.Column("contrast", sa.String(8), nullable=False, server_default=""),
        sa.Column("facts", sa.Integer, nullable=False, server_default="0"),
    ):
        if column.name not in there:
            op.add_column("catalogue_series", column)
    METADATA.create_all(tx, tables=[SUM, SHOWN, SHOWN_AT, WORD, PROFILE, STATE, SAVED])
    counted = {
        "changed": 0,
        "epoch": 0,
        "studies": how_many(tx, STUDY),
        "subjects": how_many(tx, SUBJECT),
    }
    rows = [{"name": name, "value": value} for name, value in counted.items()]
    tx.execute(sa.insert(STATE), rows)
    fill_sums(tx)


def how_many(tx: sa.Connection, table: sa.Table) -> int:
    """The rows of a table."""
    return tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def fill_sums(tx: sa.Connection) -> None:
    """Add the cube up over each of its edges."""
    everything = sa.literal("*")
    for site in (CUBE.c.site, everything):
        for month in (CUBE.c.month, sa.func.substr(CUBE.c.month, 1, 4), everything):
            for part in (CUBE.c.body_part, everything):
                edges = [edge for edge in (site, month, part) if edge is not everything]
                amounts = [sa.func.sum(CUBE.c[name]) for name in AMOUNTS]
                wanted = sa.select(site, CUBE.c.row, month, part, *amounts)
                wanted = wanted.group_by(*edges, CUBE.c.row)
                names = ["site", "row", "month", "body_part", *AMOUNTS]
                tx.execute(sa.insert(SUM).from_select(names, wanted))
