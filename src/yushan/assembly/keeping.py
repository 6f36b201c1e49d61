"""The archive as its settings want it, and what it does by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.engines.keys import Wrapper, load_secret
from yushan.engines.rounds import Rounds
from yushan.engines.store import open_store
from yushan.flows.join import Join
from yushan.services.archive import (
    Admissions,
    Archive,
    Joining,
    Keyring,
    Scrubber,
    SealedStore,
)

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.assembly.archive_settings import Keeping
    from yushan.assembly.settings import Commons
    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.engines.store import Store
    from yushan.services.ledger import Ledger

SCRUB_EVERY_S: Final = 10.0
JOIN_EVERY_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Shelves:
    """The store, sealed where keys are named, and the rooms that stand on it."""

    database: Database
    clock: Clock
    store: Store
    keyring: Keyring | None

    def archive(self) -> Archive:
        """The archive."""
        return Archive(self.database, self.store, self.clock, self.keyring)

    def admissions(self, folder: Path) -> Admissions:
        """What comes in, into a folder."""
        return Admissions(self.database, folder, self.store, self.clock, self.keyring)


def open_shelves(settings: Commons, database: Database, clock: Clock) -> Shelves:
    """The store of a commons as its settings want it."""
    store = open_store(settings.store_url())
    keyring = keyring_of(settings.archive, database, clock)
    if keyring is not None:
        store = SealedStore(store, keyring)
    return Shelves(database, clock, store, keyring)


def keyring_of(keeping: Keeping, database: Database, clock: Clock) -> Keyring | None:
    """The data keys, if files of key-encryption keys are named."""
    if not keeping.keys:
        return None
    return Keyring(database, clock, Wrapper([load_secret(path) for path in keeping.keys]))


def join_rounds(archive: Archive, keeping: Keeping, ledger: Ledger, folder: Path) -> Rounds:
    """Joins small packs of one study; without a waiting time it does nothing."""
    join = Join(archive.db, Joining(archive, folder, keeping.join_after_s), ledger)
    what = join.round if keeping.join_after_s else lambda: 0
    return Rounds("archive-join", what, JOIN_EVERY_S, first_s=JOIN_EVERY_S)


def scrub_rounds(archive: Archive, keeping: Keeping) -> Rounds:
    """Reads all packs again, for ever."""
    scrubber = Scrubber(archive, keeping.scrub_days, keeping.scrub_mib_s, SCRUB_EVERY_S)
    return Rounds("archive-scrub", scrubber.round, SCRUB_EVERY_S, first_s=SCRUB_EVERY_S)
