"""What stands behind ``yushan upgrade``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from yushan.assembly.backing import backup_of
from yushan.assembly.backup_keys import read
from yushan.assembly.parts import rooms_of
from yushan.assembly.serve import held_alone
from yushan.assembly.upgrading import is_filled, upgrade
from yushan.base import Rejected
from yushan.engines.database import Database, pending
from yushan.flows.backup import Place

if TYPE_CHECKING:
    from yushan.assembly.settings import Role

Answer = dict[str, Any]


def upgrade_role(config: Path, place: str, *, only_plan: bool) -> Answer:
    """Back the role up into ``place``, then apply all that is pending; the role must not run.

    Raises
    ------
    Conflict
        ``database.newer``, ``assembly.folder-in-use``
    Rejected
        ``assembly.upgrade-needs-backup``: PostgreSQL, and no place was named
    """
    settings = read(config)
    Path(settings.data).mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url())
    try:
        todo = pending(database, rooms_of(settings))
        if only_plan or not todo:
            return {"pending": todo, "applied": []}
        with held_alone(settings, alone=True):
            made = back_up(settings, config, place, database)
            return made | upgrade(database, rooms_of(settings), Path(settings.data))
    finally:
        database.dispose()


def back_up(settings: Role, config: Path, place: str, database: Database) -> Answer:
    """The backup before; an empty database needs none."""
    if not is_filled(database):
        return {"backup": ""}
    if not place:
        if database.embedded:
            return {"backup": ""}  # a copy of the file is made beside it
        raise Rejected("assembly.upgrade-needs-backup")
    _, backup = backup_of(settings, config, opened=database)  # older tables: heads are not read
    return {"backup": backup.make(Place(place)).set}
