"""Acts on a commons' archive from the command line, beside the running role."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.assembly.keeping import keyring_of, open_shelves
from yushan.assembly.parts import open_database
from yushan.assembly.settings import Commons
from yushan.base import PackId, Rejected, SeriesUID, SystemClock
from yushan.engines.keys import Signer, load_secret
from yushan.flows.rebuild import compare_index, rebuild_index, write_index
from yushan.services.archive import SealedStore, export_series, verify_export
from yushan.services.catalogue import Catalogue
from yushan.services.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from yushan.assembly.keeping import Shelves
    from yushan.assembly.settings import Role
    from yushan.doors.cli import ExportWish
    from yushan.services.archive import Archive

Answer = dict[str, Any]


class ArchiveActs:
    """See `doors.cli.Archives`; ``load`` reads a role's settings."""

    def __init__(self, load: Callable[[Path], Role]) -> None:
        self.load = load

    @contextmanager
    def opened(self, config: Path) -> Iterator[tuple[Commons, Shelves]]:
        """A commons' settings and store; ``Rejected("assembly.other-role")``."""
        settings = self.load(config)
        if not isinstance(settings, Commons):
            raise Rejected("assembly.other-role", role=settings.name)
        database = open_database(settings)
        try:
            yield settings, open_shelves(settings, database, SystemClock())
        finally:
            database.dispose()

    def stats(self, config: Path) -> Answer:
        """How much is held, how far the scrubber is, which keys protect it."""
        with self.opened(config) as (_, shelves):
            archive = shelves.archive()
            name, last = archive.feed()
            scrubbed = plain(archive.scrubbed())
            faults = scrubbed.pop("faults")
            keys = shelves.keyring.wrappers() if shelves.keyring is not None else {}
            return {
                **plain(archive.stats()),
                "scrubbed": {**scrubbed, "faults": len(faults)},
                "changes": {"feed": name, "last": last},
                "keys": keys,
            }

    def check(self, config: Path, packs: Sequence[str], tell: Callable[[int, int], None]) -> Answer:
        """Read and hash every byte of all packs, or of those named; ``holds``."""
        with self.opened(config) as (_, shelves):
            report = shelves.archive().check([PackId(one) for one in packs], tell)
            return {"holds": report.holds, **plain(report)}

    def rebuild_index(self, config: Path, *, verify: bool) -> Answer:
        """Make the index again from the packs alone, or only compare it; ``holds``."""
        with self.opened(config) as (settings, shelves):
            ledger = ledger_of(settings, shelves)
            act = compare_index if verify else rebuild_index
            made = act(shelves.database, shelves.archive(), Catalogue(shelves.database), ledger)
            return {"holds": getattr(made, "holds", True), **plain(made)}

    def index(self, config: Path, target: Path) -> Answer:
        """Write the index as text."""
        with self.opened(config) as (_, shelves):
            catalogue = Catalogue(shelves.database)
            sha256 = write_index(shelves.database, shelves.archive(), catalogue, target)
            return {"file": str(target), "sha256": sha256}

    def export(self, config: Path, wish: ExportWish) -> Answer:
        """Write chosen series as files or packs; the ledger is told how many."""
        with self.opened(config) as (settings, shelves):
            archive = shelves.archive()
            made = export_series(archive, wish.folder, wished(archive, wish), wish.form)
            facts = {"form": made.form, "series": len(made.series), "files": len(made.files)}
            with shelves.database.begin() as tx:
                ledger_of(settings, shelves).append(tx, "archive.exported", facts)
            return {"folder": str(wish.folder), **facts}

    def verify(self, folder: Path) -> Answer:
        """Hold an export against its manifest; ``holds``."""
        verdict = verify_export(folder)
        return {"holds": verdict.holds, **plain(verdict)}

    def seal(self, config: Path, tell: Callable[[int, int], None]) -> Answer:
        """Seal files that lie plain, and wrap all data keys under the newest key."""
        with self.opened(config) as (settings, shelves):
            keyring = keyring_of(settings.archive, shelves.database, shelves.clock)
            if keyring is None or not isinstance(shelves.store, SealedStore):
                raise Rejected("archive.no-keys")
            rewrapped = keyring.rewrap()
            keys = list(shelves.store.inner.keys())
            sealed = 0
            for done, key in enumerate(keys, 1):
                sealed += not key.endswith(".sealed") and shelves.store.seal(key)
                tell(done, len(keys))
            return {"sealed": sealed, "rewrapped": rewrapped, "keys": keyring.wrappers()}


def wished(archive: Archive, wish: ExportWish) -> list[SeriesUID]:
    """The series that an export shall hold."""
    if wish.everything:
        return archive.series_among("study_instance_uid", ())
    found = [SeriesUID(uid) for uid in wish.series]
    for column, names in (("study_instance_uid", wish.studies), ("pack", wish.packs)):
        if names:
            found += archive.series_among(column, names)
    if not found:
        raise Rejected("archive.nothing-chosen")
    return found


def ledger_of(settings: Commons, shelves: Shelves) -> Ledger:
    """The commons' ledger."""
    signer = Signer(load_secret(settings.signing_key))
    return Ledger(shelves.database, shelves.clock, signer)


def plain(value: object) -> Answer:
    """A dataclass as plain values."""
    return dict(msgspec.to_builtins(value, str_keys=True))
