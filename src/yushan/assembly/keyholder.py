"""The role *keyholder*: one share of the linkage key, a count per site and day, nothing else."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from yushan.assembly.parts import answers, known_sites, open_database, read_public
from yushan.assembly.web import application
from yushan.base import SystemClock
from yushan.doors.exchange import holder_routes
from yushan.engines.keys import Share, load_secret
from yushan.engines.observe import log_for
from yushan.services.ledger import Ledger
from yushan.services.linkage import KeyHolder, holder_signer

if TYPE_CHECKING:
    from yushan.assembly.settings import KeyHolder as Settings
    from yushan.engines.database import Database


CLOSE_S: Final = 600.0

log = log_for(__name__)


def open_holder(settings: Settings) -> tuple[Database, KeyHolder, Ledger]:
    """The holder over its database with its ledger; also what ``yushan linkage`` uses."""
    database = open_database(settings)
    ledger = Ledger(database, SystemClock(), holder_signer(load_secret(settings.identity)))
    holder = KeyHolder(
        Share.from_bytes(load_secret(settings.share)),
        read_public(settings.commons_public),
        database,
        ledger,
        daily_limit=settings.daily_limit,
    )
    return database, holder, ledger


class KeyHolderRole:
    """Answers blinded questions of the sites it knows; enters its counts into its ledger."""

    def __init__(self, settings: Settings) -> None:
        self.name, self.http = settings.name, settings.http
        self.database, self.holder, _ = open_holder(settings)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._close_days, name="days", daemon=True)
        self.app = application(
            holder_routes(self.holder),
            healthy=lambda: {"database": answers(self.database)},
            sites=known_sites(settings.sites),
        )

    def start(self) -> None:
        """Enter the days that are over, now and then again."""
        self.thread.start()

    def _close_days(self) -> None:
        while not self.ended.is_set():
            try:
                self.holder.close_days()
            except Exception:  # the one guard of this loop
                log.exception("linkage.days-not-closed")
            self.ended.wait(CLOSE_S)

    def stop(self) -> None:
        """Let the day's entry end, close the database."""
        self.ended.set()
        self.thread.join()
        self.database.dispose()
