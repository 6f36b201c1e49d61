"""Database: SQLAlchemy Core over SQLite (embedded) or PostgreSQL (grown).

Promises: a committed transaction is on disk (WAL with ``synchronous=FULL``, or PostgreSQL's own).
Start at ``connection.py``.
"""

from yushan.engines.database.connection import Database, insert_once
from yushan.engines.database.dumping import (
    DumpHead,
    dump,
    hold_writers,
    load,
    read_head,
    revisions_of,
)
from yushan.engines.database.migration import migrate, pending

__all__ = [
    "Database",
    "DumpHead",
    "dump",
    "hold_writers",
    "insert_once",
    "load",
    "migrate",
    "pending",
    "read_head",
    "revisions_of",
]
