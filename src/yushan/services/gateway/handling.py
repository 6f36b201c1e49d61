"""What people do by hand to objects that wait for a person; each act is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Absent, Conflict, Rejected
from yushan.engines.observe import facts, log_for
from yushan.services.gateway import queries
from yushan.services.gateway.states import State, can_follow
from yushan.services.gateway.tables import OBJECT
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database

log = log_for(__name__)

#: Act -> code for objects whose state has no such arrow.
NOT_TO: Final = {"retry": "gateway.not-to-retry", "release": "gateway.not-to-release"}
#: Objects handled in one transaction.
MANY: Final = 500


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did to an object: ``retry`` or ``release``."""

    act: str
    before: State
    who: str
    second: str | None
    reason: str
    at: float


class Handling:
    """Retry and release, one object or many."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def retry(self, numbers: Sequence[int], *, who: str, reason: str) -> int:
        """Send objects back to the start, where they are judged again; how many.

        For objects that are quarantined, refused, in conflict, to be digitised or opted out, after
        something has changed: the policy, the program, the person's choice.

        Raises
        ------
        Absent
            ``gateway.object-absent``.
        Conflict
            ``gateway.not-to-retry``: an object is in a state from which there is no way back.
        Rejected
            ``gateway.reason-missing``: who and why must be said.
        """
        demand(who, reason)
        act = {"act": "retry", "who": who, "second": None, "reason": reason}
        return self.handle(numbers, State.RECEIVED, act, {"batch": None})

    def retry_all(self, state: State, code: str | None, *, who: str, reason: str) -> int:
        """The same for all objects in a state, of one reason code if given."""
        if not can_follow(state, State.RECEIVED):
            raise Conflict("gateway.not-to-retry", state=state)
        with self.db.read() as tx:
            numbers = queries.numbers_in(tx, state, code)
        return self.retry(numbers, who=who, reason=reason) if numbers else 0

    def release(self, numbers: Sequence[int], *, who: str, second: str, reason: str) -> int:
        """Two people take objects out of the gateway's hands; how many.

        Nothing is sent; their SOP Instance UIDs become free, so that a corrected object of the
        same UID can go its way (``retry`` the one in conflict).

        Raises
        ------
        Rejected
            ``gateway.reason-missing``; ``gateway.second-person-missing``: there must be two.
        Absent, Conflict
            As in ``retry`` (``gateway.not-to-release``).
        """
        demand(who, reason)
        if not second.strip() or second.strip() == who.strip():
            raise Rejected("gateway.second-person-missing")
        act = {"act": "release", "who": who, "second": second, "reason": reason}
        return self.handle(numbers, State.RELEASED_BY_HAND, act, {"first": False})

    def handle(
        self, numbers: Sequence[int], after: State, act: dict[str, Any], values: dict[str, Any]
    ) -> int:
        """Move objects by hand and record it, all or none of each 500."""
        for start in range(0, len(numbers), MANY):
            with self.db.begin() as tx:
                self.handle_some(tx, numbers[start : start + MANY], after, (act, values))
        log.info("gateway.handled", extra=facts(kind=act["act"], objects=len(numbers)))
        return len(numbers)

    def handle_some(
        self,
        tx: Connection,
        numbers: Sequence[int],
        after: State,
        how: tuple[dict[str, Any], dict[str, Any]],
    ) -> None:
        """Move some objects in a transaction; what is set on them and recorded is ``how``."""
        (act, values), now = how, now_s(self.clock)
        rows = queries.objects(tx, numbers)
        if len(rows) != len(set(numbers)):
            raise Absent("gateway.object-absent")
        for row in rows:
            before = State(row.state)
            if not can_follow(before, after) or row.purged_at is not None:
                raise Conflict(NOT_TO[act["act"]], state=before)
            queries.move(tx, OBJECT.c.id == row.id, (before, after), now, **values)
            queries.add_act(tx, {**act, "object": row.id, "before": before, "at": now})

    def acts(self, number: int) -> tuple[Act, ...]:
        """What was done by hand to an object, oldest first."""
        with self.db.read() as tx:
            rows = queries.acts(tx, number)
        return tuple(
            Act(row.act, State(row.before), row.who, row.second, row.reason, row.at) for row in rows
        )


def demand(who: str, reason: str) -> None:
    """Every act names its person and its reason."""
    if not who.strip() or not reason.strip():
        raise Rejected("gateway.reason-missing")
