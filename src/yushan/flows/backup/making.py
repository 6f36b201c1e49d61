"""Flow *backup* (a role, beside its running process): make one set.

1. Copy every file that the place does not hold yet: long, and nobody waits.
2. Let writers wait, open a read transaction that sees the tables as they are now.
3. Look at the files again; copy what came since, forget what went: short.
4. Let writers go on; dump the tables as that transaction sees them.
5. Write the list of files, the sealed keys, and last the signed manifest.

Whatever a row of the dump needs was there at step 3: a file is written before its row, and goes
only after its row. A process that dies in between leaves objects that the next backup uses.
"""

from __future__ import annotations

import secrets as random
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Absent
from yushan.engines.database import dump, hold_writers, read_head
from yushan.engines.observe import facts, log_for
from yushan.flows.backup.manifest import (
    FileEntry,
    Manifest,
    Secrets,
    sealed_keys,
    secret_fingerprints,
    signed,
    signer_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.flows.backup.files import Found, Trees
    from yushan.flows.backup.place import Place

log = log_for(__name__)

FILES_AT_ONCE: Final = 2000


@dataclass
class Backup:
    """What a role hands over to be backed up.

    Parameters
    ----------
    kind, name, program
        Which role it is, what it is called, the program's version.
    secrets
        Its secrets; the one under ``signing`` signs the manifest.
    heads
        The newest signed notes of its logs, by the log's name.
    """

    kind: str
    name: str
    program: str
    database: Database
    trees: Trees
    secrets: Secrets
    signing: bytes
    clock: Clock
    heads: Callable[[], dict[str, str]] = dict
    whole: bool = False
    new_bytes: int = field(default=0, init=False)

    def make(self, place: Place, recipient: bytes = b"") -> Manifest:
        """One set; its manifest. With a recipient's public key the secrets go too, sealed to it."""
        began = self.clock.now()
        name = f"{began:%Y%m%dT%H%M%S.%fZ}-{random.token_hex(3)}"
        self.new_bytes = 0
        known = {} if self.whole else self.known(place)
        copied = self.copy(place, known)
        heads = self.heads()  # before the tables are read, so that the dump has them too
        with ExitStack() as snapshot, self.database.begin() as writing:
            hold_writers(writing)
            seen = snapshot.enter_context(self.database.read())
            look(seen)
            copied = self.copy(place, known | copied)
            released = snapshot.pop_all()
        with released:
            head, rows, dumped = self.dump(place, seen)
        listed = place.put_documents(grouped(copied.values()))
        self.new_bytes += listed[1] if listed[2] else 0
        manifest = Manifest(
            set=name, role=self.kind, name=self.name, program=self.program, began_at=began,
            ended_at=self.clock.now(), database=dumped[0], database_bytes=dumped[1],
            revisions=head, rows=rows, files=listed[0], file_count=len(copied),
            file_bytes=sum(one.size for one in copied.values()), new_bytes=self.new_bytes,
            heads=heads, keys=secret_fingerprints(self.secrets),
            sealed_to=recipient.hex(), signed_by=signer_of(self.signing).public.hex(),
        )  # fmt: skip
        sealed = sealed_keys(self.secrets, recipient, name) if recipient else b""
        place.end_set(name, signed(manifest, signer_of(self.signing)), sealed)
        log.info("backup.made", extra=facts(
            role=self.name, bytes=manifest.file_bytes, objects=len(copied),
            seconds=seconds(began, manifest.ended_at),
        ))  # fmt: skip
        return manifest

    def known(self, place: Place) -> dict[tuple[str, str], FileEntry]:
        """What the newest set of the place says of files, so that most need not be read again."""
        try:
            before = place.manifest()
        except Absent:
            return {}
        return {(one.tree, one.name): one for one in place.files(before)}

    def copy(
        self, place: Place, known: dict[tuple[str, str], FileEntry]
    ) -> dict[tuple[str, str], FileEntry]:
        """Every file that is there now, as an object of the place."""
        entries = {}
        for tree, source in self.trees.items():
            for found in source.found():
                entry = known.get((tree, found.name))
                if entry is None or not is_same(entry, found):
                    entry = self.keep(place, tree, found)
                if entry is not None:
                    entries[tree, found.name] = entry
        return entries

    def keep(self, place: Place, tree: str, found: Found) -> FileEntry | None:
        """Copy one file; None when it went away meanwhile: then no row needs it."""
        try:
            digest, size, new = place.put(self.trees[tree].chunks(found.name))
        except Absent:
            return None
        self.new_bytes += size if new else 0
        return FileEntry(tree, found.name, size, digest, found.changed_ns)

    def dump(
        self, place: Place, tx: Connection
    ) -> tuple[tuple[str, ...], dict[str, int], tuple[str, int, bool]]:
        """The tables: revisions, rows by table, the object that holds them."""
        documents = dump(tx)
        head = next(documents)
        told = read_head(head)
        rows = dict.fromkeys(told.tables, 0)

        def counted() -> Iterator[bytes]:
            yield head
            for document in documents:
                table, part = msgspec.msgpack.decode(document)
                rows[table] += len(part)
                yield document

        kept = place.put_documents(counted())
        self.new_bytes += kept[1] if kept[2] else 0
        return told.revisions, rows, kept


def look(tx: Connection) -> None:
    """Fix what a read transaction sees: the first statement does."""
    tx.exec_driver_sql("select count(*) from alembic_version")


def is_same(entry: FileEntry, found: Found) -> bool:
    """Whether a file is as an earlier look knew it."""
    return (entry.size, entry.changed_ns) == (found.size, found.changed_ns)


def grouped(entries: Iterable[FileEntry]) -> Iterator[bytes]:
    """The list of files as documents, by name."""
    ordered = sorted(entries, key=lambda one: (one.tree, one.name))
    for start in range(0, len(ordered), FILES_AT_ONCE):
        yield msgspec.msgpack.encode(tuple(ordered[start : start + FILES_AT_ONCE]))


def seconds(began: datetime, ended: datetime) -> float:
    """Between two moments."""
    return round((ended - began).total_seconds(), 3)
