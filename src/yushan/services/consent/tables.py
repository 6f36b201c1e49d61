"""Tables of the consent office. No number of a person is in them, only tokens."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, MetaData, String, Table

from yushan.engines.database import allowance_table

METADATA: Final = MetaData()

#: Every choice ever made; rows are only added. Empty means every; times are Unix seconds.
CHOICE: Final = Table(
    "consent_choice",
    METADATA,
    Column("sequence", Integer, primary_key=True),
    Column("receipt", String(16), nullable=False, unique=True),
    Column("token", LargeBinary(32), nullable=False, index=True, comment="its element"),
    Column("decision", String(8), nullable=False),
    Column("use", String(32)),
    Column("site", String(64)),
    Column("modality", String(16)),
    Column("examined_from", Date),
    Column("examined_until", Date),
    Column("channel", String(16), nullable=False),
    Column("effective_s", BigInteger, nullable=False),
    Column("recorded_s", BigInteger, nullable=False),
    Column("entry", BigInteger, comment="its number in the office's ledger"),
)

#: Evaluations by site and day (UTC).
QUOTA: Final = allowance_table("consent_quota", METADATA)

#: One row: the fingerprint of the key under which all tokens in ``consent_choice`` are.
KEY: Final = Table(
    "consent_key",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", LargeBinary(8), nullable=False),
)
