"""The role *citizen*: the consent office. It records choices and publishes the list of opt-outs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.assembly.parts import factors_of, known_sites, open_database
from yushan.assembly.standing import Standing
from yushan.assembly.web import application
from yushan.base import SystemClock
from yushan.doors.exchange import office_routes
from yushan.engines.keys import Signer, load_secret
from yushan.engines.rounds import Rounds
from yushan.services.consent import ConsentOffice
from yushan.services.ledger import CONSENT, Ledger

if TYPE_CHECKING:
    from yushan.assembly.settings import Citizen as Settings
    from yushan.engines.database import Database

#: A head is signed this often (seconds).
HOUR_S: Final = 3600.0


def open_office(settings: Settings) -> tuple[Database, ConsentOffice, Ledger]:
    """The office over its database with its ledger; also what ``yushan consent`` uses."""
    database, clock = open_database(settings), SystemClock()
    signer = Signer(load_secret(settings.signing_key))
    ledger = Ledger(database, clock, signer, CONSENT)
    office = ConsentOffice(
        ledger,
        load_secret(settings.consent_key),
        rotations=factors_of(settings.consent_rotations()),
        daily_limit=settings.daily_limit,
    )
    return database, office, ledger


class CitizenRole:
    """The office's addresses for gateways and the commons."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.name, self.http = settings, settings.name, settings.http
        self.database, self.office, ledger = open_office(settings)
        self.heads = Rounds("heads", ledger.seal, HOUR_S)
        self.app = application(
            office_routes(self.office),
            standing=Standing(settings, self.database, [self.heads]),
            sites=known_sites(settings.sites),
        )

    def start(self) -> None:
        """Sign heads; a choice is on disk when its receipt is given."""
        self.heads.start()

    def stop(self) -> None:
        """Close the database."""
        self.heads.stop()
        self.database.dispose()
