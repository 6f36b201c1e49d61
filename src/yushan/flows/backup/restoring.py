"""Flow *restore*: a set of a backup becomes a role's folder, store and database again.

1. Refuse where anything is: nothing is ever restored over anything.
2. Write every file, each hash checked before its name appears.
3. Make the tables as they were at the backup, load them, then upgrade them.
4. Leave the mark ``restored``: the role that starts there first lets go of everybody who left
   since, and opens its doors only then.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Conflict, Rejected
from yushan.engines.database import (
    Database,
    heads,
    knows,
    lay,
    load,
    migrate,
    read_head,
    revisions_of,
)
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.engines.store import Store
    from yushan.flows.backup.manifest import FileEntry, Manifest
    from yushan.flows.backup.place import Place

log = log_for(__name__)

#: The mark in a role's folder, with the set it came from.
MARK: Final = "restored"
#: What opening the database of an empty folder leaves there.
MADE_BY_LOOKING: Final = frozenset({"role.db", "role.db-wal", "role.db-shm"})


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a restored folder says of itself."""

    set: str
    at: datetime
    whole: bool
    heads: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was written."""

    files: int
    bytes: int
    rows: int


@dataclass
class Target:
    """Where a role is restored to."""

    data: Path
    database_url: str
    rooms: Sequence[str]
    store: Store | None
    #: Secrets that were put into the folder by hand before.
    given: frozenset[str] = frozenset()


def restore(place: Place, manifest: Manifest, target: Target) -> Restored:
    """Everything of a set.

    Raises
    ------
    Conflict
        ``backup.target-not-empty``, ``database.newer``
    Rejected
        ``backup.object-missing``, ``backup.object-damaged``, ``database.dump-unreadable``
    """
    target.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(target.database_url)
    try:
        check_empty(target, database)
        leave_mark(target, manifest, whole=False)
        rows = restore_tables(place, manifest, target, database)
    finally:
        database.dispose()
    files = size = 0
    for entry in place.files(manifest):
        restore_file(place, entry, target)
        files, size = files + 1, size + entry.size
    leave_mark(target, manifest, whole=True)
    log.info("backup.restored", extra=facts(role=manifest.name, objects=files, bytes=size))
    return Restored(files, size, rows)


def leave_mark(target: Target, manifest: Manifest, *, whole: bool) -> None:
    """Say in the folder that it comes from a backup, and whether all of it is there."""
    mark = Mark(set=manifest.set, at=manifest.ended_at, whole=whole, heads=manifest.heads)
    write_file(target.data / MARK, iter([msgspec.json.encode(mark)]))


def read_mark(data: Path) -> Mark | None:
    """The mark of a folder; None where nothing was restored, or its doors have opened since.

    Raises
    ------
    Rejected
        ``backup.restore-unfinished``: the restore broke off.
    """
    try:
        said = msgspec.json.decode((data / MARK).read_bytes(), type=Mark)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise Rejected("backup.restore-unfinished") from error
    if not said.whole:
        raise Rejected("backup.restore-unfinished")
    return said


def clear_mark(data: Path) -> None:
    """Everybody who left since is gone: the role is as any other from now on."""
    (data / MARK).replace(data / f"{MARK}-before")


def check_empty(target: Target, database: Database) -> None:
    """Refuse where a role has been."""
    with database.read() as tx:
        used = bool(revisions_of(tx))
    there = {path.name for path in target.data.iterdir()}
    there -= MADE_BY_LOOKING | target.given
    if target.store is not None:
        there.discard("store")  # looked into below
    stored = target.store is not None and next(iter(target.store.keys()), None) is not None
    if used or there or stored:
        raise Conflict("backup.target-not-empty")


def restore_tables(place: Place, manifest: Manifest, target: Target, database: Database) -> int:
    """Tables as they were, their rows, then what the program has become since; how many rows."""
    documents = place.documents(manifest.database)
    head = read_head(next(documents))
    if not knows(target.rooms, head.revisions):
        raise Conflict("database.newer", version=head.revisions[0])
    if head.revisions == heads(target.rooms):
        migrate(database, target.rooms)
    else:
        with database.begin() as tx:
            lay(tx, head)
    with database.begin() as tx:
        counts = load(tx, head, documents)
    if counts != manifest.rows:
        raise Rejected("database.dump-unreadable")
    migrate(database, target.rooms)
    return sum(counts.values())


def restore_file(place: Place, entry: FileEntry, target: Target) -> None:
    """One file to its tree; a name never leads out of it."""
    if entry.tree == "store" and target.store is not None:
        aside = target.data / ".restoring"
        write_file(aside, place.chunks(entry.sha256))
        target.store.put(entry.name, aside)
        aside.unlink()
        return
    name = PurePosixPath(entry.name)
    if entry.tree != "data" or name.is_absolute() or ".." in name.parts:
        raise Rejected("backup.manifest-unreadable")
    write_file(target.data / name, place.chunks(entry.sha256), entry.changed_ns)


def write_file(path: Path, chunks: Iterator[bytes], changed_ns: int = 0) -> None:
    """A file that is whole and on disk before it has its name."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in chunks:
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if changed_ns:
        os.utime(part, ns=(changed_ns, changed_ns))
    part.replace(path)
