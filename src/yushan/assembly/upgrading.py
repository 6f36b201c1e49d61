"""Upgrades: what the program's new tables need, done once, with a copy of what was before.

A role with SQLite upgrades itself at the next start, after a copy of the file beside it. One with
PostgreSQL does not: its processes are many, so an operator stops them and runs ``yushan upgrade``.
An older program never opens newer tables.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from yushan.base import Broken, Conflict
from yushan.engines.database import Database, migrate, pending, revisions_of
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Sequence

log = log_for(__name__)

Answer = dict[str, Any]
#: So many copies are kept beside a database; the oldest goes.
COPIES: Final = 3


def bring_up(database: Database, rooms: Sequence[str], data: Path) -> None:
    """What a start does: make the tables, or upgrade them where that may be done unasked.

    Raises
    ------
    Conflict
        ``database.newer``, ``assembly.upgrade-needed``
    """
    todo = pending(database, rooms)
    if todo and is_filled(database):
        if not database.embedded:
            raise Conflict("assembly.upgrade-needed", count=len(todo))
        copy_beside(database, data)
    if todo:
        migrate(database, rooms)
        log.info("database.upgraded", extra=facts(count=len(todo), version=todo[-1]))


def is_filled(database: Database) -> bool:
    """Whether any tables of ours are there."""
    with database.read() as tx:
        return bool(revisions_of(tx))


def copy_beside(database: Database, data: Path) -> Path | None:
    """A consistent copy of a SQLite file in its folder; None for one that lives in memory."""
    source = sa.engine.make_url(database.url).database
    if not source:
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = data / f"{Path(source).name}.before-{stamp}"
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)
    for stale in sorted(data.glob(f"{Path(source).name}.before-*"))[:-COPIES]:
        stale.unlink()
    log.info("database.copied", extra=facts(name=target.name))
    return target


def rows_of(database: Database) -> dict[str, int]:
    """Rows of each table."""
    with database.read() as tx:
        names = sorted(sa.inspect(tx).get_table_names())
        tables = [sa.table(name) for name in names if name != "alembic_version"]
        return {
            str(table.name): int(tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
            for table in tables
        }


def upgrade(database: Database, rooms: Sequence[str], data: Path) -> Answer:
    """All that is pending; what was done. Nothing when nothing is.

    Raises
    ------
    Broken
        ``assembly.upgrade-lost-rows``: a table that is still there has fewer rows than before
    """
    todo = pending(database, rooms)
    before = rows_of(database)
    copy = copy_beside(database, data) if todo and database.embedded else None
    migrate(database, rooms)
    after = rows_of(database)
    lost = [name for name, count in before.items() if after.get(name, count) < count]
    if lost:
        raise Broken("assembly.upgrade-lost-rows", name=lost[0])
    return {
        "applied": todo, "copy": str(copy) if copy else "", "rows": sum(after.values()),
    }  # fmt: skip
