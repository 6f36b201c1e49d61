"""The two portals as lists of routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yushan.doors.portal.accounting import AccountingPages
from yushan.doors.portal.audit_pages import AuditPages
from yushan.doors.portal.dataset_pages import DatasetPages
from yushan.doors.portal.finder import Finder
from yushan.doors.portal.gateway_accounting import GatewayAccounting
from yushan.doors.portal.gateway_deciding import Deciding, SecondPerson
from yushan.doors.portal.gateway_looks import Looks
from yushan.doors.portal.gateway_pictures import GatewayPictures
from yushan.doors.portal.gateway_quarantine import Quarantine
from yushan.doors.portal.gateway_rules import GatewayRules
from yushan.doors.portal.gateway_witness import WitnessPages
from yushan.doors.portal.guideline_pages import GuidelinePages
from yushan.doors.portal.homes import Homes
from yushan.doors.portal.intake_pages import IntakePages
from yushan.doors.portal.looking import Looking
from yushan.doors.portal.people_routes import people_routes
from yushan.doors.portal.plain_pages import PlainPages
from yushan.doors.portal.record import Record
from yushan.doors.portal.record_files import RecordFiles
from yushan.doors.portal.record_verify import Verifying
from yushan.doors.portal.saved_searches import SavedSearchPages
from yushan.doors.portal.statistics_pages import StatisticsPages
from yushan.doors.portal.steward import StewardPages, StewardRooms
from yushan.doors.portal.studies import Studies
from yushan.doors.portal.study import Rooms as StudyRooms
from yushan.doors.portal.study import StudyPages
from yushan.doors.portal.tour import Tour
from yushan.doors.portal.viewing import Viewing

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from yushan.doors.portal.gateway_witness import Watches
    from yushan.doors.portal.oidc_pages import House
    from yushan.doors.portal.ports import Connections, Demo, QuarantineDesk
    from yushan.doors.portal.shell import Shell
    from yushan.doors.portal.signing_in import DemoAccount
    from yushan.flows.publish import PublicIndex
    from yushan.services.accounts import Accounts
    from yushan.services.archive import Admissions, Archive
    from yushan.services.catalogue import Catalogue
    from yushan.services.gateway import Handling, Journal
    from yushan.services.ledger import Audit, Ledger
    from yushan.services.withdrawal import Cases


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonsRooms:
    """What the commons' pages draw from; ``ledger_key`` and ``office_key`` are verifier lines.

    Those of our ledger, and of the consent office's own log.
    """

    accounts: Accounts
    catalogue: Catalogue
    archive: Archive
    admissions: Admissions
    ledger: Ledger
    audit: Audit
    ledger_key: str = ""
    office_key: str = ""
    published: PublicIndex | None = None
    cases: Cases | None = None
    demo: Demo | None = None
    demo_accounts: tuple[DemoAccount, ...] = ()
    houses: tuple[House, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRooms:
    """What a gateway's pages draw from; ``ledger`` is its own record of who looked at what."""

    accounts: Accounts
    journal: Journal
    handling: Handling
    connections: Connections
    watch: Watches
    desk: QuarantineDesk
    ledger: Ledger
    audit: Audit
    demo_accounts: tuple[DemoAccount, ...] = ()
    houses: tuple[House, ...] = ()


def commons_routes(shell: Shell, rooms: CommonsRooms) -> list[BaseRoute]:
    """All pages of the commons."""
    record = Record(shell, rooms.ledger, rooms.ledger_key)
    finder = Finder(rooms.catalogue, shell.place)
    homes = Homes(shell, rooms.admissions, rooms.ledger)
    searches = SavedSearchPages(shell, rooms.catalogue)
    homes.kept = searches.kept
    steward = StewardRooms(rooms.admissions, rooms.archive, rooms.ledger, rooms.cases, homes)
    looking = Looking(finder, rooms.accounts, rooms.audit)
    roles = frozenset(one.role for one in rooms.demo_accounts)
    return [
        *PlainPages(shell).routes(),
        *GuidelinePages(shell).routes(),
        *people_routes(shell, rooms.accounts, rooms.demo_accounts, rooms.audit, rooms.houses),
        *IntakePages(shell, rooms.catalogue, rooms.archive, rooms.admissions).routes(),
        *DatasetPages(shell, rooms.published).routes(),
        *StatisticsPages(shell, rooms.catalogue, record).routes(),
        *homes.routes(),
        *StewardPages(shell, steward).routes(),
        *Studies(shell, rooms.catalogue, finder).routes(),
        *searches.routes(),
        *StudyPages(shell, looking, StudyRooms(rooms.archive, rooms.ledger)).routes(),
        *Viewing(shell, looking).routes(),
        *AccountingPages(shell, rooms.admissions, rooms.archive).routes(),
        *record.routes(),
        *RecordFiles(shell, rooms.ledger).routes(),
        *AuditPages(shell, rooms.ledger, rooms.audit, rooms.accounts).routes(),
        *Verifying(shell, rooms.ledger, rooms.office_key).routes(),
        *Tour(shell, rooms.demo, rooms.admissions, finder, roles).routes(),
    ]


def gateway_routes(shell: Shell, rooms: GatewayRooms) -> list[BaseRoute]:
    """All pages of a gateway."""
    looks = Looks(rooms.audit)
    quarantine = Quarantine(shell, rooms.journal, rooms.desk, rooms.handling, looks)
    return [
        *PlainPages(shell).routes(),
        *people_routes(shell, rooms.accounts, rooms.demo_accounts, rooms.audit, rooms.houses),
        *GatewayAccounting(shell, rooms.journal, rooms.connections, looks).routes(),
        *quarantine.routes(),
        *GatewayPictures(shell, rooms.journal, rooms.desk, looks).routes(),
        *Deciding(quarantine, SecondPerson(rooms.accounts)).routes(),
        *GatewayRules(shell, rooms.journal, rooms.desk.rules).routes(),
        *WitnessPages(shell, rooms.watch).routes(),
        *AuditPages(shell, rooms.ledger, rooms.audit, rooms.accounts).routes(),
    ]
