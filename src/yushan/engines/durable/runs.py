"""DBOS behind one face, with the traps it has closed.

* ``application_version`` is ours and fixed: the default is a hash of all sources, and after any
  edit pending runs would silently stay pending.
* Embedded (SQLite, one process per role): a fixed executor id, DBOS recovers at launch.
* Grown (PostgreSQL, many processes): a new id per life, a heartbeat by the database's clock, and
  a sweep that takes over the runs of the dead.
* Names of flows and steps are stored: they are given, never derived.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from yushan.engines.observe import carrying, facts, log_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

P = ParamSpec("P")
R = TypeVar("R")

log = log_for(__name__)

VERSION: Final = "1"
DONE: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
LIVE: Final = sa.Table(
    "durable_executor",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("seen", sa.Float, nullable=False),
)
NOW: Final = {
    "postgresql": "extract(epoch from clock_timestamp())",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}


def flow(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as a durable flow; ``.__wrapped__`` runs it inline in tests.

    Lines of the log and calls to other roles carry the run's key as their request id.
    """
    durable = DBOS.workflow(name=name, max_recovery_attempts=20)

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*arguments: P.args, **named: P.kwargs) -> R:
            with carrying(DBOS.workflow_id or ""):
                return function(*arguments, **named)

        marked: Callable[P, R] = durable(run)
        return marked

    return mark


def step(
    name: str, *, retries: int = 0, wait_s: float = 1.0
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as a step; it may run twice after a crash, so it must be idempotent."""
    return DBOS.step(
        name=name,
        retries_allowed=retries > 0,
        max_attempts=retries + 1,
        interval_seconds=wait_s,
    )


class Durable:
    """The flows of one role's process.

    Parameters
    ----------
    url
        Database of the engine itself; a file of its own beside the role's database.
    queues
        Queue name → how many runs of it this process carries at once.
    beat_s, lost_s
        Heartbeat and the silence after which another process takes over (PostgreSQL only).
    """

    def __init__(
        self,
        url: str,
        role: str,
        queues: Mapping[str, int],
        *,
        beat_s: float = 2.0,
        lost_s: float = 10.0,
    ) -> None:
        self.queues, self.beat_s, self.lost_s = dict(queues), beat_s, lost_s
        self.ended = threading.Event()
        self.embedded = url.startswith("sqlite")
        life = f"{role}-{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self.id = role if self.embedded else life
        DBOS(
            config={
                "name": f"yushan-{role}",
                "system_database_url": url,
                "application_version": VERSION,
                "executor_id": self.id,
                "log_level": "WARNING",
                "enable_otlp": False,
                "sys_db_pool_size": 8,
            }
        )
        timeouts: dict[str, Any] = {}
        if not self.embedded:
            timeouts = {"connect_timeout": 3, "tcp_user_timeout": int(400 * lost_s)}
        self.engine = sa.create_engine(url, pool_size=1, max_overflow=1, connect_args=timeouts)
        self.now = NOW[self.engine.dialect.name]
        self.last = time.monotonic()

    def start(self) -> None:
        """Recover what a former life left, then carry the queues."""
        LIVE.metadata.create_all(self.engine)
        self.pulse()
        DBOS.launch()
        for name, concurrency in self.queues.items():
            DBOS.register_queue(name, worker_concurrency=concurrency, polling_interval_sec=0.2)
        if not self.embedded:
            threading.Thread(target=self._watch, name="durable-watch", daemon=True).start()

    def pulse(self) -> None:
        """Say that this process lives."""
        seen: sa.ColumnElement[float] = sa.literal_column(self.now)
        with self.engine.begin() as tx:
            there = tx.execute(sa.update(LIVE).where(LIVE.c.id == self.id).values(seen=seen))
            if not there.rowcount:
                tx.execute(sa.insert(LIVE).values(id=self.id, seen=seen))
        self.last = time.monotonic()

    def _watch(self) -> None:
        while not self.ended.wait(self.beat_s):
            if time.monotonic() - self.last > 0.8 * self.lost_s:
                os._exit(75)  # others may hold our runs by now
            try:
                self.pulse()
                self.sweep()
            except sa.exc.DBAPIError:
                log.warning("durable.beat-missed", extra=facts(role=self.id))

    def sweep(self) -> int:
        """Take over the runs of executors that are gone; how many."""
        since: sa.ColumnElement[float] = sa.literal_column(f"{self.now} - {self.lost_s}")
        with self.engine.begin() as tx:
            alive = set(tx.scalars(sa.select(LIVE.c.id).where(LIVE.c.seen > since)))
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        gone = {run.executor_id for run in pending if run.executor_id} - alive
        return len(DBOS._recover_pending_workflows(sorted(gone))) if gone else 0  # noqa: SLF001 - the programmatic form needs it; a test would see it break

    def enqueue(
        self, queue: str, what: Callable[..., Any], *arguments: str, key: str, delay_s: float = 0.0
    ) -> None:
        """Start a run; the same key again is the same run."""
        with SetWorkflowID(key), SetEnqueueOptions(delay_seconds=delay_s or None):
            DBOS.enqueue_workflow(queue, what, *arguments)

    def purge(self, days: float, batch: int = 500) -> int:
        """Forget runs that ended more than ``days`` ago; how many."""
        before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 86400 * days))
        forgotten = 0
        while ids := [
            run.workflow_id
            for run in DBOS.list_workflows(
                status=DONE, completed_before=before, limit=batch,
                load_input=False, load_output=False,
            )
        ]:  # fmt: skip
            DBOS.delete_workflows(ids)
            forgotten += len(ids)
        return forgotten

    def stop(self) -> None:
        """Finish the steps that run (ten seconds at most) and leave."""
        self.ended.set()
        DBOS.destroy(workflow_completion_timeout_sec=10)
        with self.engine.begin() as tx:
            tx.execute(sa.delete(LIVE).where(LIVE.c.id == self.id))
        self.engine.dispose()
