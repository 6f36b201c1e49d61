"""Schema changes: Alembic with one branch per room, because roles hold different rooms.

A room keeps its revisions in ``<room>/migrations/``; the first revision's branch label is the
room's name. A role upgrades the branches of the rooms it holds and no others.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.engines.database.connection import Database


def migrate(database: Database, rooms: Sequence[str]) -> None:
    """Bring the tables of ``rooms`` (``"services.archive"``) to their newest revision."""
    folders = [str(files(f"yushan.{room}") / "migrations") for room in rooms]
    script = ScriptDirectory(str(files("yushan.engines.database")), version_locations=folders)
    with database.begin() as tx:
        context = MigrationContext.configure(
            tx,
            opts={
                "fn": lambda revisions, _context: script._upgrade_revs("heads", revisions),  # noqa: SLF001 - the programmatic form needs it; a test would see it break
                "transactional_ddl": True,
                "script": script,
            },
        )
        with Operations.context(context):
            context.run_migrations()
