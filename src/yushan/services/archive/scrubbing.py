"""The scrubber: reads every pack again within a period, a little at a time, for ever.

What it knows is in tables, so it goes on where any process of the role stopped. It also walks
through the store, a 256th at a time, for packs that have no row and rows that have no pack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import PackId
from yushan.engines.observe import facts, log_for
from yushan.services.archive import scrub_queries as queries
from yushan.services.archive.checking import check_pack, rows_of
from yushan.services.archive.layout import PACKS, pack_of

if TYPE_CHECKING:
    from yushan.services.archive.archive import Archive

log = log_for(__name__)

DAY_S: Final = 86_400
#: A pack without a row is deleted after this. It is long: a database that was restored from an
#: old backup has lost rows of packs that nobody else has any more; a new index finds them again.
ORPHAN_S: Final = 30 * DAY_S
#: Who took a pack to read it and died gives it back after this.
LEASE_S: Final = 3600


class Scrubber:
    """Checks packs in rounds.

    Parameters
    ----------
    days
        Period: every pack is read once in so many days.
    mib_s
        Reads at most so many MiB in a second, on average over rounds.
    every_s
        Pause between two rounds in seconds.
    """

    def __init__(
        self, archive: Archive, days: float = 90.0, mib_s: float = 16.0, every_s: float = 10.0
    ) -> None:
        self.archive, self.clock = archive, archive.clock
        self.period_s = int(days * DAY_S)
        self.allowance = int(mib_s * every_s * (1 << 20))
        self.credit = 0
        self.slice = 0

    def round(self) -> int:
        """Read what is due as far as the allowance goes; how many packs.

        What a large pack took beyond it is saved in the rounds that follow.
        """
        self.credit = min(self.credit + self.allowance, self.allowance)
        count = 0
        while self.credit > 0 and (pack := self.claim()) is not None:
            if pack:
                self.credit -= max(self.scrub(PackId(pack)), 1)
                count += 1
        self.walk(f"{self.slice:02x}")
        self.slice = (self.slice + 1) % 256
        return count

    def now_s(self) -> int:
        """Seconds since 1970."""
        return int(self.clock.now().timestamp())

    def claim(self) -> str | None:
        """The next pack that is due; None if none is, empty if another process was faster."""
        with self.archive.db.begin() as tx:
            return queries.claim(tx, self.now_s(), self.period_s, LEASE_S)

    def scrub(self, pack: PackId) -> int:
        """Check a pack and note what is wrong with it; bytes that were read."""
        record, parts = rows_of(self.archive.db, pack)
        if record is None:
            with self.archive.db.begin() as tx:
                queries.drop(tx, pack)
            return 0
        faults = check_pack(self.archive.store, record, parts)
        with self.archive.db.begin() as tx:
            queries.note(tx, pack, self.now_s(), faults)
        for fault in faults:
            log.error("archive.fault", extra=facts(pack=pack, code=fault.code))
        return record.size

    def walk(self, prefix: str) -> int:
        """Hold a part of the store against the rows, both ways; how many orphans were deleted.

        Packs with a row of which a file is missing are checked at once. Those without one are
        remembered, and deleted after a month. What is just coming or leaving is taken for
        neither: rows are written before files are put, and go before files do.
        """
        with self.archive.db.read() as tx:
            expected = queries.files_expected(tx, prefix)
        keys: dict[str, list[str]] = {}
        for key in self.archive.store.keys(f"{PACKS}{prefix}/"):
            keys.setdefault(pack_of(key), []).append(key)
        for pack, count in expected.items():
            if len(keys.get(pack, ())) < count:
                self.scrub(PackId(pack))  # which looks at its rows anew
        with self.archive.db.read() as tx:
            lost = queries.without_row(tx, keys)
        with self.archive.db.begin() as tx:
            since = queries.orphans(tx, prefix, lost, self.now_s())
        old = [pack for pack, seen_s in since.items() if seen_s <= self.now_s() - ORPHAN_S]
        for pack in old:
            self.delete(pack, keys[pack])
        return len(old)

    def delete(self, pack: str, keys: list[str]) -> None:
        """Delete an orphan's files and key."""
        for key in keys:
            self.archive.store.delete(key)
        with self.archive.db.begin() as tx:
            queries.adopted(tx, pack)
            if self.archive.keyring is not None:
                self.archive.keyring.destroy(tx, [pack])
        log.warning("archive.orphan-deleted", extra=facts(pack=pack))
