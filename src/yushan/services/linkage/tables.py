"""Tables of a key holder: what was asked, by count only."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Date, MetaData, Table

from yushan.engines.database import allowance_table

METADATA: Final = MetaData()

#: Evaluations by site and day (UTC).
QUOTA: Final = allowance_table("linkage_quota", METADATA)

#: Evaluations that were asked for over the allowance and not made.
REFUSED: Final = allowance_table("linkage_refused", METADATA)

#: Days that are over and stand in the ledger, with the entry's number.
DAY: Final = Table(
    "linkage_day",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("entry", BigInteger, nullable=False),
)
