"""The ledger: appends against plain inserts of the same rows, proofs, checks from files.

The anchor is the same database without a ledger: the entry's text inserted into a table, one row a
transaction or 500 rows. Everything is on disk when a transaction ends (SQLite, WAL,
``synchronous=FULL``). Rounds alternate; figures are medians. Proofs are made and verified over the
whole log; files are exported once and verified once.

Run: ``.venv/bin/python -m tests.bench.ledger``
"""

from __future__ import annotations

import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import sqlalchemy as sa

from yushan.base import SystemClock
from yushan.engines.database import Database, migrate
from yushan.engines.keys import Signer
from yushan.services.ledger import (
    Audit,
    Draft,
    Ledger,
    Receipts,
    Thing,
    verify_export,
    verify_receipt,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
SINGLE = 200
BATCH = 500
BATCHES = 20
PROOFS = 300
PLAIN = sa.Table("plain", sa.MetaData(), sa.Column("body", sa.Text))


class Row(TypedDict):
    """One line of the table, per second unless its name says else, and the quotient."""

    name: str
    ours: float
    peer: float
    ratio: float


def draft(number: int) -> Draft:
    """A look at a study, as a door tells it."""
    facts = {"account": secrets.token_hex(8), "role": "researcher", "thing": "study", "count": 1}
    return Draft("image.read", facts | {"n": number}, {"subject": secrets.token_hex(8)})


def rate(count: int, act: Callable[[], None]) -> float:
    """How many a second."""
    began = time.perf_counter()
    act()
    return count / (time.perf_counter() - began)


def appended(ledger: Ledger, size: int, count: int) -> float:
    """Entries a second, ``size`` of them in each transaction."""

    def act() -> None:
        for first in range(0, count, size):
            with ledger.db.begin() as tx:
                ledger.extend(tx, [draft(first + n) for n in range(size)])

    return rate(count, act)


def inserted(database: Database, size: int, count: int) -> float:
    """Rows a second without a ledger."""

    def act() -> None:
        for _ in range(0, count, size):
            with database.begin() as tx:
                rows = [{"body": secrets.token_hex(150)} for _ in range(size)]
                tx.execute(sa.insert(PLAIN), rows)

    return rate(count, act)


def row(name: str, ours: float, peer: float) -> Row:
    """Rounded."""
    return {"name": name, "ours": round(ours, 2), "peer": round(peer, 2), "ratio": ours / peer}


def appends(ledger: Ledger) -> list[Row]:
    """One entry a transaction, and a batch."""
    made = []
    for name, size, count in (
        ("entries, one a transaction, against plain rows", 1, SINGLE),
        (f"entries, {BATCH} a transaction, against plain rows", BATCH, BATCH * BATCHES),
    ):
        pairs = [
            (appended(ledger, size, count), inserted(ledger.db, size, count)) for _ in range(ROUNDS)
        ]
        ours, peer = (statistics.median(one) for one in zip(*pairs, strict=True))
        made.append(row(name, ours, peer))
    return made


def looks(ledger: Ledger) -> Row:
    """Requests a second that are only counted, against those that are entered at once."""
    counted, entered = Audit(ledger), Audit(ledger, window_s=0.0)
    thing = Thing("series", subject="S", study="2.25.1", series="2.25.2")

    def say(audit: Audit, times: int) -> None:
        for _ in range(times):
            audit.saw(None, "image.read", thing, size=1000)

    say(counted, 1)
    ours = rate(100_000, lambda: say(counted, 100_000))
    return row("requests told again within a minute, against first ones", ours,
               rate(SINGLE, lambda: say(entered, SINGLE)))  # fmt: skip


def proofs(ledger: Ledger) -> list[Row]:
    """Receipts made and verified: milliseconds each, and how large."""
    ledger.seal()
    size, receipts = ledger.size(), Receipts(ledger)
    numbers = [secrets.randbelow(size) for _ in range(PROOFS)]
    made = []
    make = rate(PROOFS, lambda: made.extend(receipts.make(ledger.restricted, n) for n in numbers))
    check = rate(PROOFS, lambda: [verify_receipt(one) for one in made] and None)
    assert all(verify_receipt(one).holds for one in made[:10])
    return [row(f"receipt over {size} entries, ms to verify, against ms to make",
                1000 / check, 1000 / make)]  # fmt: skip


def files(ledger: Ledger, folder: Path) -> Row:
    """Entries a second verified from files, against the check of the tables."""
    size = sum(log.size() for log in ledger.logs)
    ledger.export(folder / "out")
    ours = rate(size, lambda: None if verify_export(folder / "out").holds else sys.exit("faults"))
    peer = rate(size, lambda: None if ledger.verify().holds else sys.exit("faults"))
    return row("entries verified from files, against the tables", ours, peer)


def rows() -> list[Row]:
    """All lines."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'role.db'}")
        migrate(database, ["services.ledger"])
        PLAIN.create(database.engine)
        ledger = Ledger(database, SystemClock(), Signer(secrets.token_bytes(32)))
        found = [*appends(ledger), looks(ledger), *proofs(ledger), files(ledger, folder)]
        database.dispose()
    return found


if __name__ == "__main__":
    for one in rows():
        print(f"{one['name']:<64}{one['ours']:>12}{one['peer']:>12}  x {one['ratio']:.2f}")
