"""The register: which pseudonym the commons knows by which consent token.

An opt-out comes as a token; only here it finds its images. A person without a national number has
no token and stands in no list, so they are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from yushan.base import Forgotten, Pseudonym
from yushan.engines.database import insert_once
from yushan.services.withdrawal.tables import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from yushan.base import Leaving
    from yushan.engines.database import Database

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with images here; ``offset_days`` was added to their true dates."""

    subject: Pseudonym
    token: bytes
    offset_days: int


class Register:
    """Owns ``withdrawal_person``."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def note(self, tx: Connection, person: Person) -> None:
        """Remember a person, in the transaction that admits their images; the last token counts."""
        row = {
            "subject": person.subject,
            "token": person.token,
            "offset_days": person.offset_days,
        }
        if not insert_once(tx, PERSON, [row]):
            same = PERSON.c.subject == person.subject
            tx.execute(sa.update(PERSON).where(same).values(**row))

    def among(self, tokens: Iterable[bytes]) -> Iterator[Person]:
        """Those of the tokens' persons who are here, a page at a time."""
        wanted = sorted(tokens)
        for start in range(0, len(wanted), PAGE):
            some = PERSON.c.token.in_(wanted[start : start + PAGE])
            with self.db.read() as tx:
                rows = tx.execute(sa.select(PERSON).where(some).order_by(PERSON.c.subject)).all()
            yield from (person_of(row.subject, row.token, row.offset_days) for row in rows)

    def find(self, subject: str) -> Person | None:
        """One person."""
        with self.db.read() as tx:
            wanted = sa.select(PERSON).where(PERSON.c.subject == subject)
            row = tx.execute(wanted).one_or_none()
        return None if row is None else person_of(row.subject, row.token, row.offset_days)

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:
        """Take a person out who leaves as a whole; should they be sent again, they are stopped."""
        if not leaving.whole:
            return Forgotten()
        gone = tx.execute(sa.delete(PERSON).where(PERSON.c.subject == leaving.subject))
        return Forgotten(removed=gone.rowcount)


def person_of(subject: str, token: bytes, offset_days: int) -> Person:
    """A row as a value."""
    return Person(Pseudonym(subject), bytes(token), offset_days)
