"""What the ledger says of quantities, to be held against those who counted them otherwise.

Proofs show that nothing was taken out, not that everything was entered: for that the sums here are
compared with the archive's accounting and with what the doors answered.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.services.ledger import queries
from yushan.services.ledger.values import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yushan.services.ledger.ledger import Ledger

#: Kinds that tell of a site's instances → fact → what it adds to.
ADMISSIONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "archive.received": (("instances", "received"),),
    "archive.admitted": (("instances", "admitted"), ("duplicate", "duplicate")),
    "archive.stored": (
        ("instances", "received"), ("duplicate", "received"),
        ("instances", "admitted"), ("duplicate", "duplicate"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums by site: ``received``, ``admitted``, ``duplicate`` instances; opt-outs that ended."""

    sites: Mapping[str, Mapping[str, int]]
    opt_outs: int


def balance(ledger: Ledger) -> Balance:
    """Everything from the first entry on."""
    sites: dict[str, Counter[str]] = {}
    for entry in entries_of(ledger, tuple(ADMISSIONS), -1):
        sums = sites.setdefault(str(entry.facts.get("site", "")), Counter())
        for fact, name in ADMISSIONS[entry.kind]:
            sums[name] += int(entry.facts.get(fact, 0))
    ended = sum(1 for _ in entries_of(ledger, ("withdrawal.hidden",), -1))
    return Balance(sites, ended)


def told_requests(ledger: Ledger, kinds: tuple[str, ...], via: str, after: int) -> tuple[int, int]:
    """How many requests of a door the entries above a number tell of, and the last number."""
    count, last = 0, after
    for entry in entries_of(ledger, kinds, after):
        last = entry.number
        if entry.facts.get("via") == via:
            count += int(entry.facts.get("times", 1))
    return count, last


def entries_of(ledger: Ledger, kinds: tuple[str, ...], after: int) -> Iterator[Entry]:
    """All entries of some kinds above a number, read in pieces."""
    while True:
        with ledger.db.read() as tx:
            rows = queries.bodies(tx, ledger.restricted.tables, after, queries.PAGE, kinds)
        if not rows:
            return
        yield from (msgspec.json.decode(body, type=Entry) for _, body in rows)
        after = rows[-1][0]
