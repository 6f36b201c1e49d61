"""The change feed: numbers without gaps that follow the order of commits.

A number is taken from one row in the transaction that makes the change true; the row stays
locked until that ends, so whoever reads number n has all before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from yushan.base import Broken, PackId, SeriesUID, StudyUID
from yushan.services.archive.tables import CHANGE, FEED
from yushan.services.archive.values import Change, ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Rows in one statement.
PAGE: Final = 500


class News(NamedTuple):
    """A change that has no number yet."""

    kind: ChangeKind
    series: str
    study: str
    pack: str = ""
    version: int = 0


def tell(tx: sa.Connection, news: Sequence[News], at: str) -> int:
    """Enter changes in the caller's transaction; others who do so wait until it ends. How many."""
    if not news:
        return 0
    taken = sa.update(FEED).values(last=FEED.c.last + len(news)).returning(FEED.c.last)
    last = tx.execute(taken).scalar_one_or_none()
    if last is None:
        raise Broken("archive.feed-missing")
    rows = [
        {
            "sequence": int(last) - len(news) + 1 + place,
            "kind": one.kind.value,
            "series_instance_uid": one.series,
            "study_instance_uid": one.study,
            "pack": one.pack,
            "version": one.version,
            "at": at,
        }
        for place, one in enumerate(news)
    ]
    tx.execute(sa.insert(CHANGE), rows)
    return len(rows)


def told_after(tx: sa.Connection, after: int, limit: int) -> tuple[Change, ...]:
    """Changes with a number above ``after``, in order."""
    wanted = sa.select(CHANGE).where(CHANGE.c.sequence > after).order_by(CHANGE.c.sequence)
    return tuple(
        Change(
            row.sequence,
            ChangeKind(row.kind),
            SeriesUID(row.series_instance_uid),
            StudyUID(row.study_instance_uid),
            PackId(row.pack),
            row.version,
            row.at,
        )
        for row in tx.execute(wanted.limit(limit))
    )


def feed(tx: sa.Connection) -> tuple[str, int]:
    """The name of the feed and its last number."""
    row = tx.execute(sa.select(FEED)).one_or_none()
    if row is None:
        raise Broken("archive.feed-missing")
    return row.name, row.last


def silence(tx: sa.Connection, series: Iterable[str]) -> None:
    """Whatever was told of these series names them no more."""
    names = sorted(set(series))
    for start in range(0, len(names), PAGE):
        same = CHANGE.c.series_instance_uid.in_(names[start : start + PAGE])
        tx.execute(sa.update(CHANGE).where(same).values(**NOTHING))


def silence_deleted(tx: sa.Connection, before: str) -> None:
    """Deletions that were told before a time name nobody any more."""
    same = sa.and_(CHANGE.c.kind == ChangeKind.DELETED.value, CHANGE.c.at < before)
    tx.execute(sa.update(CHANGE).where(same).values(**NOTHING))


def difference(
    before: Mapping[tuple[str, str], tuple[str, int]],
    after: Mapping[tuple[str, str], tuple[str, int]],
) -> list[News]:
    """What an index tells that another did not: (series, pack) → (study, version)."""
    old, new = {series for series, _ in before}, {series for series, _ in after}
    studies = {series: study for (series, _), (study, _) in before.items()}
    news = [News(ChangeKind.DELETED, one, studies[one]) for one in sorted(old - new)]
    for series, pack in sorted(after.keys() - before.keys(), key=lambda at: (after[at][1], at)):
        study, version = after[series, pack]
        kind = ChangeKind.REPLACED if series in old else ChangeKind.CREATED
        old.add(series)
        news.append(News(kind, series, study, pack, max(version, 1)))
    return news


NOTHING: Final = {
    "kind": ChangeKind.GONE.value,
    "series_instance_uid": "",
    "study_instance_uid": "",
    "pack": "",
    "version": 0,
}
