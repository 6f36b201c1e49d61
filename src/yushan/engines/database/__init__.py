"""Database: SQLAlchemy Core over SQLite (embedded) or PostgreSQL (grown).

Promises: a committed transaction is on disk (WAL with ``synchronous=FULL``, or PostgreSQL's own).
Start at ``connection.py``.
"""

from yushan.engines.database.connection import Database, insert_once
from yushan.engines.database.migration import migrate

__all__ = ["Database", "insert_once", "migrate"]
