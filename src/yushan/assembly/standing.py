"""A role's health and figures put together from what it is made of."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.assembly.expiry import certificate_check, certificate_days
from yushan.assembly.health import (
    LEVELS,
    Check,
    Health,
    Steps,
    backup_check,
    clock_check,
    clock_off_s,
    database_check,
    disk_check,
    rounds_check,
    store_check,
)
from yushan.engines.observe import counter, gauge, log_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yushan.assembly.settings import Role
    from yushan.engines.database import Database
    from yushan.engines.rounds import Rounds
    from yushan.engines.sandbox import Children
    from yushan.engines.store import Store

log = log_for(__name__)

#: Figures from tables are taken at most this often (seconds), however often they are scraped.
FRESH_S: Final = 10.0


@dataclass
class Standing:
    """What a role hands over: parts that are asked after, and figures that are taken."""

    settings: Role
    database: Database
    rounds: Sequence[Rounds] = ()
    store: Store | None = None
    children: dict[str, Children] = field(default_factory=dict)
    checks: Sequence[tuple[str, Check]] = ()
    #: Takes the figures of the role's own rooms.
    figures: Callable[[], None] = lambda: None
    taken: float = float("-inf")

    def __post_init__(self) -> None:
        self.steps = Steps()
        settings, observe = self.settings, self.settings.observe
        made = [
            ("database", database_check(self.database)),
            ("disk", disk_check(settings.data, observe)),
            ("clock", clock_check(self.database, observe, self.steps)),
            ("certificates", certificate_check(settings)),
            ("backup", backup_check(settings.data, observe)),
            ("rounds", rounds_check(self.rounds)),
        ]
        if self.store is not None:
            made.insert(1, ("store", store_check(self.store)))
        self.health = Health([*made, *self.checks])

    def take(self) -> None:
        """Set every figure that is not counted where it happens."""
        self.health_figures()
        self.machine_figures()
        if time.monotonic() - self.taken < FRESH_S:
            return
        self.taken = time.monotonic()
        try:
            self.figures()
        except Exception:  # the one guard of the figures: a scrape tells what it can
            counter("figures_failed_total", "times that figures could not be taken").inc()
            log.exception("figures.failed")

    def health_figures(self) -> None:
        """How each part is: 0 well, 1 degraded, 2 down; what ails it as a label."""
        level = gauge("health_part", "0 well, 1 degraded, 2 down", ("part", "code"))
        level.clear()
        for part in self.health():
            level.labels(part.name, part.code).set(LEVELS[part.level])

    def machine_figures(self) -> None:
        """Disk, clock, certificates, backup, pool of the database, children."""
        disk = shutil.disk_usage(self.settings.data)
        gauge("disk_free_bytes", "free where the role writes").set(disk.free)
        gauge("disk_bytes", "size of the disk where the role writes").set(disk.total)
        gauge("clock_stepped_seconds", "how far the clock was moved since the start").set(
            self.steps.stepped_s()
        )
        days = gauge("certificate_days", "days until a certificate ends", ("file",))
        for name, left in certificate_days(self.settings).items():
            days.labels(name).set(left)
        note = Path(self.settings.data) / "backed-up"
        if note.exists():
            age = time.time() - note.stat().st_mtime
            gauge("backup_age_seconds", "since the newest complete backup").set(age)
        self.database_figures()
        for name, children in self.children.items():
            busy = children.workers - children.idle.qsize()
            gauge("children", "children that a role may have", ("kind",)).labels(name).set(
                children.workers
            )
            gauge("children_busy", "children at work", ("kind",)).labels(name).set(busy)

    def database_figures(self) -> None:
        """The pool, and the other clock where there is one."""
        for name, value in self.database.pool().items():
            gauge("database_connections", "connections of the pool", ("state",)).labels(name).set(
                value
            )
        if not self.database.embedded:
            off = clock_off_s(self.database)
            gauge("clock_offset_seconds", "our clock minus the database's").set(off)
