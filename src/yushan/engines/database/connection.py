"""One database, two kinds of transaction: one that writes, one that reads."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
)


class Database:
    """A database by URL: ``sqlite:////abs/file.db`` or ``postgresql://…`` (psycopg 3)."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        #: Goes up after each write of this process: what was read before may be old.
        self.writes = 0
        self._count = itertools.count(1)
        self.embedded = url.startswith("sqlite")
        if self.embedded:
            self.engine = self._sqlite(url)
        else:
            self.engine = sa.create_engine(
                url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True
            )

    @staticmethod
    def _sqlite(url: str) -> sa.Engine:
        path = sa.engine.make_url(url).database
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, connect_args={"timeout": 30})

        @sa.event.listens_for(engine, "connect")
        def _prepare(raw: Any, _record: Any) -> None:  # noqa: ANN401 - any value of its kind passes here
            raw.isolation_level = None  # we say BEGIN ourselves, see `begin`
            for pragma in PRAGMAS:
                raw.execute(pragma)

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            wanted = connection.get_execution_options().get("yushan_begin", "BEGIN")
            connection.exec_driver_sql(wanted)

        return engine

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A write transaction: all of it is on disk when the block ends, or none of it."""
        with self.engine.connect() as connection:
            connection.execution_options(yushan_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection
        self.writes = next(self._count)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A read transaction: one consistent view, nothing is written."""
        with self.engine.connect() as connection:
            if not self.embedded:  # PostgreSQL's default looks anew with each statement
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def pool(self) -> dict[str, int]:
        """Connections: how many are in use, idle, and may be had at most."""
        pool = self.engine.pool
        if not isinstance(pool, sa.QueuePool):
            return {}
        used, idle = pool.checkedout(), pool.checkedin()
        return {"used": used, "idle": idle, "most": pool.size() + pool._max_overflow}  # noqa: SLF001 - no public face

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def insert_once(tx: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows, leaving those whose key exists alone; how many are new.

    The count is exact: a row that was there is not counted.
    """
    if not rows:
        return 0
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    key = next(iter(table.primary_key.columns))
    statement = build(table).on_conflict_do_nothing().returning(key)
    return len(tx.execute(statement, list(rows)).fetchall())
