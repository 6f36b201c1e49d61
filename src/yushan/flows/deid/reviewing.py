"""What of the last run waits for a person: read from its journal, decided one by one."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected, SystemClock
from yushan.flows.deid.decisions import (
    NAME,
    Decision,
    can_be_decided,
    read_decisions,
    write_decisions,
)
from yushan.flows.deid.places import keys_of, run_of

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.flows.deid.decisions import Choice
    from yushan.flows.deid.making import Rectangle

#: Inputs of the last round that have an end, by name.
ENDED: Final = """SELECT name, path, sha256, outcome, reasons, findings FROM input
    WHERE outcome IS NOT NULL AND sha256 IS NOT NULL
      AND round = (SELECT CAST(value AS INTEGER) FROM fact WHERE name = 'round') ORDER BY name"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One input: its name, its file, the SHA-256 of its bytes in hex, why, and boxes found."""

    name: str
    path: str
    digest: str
    reasons: tuple[str, ...]
    boxes: tuple[Rectangle, ...]


class Review:
    """Inputs that a person may decide about, and the decisions so far."""

    def __init__(self, waiting: tuple[Waiting, ...], path: Path) -> None:
        self.waiting: Final = waiting
        self.decisions, self.path, self.lock = read_decisions(path), path, Lock()

    def decision(self, number: int) -> Decision | None:
        """The decision about one of those that wait."""
        return self.decisions.get(self.waiting[number].digest)

    def decide(self, number: int, choice: Choice, boxes: tuple[Rectangle, ...], who: str) -> None:
        """Decide about one of them; it is on disk when this returns."""
        at = SystemClock().now().isoformat(timespec="seconds")
        one = Decision(self.waiting[number].digest, choice, who, at, boxes)
        with self.lock:
            write_decisions(self.path, self.decisions | {one.input: one})
            self.decisions[one.input] = one


def review(out: Path, keys: Path | None = None) -> Review:
    """What waits of the last run into OUT.

    Raises
    ------
    Rejected
        ``standalone.nothing-to-review``: there was no run; ``standalone.journal-unreadable``,
        ``standalone.decisions-unreadable``.
    """
    out = out.resolve()
    keys = keys_of(out, keys)
    journal, decisions = run_of(keys, out) / "journal.db", keys / NAME
    if not journal.exists():
        raise Rejected("standalone.nothing-to-review")
    known = read_decisions(decisions)
    try:
        with closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as db:
            rows = db.execute(ENDED).fetchall()
    except sqlite3.DatabaseError as error:
        raise Rejected("standalone.journal-unreadable") from error
    waiting = (waiting_of(row) for row in rows if waits(row, known))
    return Review(tuple(waiting), decisions)


Row = tuple[bytes, bytes, bytes, str, str, str]


def waits(row: Row, known: dict[str, Decision]) -> bool:
    """Whether a person settles it, or has done so."""
    _, _, digest, outcome, reasons, _ = row
    is_open = outcome == "quarantined" and can_be_decided(json.loads(reasons))
    return is_open or digest.hex() in known


def waiting_of(row: Row) -> Waiting:
    """A row of the journal."""
    name, path, digest, _, reasons, findings = row
    boxes = tuple(
        (one["x"], one["y"], one["width"], one["height"], one["frame"])
        for one in json.loads(findings)
        if one["kind"] != "decided"
    )
    shown = os.fsencode(os.fsdecode(name)).decode("utf-8", "backslashreplace")
    return Waiting(shown, os.fsdecode(path), digest.hex(), tuple(json.loads(reasons)), boxes)
