"""Tables of the room. ``number`` counts entries from 0; hashes are SHA-256."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class LogTables:
    """What one Merkle log lies in.

    ``size`` has one row: how many entries there are; whoever appends holds its lock until commit.
    ``entry.body`` is the leaf: canonical JSON, hashed as it stands. ``node`` has complete subtrees
    only; level 0 are the entries' own hashes. ``head.note`` is a C2SP signed note.
    """

    size: Table
    entry: Table
    node: Table
    head: Table


def tables_of(prefix: str) -> LogTables:
    """The tables of a log, by the beginning of their names."""
    return LogTables(
        size=Table(
            f"{prefix}_size",
            METADATA,
            Column("id", Integer, primary_key=True),
            Column("size", BigInteger, nullable=False),
        ),
        entry=Table(
            f"{prefix}_entry",
            METADATA,
            Column("number", BigInteger, primary_key=True, autoincrement=False),
            Column("kind", String(64), nullable=False),
            Column("body", Text, nullable=False),
            Index(f"{prefix}_entry_kind", "kind", "number"),
        ),
        node=Table(
            f"{prefix}_node",
            METADATA,
            Column("level", SmallInteger, primary_key=True, autoincrement=False),
            Column("number", BigInteger, primary_key=True, autoincrement=False),
            Column("hash", LargeBinary(32), nullable=False),
        ),
        head=Table(
            f"{prefix}_head",
            METADATA,
            Column("size", BigInteger, primary_key=True, autoincrement=False),
            Column("note", Text, nullable=False),
        ),
    )


#: Every fact, for those who may audit. (The first log of this house; hence its plain names.)
RESTRICTED: Final = tables_of("ledger")
#: What everybody may read.
PUBLIC: Final = tables_of("ledger_public")

SIZE, ENTRY, NODE, HEAD = RESTRICTED.size, RESTRICTED.entry, RESTRICTED.node, RESTRICTED.head

#: Openings of the restricted log's commitments. Rows may be destroyed; the tree stays whole.
PRIVATE: Final = Table(
    "ledger_private",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), primary_key=True),
    Column("salt", LargeBinary(32), nullable=False),
    Column("value", Text, nullable=False),
    Index("ledger_private_value", "name", "value"),
)

#: Whose entries are which: what ``facts.account`` of the restricted log says, to be found by.
ACCOUNT: Final = Table(
    "ledger_account",
    METADATA,
    Column("account", String(64), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
)

#: Changes of the signing key (``keys.Change`` as JSON), oldest first.
KEY: Final = Table(
    "ledger_key",
    METADATA,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("change", Text, nullable=False),
)

#: Who cosigns our heads: a site and its verifier key; retired ones stay.
WITNESS: Final = Table(
    "ledger_witness",
    METADATA,
    Column("key", String(255), primary_key=True),
    Column("site", String(64), nullable=False),
    Column("joined", String(40), nullable=False),
    Column("retired", String(40), nullable=False),
    Column("refusal", String(64), nullable=False),
    Column("refused", String(40), nullable=False),
)

#: Their cosignatures: the newest of each witness for each head.
COSIGNATURE: Final = Table(
    "ledger_cosignature",
    METADATA,
    Column("origin", String(64), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(255), primary_key=True),
    Column("line", Text, nullable=False),
)

#: As a witness: the newest head of each log that was seen to go on from all before it.
SIGHTING: Final = Table(
    "ledger_sighting",
    METADATA,
    Column("origin", String(64), primary_key=True),
    Column("witness", String(255), nullable=False),
    Column("note", Text, nullable=False),
    Column("seen", String(40), nullable=False),
    Column("alarm", String(64), nullable=False),
    Column("alarmed", String(40), nullable=False),
    Column("evidence", Text, nullable=False),
)
