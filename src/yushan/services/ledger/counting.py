"""What the public log is told: sums of what the restricted one holds, and heads of both.

A batch of admissions, an opt-out, an export is told when nothing further came for a while, or once
an hour. Totals go up in steps (``domain.statistics``), over all hospitals together, so that no two
entries tell of a single person. With them stands the root of the restricted log: whoever keeps the
public log holds the restricted one too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.domain.statistics import RULES, floored
from yushan.services.ledger import queries
from yushan.services.ledger.values import Draft, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from yushan.services.ledger.ledger import Ledger

#: What the sums are called in both logs.
COUNTED: Final = "record.counted"
HOUR_S: Final = 3600.0
#: A policy that is in force from then on.
POLICY: Final = "policy.changed"
#: Kinds of the restricted log → what of it is summed; a name alone counts entries.
SUMS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "archive.admitted": (("images", "instances"), ("duplicates", "duplicate")),
    "archive.stored": (("images", "instances"), ("duplicates", "duplicate")),
    "withdrawal.ended": (("opt_outs", ""),),
    "consent.stopped": (("stopped", "instances"),),
    "image.read": (("looks", ""),),
    "image.searched": (("searches", ""),),
    "job.ended": (("jobs", ""),),
    "index.exported": (("index_exports", ""),),
}
#: These do not end a batch: people look all the time.
QUIET: Final = frozenset({"image.read", "image.searched"})
#: How totals are rounded down, where not by ``RULES.step``.
STEPS: Final = {"images": RULES.images, "duplicates": RULES.images, "stopped": RULES.images}


@dataclass(frozen=True, slots=True)
class Sums:
    """What was summed so far: entries below ``end``, and the totals."""

    end: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)


def tell_policies(ledger: Ledger, policies: Mapping[str, str]) -> int:
    """Tell the public log of policies (name → digest) that it does not know; how many are new."""
    told = {(one.facts["name"], one.facts["digest"]) for one in ledger.public_of(POLICY)}
    new = sorted(set(policies.items()) - told)
    if new:
        with ledger.db.begin() as tx:
            for name, digest in new:
                facts = {"name": name, "digest": digest}
                ledger.append(tx, POLICY, facts)
                ledger.publish(tx, POLICY, facts)
        ledger.seal()
    return len(new)


class Counting:
    """Tells the public log, and signs heads of both.

    Parameters
    ----------
    quiet_s
        How long nothing may come before a batch is told.
    hour_s
        How long it may take at most, and how often heads are signed.
    """

    def __init__(self, ledger: Ledger, *, quiet_s: float, hour_s: float = HOUR_S) -> None:
        self.ledger, self.quiet_s, self.hour_s = ledger, quiet_s, hour_s
        self.sealed: float | None = None

    def round(self) -> bool:
        """Tell and sign if it is time; whether it was."""
        now = self.ledger.clock.monotonic()
        hourly = self.sealed is None or now - self.sealed >= self.hour_s
        if not hourly and not self.is_over():
            return False
        with self.ledger.db.begin() as tx:
            self.count(tx)
        self.ledger.seal()
        self.sealed = now
        return True

    def is_over(self) -> bool:
        """Whether a batch came and nothing further for a while."""
        with self.ledger.db.read() as tx:
            log = self.ledger.restricted.tables
            after = self.newest(tx).end - 1
            kinds = [kind for kind in SUMS if kind not in QUIET]
            last = queries.newest_body(tx, log, after, kinds)
        if last is None:
            return False
        came = datetime.fromisoformat(msgspec.json.decode(last, type=Entry).time)
        return self.ledger.clock.now() - came >= timedelta(seconds=self.quiet_s)

    def count(self, tx: Connection) -> None:
        """Sum what is new; tell the public log if a total went up a step."""
        self.ledger.hold(tx)
        before = self.newest(tx)
        now = self.summed(tx, before)
        if now.totals == before.totals:
            return
        tables = self.ledger.restricted.tables
        self.ledger.extend(tx, [Draft(COUNTED, {"end": now.end, "totals": dict(now.totals)})])
        shown = shown_totals(now.totals)
        if shown == shown_totals(before.totals):
            return
        size = queries.size(tx, tables)
        root = self.ledger.restricted.root(tx, size).hex()
        facts: dict[str, Any] = {"totals": shown, "ledger": {"size": size, "root": root}}
        self.ledger.publish(tx, COUNTED, facts)

    def newest(self, tx: Connection) -> Sums:
        """The sums as they were told last."""
        body = queries.newest_body(tx, self.ledger.restricted.tables, -1, [COUNTED])
        if body is None:
            return Sums()
        facts = msgspec.json.decode(body, type=Entry).facts
        return Sums(facts["end"], facts["totals"])

    def summed(self, tx: Connection, before: Sums) -> Sums:
        """The totals with all that came since."""
        tables = self.ledger.restricted.tables
        totals, after = Counter(before.totals), before.end - 1
        end = queries.size(tx, tables)
        while rows := queries.bodies(tx, tables, after, queries.PAGE, list(SUMS)):
            for number, body in rows:
                entry = msgspec.json.decode(body, type=Entry)
                for name, fact in SUMS[entry.kind]:
                    totals[name] += told_by(entry, fact)
                after = number
        return Sums(end, {name: total for name, total in totals.items() if total})


def told_by(entry: Entry, fact: str) -> int:
    """What an entry adds: the number of a fact, or the requests it tells of."""
    return int(entry.facts.get(fact, 0)) if fact else int(entry.facts.get("times", 1))


def shown_totals(totals: Mapping[str, int]) -> dict[str, int]:
    """The totals as everybody may see them; what is below its first step is left out."""
    steps = {name: STEPS.get(name, RULES.step) for name in sorted(totals)}
    shown = {name: floored(totals[name], step) for name, step in steps.items()}
    return {name: total for name, total in shown.items() if total}
