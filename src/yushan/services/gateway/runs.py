"""One attempt at a batch: the values, and what every change of a batch has in common.

Whoever changes a batch says in the same statement which attempt it is; so a run that everybody
took for dead finds itself superseded and can no longer change anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yushan.base import Absent, Conflict
from yushan.services.gateway import batch_queries, queries
from yushan.services.gateway.scanning import demand_closing
from yushan.services.gateway.states import Stage, State
from yushan.services.gateway.tables import OBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.services.gateway.regions import Region
    from yushan.services.gateway.tables import Found


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a batch."""

    batch: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands."""

    id: str
    stage: Stage
    series_instance_uid: str
    #: PatientID, or ``study:UID`` where that is empty.
    patient: str
    modality: str
    #: Failures in a row.
    tries: int
    #: The person as this site sees them; empty until consent was asked for.
    subject: str
    #: Base64, sealed to the commons; empty until it is made.
    envelope: str
    linked: bool
    #: True date of the examination; ``None``: not known, or the objects disagree.
    examined_on: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One object of a batch: its number, its file, the file's size and what it must hash to."""

    object: int
    path: Path
    size: int
    sha256: str
    #: What a person decided to fill in its picture, perhaps nothing; ``None``: nobody decided.
    decided: tuple[Region, ...] | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One de-identified file of the work folder; ``number`` and ``position`` order the slices."""

    object: int
    size: int
    crc32: int
    number: float | None
    #: Millimetres along the slice normal.
    position: float | None


def read(tx: Connection, run: Run) -> Batch:
    """The batch; ``Absent("gateway.batch-absent")`` when there is none."""
    row = batch_queries.batch(tx, run.batch)
    if row is None:
        raise Absent("gateway.batch-absent", batch=run.batch)
    return value(row)


def value(row: Found) -> Batch:
    """A row as a value."""
    return Batch(
        row.id, Stage(row.stage), row.series_instance_uid, row.patient, row.modality, row.tries,
        row.subject or "", row.envelope or "", row.linked, row.examined_on,
    )  # fmt: skip


def change(tx: Connection, run: Run, now: float, **values: Any) -> None:  # noqa: ANN401 - columns
    """Set columns while the attempt counts; else ``Conflict("gateway.run-superseded")``."""
    values["changed_at"] = now
    if not batch_queries.change_batch(tx, run.batch, run.attempt, values):
        raise Conflict("gateway.run-superseded", batch=run.batch, attempt=run.attempt)


def move(
    tx: Connection,
    run: Run,
    arrow: tuple[State, State],
    now: float,
    reasons: Sequence[str] = (),
) -> int:
    """Move the batch's objects along one arrow; how many."""
    return queries.move(tx, OBJECT.c.batch == run.batch, arrow, now, reasons=reasons)


def reach(tx: Connection, run: Run, stage: Stage, now: float, **values: Any) -> None:  # noqa: ANN401 - columns
    """The batch has reached a stage: nothing is in its way, and its sum closes."""
    values |= {"active_at": None} if stage is Stage.DONE else {}
    change(tx, run, now, stage=stage, tries=0, reason=None, **values)
    demand_closing(tx, batch_queries.associations_of(tx, run.batch))
