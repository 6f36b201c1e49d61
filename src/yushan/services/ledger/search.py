"""Finding entries of the restricted log: by person, study, account, kind and time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from yushan.base import canonical_json
from yushan.services.ledger import beside, queries
from yushan.services.ledger.tables import ACCOUNT, ENTRY, PRIVATE, RESTRICTED
from yushan.services.ledger.values import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from yushan.engines.database import Database

#: Entries are read so many at a time.
PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for; empty fields ask for everything.

    ``since`` and ``until`` (exclusive) are aware times; ``before`` is a number below which entries
    are wanted, ``after`` one above which; ``private`` are further personal fields (name, value).
    """

    subject: str = ""
    study: str = ""
    series: str = ""
    account: str = ""
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int = -1
    private: tuple[tuple[str, str], ...] = ()

    def personal(self) -> list[tuple[str, str]]:
        """The personal fields that are asked for."""
        asked = {"subject": self.subject, "study": self.study, "series": self.series}
        return [*self.private, *((name, value) for name, value in asked.items() if value)]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with those of its personal fields that were not destroyed."""

    entry: Entry
    private: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_forgotten(self) -> bool:
        """Whether personal fields were destroyed."""
        return set(self.entry.commitments) != set(self.private)


class Search:
    """Over the restricted log of a database."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def newest(self, asked: Question, limit: int = 100) -> list[Found]:
        """The newest entries that fit, newest first."""
        with self.db.read() as tx:
            rows = self._rows(tx, asked, limit, newest=True)
            return opened(tx, rows)

    def all(self, asked: Question) -> Iterator[Found]:
        """All entries that fit, oldest first, read in pieces."""
        after = asked.after
        while True:
            with self.db.read() as tx:
                rows = self._rows(tx, replace(asked, after=after), PAGE, newest=False)
                found = opened(tx, rows)
            if not found:
                return
            yield from found
            after = found[-1].entry.number

    def count(self, asked: Question) -> int:
        """How many entries fit."""
        with self.db.read() as tx:
            terms = self._terms(tx, asked)
            counted = sa.select(sa.func.count()).select_from(ENTRY).where(*terms)
            return int(tx.execute(counted).scalar_one())

    def kinds(self) -> list[str]:
        """The kinds that occur, sorted."""
        with self.db.read() as tx:
            return kinds_in(tx)

    def _rows(
        self, tx: Connection, asked: Question, limit: int, *, newest: bool
    ) -> list[tuple[int, str]]:
        order = ENTRY.c.number.desc() if newest else ENTRY.c.number
        wanted = sa.select(ENTRY.c.number, ENTRY.c.body).where(*self._terms(tx, asked))
        return [(row.number, row.body) for row in tx.execute(wanted.order_by(order).limit(limit))]

    def _terms(self, tx: Connection, asked: Question) -> list[ColumnElement[bool]]:
        number = ENTRY.c.number
        terms: list[ColumnElement[bool]] = [
            number.in_(
                sa.select(PRIVATE.c.number).where(
                    PRIVATE.c.name == name, PRIVATE.c.value == canonical_json(value).decode()
                )
            )
            for name, value in asked.personal()
        ]
        if asked.account:
            mine = sa.select(ACCOUNT.c.number).where(ACCOUNT.c.account == asked.account)
            terms.append(number.in_(mine))
        if asked.kinds:
            terms.append(ENTRY.c.kind.in_(asked.kinds))
        first = number_at(tx, asked.since) if asked.since is not None else 0
        terms.append(number >= max(first, asked.after + 1))
        ends = [asked.before] if asked.before is not None else []
        ends += [number_at(tx, asked.until)] if asked.until is not None else []
        return [*terms, *[number < end for end in ends]]


def opened(tx: Connection, rows: Sequence[tuple[int, str]]) -> list[Found]:
    """Entries with their personal fields."""
    values = beside.values_of(tx, [number for number, _ in rows]) if rows else {}
    return [
        Found(
            msgspec.json.decode(body, type=Entry),
            {name: msgspec.json.decode(one) for name, one in values.get(number, {}).items()},
        )
        for number, body in rows
    ]


def number_at(tx: Connection, at: datetime) -> int:
    """The first entry that is not before a time (times grow with numbers but for clock changes)."""
    low, high = 0, queries.size(tx, RESTRICTED)
    while low < high:
        middle = (low + high) // 2
        rows = queries.some_bodies(tx, RESTRICTED, [middle])
        time = msgspec.json.decode(rows[0][1], type=Entry).time if rows else ""
        if time and datetime.fromisoformat(time) < at:
            low = middle + 1
        else:
            high = middle
    return low


def kinds_in(tx: Connection) -> list[str]:
    """Kinds by hopping over the index: one look each, however many entries there are."""
    found: list[str] = []
    wanted = sa.select(sa.func.min(ENTRY.c.kind))
    kind = tx.execute(wanted).scalar_one()
    while kind is not None:
        found.append(kind)
        kind = tx.execute(wanted.where(ENTRY.c.kind > kind)).scalar_one()
    return found
