"""Who leaves: a person's packs go, and what stays of a shared pack gets a pack of its own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final, Protocol

from yushan.base import Conflict, PackId
from yushan.services.archive import archive_queries as queries
from yushan.services.archive import changing
from yushan.services.archive.changing import News
from yushan.services.archive.parting import write_together
from yushan.services.archive.values import ChangeKind, Staged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.base import Leaving
    from yushan.domain.packs import Sidecar
    from yushan.services.archive.values import PartRecord

NOTHING_APART: Final[Mapping[PackId, Staged]] = {}


class Shelves(Protocol):
    """What is asked of the archive."""

    def read(self, pack: PackId, start: int, length: int) -> bytes:
        """Bytes of a pack."""
        ...

    def put(self, pack: PackId, file: Path, sidecars: Sequence[Sidecar]) -> None:
        """Bring a pack into the store."""
        ...

    def staged(self, pack: PackId, parts: int) -> Staged:
        """A pack of the store."""
        ...

    def enter(self, tx: Connection, staged: Staged) -> list[PartRecord]:
        """Write the rows of a pack."""
        ...


def leaves(leaving: Leaving, series: str) -> bool:
    """Whether a series is among those that leave."""
    return leaving.series is None or series in leaving.series


def put_apart(
    shelves: Shelves, leaving: Leaving, packs: Sequence[tuple[str, int]], folder: Path
) -> dict[PackId, Staged]:
    """See `Archive.set_apart`; ``packs`` are the person's (pack, number of parts)."""
    found = {}
    for pack, parts in packs:
        sidecars = shelves.staged(PackId(pack), parts).sidecars
        stay = [one for one in sidecars if not leaves(leaving, one.series_instance_uid)]
        if stay and len(stay) < len(sidecars):
            found[PackId(pack)] = put_some(shelves, stay, folder)
    return found


def put_some(shelves: Shelves, stay: Sequence[Sidecar], folder: Path) -> Staged:
    """Write and put a pack of some series of other packs; drafts are written in ``folder``."""
    draft = folder / f"{uuid.uuid4().hex}.pack"
    try:
        summary, made = write_together(shelves.read, stay, draft)
        shelves.put(summary.pack, draft, made)
    finally:
        draft.unlink(missing_ok=True)
    return shelves.staged(summary.pack, len(made))


def exchange(
    shelves: Shelves, tx: Connection, pack: PackId, apart: Mapping[PackId, Staged], at: str
) -> None:
    """Enter the pack of the series that stay in the place of the old one.

    ``Conflict("archive.overtaken")``: it was not put.
    """
    staged = apart.get(pack)
    if staged is None or not queries.fulfil(tx, staged.pack):
        raise Conflict("archive.overtaken", pack=pack)
    changing.tell(tx, [news(ChangeKind.REPLACED, one) for one in shelves.enter(tx, staged)], at)
    queries.exchange_result(tx, pack, staged)


def news(kind: ChangeKind, part: PartRecord) -> News:
    """What is told of a part."""
    version = max(part.version, 1)
    return News(kind, part.series_instance_uid, part.study_instance_uid, part.pack, version)


def tell_gone(tx: Connection, parts: Sequence[PartRecord], at: str) -> None:
    """What was told of these series is silenced; that they are gone is told once each."""
    series = {part.series_instance_uid: part.study_instance_uid for part in parts}
    changing.silence(tx, series)
    told = [News(ChangeKind.DELETED, one, study) for one, study in sorted(series.items())]
    changing.tell(tx, told, at)
