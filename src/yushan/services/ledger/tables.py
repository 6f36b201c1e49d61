"""Tables of the room. ``number`` counts entries from 0; hashes are SHA-256."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData()

#: One row: how many entries there are. Whoever appends holds its lock until commit.
SIZE: Final = Table(
    "ledger_size",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("size", BigInteger, nullable=False),
)

#: ``body`` is the leaf: canonical JSON, hashed as it stands.
ENTRY: Final = Table(
    "ledger_entry",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Index("ledger_entry_kind", "kind", "number"),
)

#: Complete subtrees only; level 0 are the entries' own hashes.
NODE: Final = Table(
    "ledger_node",
    METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)

#: Openings of commitments. Rows may be destroyed; the tree stays whole.
PRIVATE: Final = Table(
    "ledger_private",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), primary_key=True),
    Column("salt", LargeBinary(32), nullable=False),
    Column("value", Text, nullable=False),
    Index("ledger_private_value", "name", "value"),
)

#: Signed heads; ``note`` is the C2SP signed note.
HEAD: Final = Table(
    "ledger_head",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
)
