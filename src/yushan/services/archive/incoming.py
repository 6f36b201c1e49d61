"""A row of ``archive_incoming`` as values, and where its bytes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.base import Absent, PackId, SiteName, canonical_json
from yushan.domain.packs import IncomingState, Manifest, PackState, Receipt
from yushan.services.archive import incoming_queries as queries
from yushan.services.archive.values import Incoming

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Row

    from yushan.base import Clock
    from yushan.engines.database import Database

#: Stands where a site's pseudonym stood.
NOBODY: Final = "A" * 16


def part_path(folder: Path, site: str, pack: str) -> Path:
    """The file of a pack that is coming in."""
    return folder / site / f"{pack}.part"


def row_of(db: Database, site: str, pack: str) -> Row[Any]:
    """The row, or ``Absent("archive.pack-unknown")``: another site's pack looks like none."""
    with db.read() as tx:
        found = queries.row(tx, site, pack)
    if found is None:
        raise Absent("archive.pack-unknown", pack=pack)
    return found


def told(found: Row[Any]) -> PackState:
    """The row as the site sees it."""
    return PackState(
        pack=found.pack,
        state=IncomingState(found.state),
        offset=found.received,
        receipt=receipt_of(found),
        reasons=tuple(msgspec.json.decode(found.reasons)),
        searchable=found.admitted + found.duplicate,
    )


def incoming_of(found: Row[Any], folder: Path) -> Incoming:
    """The row as admission sees it."""
    return Incoming(
        SiteName(found.site),
        PackId(found.pack),
        IncomingState(found.state),
        msgspec.json.decode(found.manifest, type=Manifest),
        receipt_of(found),
        part_path(folder, found.site, found.pack),
        found.attempt,
    )


def without_person(manifest: Manifest) -> str:
    """The manifest as it is kept once the pack has come to its end: nobody is in it."""
    bare = msgspec.structs.replace(manifest, subject=NOBODY, envelope="")
    return canonical_json(bare).decode()


def receipt_of(found: Row[Any]) -> Receipt | None:
    """The receipt of a row, if there is one."""
    return msgspec.json.decode(found.receipt, type=Receipt) if found.receipt else None


def stamp(clock: Clock) -> str:
    """The time as it is kept: ISO 8601 UTC, milliseconds."""
    return clock.now().isoformat(timespec="milliseconds")
