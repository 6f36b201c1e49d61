"""When a series is complete, and making batches of what is."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from yushan.engines.observe import facts, log_for
from yushan.services.gateway import batch_queries, queries
from yushan.services.gateway.judging import SERIES_OPEN
from yushan.services.gateway.scanning import demand_closing
from yushan.services.gateway.states import Stage, State
from yushan.services.gateway.tables import OBJECT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from yushan.engines.database import Database
    from yushan.services.gateway.rules import Rules
    from yushan.services.gateway.tables import Found

log = log_for(__name__)


def is_quiet(row: Found, now: float, rules: Rules) -> bool:
    """Whether a series that waits is complete (times in seconds since 1970)."""
    if row.ended_at is not None and row.ended_at >= row.last_at:
        return True
    wait_s = rules.quiet_s if row.unreleased else min(rules.quiet_s, rules.quiet_released_s)
    return bool(now - row.last_at >= wait_s or now - row.first_at >= rules.longest_s)


def freeze_quiet(db: Database, now: float, rules: Rules) -> int:
    """Make batches of all series that are complete; how many. One transaction per series."""
    with db.read() as tx:
        quiet = [row.series for row in batch_queries.open_series(tx) if is_quiet(row, now, rules)]
    made = 0
    for series in quiet:
        with db.begin() as tx:
            made += freeze(tx, series, now, rules)
    return made


def freeze(tx: Connection, series: str, now: float, rules: Rules) -> int:
    """Make the batches of one series, or quarantine it when it mixes patients; how many."""
    batch_queries.forget_end(tx, series)
    if len(batch_queries.patients(tx, series)) > 1:
        quarantine(tx, series, now)
        return 0
    made = 0
    while numbers := batch_queries.first_waiting(tx, series, rules.batch_instances):
        first = batch_queries.describe_first(tx, numbers[0])
        batch = secrets.token_hex(16)  # random: says nothing of what is in it
        batch_queries.add_batch(tx, {
            "id": batch, "series_instance_uid": series, "patient": first.patient,
            "modality": first.modality, "instances": len(numbers), "stage": Stage.FROZEN,
            "attempt": 0, "active_at": None, "tries": 0, "next_try": now, "reason": None,
            "linked": False, "created_at": now, "changed_at": now,
        })  # fmt: skip
        for start in range(0, len(numbers), 500):
            some = OBJECT.c.id.in_(numbers[start : start + 500])
            queries.move(tx, some, (State.HELD, State.READY), now, batch=batch)
        demand_closing(tx, batch_queries.associations_of(tx, batch))
        log.info("gateway.batch-frozen", extra=facts(batch=batch, instances=len(numbers)))
        made += 1
    return made


def quarantine(tx: Connection, series: str, now: float) -> None:
    """Objects of one series name different patients: nobody but a person can sort them out."""
    reason = "gateway.patients-mixed"
    here = OBJECT.c.series_instance_uid == series
    waits = OBJECT.c.reason == SERIES_OPEN
    arrow = (State.HELD, State.QUARANTINED)
    count = queries.move(tx, here & waits, arrow, now, reasons=[reason])
    log.warning("gateway.series-quarantined", extra=facts(code=reason, objects=count))
