"""The life of an object at the gateway, as a table that draws itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from yushan.base import Broken


class State(StrEnum):
    """Where an object is; every journaled object is in exactly one state."""

    RECEIVED = "received"
    HELD = "held"
    READY = "ready"
    QUARANTINED = "quarantined"
    DEIDENTIFIED = "deidentified"
    PACKED = "packed"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    TO_DIGITISE = "to-digitise"
    OPTED_OUT = "opted-out"
    RELEASED_BY_HAND = "released-by-hand"


S = State

#: state -> (who acts, states that may follow). ``desk`` is what was decided at the quarantine desk,
#: ``retry`` an act of one person, ``release`` of two who take an object out of the gateway's hands.
LIFE: Final[dict[State, tuple[str, frozenset[State]]]] = {
    S.RECEIVED: (
        "journal",
        frozenset({S.HELD, S.DUPLICATE, S.CONFLICT, S.REFUSED, S.QUARANTINED, S.TO_DIGITISE}),
    ),
    S.HELD: (
        "clock, consent list, key holders",
        frozenset({S.READY, S.DEIDENTIFIED, S.QUARANTINED, S.OPTED_OUT}),
    ),
    S.READY: ("intake", frozenset({S.HELD, S.DEIDENTIFIED, S.QUARANTINED, S.OPTED_OUT})),
    S.DEIDENTIFIED: ("intake", frozenset({S.HELD, S.READY, S.PACKED, S.OPTED_OUT})),
    S.PACKED: ("outbox", frozenset({S.SENT, S.OPTED_OUT, S.READY})),
    S.SENT: ("commons", frozenset({S.ACKNOWLEDGED, S.PACKED, S.READY})),
    S.ACKNOWLEDGED: ("nobody", frozenset()),
    S.QUARANTINED: (
        "desk, retry, release, consent list",
        frozenset({S.RECEIVED, S.RELEASED_BY_HAND, S.TO_DIGITISE, S.OPTED_OUT}),
    ),
    S.CONFLICT: ("retry, release", frozenset({S.RECEIVED, S.RELEASED_BY_HAND})),
    S.REFUSED: ("retry, release", frozenset({S.RECEIVED, S.RELEASED_BY_HAND})),
    S.TO_DIGITISE: ("retry, release", frozenset({S.RECEIVED, S.RELEASED_BY_HAND})),
    S.OPTED_OUT: ("retry", frozenset({S.RECEIVED})),
    S.DUPLICATE: ("nobody", frozenset()),
    S.RELEASED_BY_HAND: ("nobody", frozenset()),
}


def can_follow(before: State, after: State) -> bool:
    """Whether the table has this arrow."""
    return after in LIFE[before][1]


def check_follow(before: State, after: State) -> None:
    """Raise ``Broken("gateway.arrow-missing")`` when the table has no such arrow."""
    if not can_follow(before, after):
        raise Broken("gateway.arrow-missing", state=before, status=after)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    word = {state: state.replace("-", "_") for state in State}
    arrows = (
        f"  {word[before]} --> {word[after]}: {who}"
        for before, (who, nexts) in LIFE.items()
        for after in sorted(nexts)
    )
    return "\n".join(["stateDiagram-v2", "  [*] --> received", *arrows])


class Stage(StrEnum):
    """How far a batch is; its objects' states follow it."""

    FROZEN = "frozen"
    ALLOWED = "allowed"
    #: Waits until its pictures are read, or its faces removed.
    READING = "reading"
    CLEANED = "cleaned"
    LINKED = "linked"
    SEALED = "sealed"
    DONE = "done"


#: The state in which a batch's living objects wait for the work that follows the stage.
AT_STAGE: Final[dict[Stage, State]] = {
    Stage.FROZEN: S.READY,
    Stage.ALLOWED: S.READY,
    Stage.READING: S.READY,
    Stage.CLEANED: S.DEIDENTIFIED,
    Stage.LINKED: S.DEIDENTIFIED,
    Stage.SEALED: S.PACKED,
}
