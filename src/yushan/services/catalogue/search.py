"""Search as people do it: found by values, with counts beside them, kept and looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from yushan.base import Absent, Rejected
from yushan.services.catalogue import bits, profiles, queries
from yushan.services.catalogue.finding import LOW, Asked
from yushan.services.catalogue.index import Index
from yushan.services.catalogue.tables import PROFILE, SAVED
from yushan.services.catalogue.values import Found, Saved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.base import Leaving, Scope
    from yushan.engines.database import Database
    from yushan.services.catalogue.values import StudyRow, Wanted

#: Searches that one account may keep.
MOST_KEPT = 50


class Search:
    """Finds studies by the index in memory, which follows the database."""

    def __init__(self, db: Database) -> None:
        self.db, self.index = db, Index()

    def find(
        self,
        scope: Scope,
        wanted: Wanted,
        limit: int = 25,
        after: tuple[int, int] | None = None,
        *,
        kinds: Iterable[str] = (),
    ) -> Found:
        """A page of studies, their number, and the values of ``kinds`` beside them.

        ``after`` is the ``later`` of the page before.
        """
        with self.db.read() as tx, self.index.lock:
            self.index.catch_up(tx)
            asked = Asked(tx, self.index, scope, wanted)
            keys = asked.page(wanted.sort, after, limit + 1)
            flags: dict[str, object] = {}
            facets = {kind: asked.facet(kind, flags) for kind in kinds}  # type: ignore[arg-type]
            count, images = asked.count(), asked.images()
            rows = profiles.rows_of(tx, [number for _, number in keys[:limit]])
        later = keys[limit - 1] if len(keys) > limit else None
        return Found(tuple(map(queries.study, rows)), count, images, later, facets)

    def page(
        self,
        scope: Scope,
        wanted: Wanted,
        limit: int,
        offset: int = 0,
        after: tuple[str, str] | None = None,
    ) -> list[StudyRow]:
        """Studies and nothing beside; ``after`` is (study date, UID) of the last one seen.

        If that one has left since, its day is given again rather than left out.
        """
        with self.db.read() as tx, self.index.lock:
            self.index.catch_up(tx)
            edge = None
            if after is not None:
                there = profiles.numbers_of(tx, studies=(after[1],))
                edge = int(after[0] or 0), there[0] if there else LOW
            asked = Asked(tx, self.index, scope, wanted)
            keys = asked.page("-date", edge, limit + offset)[offset:]
            rows = profiles.rows_of(tx, [number for _, number in keys])
        return list(map(queries.study, rows))

    def count(self, scope: Scope, wanted: Wanted) -> int:
        """How many studies."""
        with self.db.read() as tx, self.index.lock:
            self.index.catch_up(tx)
            return Asked(tx, self.index, scope, wanted).count()

    def few(self, scope: Scope, wanted: Wanted, most: int) -> list[str] | None:
        """The UIDs of the studies, if there are not more than so many."""
        with self.db.read() as tx, self.index.lock:
            self.index.catch_up(tx)
            asked = Asked(tx, self.index, scope, wanted)
            if not self.index.is_whole() or asked.count() > most:
                return None
            return profiles.uids_of(tx, bits.numbers_of(asked.hits).tolist())

    def is_whole(self) -> bool:
        """Whether the index knows every study (see `Catalogue.outdated`)."""
        self.warm()
        return self.index.is_whole()

    def warm(self) -> None:
        """Read the index, so that nobody waits for it."""
        with self.db.read() as tx, self.index.lock:
            self.index.catch_up(tx)


class SavedSearches:
    """Searches that accounts keep, and what is new since they were looked at."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def keep(self, account: str, name: str, query: str, at: str) -> int:
        """Keep a search; ``Rejected("catalogue.too-many-searches")``."""
        with self.db.begin() as tx:
            mine = sa.select(sa.func.count()).where(SAVED.c.account == account)
            if tx.execute(mine.select_from(SAVED)).scalar_one() >= MOST_KEPT:
                raise Rejected("catalogue.too-many-searches", limit=MOST_KEPT)
            values = {"account": account, "name": name[:100], "query": query, "made_at": at}
            insert = sa.insert(SAVED).values(**values, seen=newest(tx), seen_at=at)
            return int(tx.execute(insert.returning(SAVED.c.id)).scalar_one())

    def all(self, account: str) -> list[Saved]:
        """The account's searches, as they were kept."""
        wanted = sa.select(SAVED).where(SAVED.c.account == account).order_by(SAVED.c.id)
        with self.db.read() as tx:
            return [
                Saved(row.id, row.name, row.query, row.made_at, int(row.seen), row.seen_at)
                for row in tx.execute(wanted)
            ]

    def look(self, account: str, number: int, at: str) -> Saved:
        """Look at a search: what is there now is not new the next time; as it was before.

        Raises
        ------
        Absent
            ``catalogue.search-unknown``: also when it is somebody else's.
        """
        found = next((one for one in self.all(account) if one.id == number), None)
        if found is None:
            raise Absent("catalogue.search-unknown")
        with self.db.begin() as tx:
            same = sa.and_(SAVED.c.id == number, SAVED.c.account == account)
            tx.execute(sa.update(SAVED).where(same).values(seen=newest(tx), seen_at=at))
        return found

    def drop(self, account: str, number: int) -> None:
        """Keep it no longer."""
        with self.db.begin() as tx:
            same = sa.and_(SAVED.c.id == number, SAVED.c.account == account)
            tx.execute(sa.delete(SAVED).where(same))

    def forget(self, tx: sa.Connection, leaving: Leaving, studies: Iterable[str]) -> int:
        """Drop searches that name a person, or a study of theirs."""
        names = [str(leaving.subject), *studies]
        terms = [SAVED.c.query.contains(name, autoescape=True) for name in names]
        return int(tx.execute(sa.delete(SAVED).where(sa.or_(*terms))).rowcount)


def newest(tx: sa.Connection) -> int:
    """The number of the study that came last."""
    return int(tx.execute(sa.select(sa.func.max(PROFILE.c.number))).scalar_one() or 0)
