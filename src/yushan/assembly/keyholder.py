"""The role *keyholder*: one share of the linkage key, a count per site and day, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.assembly.parts import known_sites, open_database, read_public
from yushan.assembly.standing import Standing
from yushan.assembly.web import application
from yushan.base import SystemClock
from yushan.doors.exchange import holder_routes
from yushan.engines.keys import Share, load_secret
from yushan.engines.rounds import Rounds
from yushan.services.ledger import Ledger
from yushan.services.linkage import KeyHolder, holder_signer

if TYPE_CHECKING:
    from yushan.assembly.settings import KeyHolder as Settings
    from yushan.engines.database import Database


CLOSE_S: Final = 600.0


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
        self.settings, self.name, self.http = settings, settings.name, settings.http
        self.database, self.holder, _ = open_holder(settings)
        self.days = Rounds("days", self.holder.close_days, CLOSE_S)
        self.app = application(
            holder_routes(self.holder),
            standing=Standing(settings, self.database, [self.days]),
            sites=known_sites(settings.sites),
        )

    def start(self) -> None:
        """Enter the days that are over, now and then again."""
        self.days.start()

    def stop(self) -> None:
        """Let the day's entry end, close the database."""
        self.days.stop()
        self.database.dispose()
