"""The role *keyholder*: one share of the linkage key, a count per site and day, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.assembly.parts import answers, known_sites, open_database, read_public
from yushan.assembly.web import application
from yushan.base import SystemClock
from yushan.doors.exchange import holder_routes
from yushan.engines.keys import Share, load_secret
from yushan.services.linkage import KeyHolder

if TYPE_CHECKING:
    from yushan.assembly.settings import KeyHolder as Settings


class KeyHolderRole:
    """Answers blinded questions of the sites it knows."""

    def __init__(self, settings: Settings) -> None:
        self.name, self.http = settings.name, settings.http
        self.database = open_database(settings)
        holder = KeyHolder(
            Share.from_bytes(load_secret(settings.share)),
            read_public(settings.commons_public),
            self.database,
            SystemClock(),
            daily_limit=settings.daily_limit,
        )
        self.app = application(
            holder_routes(holder),
            healthy=lambda: {"database": answers(self.database)},
            sites=known_sites(settings.sites),
        )

    def start(self) -> None:
        """Nothing to take up: every answer stands alone."""

    def stop(self) -> None:
        """Close the database."""
        self.database.dispose()
