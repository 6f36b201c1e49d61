"""The demo's report: what came, where it is, what can be found; from each role's own tables."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.assembly.accounts import read_demo_accounts
from yushan.assembly.demo_state import GatewayNow, Now
from yushan.assembly.parts import peer, read_public
from yushan.base import SystemClock, YushanError
from yushan.engines.database import Database
from yushan.engines.store import open_store
from yushan.services.accounts import Accounts
from yushan.services.archive import Admissions
from yushan.services.catalogue import Catalogue
from yushan.services.consent import ConsentList, PeerOffice
from yushan.services.gateway import Journal, State

if TYPE_CHECKING:
    from datetime import datetime

    from yushan.assembly.demo.feed import Delivered
    from yushan.assembly.demo.plan import Plan
    from yushan.assembly.demo.processes import Processes
    from yushan.assembly.gateway_settings import Gateway
    from yushan.assembly.settings import Commons
    from yushan.services.archive import SiteAccount
    from yushan.services.gateway import Accounting

TOKEN_DAYS: Final = 7
#: States in which an object still moves by itself.
MOVING: Final = (
    State.RECEIVED, State.HELD, State.READY, State.DEIDENTIFIED, State.PACKED, State.SENT,
)  # fmt: skip


class Person(msgspec.Struct, frozen=True):
    """A demo account; its token is for programs."""

    role: str
    user: str
    password: str
    token: str


class Dimse(msgspec.Struct, frozen=True):
    """Where a gateway's PACS sends to."""

    host: str
    port: int
    ae_title: str
    tls: bool


class GatewayReport(msgspec.Struct, frozen=True):
    """A gateway's accounting."""

    name: str
    pid: int
    url: str
    dimse: Dimse
    received: int
    states: dict[str, int]
    closes: bool
    reasons: dict[str, int]
    #: Files of the fed folder that the import did not take, by reason.
    left_out: dict[str, int]


class CommonsReport(msgspec.Struct, frozen=True):
    """What the commons holds, and its own accounting."""

    pid: int
    packs: int
    studies: int
    series: int
    instances: int
    subjects: int
    received: int
    states: dict[str, int]
    closes: bool


class Report(msgspec.Struct, frozen=True):
    """The whole."""

    portal: str
    dicomweb: str
    accounts: list[Person]
    gateways: list[GatewayReport]
    commons: CommonsReport
    seconds: float
    peak_rss_mib: int


def states_of(sites: list[SiteAccount]) -> dict[str, int]:
    """Where the instances are that sites were given receipts for."""
    names = ("admitted", "duplicate", "quarantined", "opted_out", "in_work")
    return {name.replace("_", "-"): sum(getattr(site, name) for site in sites) for name in names}


class Reader:
    """Reads the roles' tables beside their running processes."""

    def __init__(self, plan: Plan, processes: Processes) -> None:
        self.plan, self.processes, self.clock = plan, processes, SystemClock()
        self.databases = {role.name: Database(role.database_url()) for role in plan.roles()}
        self.journals = {
            one.name: Journal(
                self.databases[one.name], self.clock, Path(one.data) / "spool", one.rules
            )
            for one in plan.gateways
        }
        commons = plan.commons
        self.consent = ConsentList(
            PeerOffice(peer(commons.citizen), commons.name),
            self.clock,
            commons.list_age_s,
            read_public(commons.consent_public),
        )
        self.people = self.with_tokens(plan.commons) + [
            person for one in plan.gateways for person in self.with_tokens(one)
        ]

    def with_tokens(self, role: Gateway | Commons) -> list[Person]:
        """The role's demo accounts, each with a fresh token."""
        accounts = Accounts(self.databases[role.name], self.clock)
        return [
            Person(
                one.role, one.user, one.password,
                accounts.issue_token(
                    accounts.authenticate(one.user, one.password), "demo", TOKEN_DAYS
                ),
            )
            for one in read_demo_accounts(role.demo_accounts)
        ]  # fmt: skip

    def accounting(self) -> dict[str, Accounting]:
        """Each gateway's accounting now."""
        return {name: journal.accounting() for name, journal in self.journals.items()}

    def commons(self) -> CommonsReport:
        """What the commons holds now."""
        database, folder = self.databases["commons"], Path(self.plan.commons.data)
        store = open_store(self.plan.commons.store_url())
        sites = Admissions(database, folder / "incoming", store, self.clock).accounting()
        totals = Catalogue(database).totals()
        return CommonsReport(
            pid=self.process_id("commons"),
            packs=sum(site.packs for site in sites),
            studies=totals.studies,
            series=totals.series,
            instances=totals.instances,
            subjects=totals.subjects,
            received=sum(site.received for site in sites),
            states=states_of(sites),
            closes=all(site.closes for site in sites),
        )

    def movement(self) -> tuple[int, int]:
        """Objects received at the gateways, and how many of all still move by themselves."""
        accounting = self.accounting().values()
        moving = sum(found.states.get(state, 0) for found in accounting for state in MOVING)
        received = sum(found.received for found in accounting)
        return received, moving + self.commons().states["in-work"]

    def now(self, running_s: float) -> Now:
        """As the tour page tells it."""
        accounting = self.accounting()
        return Now(
            gateways=[
                GatewayNow(
                    one.name, one.http.url(), bool(one.dimse[0].tls_cert),
                    accounting[one.name].received,
                    {str(state): n for state, n in accounting[one.name].states.items()},
                    accounting[one.name].closes,
                )
                for one in self.plan.gateways
            ],
            holders_online=sum(
                process.answers()
                for process in self.processes.all
                if process.name.startswith("keyholder")
            ),
            list_at=self.list_at(),
            running_s=running_s,
        )  # fmt: skip

    def list_at(self) -> datetime | None:
        """When the consent office issued the list that is in use."""
        try:
            return self.consent.issued_at()
        except YushanError:
            return None

    def process_id(self, name: str) -> int:
        """A role's process id in its present life."""
        return next(process.pid for process in self.processes.all if process.name == name)

    def gateway(self, one: Gateway, found: Accounting, left_out: dict[str, int]) -> GatewayReport:
        """One gateway's part of the report."""
        door = one.dimse[0]
        reasons: dict[str, int] = {}
        for row in found.reasons:
            reasons[row.reason] = reasons.get(row.reason, 0) + row.count
        return GatewayReport(
            one.name, self.process_id(one.name), one.http.url(),
            Dimse(door.host, door.port, door.ae_title, bool(door.tls_cert)),
            found.received, {str(state): count for state, count in found.states.items()},
            found.closes, reasons, left_out,
        )  # fmt: skip

    def report(self, begun: float, delivered: dict[str, Delivered]) -> Report:
        """The report of this moment; ``begun`` is monotonic."""
        self.processes.weigh()
        accounting = self.accounting()
        url = self.plan.commons.http.url()
        return Report(
            portal=url,
            dicomweb=f"{url}/dicom-web",
            accounts=self.people,
            gateways=[
                self.gateway(one, accounting[one.name], delivered[one.name].left_out)
                for one in self.plan.gateways
            ],
            commons=self.commons(),
            seconds=round(time.monotonic() - begun, 1),
            peak_rss_mib=self.processes.peak_rss_mib,
        )
