"""Flow *rebuild* (B6): the index is lost or doubted; packs and sidecars make it again.

1. Forget all rows that follow from packs, of archive and catalogue.
2. Read every pack's sidecars from the store and enter them as admission did.
3. Tell the change feed in what the new index differs from the old one.

One transaction: whoever reads meanwhile sees the old index, and whatever fails leaves it. To prove
the index, the same is done, both are compared as text, and nothing is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING, Final

from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.engines.database import Database
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Ledger

log = log_for(__name__)

#: Differing lines that are told.
TOLD: Final = 40


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the index was made of."""

    packs: int
    instances: int


@dataclass(frozen=True, slots=True)
class Compared:
    """An index and one made anew, as text: SHA-256 and lines of both, the first differences."""

    packs: int
    lines: int
    index_sha256: str
    rebuilt_sha256: str
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """They are equal byte for byte."""
        return self.index_sha256 == self.rebuilt_sha256


def rebuild_index(db: Database, archive: Archive, catalogue: Catalogue, ledger: Ledger) -> Rebuilt:
    """Make the index anew; ``Rejected("packs.bad-sidecar")`` leaves the old one."""
    with db.begin() as tx:
        number = ledger.append(tx, "archive.rebuilt", {})  # first: keeps admissions out meanwhile
        before = archive.places(tx)
        made = make_anew(tx, archive, catalogue)
        archive.tell_difference(tx, before)
    told = facts(index=number, count=made.packs, instances=made.instances)
    log.info("archive.rebuilt", extra=told)
    return made


def make_anew(tx: Connection, archive: Archive, catalogue: Catalogue) -> Rebuilt:
    """The index from packs alone, in the caller's transaction."""
    packs = instances = 0
    archive.clear(tx)
    catalogue.clear(tx)
    for staged in archive.stored():
        archive.enter(tx, staged)
        catalogue.add(tx, staged.sidecars)
        packs += 1
        instances += sum(len(sidecar.instances) for sidecar in staged.sidecars)
    return Rebuilt(packs, instances)


def compare_index(db: Database, archive: Archive, catalogue: Catalogue, ledger: Ledger) -> Compared:
    """Hold the index against one made anew; nothing is changed. Admissions wait meanwhile."""
    with db.begin() as tx:
        ledger.hold(tx)
        old = list(index_lines(tx, archive, catalogue))
        made = make_anew(tx, archive, catalogue)
        new = list(index_lines(tx, archive, catalogue))
        tx.rollback()
    return Compared(made.packs, len(old), digest(old), digest(new), differing(old, new))


def differing(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The first lines that are in one of both only, with ``-`` (old) or ``+`` (new)."""
    if old == new:
        return ()
    gone, come = set(old) - set(new), set(new) - set(old)
    some = unified_diff(sorted(gone)[:TOLD], sorted(come)[:TOLD], lineterm="", n=0)
    return tuple(line for line in some if line[:3] not in {"---", "+++"} and line[:2] != "@@")


def index_lines(tx: Connection, archive: Archive, catalogue: Catalogue) -> Iterator[str]:
    """The whole index as text: packs and parts, then what the catalogue makes of them."""
    yield from archive.lines(tx)
    yield from catalogue.lines(tx)


def digest(lines: Sequence[str]) -> str:
    """SHA-256 of the lines, each ended by a line feed."""
    found = hashlib.sha256()
    for line in lines:
        found.update(f"{line}\n".encode())
    return found.hexdigest()


def write_index(db: Database, archive: Archive, catalogue: Catalogue, target: Path) -> str:
    """Write the index as text; its SHA-256."""
    with db.read() as tx:
        lines = list(index_lines(tx, archive, catalogue))
    target.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return digest(lines)
