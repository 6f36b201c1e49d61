"""Database: SQLAlchemy Core over SQLite (embedded) or PostgreSQL (grown).

Promises: a committed transaction is on disk (WAL with ``synchronous=FULL``, or PostgreSQL's own).
Start at ``connection.py``.
"""

from yushan.engines.database.allowance import Usage, allowance_table, count_within, used
from yushan.engines.database.connection import Database, insert_once
from yushan.engines.database.dumping import (
    DumpHead,
    dump,
    hold_writers,
    lay,
    load,
    read_head,
    revisions_of,
)
from yushan.engines.database.migration import heads, knows, migrate, pending

__all__ = [
    "Database",
    "DumpHead",
    "Usage",
    "allowance_table",
    "count_within",
    "dump",
    "heads",
    "hold_writers",
    "insert_once",
    "knows",
    "lay",
    "load",
    "migrate",
    "pending",
    "read_head",
    "revisions_of",
    "used",
]
