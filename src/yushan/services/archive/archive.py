"""The archive: packs that can be read, each with a sidecar per series."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Broken, Conflict, Forgotten, PackId, SeriesUID, Unavailable
from yushan.services.archive import archive_queries as queries
from yushan.services.archive import changing, scrub_queries, totals, versions
from yushan.services.archive.checking import check
from yushan.services.archive.departing import (
    NOTHING_APART,
    exchange,
    leaves,
    news,
    put_apart,
    tell_gone,
)
from yushan.services.archive.keyring import destroyed
from yushan.services.archive.layout import PACK_END, PACKS, pack_key, pack_of, sidecar_key
from yushan.services.archive.records import records
from yushan.services.archive.retiring import hasten
from yushan.services.archive.sidecars import Sidecars
from yushan.services.archive.values import (
    ArchiveReport,
    ArchiveStats,
    Change,
    ChangeKind,
    PartRecord,
    Scrubbed,
    SeriesVersion,
    Staged,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.base import Clock, Leaving
    from yushan.domain.packs import Sidecar
    from yushan.engines.database import Database
    from yushan.engines.store import Store
    from yushan.services.archive.keyring import Keyring

#: So long the feed names a series that is gone; who did not look meanwhile begins anew.
REMEMBERED: Final = timedelta(days=90)


class Archive:
    """Immutable packs in a store, found through ``archive_pack`` and ``archive_part``."""

    def __init__(
        self, db: Database, store: Store, clock: Clock, keyring: Keyring | None = None
    ) -> None:
        self.db, self.store, self.clock, self.keyring = db, store, clock, keyring
        self.sidecars = Sidecars(store)

    def put(self, pack: PackId, file: Path, sidecars: Sequence[Sidecar]) -> None:
        """Bring a pack and its sidecars safely into the store; `admit` makes them readable.

        Twice is once. What is never admitted is swept after a day.

        Raises
        ------
        Unavailable
            ``store.full``; ``archive.pack-leaving``: the same pack is just being removed.
        """
        at_s = int(self.clock.now().timestamp())
        with self.db.begin() as tx:
            if not queries.intend(tx, pack, len(sidecars), at_s):
                raise Unavailable("archive.pack-leaving", pack=pack)
        self.lay(pack, pack_key(pack), file)
        for number, sidecar in enumerate(sidecars):
            self.lay(pack, sidecar_key(pack, number), sidecar.encode())

    def lay(self, pack: PackId, key: str, source: bytes | Path) -> None:
        """Put one file; what an attempt left that never became a row gives way."""
        try:
            self.store.put(key, source)
        except Conflict:
            with self.db.read() as tx:
                if queries.pack(tx, pack) is not None:
                    raise
            self.store.delete(key)
            self.sidecars.drop(pack)
            self.store.put(key, source)

    def staged(self, pack: PackId, parts: int) -> Staged:
        """A pack that was `put`, read back from the store; ``Absent("store.absent")``."""
        size = self.store.size(pack_key(pack))
        found = [self.sidecars.load(pack, number) for number in range(parts)]
        return Staged(pack, size, tuple(one for one, _ in found), tuple(sha for _, sha in found))

    def admit(self, tx: Connection, staged: Staged) -> None:
        """Make a pack that was `put` readable, in the caller's transaction.

        Raises
        ------
        Conflict
            ``archive.pack-known``, ``archive.not-put`` (or swept meanwhile): put it again.
        """
        if queries.pack(tx, staged.pack) is not None:
            raise Conflict("archive.pack-known", pack=staged.pack)
        if not queries.fulfil(tx, staged.pack):
            raise Conflict("archive.not-put", pack=staged.pack)
        old = self.parts_among(tx, (one.series_instance_uid for one in staged.sidecars), ())
        scrub_queries.expect(tx, staged.pack, int(self.clock.now().timestamp()))
        parts = self.enter(tx, staged)
        new, more = ChangeKind.CREATED, ChangeKind.REPLACED
        told = [news(more if one.series_instance_uid in old else new, one) for one in parts]
        changing.tell(tx, told, self.stamp())

    def stamp(self) -> str:
        """The time as it is kept: ISO 8601 UTC, milliseconds."""
        return self.clock.now().isoformat(timespec="milliseconds")

    def enter(self, tx: Connection, staged: Staged) -> list[PartRecord]:
        """Write the rows of a pack that is in the store; its parts."""
        record, parts = records(staged)
        queries.add_pack(tx, record, parts)
        scrub_queries.expect(tx, staged.pack, 0)
        return parts

    def parts_among(
        self, tx: Connection, series: Iterable[str], studies: Iterable[str]
    ) -> dict[str, int]:
        """How many parts each of these series and studies has; it tells if one was added since."""
        found = queries.parts_by(tx, "series_instance_uid", series)
        return found | queries.parts_by(tx, "study_instance_uid", studies)

    def series_sidecars(
        self, series: SeriesUID, version: int | None = None, *, replaced: bool = False
    ) -> list[Sidecar]:
        """All parts of a series, each newer than the one before; empty if there is no such series.

        Of an instance that was replaced only the newest is there, unless ``replaced`` ones are
        asked for. ``version`` (from 1) gives the series as it stood then;
        ``Absent("archive.no-such-version")``.
        """
        with self.db.read() as tx:
            parts = versions.up_to(queries.parts_of_series(tx, series), version)
        found = [self.sidecars.get(part.pack, part.number) for part in parts]
        return found if replaced else versions.current(found)

    def versions(self, series: SeriesUID) -> tuple[SeriesVersion, ...]:
        """All versions of a series, oldest first; empty if there is no such series."""
        with self.db.read() as tx:
            parts = queries.parts_of_series(tx, series)
        found = [self.sidecars.get(part.pack, part.number) for part in parts]
        return tuple(versions.listed(series, found))

    def changes(self, after: int = 0, limit: int = 100) -> tuple[Change, ...]:
        """What happened to series: entries above ``after``, in order of commits, without gaps."""
        with self.db.read() as tx:
            return changing.told_after(tx, after, limit)

    def feed(self) -> tuple[str, int]:
        """The feed's name and last number; under another name whoever follows begins anew."""
        with self.db.read() as tx:
            return changing.feed(tx)

    def read(self, pack: PackId, start: int, length: int) -> bytes:
        """Bytes of a pack; ``Broken("archive.pack-missing")`` if its file is not there."""
        try:
            return self.store.read(pack_key(pack), start, length)
        except Absent as error:
            raise Broken("archive.pack-missing", pack=pack) from error

    def read_now(self, pack: PackId, start: int, length: int) -> memoryview | None:
        """The same, if nothing has to be waited for; None: ask `read`."""
        return self.store.read_now(pack_key(pack), start, length)

    def local_path(self, pack: PackId) -> Path | None:
        """The pack's file, where the store has files."""
        return self.store.local_path(pack_key(pack))

    def stats(self) -> ArchiveStats:
        """How much there is; no row of a pack is touched."""
        with self.db.read() as tx:
            return totals.read(tx)

    def check(
        self, packs: Sequence[PackId] = (), tell: Callable[[int, int], None] = lambda *_: None
    ) -> ArchiveReport:
        """Read every byte again: hashes, members, sidecars, rows; of all packs, also stray files.

        ``tell`` hears how many packs of how many are done. ``Absent("archive.pack-unknown")``.
        """
        return check(self.db, self.store, packs, tell)

    def scrubbed(self) -> Scrubbed:
        """What the scrubber knows: when packs were read last, and what is wrong with them."""
        with self.db.read() as tx:
            return scrub_queries.scrubbed(tx)

    def stored(self) -> Iterator[Staged]:
        """Every pack of the store with its sidecars, without looking at any row of the index.

        Packs that are still coming or already leaving are left out, so is what has no key.
        """
        with self.db.read() as tx:
            left_out = queries.intended(tx)
        keys = list(self.store.keys(PACKS))
        parts = Counter(pack_of(key) for key in keys)
        for key in keys:
            pack = pack_of(key)
            if not key.endswith(PACK_END) or pack in left_out:
                continue
            try:
                yield self.staged(PackId(pack), parts[pack] - 1)
            except Absent as error:
                if error.code != "archive.key-destroyed":
                    raise

    def series_among(self, column: str, names: Sequence[str]) -> list[SeriesUID]:
        """Series of packs (``"pack"``) or studies (``"study_instance_uid"``); of all without."""
        with self.db.read() as tx:
            return queries.series_of(tx, column, names)

    def lines(self, tx: Connection) -> Iterator[str]:
        """The index as text, in order: equal text is an equal index."""
        return queries.lines(tx)

    def clear(self, tx: Connection) -> None:
        """Forget the index (not the packs), to make it anew with `enter`."""
        queries.clear(tx)

    def places(self, tx: Connection) -> dict[tuple[str, str], tuple[str, int]]:
        """Which series are in which packs, to be compared after the index was made anew."""
        return queries.places(tx)

    def tell_difference(
        self, tx: Connection, before: Mapping[tuple[str, str], tuple[str, int]]
    ) -> int:
        """Tell the feed what was not where it is now; how many changes."""
        return changing.tell(tx, changing.difference(before, queries.places(tx)), self.stamp())

    def set_apart(self, leaving: Leaving, folder: Path) -> dict[PackId, Staged]:
        """Where only some series of a pack leave: the pack of the others, put into the store.

        By the old pack's id, for `forget`; drafts are written in ``folder``. Twice is once.
        """
        with self.db.read() as tx:
            packs = queries.packs_of_subject(tx, leaving.subject)
        return put_apart(self, leaving, packs, folder)

    def forget(
        self, tx: Connection, leaving: Leaving, apart: Mapping[PackId, Staged] = NOTHING_APART
    ) -> Forgotten:
        """Take a person's packs out; their files leave with the next `sweep`. Counts packs.

        Raises
        ------
        Conflict
            ``archive.overtaken``: a pack holds series that stay and was not `set_apart`.
        """
        gone, told = [], []
        for pack, parts in queries.packs_of_subject(tx, leaving.subject):
            series = queries.parts_of_pack(tx, pack)
            going = [one for one in series if leaves(leaving, one.series_instance_uid)]
            if not going:
                continue
            told += going
            if len(going) < len(series):
                exchange(self, tx, PackId(pack), apart, self.stamp())
            gone.append((pack, parts))
        queries.remove_packs(tx, [pack for pack, _ in gone])
        queries.send_away(tx, gone, int(self.clock.now().timestamp()))
        tell_gone(tx, told, self.stamp())
        names = [pack for pack, _ in gone]
        lost = destroyed(self.keyring, tx, [*names, *hasten(tx, names)])
        files = sum(1 + parts for _, parts in gone)
        return Forgotten(removed=len(gone), files=files, keys=lost.keys, keys_digest=lost.digest)

    def sweep(self) -> int:
        """Delete files that are to leave or got no row within a day; how many packs."""
        with self.db.begin() as tx:
            queries.abandon(tx, int(self.clock.now().timestamp()) - queries.PATIENCE_S)
            long_ago = (self.clock.now() - REMEMBERED).isoformat(timespec="milliseconds")
            changing.silence_deleted(tx, long_ago)
            leaving = queries.leaving(tx)
        for pack, parts in leaving:
            self.store.delete(pack_key(pack))
            for number in range(parts):
                self.store.delete(sidecar_key(pack, number))
            self.sidecars.drop(pack)
            with self.db.begin() as tx:
                queries.gone(tx, pack)
                destroyed(self.keyring, tx, [pack])
        return len(leaving)
