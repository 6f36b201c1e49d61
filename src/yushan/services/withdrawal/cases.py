"""Cases: each time somebody leaves, from the day it is noticed to the day it is proved."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec
import sqlalchemy as sa

from yushan.base import Conflict, Forgotten, Leaving, canonical_json
from yushan.services.withdrawal.tables import CASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

    from yushan.base import Clock
    from yushan.engines.database import Database


class Stage(StrEnum):
    """How far a case is."""

    OPEN = "open"
    HIDDEN = "hidden"
    ENDED = "ended"


#: stage -> the stage that follows, and what makes it so.
LIFE: Final[dict[Stage, tuple[Stage | None, str]]] = {
    Stage.OPEN: (Stage.HIDDEN, "every room has forgotten, in one transaction"),
    Stage.HIDDEN: (Stage.ENDED, "every file is gone"),
    Stage.ENDED: (None, ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case; ``leaving`` is None once it has ended: nobody knows any more who it was."""

    id: str
    stage: Stage
    leaving: Leaving | None
    whole: bool
    opened_at: str
    hidden_at: str | None
    ended_at: str | None
    rooms: dict[str, Forgotten]
    reason: str | None


class Cases:
    """Owns ``withdrawal_case``."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def open(self, tx: Connection, leaving: Leaving) -> str | None:
        """Open a case; its id. None when one of this person is not hidden yet: that goes first."""
        waiting = sa.select(CASE.c.id).where(
            CASE.c.subject == leaving.subject, CASE.c.stage == Stage.OPEN
        )
        if tx.execute(waiting).first() is not None:
            return None
        case = secrets.token_hex(16)
        series = None if leaving.series is None else canonical_json(sorted(leaving.series)).decode()
        tx.execute(
            sa.insert(CASE).values(
                id=case, stage=Stage.OPEN, subject=leaving.subject, series=series,
                whole=int(leaving.whole), opened_at=self.stamp(),
            )
        )  # fmt: skip
        return case

    def pending(self) -> list[Case]:
        """Cases that have not ended, the oldest first."""
        return self.select(CASE.c.stage != Stage.ENDED, limit=1000)

    def page(self, limit: int = 50) -> list[Case]:
        """The newest cases first."""
        return self.select(limit=limit, newest=True)

    def select(self, *terms: Any, limit: int, newest: bool = False) -> list[Case]:  # noqa: ANN401 - SQL terms
        """Cases by conditions."""
        order = CASE.c.opened_at.desc() if newest else CASE.c.opened_at
        with self.db.read() as tx:
            wanted = sa.select(CASE).where(*terms).order_by(order, CASE.c.id).limit(limit)
            return [case_of(row) for row in tx.execute(wanted)]

    def hide(self, tx: Connection, case: str, rooms: Mapping[str, Forgotten]) -> None:
        """Nobody finds anything of it any more; ``Conflict("withdrawal.case-moved")``."""
        self.move(
            tx, case, Stage.OPEN, hidden_at=self.stamp(), rooms=canonical_json(rooms).decode()
        )

    def end(self, tx: Connection, case: str) -> None:
        """Every file is gone; from now on nothing here says who it was."""
        self.move(tx, case, Stage.HIDDEN, ended_at=self.stamp(), subject=None, series=None)

    def wait(self, case: str, reason: str) -> None:
        """Something is missing; the case is taken up again."""
        with self.db.begin() as tx:
            tx.execute(sa.update(CASE).where(CASE.c.id == case).values(reason=reason))

    def move(self, tx: Connection, case: str, before: Stage, **values: Any) -> None:  # noqa: ANN401 - columns
        """To the stage that follows, if nobody else did it."""
        after = LIFE[before][0]
        here = sa.update(CASE).where(CASE.c.id == case, CASE.c.stage == before)
        if not tx.execute(here.values(stage=after, reason=None, **values)).rowcount:
            raise Conflict("withdrawal.case-moved")

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:  # noqa: ARG002 - as every room
        """Nothing: a case forgets its person itself, when it ends."""
        return Forgotten()

    def stamp(self) -> str:
        """Now, as it is kept."""
        return self.clock.now().isoformat(timespec="milliseconds")


def case_of(row: Row[Any]) -> Case:
    """A row as a value."""
    series = None if row.series is None else frozenset(msgspec.json.decode(row.series))
    return Case(
        id=row.id,
        stage=Stage(row.stage),
        leaving=None if row.subject is None else Leaving(subject=row.subject, series=series),
        whole=bool(row.whole),
        opened_at=row.opened_at,
        hidden_at=row.hidden_at,
        ended_at=row.ended_at,
        rooms=msgspec.json.decode(row.rooms, type=dict[str, Forgotten]),
        reason=row.reason,
    )
