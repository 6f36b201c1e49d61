"""The role *citizen*: the consent office. It records choices and publishes the list of opt-outs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.assembly.parts import factors_of, known_sites, open_database
from yushan.assembly.standing import Standing
from yushan.assembly.web import application
from yushan.base import SystemClock
from yushan.doors.exchange import office_routes
from yushan.engines.keys import Signer, load_secret
from yushan.services.consent import ConsentOffice

if TYPE_CHECKING:
    from yushan.assembly.settings import Citizen as Settings
    from yushan.engines.database import Database


def open_office(settings: Settings) -> tuple[Database, ConsentOffice]:
    """The office over its database; also what ``yushan consent`` uses."""
    database = open_database(settings)
    office = ConsentOffice(
        database,
        SystemClock(),
        load_secret(settings.consent_key),
        Signer(load_secret(settings.signing_key)),
        rotations=factors_of(settings.consent_rotations()),
        daily_limit=settings.daily_limit,
    )
    return database, office


class CitizenRole:
    """The office's addresses for gateways and the commons."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.name, self.http = settings, settings.name, settings.http
        self.database, self.office = open_office(settings)
        self.app = application(
            office_routes(self.office),
            standing=Standing(settings, self.database),
            sites=known_sites(settings.sites),
        )

    def start(self) -> None:
        """Nothing to take up: a choice is on disk when its receipt is given."""

    def stop(self) -> None:
        """Close the database."""
        self.database.dispose()
