"""Schema changes: Alembic with one branch per room, because roles hold different rooms.

A room keeps its revisions in ``<room>/migrations/``; the first revision's branch label is the
room's name. A role upgrades the branches of the rooms it holds and no others.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from yushan.base import Conflict
from yushan.engines.database.dumping import revisions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa

    from yushan.engines.database.connection import Database


def migrate(database: Database, rooms: Sequence[str], to: Sequence[str] = ("heads",)) -> None:
    """Bring the tables of ``rooms`` (``"services.archive"``) to their newest revision.

    ``to`` are revisions to stop at instead, in a database that stands below them.

    Raises
    ------
    Conflict
        ``database.newer``: the tables were made by a newer program; nothing was changed.
    """
    script = script_of(rooms)
    with database.begin() as tx:
        check_known(tx, script)
        context = MigrationContext.configure(
            tx,
            opts={
                "fn": lambda revisions, _context: steps(script, tuple(to), revisions),
                "transactional_ddl": True,
                "script": script,
            },
        )
        with Operations.context(context):
            context.run_migrations()


def script_of(rooms: Sequence[str]) -> ScriptDirectory:
    """All revisions of some rooms."""
    folders = [str(files(f"yushan.{room}") / "migrations") for room in rooms]
    return ScriptDirectory(str(files("yushan.engines.database")), version_locations=folders)


def steps(script: ScriptDirectory, to: tuple[str, ...], revisions: Any) -> list[Any]:  # noqa: ANN401 - Alembic's own kinds
    """The upgrades from where a database stands."""
    if to == ("heads",):
        return script._upgrade_revs("heads", revisions)  # noqa: SLF001 - the programmatic form needs it; a test would see it break
    return script._upgrade_revs(to, revisions)  # type: ignore[arg-type]  # noqa: SLF001 - the same


def check_known(tx: sa.Connection, script: ScriptDirectory) -> None:
    """Refuse a database that a newer program has upgraded."""
    known = {revision.revision for revision in script.walk_revisions()}
    if newer := [found for found in revisions_of(tx) if found not in known]:
        raise Conflict("database.newer", version=newer[0])


def heads(rooms: Sequence[str]) -> tuple[str, ...]:
    """The newest revision of every room."""
    return tuple(sorted(script_of(rooms).get_heads()))


def knows(rooms: Sequence[str], revisions: Sequence[str]) -> bool:
    """Whether the program knows all of these revisions."""
    known = {one.revision for one in script_of(rooms).walk_revisions()}
    return known.issuperset(revisions)


def pending(database: Database, rooms: Sequence[str]) -> list[str]:
    """Revisions that `migrate` would apply, in order; all of them in an empty database.

    ``Conflict("database.newer")`` as `migrate`.
    """
    script = script_of(rooms)
    with database.read() as tx:
        check_known(tx, script)
        stands = revisions_of(tx)
    done = {one.revision for one in script.iterate_revisions(stands, "base")} if stands else set()
    every = reversed(list(script.walk_revisions()))
    return [one.revision for one in every if one.revision not in done]
