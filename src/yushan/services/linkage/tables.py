"""Tables of a key holder: what was asked, by count only."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, String, Table

METADATA: Final = MetaData()

#: Evaluations by site and day (UTC).
QUOTA: Final = Table(
    "linkage_quota",
    METADATA,
    Column("site", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("evaluations", Integer, nullable=False),
)

#: Evaluations that were asked for over the allowance and not made.
REFUSED: Final = Table(
    "linkage_refused",
    METADATA,
    Column("site", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("evaluations", Integer, nullable=False),
)

#: Days that are over and stand in the ledger, with the entry's number.
DAY: Final = Table(
    "linkage_day",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("entry", BigInteger, nullable=False),
)
