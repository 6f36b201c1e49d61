"""What people decide at the quarantine desk. A decision has its effect only after a while.

Until the object is in a pack it can be taken back: before its effect nothing has happened yet;
afterwards the outputs made with it are thrown away and the object is judged anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Absent, Conflict, Rejected
from yushan.engines.observe import facts, log_for
from yushan.services.gateway import desk_queries, queries
from yushan.services.gateway.handling import demand
from yushan.services.gateway.regions import Finding, Picture, Region, decode, encode, leaves_open
from yushan.services.gateway.states import State
from yushan.services.gateway.tables import OBJECT
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.gateway.rules import Rules
    from yushan.services.gateway.tables import Found

log = log_for(__name__)

D = desk_queries.D
#: Decisions that take effect in one transaction.
MANY: Final = 500
#: Where an object may be when a decision about it is taken back.
NOT_PACKED: Final = (
    State.QUARANTINED, State.RECEIVED, State.HELD, State.READY, State.DEIDENTIFIED,
)  # fmt: skip
#: What is written as the reason where a decision speaks for itself.
AT_DESK: Final = "decided at the quarantine desk"


class Choice(StrEnum):
    """What a person may decide about a quarantined object."""

    #: Fill the boxes, then go on.
    REDACT = "redact"
    #: Nothing in the picture identifies anybody: go on as it is.
    CLEAN = "clean"
    #: It stays in the hospital.
    STAY = "stay"
    #: It is a picture of paper or film: to be digitised.
    DIGITISE = "digitise"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody decides, for which objects, with which boxes, and why (no names)."""

    numbers: tuple[int, ...]
    choice: Choice
    boxes: tuple[Region, ...]
    who: str
    second: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was not taken back; times in seconds since 1970 UTC."""

    object: int
    choice: Choice
    boxes: tuple[Region, ...]
    who: str
    second: str | None
    at: float
    due: float
    applied: bool


class Decisions:
    """Keeps what was found in pictures and what people decided about them."""

    def __init__(self, db: Database, clock: Clock, rules: Rules) -> None:
        self.db, self.clock, self.rules = db, clock, rules

    def note(
        self, pictures: Mapping[int, Picture], findings: Mapping[int, Sequence[Finding]]
    ) -> None:
        """Keep what pictures are like and the boxes of their last reading, by object."""
        shown = [{"object": number, **columns(one)} for number, one in pictures.items()]
        boxes = [
            {"object": number, **one.region._asdict(), "kind": one.kind, "score": one.score,
             "redact": one.redact}
            for number, found in findings.items() for one in found
        ]  # fmt: skip
        with self.db.begin() as tx:
            desk_queries.replace_pictures(tx, shown)
            desk_queries.replace_findings(tx, sorted(findings), boxes)

    def findings(self, number: int) -> tuple[Finding, ...]:
        """Boxes of the last reading of an object."""
        with self.db.read() as tx:
            return tuple(map(finding, desk_queries.findings(tx, [number])))

    def decide(self, wish: Wish) -> int:
        """Record a decision about quarantined objects; how many. It has its effect later.

        Raises
        ------
        Absent
            ``gateway.object-absent``.
        Conflict
            ``gateway.not-to-decide``: an object no longer waits, or somebody was faster.
        Rejected
            ``gateway.no-boxes``: nothing to fill; ``gateway.second-person-missing`` where something
            found would stay visible; ``gateway.reason-missing`` for such a one without reason.
        """
        demand(wish.who, wish.why or AT_DESK)
        if wish.choice is Choice.REDACT and not wish.boxes:
            raise Rejected("gateway.no-boxes")
        with self.db.begin() as tx:
            self.check_second(tx, wish)
            for row in demand_objects(tx, wish.numbers):
                self.add(tx, row, wish)
        log.info("gateway.decided", extra=facts(kind=wish.choice, objects=len(wish.numbers)))
        return len(wish.numbers)

    def check_second(self, tx: Connection, wish: Wish) -> None:
        """Refuse what one person may not decide alone."""
        found = map(finding, desk_queries.findings(tx, wish.numbers))
        if not needs_second(wish.choice, wish.boxes, tuple(found)):
            return
        if not (wish.second or "").strip() or wish.second == wish.who:
            raise Rejected("gateway.second-person-missing")
        demand(wish.who, wish.why)

    def add(self, tx: Connection, row: Found, wish: Wish) -> None:
        """Record it for one object."""
        held = desk_queries.hold_still(tx, [row.id], [State.QUARANTINED], row.changed_at)
        last, now = desk_queries.decision(tx, row.id), now_s(self.clock)
        if not held or (last is not None and last.applied_at is None):
            raise Conflict("gateway.not-to-decide", state=row.state)
        desk_queries.add_decision(tx, {
            "object": row.id, "choice": wish.choice, "boxes": encode(wish.boxes), "who": wish.who,
            "second": wish.second, "at": now, "due": now + self.rules.undo_s,
            "reasons": row.reasons,
        })  # fmt: skip
        record(tx, row, wish.choice, (wish.who, wish.second, wish.why or AT_DESK), now)

    def undo(self, number: int, *, who: str) -> None:
        """Take the last decision about an object back.

        Raises
        ------
        Absent
            ``gateway.object-absent``; ``gateway.no-decision``.
        Conflict
            ``gateway.packed-already``.
        """
        now = now_s(self.clock)
        with self.db.begin() as tx:
            (row,) = demand_objects(tx, [number])
            if not desk_queries.hold_still(tx, [number], NOT_PACKED, now):
                raise Conflict("gateway.packed-already", state=row.state)
            last = desk_queries.decision(tx, number)
            if last is None or State(row.state) not in NOT_PACKED:
                raise Absent("gateway.no-decision")
            undone = {"undone_at": now, "undone_by": who}
            desk_queries.change_decisions(tx, [D.id == last.id], undone)
            if row.reason == desk_queries.STAYS:
                queries.set_reasons(tx, OBJECT.c.id == number, last.reasons.split(), now)
            record(tx, row, "undo", (who, None, AT_DESK), now)
        log.info("gateway.undone", extra=facts(objects=1))

    def apply(self) -> int:
        """Give those decisions their effect whose time to be taken back is over; how many."""
        now = now_s(self.clock)
        with self.db.read() as tx:
            if not desk_queries.due_decisions(tx, now, 1):
                return 0
        with self.db.begin() as tx:
            due = desk_queries.due_decisions(tx, now, MANY)
            for row in due:
                take_effect(tx, row, now)
        return len(due)

    def current(self, number: int) -> Decision | None:
        """The last decision about an object that was not taken back."""
        with self.db.read() as tx:
            row = desk_queries.decision(tx, number)
        return None if row is None else decision(row)

    def waiting(self, limit: int = 20) -> tuple[Decision, ...]:
        """Decisions without effect yet, the newest first."""
        with self.db.read() as tx:
            return tuple(map(decision, desk_queries.waiting_decisions(tx, limit)))

    def alike(self, number: int, limit: int = 200) -> tuple[int, ...]:
        """Other objects of the same device, class and size that wait."""
        with self.db.read() as tx:
            row = desk_queries.picture(tx, number)
            return () if row is None else tuple(desk_queries.alike(tx, number, row, limit))

    def covered(self, numbers: Sequence[int], boxes: Sequence[Region]) -> tuple[int, ...]:
        """Those of some objects in which the boxes leave nothing found visible."""
        found: dict[int, list[Finding]] = {number: [] for number in numbers}
        with self.db.read() as tx:
            for row in desk_queries.findings(tx, numbers):
                found[row.object].append(finding(row))
        return tuple(one for one in numbers if not leaves_open(found[one], boxes))


def needs_second(
    choice: Choice, boxes: Sequence[Region], findings: Sequence[Finding]
) -> bool:  # fmt: skip
    """Whether a decision needs two people: all that lets something found, or everything, out."""
    if choice is Choice.CLEAN:
        return True
    return choice is Choice.REDACT and leaves_open(findings, boxes)


def take_effect(tx: Connection, row: Found, now: float) -> None:
    """Move an object as was decided, unless it went elsewhere meanwhile."""
    desk_queries.change_decisions(tx, [D.id == row.id], {"applied_at": now})
    here = OBJECT.c.id == row.object
    if row.choice in {Choice.REDACT, Choice.CLEAN}:
        queries.move(tx, here, (State.QUARANTINED, State.RECEIVED), now, batch=None)
    elif row.choice == Choice.DIGITISE:
        queries.move(
            tx, here, (State.QUARANTINED, State.TO_DIGITISE), now, reasons=[desk_queries.STAYS]
        )
    else:
        queries.set_reasons(
            tx, here & (OBJECT.c.state == State.QUARANTINED), [desk_queries.STAYS], now
        )


def record(
    tx: Connection, row: Found, act: str, people: tuple[str, str | None, str], now: float
) -> None:
    """Note it among what was done by hand; ``people``: first, second, and why."""
    who, second, why = people
    queries.add_act(tx, {
        "object": row.id, "act": act, "before": row.state, "who": who, "second": second,
        "reason": why, "at": now,
    })  # fmt: skip


def demand_objects(tx: Connection, numbers: Sequence[int]) -> Sequence[Found]:
    """The objects; ``Absent("gateway.object-absent")`` if one does not exist."""
    rows = queries.objects(tx, numbers)
    if not rows or len(rows) != len(set(numbers)):
        raise Absent("gateway.object-absent")
    return rows


def columns(one: Picture) -> dict[str, Any]:
    """A picture as columns; texts of the header are cut to what a column holds."""
    return {
        "modality": one.modality[:16], "maker": one.maker[:128], "model": one.model[:128],
        "software": one.software[:128], "rows": one.rows, "columns": one.columns,
        "frames": one.frames,
    }  # fmt: skip


def finding(row: Found) -> Finding:
    """A row as a value."""
    region = Region(row.x, row.y, row.width, row.height, row.frame)
    return Finding(region, row.kind, row.score, row.redact)


def decision(row: Found) -> Decision:
    """A row as a value."""
    return Decision(
        row.object, Choice(row.choice), decode(row.boxes), row.who, row.second, row.at, row.due,
        row.applied_at is not None,
    )  # fmt: skip
