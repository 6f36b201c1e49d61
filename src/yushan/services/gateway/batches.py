"""Batches: the objects of one series and one patient that go their way together.

One attempt works on a batch at a time; see ``runs.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import Broken
from yushan.engines.observe import facts, log_for
from yushan.services.gateway import batch_queries, desk_queries, pack_queries, queries, runs
from yushan.services.gateway.quiet import freeze_quiet
from yushan.services.gateway.regions import decode
from yushan.services.gateway.rules import backoff_s
from yushan.services.gateway.runs import Batch, Member, Output, Run
from yushan.services.gateway.states import AT_STAGE, Stage, State
from yushan.services.gateway.tables import OBJECT
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.gateway.regions import Region
    from yushan.services.gateway.rules import Rules

log = log_for(__name__)

#: States that become ``held`` while a batch waits; a sealed pack waits in the outbox instead.
HOLDABLE: Final = frozenset({State.READY, State.DEIDENTIFIED})
#: Why the objects of a batch wait whose pictures are not read yet.
WAITS_FOR_READING: Final = "gateway.waits-for-reading"


class Batches:
    """Makes batches of quiet series and moves them on, objects and all."""

    def __init__(self, db: Database, clock: Clock, spool: Path, rules: Rules) -> None:
        self.db, self.clock, self.spool, self.rules = db, clock, spool, rules

    def freeze(self) -> int:
        """Make batches of the series that are complete; how many."""
        return freeze_quiet(self.db, now_s(self.clock), self.rules)

    def due_reading(self) -> tuple[Run, ...]:
        """Last attempts at batches whose pictures wait to be read; a few at a time."""
        now = now_s(self.clock)
        stale = now - self.rules.patience_s
        with self.db.read() as tx:
            busy = batch_queries.count_active(tx, stale, reading=True)
            free = max(0, self.rules.reading_at_once - busy)
            rows = batch_queries.due(tx, now, stale, free, reading=True)
        return tuple(Run(row.id, row.attempt) for row in rows)

    def due(self, *, sending: int) -> tuple[Run, ...]:
        """Last attempts at batches that wait for work; at most ``sending`` that only need sending.

        A batch is due when its wait is over and no attempt at it gave a sign of life within
        ``patience_s``; with those at work there are at most ``batches_at_once``.
        """
        now = now_s(self.clock)
        stale = now - self.rules.patience_s
        with self.db.read() as tx:
            free = max(0, self.rules.batches_at_once - batch_queries.count_active(tx, stale))
            rows = batch_queries.due(tx, now, stale, free)
        to_send = [row for row in rows if row.stage == Stage.SEALED]
        left_out = {row.id for row in to_send[max(sending, 0) :]}
        return tuple(Run(row.id, row.attempt) for row in rows if row.id not in left_out)

    def begin(self, last: Run) -> Run:
        """Start the attempt after ``last``: held objects go back to where their stage has them.

        Raises
        ------
        Conflict
            ``gateway.run-superseded``: somebody else started one.
        """
        run, now = Run(last.batch, last.attempt + 1), now_s(self.clock)
        with self.db.begin() as tx:
            runs.change(tx, last, now, attempt=run.attempt, active_at=now)
            place = AT_STAGE[runs.read(tx, run).stage]
            if place in HOLDABLE:
                runs.move(tx, run, (State.HELD, place), now)
        return run

    def running(self, *, reading: bool) -> tuple[Run, ...]:
        """Attempts that are taken to be alive; whether they are, their process knows."""
        with self.db.read() as tx:
            rows = batch_queries.active(tx, now_s(self.clock) - self.rules.patience_s)
        there = [row for row in rows if (row.stage == Stage.READING) is reading]
        return tuple(Run(row.id, row.attempt) for row in there)

    def load(self, run: Run) -> Batch:
        """The batch, if the attempt still counts; notes now and then that the attempt lives."""
        now = now_s(self.clock)
        with self.db.read() as tx:
            row = batch_queries.batch(tx, run.batch)
            fresh = row is not None and (row.active_at or 0.0) > now - self.rules.patience_s / 10
            if fresh and row is not None and row.attempt == run.attempt:
                return runs.value(row)
        with self.db.begin() as tx:
            runs.change(tx, run, now, active_at=now)
            return runs.read(tx, run)

    def beside(self, run: Run) -> Iterator[str]:
        """Modalities of all objects of the batch's studies that came here; asked when needed."""
        with self.db.read() as tx:
            found = batch_queries.study_modalities(tx, run.batch)
        yield from found

    def members(self, run: Run, state: State) -> tuple[Member, ...]:
        """Its objects in a state, in order of arrival."""
        with self.db.read() as tx:
            rows = batch_queries.members(tx, run.batch, state)
            decided = decisions_of(tx, run.batch)
        return tuple(
            Member(
                row.id, self.spool / row.day / row.association / row.file, row.size, row.sha256,
                decided.get(row.id),
            )
            for row in rows
        )  # fmt: skip

    def outputs(self, run: Run) -> tuple[tuple[int, Output], ...]:
        """Results of stage 1 in slice order, each with the attempt that wrote it."""
        with self.db.read() as tx:
            rows = batch_queries.outputs(tx, run.batch)
        return tuple(
            (row.attempt, Output(row.object, row.size, row.crc32, row.number, row.position))
            for row in rows
        )

    def allow(
        self, run: Run, subject: str, consent_token: str | None = None,
        examined_on: date | None = None,
    ) -> None:  # fmt: skip
        """Consent was asked for and nothing is against it: stage 1 may begin.

        ``consent_token`` (hex) is the person at the consent office, ``examined_on`` the true date.
        """
        about = {"consent_token": consent_token, "examined_on": examined_on}
        with self.db.begin() as tx:
            runs.reach(tx, run, Stage.ALLOWED, now_s(self.clock), subject=subject, **about)

    def wait_for_reading(self, run: Run) -> None:
        """Pictures must be read, or faces removed: the batch waits for its turn there."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            runs.move(tx, run, (State.READY, State.HELD), now, [WAITS_FOR_READING])
            runs.reach(tx, run, Stage.READING, now)
            runs.change(tx, run, now, active_at=None, next_try=now, reason=WAITS_FOR_READING)

    def clean(
        self, run: Run, outputs: Sequence[Output], stopped: Mapping[int, tuple[str, ...]]
    ) -> None:
        """Stage 1 is through: outputs go on, what was ``stopped`` (object → reasons) does not."""
        now = now_s(self.clock)
        rows = [
            {"object": one.object, "batch": run.batch, "attempt": run.attempt, "size": one.size,
             "crc32": one.crc32, "number": one.number, "position": one.position}
            for one in outputs
        ]  # fmt: skip
        with self.db.begin() as tx:
            batch_queries.drop_outputs(tx, run.batch)
            batch_queries.add_outputs(tx, rows)
            desk_queries.use_decisions(tx, run.batch)
            for number, reasons in stopped.items():
                mine = (OBJECT.c.batch == run.batch) & (OBJECT.c.id == number)
                arrow = (State.READY, State.QUARANTINED)
                queries.move(tx, mine, arrow, now, reasons=reasons)
            if runs.move(tx, run, (State.READY, State.DEIDENTIFIED), now) != len(rows):
                raise Broken("gateway.sum-broken")
            runs.reach(tx, run, Stage.CLEANED if rows else Stage.DONE, now)

    def link(self, run: Run, envelope: str, *, linked: bool) -> None:
        """The envelope for the commons is made (base64)."""
        with self.db.begin() as tx:
            now = now_s(self.clock)
            runs.reach(tx, run, Stage.LINKED, now, envelope=envelope, linked=linked)

    def end_all(self, run: Run, state: State, reason: str) -> None:
        """All objects on their way end in ``state``; the batch is done, its results forgotten."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            place = AT_STAGE[runs.read(tx, run).stage]
            count = runs.move(tx, run, (place, state), now, [reason])
            batch_queries.drop_outputs(tx, run.batch)
            pack_queries.drop_pack(tx, run.batch)
            runs.reach(tx, run, Stage.DONE, now)
        log.info("gateway.batch-ended", extra=facts(batch=run.batch, state=state, count=count))

    def start_over(self, run: Run) -> None:
        """Results or pack are gone or damaged: back to before stage 1."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            for place in (State.DEIDENTIFIED, State.PACKED, State.SENT):
                runs.move(tx, run, (place, State.READY), now)
            batch_queries.drop_outputs(tx, run.batch)
            desk_queries.use_decisions(tx, run.batch)
            pack_queries.drop_pack(tx, run.batch)
            runs.change(tx, run, now, stage=Stage.ALLOWED)
        log.warning("gateway.batch-started-over", extra=facts(batch=run.batch))

    def hold(self, run: Run, reason: str, chance: float) -> None:
        """Something is missing or failed: wait, longer each time (``chance`` in [0, 1) spreads)."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            batch = runs.read(tx, run)
            tries, place = batch.tries + 1, AT_STAGE.get(batch.stage)
            wait_s = backoff_s(tries, self.rules, chance)
            waits = {"tries": tries, "next_try": now + wait_s, "reason": reason}
            runs.change(tx, run, now, active_at=None, **waits)
            if place in HOLDABLE:
                runs.move(tx, run, (place, State.HELD), now, [reason])
        log.warning("gateway.batch-held", extra=facts(batch=run.batch, code=reason, seconds=wait_s))


def decisions_of(tx: Connection, batch: str) -> dict[int, tuple[Region, ...]]:
    """Object → boxes that a person decided to fill, for a batch; the last decision counts."""
    last = {row.object: row for row in desk_queries.decisions_of(tx, batch)}
    going = {number: row for number, row in last.items() if row.choice in desk_queries.PIXELS}
    return {number: decode(row.boxes) for number, row in going.items()}


def unfinished_batches(db: Database) -> frozenset[str]:
    """Ids of the batches that are not done: whose half-done work must be kept."""
    with db.read() as tx:
        return frozenset(batch_queries.unfinished(tx))
