"""Tables of a key holder: what was asked, by count only."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, Integer, MetaData, String, Table

METADATA: Final = MetaData()

#: Evaluations by site and day (UTC).
QUOTA: Final = Table(
    "linkage_quota",
    METADATA,
    Column("site", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("evaluations", Integer, nullable=False),
)
