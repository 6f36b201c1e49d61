"""Small packs of one study become one: fewer objects, nothing else changes.

A third of all examinations are one or two images; each alone would be two objects of the store.
Who reads finds series by table and does not notice; the old packs stay ten minutes for readers
that are under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from yushan.base import Conflict
from yushan.engines.database import insert_once
from yushan.services.archive import archive_queries as queries
from yushan.services.archive import changing
from yushan.services.archive.departing import news, put_some
from yushan.services.archive.retiring import retire
from yushan.services.archive.tables import CHANGE, CURSOR, INTENT, PACK, PART
from yushan.services.archive.values import ChangeKind, Staged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from yushan.base import PackId, StudyUID
    from yushan.domain.packs import Sidecar
    from yushan.services.archive.archive import Archive
    from yushan.services.archive.values import PackRecord

#: A pack is small with so many instances and bytes at most. 33 of the 107 million examinations of
#: the national statistics have 1.06 images on average; of series with more than 8 images a pack of
#: their own is mostly pixels, and leaves with one deletion.
SMALL_INSTANCES: Final = 8
SMALL_BYTES: Final = 32 << 20
#: A joined pack is not larger than this, so that one that is cut down again is soon rewritten.
JOINED_BYTES: Final = 256 << 20
JOINED_PACKS: Final = 500
NAME: Final = "join"
LOOK: Final = 200


@dataclass(frozen=True, slots=True)
class Joined:
    """Packs of one study and the pack, in the store, that is to stand for them."""

    packs: tuple[PackId, ...]
    staged: Staged


class Joining:
    """Finds small packs by the change feed; drafts are written in ``folder``."""

    def __init__(self, archive: Archive, folder: Path, after_s: float = 3600.0) -> None:
        self.archive, self.folder, self.after_s = archive, folder, after_s

    def quiet_since(self) -> str:
        """Before this a change must have been for its study to be at rest."""
        then = self.archive.clock.now() - timedelta(seconds=self.after_s)
        return then.isoformat(timespec="milliseconds")

    def due(self) -> tuple[list[str], int]:
        """Studies of which something came and that are at rest; how far the feed is then read."""
        wanted = sa.select(CHANGE.c.sequence, CHANGE.c.study_instance_uid)
        at = sa.select(CURSOR.c.sequence).where(CURSOR.c.name == NAME)
        with self.archive.db.read() as tx:
            seen = int(tx.scalar(at) or 0)
            old = sa.and_(CHANGE.c.sequence > seen, CHANGE.c.at <= self.quiet_since())
            rows = tx.execute(wanted.where(old).order_by(CHANGE.c.sequence).limit(LOOK)).all()
        studies = dict.fromkeys(row.study_instance_uid for row in rows if row.study_instance_uid)
        return list(studies), int(rows[-1].sequence) if rows else seen

    def done(self, sequence: int) -> None:
        """All up to a change was looked at."""
        with self.archive.db.begin() as tx:
            if not insert_once(tx, CURSOR, [{"name": NAME, "sequence": sequence}]):
                same = CURSOR.c.name == NAME
                tx.execute(sa.update(CURSOR).where(same).values(sequence=sequence))

    def prepare(self, study: StudyUID) -> list[Joined]:
        """Put the packs that small packs of a study become; one per site."""
        with self.archive.db.read() as tx:
            groups = small_packs(tx, study, self.quiet_since())
        return [self.put(group) for group in groups]

    def put(self, packs: Sequence[PackRecord]) -> Joined:
        """Write and put one joined pack. Twice is once."""
        sidecars: list[Sidecar] = []
        for one in packs:
            with self.archive.db.read() as tx:
                parts = len(queries.parts_of_pack(tx, one.pack))
            sidecars += self.archive.staged(one.pack, parts).sidecars
        staged = put_some(self.archive, sidecars, self.folder)
        return Joined(tuple(one.pack for one in packs), staged)

    def commit(self, tx: sa.Connection, joined: Joined) -> None:
        """Let the joined pack stand for the others. Whoever calls keeps withdrawals apart.

        ``Conflict("archive.overtaken")``: one of the packs has left meanwhile.
        """
        now_s = int(self.archive.clock.now().timestamp())
        if not queries.fulfil(tx, joined.staged.pack):
            raise Conflict("archive.overtaken", pack=joined.staged.pack)
        for pack in joined.packs:
            if queries.pack(tx, pack) is None:
                raise Conflict("archive.overtaken", pack=pack)
            queries.move_result(tx, pack, joined.staged.pack)
        retire(tx, joined.packs, joined.staged.pack, now_s)
        parts = self.archive.enter(tx, joined.staged)
        told = [news(ChangeKind.REPLACED, part) for part in parts]
        changing.tell(tx, told, self.archive.stamp())

    def drop(self, joined: Joined) -> None:
        """What was put in vain leaves with the next sweep."""
        vain = sa.and_(INTENT.c.pack == joined.staged.pack, INTENT.c.leaving.is_(False))
        with self.archive.db.begin() as tx:
            tx.execute(sa.update(INTENT).where(vain).values(leaving=True))


def small_packs(tx: sa.Connection, study: str, quiet_since: str) -> list[list[PackRecord]]:
    """Groups of at least two small packs of a study that may become one; none while it grows."""
    here = sa.select(PART.c.pack).where(PART.c.study_instance_uid == study)
    others = sa.select(PART.c.pack).where(PART.c.study_instance_uid != study)
    wanted = sa.select(PACK).where(PACK.c.pack.in_(here))
    found = [queries.record(row) for row in tx.execute(wanted.order_by(PACK.c.received_at))]
    if any(one.received_at > quiet_since for one in found):
        return []
    small = [one for one in found if is_small(one)]
    names = [one.pack for one in small]
    shared = set(tx.scalars(others.where(PART.c.pack.in_(names)))) if names else set()
    groups: dict[tuple[str, str], list[PackRecord]] = {}
    for one in small:
        group = groups.setdefault((one.site, one.subject), [])
        room = sum(other.size for other in group) + one.size <= JOINED_BYTES
        if one.pack not in shared and room and len(group) < JOINED_PACKS:
            group.append(one)
    return [group for group in groups.values() if len(group) > 1]


def is_small(one: PackRecord) -> bool:
    """Whether a pack is worth joining; what was joined before may grow further."""
    return one.size <= SMALL_BYTES and one.instances <= SMALL_INSTANCES
