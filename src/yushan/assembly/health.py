"""What ``/health`` asks: every part a role stands on, whether it holds, and the code of what ails.

*Down*: the role cannot do its work, so ``/health`` answers 503. *Degraded*: it works, and somebody
should look before it stops. Each code has its texts with the remedy, as every other code.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

import sqlalchemy as sa

from yushan.base import YushanError
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yushan.assembly.settings import Observe
    from yushan.engines.database import Database
    from yushan.engines.rounds import Rounds
    from yushan.engines.store import Store
    from yushan.services.consent import ConsentList

log = log_for(__name__)

Level = Literal["ok", "degraded", "down"]
#: How bad each level is, as a figure for machines.
LEVELS: Final[dict[Level, int]] = {"ok": 0, "degraded": 1, "down": 2}
MIB: Final = 1 << 20
#: The key whose absence the store is asked to tell.
PROBE: Final = "health/probe"
#: A list older than this share of its life is worth a word.
LIST_SHARE: Final = 0.5
#: An answer is good for this long (seconds), however often it is asked for.
FRESH_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name, how it is, the code of what ails it (empty: well)."""

    name: str
    level: Level = "ok"
    code: str = ""


class Check(Protocol):
    """Looks at some parts."""

    def __call__(self) -> Iterable[Part]:
        """The parts as they are now."""
        ...


class Health:
    """All checks of a role; asked as often as anybody likes, looked at every two seconds."""

    def __init__(self, checks: Sequence[tuple[str, Check]]) -> None:
        self.checks = tuple(checks)
        self.looked: float = float("-inf")
        self.parts: tuple[Part, ...] = ()

    def __call__(self) -> tuple[Part, ...]:
        """Every part, in the order of the checks."""
        if time.monotonic() - self.looked >= FRESH_S:
            self.parts = tuple(part for name, check in self.checks for part in guarded(name, check))
            self.looked = time.monotonic()
        return self.parts


def guarded(name: str, check: Check) -> list[Part]:
    """The check's parts; one that fails is itself a part that is down."""
    try:
        return list(check())
    except YushanError as error:
        return [Part(name, "down", error.code)]
    except Exception:  # the one guard of the checks
        log.exception("health.check-failed", extra=facts(name=name))
        return [Part(name, "down", "health.check-failed")]


def worst(parts: Iterable[Part]) -> Level:
    """The level of the whole."""
    return max((part.level for part in parts), key=LEVELS.__getitem__, default="ok")


def part(name: str, code: str = "", *, level: Level = "degraded") -> Part:
    """A part that is well, or ails with a code."""
    return Part(name, level, code) if code else Part(name)


def database_check(database: Database) -> Check:
    """Whether the database answers."""

    def check() -> list[Part]:
        try:
            with database.read() as tx:
                tx.scalar(sa.select(sa.literal(1)))
        except sa.exc.SQLAlchemyError:
            return [Part("database", "down", "health.database-silent")]
        return [Part("database")]

    return check


def store_check(store: Store) -> Check:
    """Whether the store answers; that a key is absent is an answer."""

    def check() -> list[Part]:
        try:
            store.exists(PROBE)
        except Exception:  # noqa: BLE001 - each store fails in its own way; all mean the same
            return [Part("store", "down", "health.store-silent")]
        return [Part("store")]

    return check


def disk_check(folder: str, observe: Observe) -> Check:
    """Whether there is room where the role writes."""

    def check() -> list[Part]:
        free = shutil.disk_usage(folder).free // MIB
        if free < observe.disk_full_mib:
            return [Part("disk", "down", "health.disk-full")]
        return [part("disk", "health.disk-low" if free < observe.disk_low_mib else "")]

    return check


def rounds_check(rounds: Sequence[Rounds]) -> Check:
    """Whether all that goes round still does."""

    def check() -> list[Part]:
        found = []
        for one in rounds:
            code = "health.round-stuck" if one.is_stuck() else ""
            code = code or ("health.round-failing" if one.failures > 2 else "")
            found.append(part(f"round-{one.name}", code))
        return found

    return check


class Steps:
    """Notices steps of the wall clock by the clock that never goes back."""

    def __init__(self) -> None:
        self.began = time.time() - time.monotonic()

    def stepped_s(self) -> float:
        """How far the wall clock was moved since the role started, in seconds."""
        return (time.time() - time.monotonic()) - self.began


def clock_off_s(database: Database) -> float:
    """Our clock minus the database server's, in seconds; 0 where both are one machine's."""
    if database.embedded:
        return 0.0
    with database.read() as tx:
        theirs = tx.scalar(sa.text("select extract(epoch from clock_timestamp())"))
    return time.time() - float(theirs or 0.0)


def clock_check(database: Database, observe: Observe, steps: Steps) -> Check:
    """Whether our clock agrees with the database's and was not moved."""

    def check() -> list[Part]:
        if abs(clock_off_s(database)) > observe.clock_off_s:
            return [Part("clock", "degraded", "health.clock-off")]
        moved = abs(steps.stepped_s()) > observe.clock_off_s
        return [part("clock", "health.clock-stepped" if moved else "")]

    return check


def backup_check(folder: str, observe: Observe) -> Check:
    """Whether the newest backup is young enough; not asked where no age is set."""
    note = Path(folder) / "backed-up"

    def check() -> list[Part]:
        if not observe.backup_age_h:
            return []
        if not note.exists():
            return [Part("backup", "degraded", "health.backup-missing")]
        old = time.time() - note.stat().st_mtime > observe.backup_age_h * 3600
        return [part("backup", "health.backup-old" if old else "")]

    return check


def list_check(consent: ConsentList, max_age_s: float) -> Check:
    """Whether the list of opt-outs is there and young enough; without it all is held."""

    def check() -> list[Part]:
        try:
            issued = consent.issued_at()
        except YushanError as error:
            return [Part("consent-list", "degraded", error.code)]
        age_s = (datetime.now(UTC) - issued).total_seconds()
        return [part("consent-list", "health.list-old" if age_s > LIST_SHARE * max_age_s else "")]

    return check
