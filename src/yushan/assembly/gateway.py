"""The role *gateway*: receives over DIMSE, keeps the journal, runs *intake*, sends packs."""

from __future__ import annotations

import base64
import binascii
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.assembly.accounts import houses_of, make_demo_accounts, one_click, open_accounts
from yushan.assembly.gateway_figures import gateway_check, gateway_figures
from yushan.assembly.health import list_check
from yushan.assembly.lines import Lines
from yushan.assembly.parts import open_database, peer, read_public
from yushan.assembly.recording import OwnRecord, Witnessing, site_ledger
from yushan.assembly.restored import let_go_first
from yushan.assembly.standing import Standing
from yushan.assembly.web import application
from yushan.base import SiteName, SystemClock
from yushan.domain.deid import SiteKeys, signed_policy
from yushan.domain.packs import Receipt, receipt_message
from yushan.doors.dimse import Receiver
from yushan.doors.portal import GatewayRooms, Place, QuarantineDesk, Shell, gateway_routes
from yushan.engines.durable import Durable
from yushan.engines.keys import derive, load_secret, verify
from yushan.engines.sandbox import Children
from yushan.flows import withdraw
from yushan.flows.desk import Pictures
from yushan.flows.intake import (
    QUEUE,
    READING,
    Desk,
    Intake,
    Readers,
    Ticker,
    Workshop,
    durable_intake,
    run_key,
)
from yushan.services.consent import ConsentClient, PeerOffice
from yushan.services.gateway import (
    Batches,
    Decisions,
    DeskQueue,
    Forgetting,
    Handling,
    HttpCommons,
    Journal,
    Outbox,
    RegionRules,
    Run,
    Sender,
)
from yushan.services.linkage import LinkageClient, PeerEvaluator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.applications import Starlette

    from yushan.assembly.gateway_settings import Gateway as Settings
    from yushan.doors.dimse import Ended


def site_keys(secret: bytes) -> SiteKeys:
    """The keys of stage 1 from the site's one secret."""
    return SiteKeys(
        uid=derive(secret, "yushan/deid/uid/1"),
        pseudonym=derive(secret, "yushan/deid/pseudonym/1"),
        date=derive(secret, "yushan/deid/date/1"),
    )


#: What children of a gateway work with: stage 1, and the pixels of sampled slices.
CHILDREN_LOAD: Final = ("yushan.flows.cleaning", "yushan.domain.redaction")


class GatewayRole:
    """Everything that stands in the hospital."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.name, self.http = settings, settings.name, settings.http
        self.site = SiteName(settings.name)
        self.clock = SystemClock()
        self.database = open_database(settings)
        folder = Path(settings.data)
        rules = settings.rules
        self.journal = Journal(self.database, self.clock, folder / "spool", rules)
        self.batches = Batches(self.database, self.clock, folder / "spool", rules)
        self.outbox = Outbox(self.database, self.clock, folder / "outbox", rules)
        self.handling = Handling(self.database, self.clock)
        self.accounts = open_accounts(settings, self.database, self.clock)
        self.commons = peer(settings.commons)
        self.holders = [peer(remote) for remote in settings.keyholders]
        self.children = Children(settings.workers, preload=CHILDREN_LOAD)
        self.readers = Children(
            settings.readers, memory_mib=settings.reader_mib, seconds=settings.reader_s
        )
        self.consent = self._consent()
        self.ledger = site_ledger(self.database, self.clock, settings.site_key)
        self.record = OwnRecord(self.ledger)
        self.witnessing = Witnessing(self.database, self.clock, settings, self.commons)
        self.sender = Sender(self.outbox, HttpCommons(self.commons), self._receipt_check())
        at_once = 2 * max(2, settings.workers)  # children work for some while others are sent
        queues = {QUEUE: at_once, READING: settings.readers}
        self.durable = Durable(settings.flows_url(), f"gateway-{settings.name}", queues)
        self.ticker = self._ticker()
        self.withdrawing = self._withdrawing()
        self.lines = Lines(self.commons, self.holders, self.consent, self.outbox, settings)
        self.receivers = [
            Receiver(door, folder / "spool", self.clock, self._ended) for door in settings.dimse
        ]
        self.app = self._application()

    def _consent(self) -> ConsentClient:
        office = PeerOffice(peer(self.settings.citizen), self.settings.name)
        return ConsentClient(
            office,
            self.clock,
            self.settings.list_age_s,
            read_public(self.settings.consent_public),
            self.settings.name,
        )

    def _receipt_check(self) -> ReceiptOf:
        return ReceiptOf(self.witnessing.publics)

    def _ticker(self) -> Ticker:
        settings = self.settings
        evaluators = [PeerEvaluator(holder, settings.name) for holder in self.holders]
        desk = Desk(
            site=self.site,
            keys=site_keys(load_secret(settings.site_key)),
            policy=signed_policy(settings.policy, verify),
            batches=self.batches,
            outbox=self.outbox,
            sender=self.sender,
            consent=self.consent,
            linker=LinkageClient(
                evaluators,
                read_public(settings.commons_public),
                read_public(settings.linkage_group),
            ),
            workshop=Workshop(
                Path(settings.data) / "work", self.children, settings.rules.chunk_files
            ),
            chance=random.random,
            readers=Readers(self.readers) if settings.pixels == "read" else None,
        )
        self.intake = Intake(desk)
        stories = durable_intake(self.intake, self._wake)

        def start(run: Run, lane: str) -> None:
            attempt = (run.batch, str(run.attempt))
            self.durable.enqueue(lane, stories[lane], *attempt, key=run_key(run))

        return Ticker(self.journal, self.batches, self.outbox, self.sender, start)

    def _withdrawing(self) -> withdraw.Ticker:
        """Who opted out leaves, beside what comes in."""
        forgetting = Forgetting(self.journal, self.outbox)
        shop = self.intake.shop
        story = withdraw.AtHospital(
            forgetting, self.consent, lambda batch: shop.clear(Run(batch, 0))
        )
        return withdraw.Ticker(story)

    def _wake(self) -> None:
        self.ticker.wake()

    def _ended(self, ended: Ended) -> None:
        """An association is over: what it brought may be taken sooner."""
        if ended.folder is not None:
            self.journal.end_association(ended.id)
            self.ticker.wake()

    def _application(self) -> Starlette:
        settings = self.settings
        place = Place(
            kind="gateway",
            name={"zh-Hant": settings.zh or settings.name, "en": settings.en or settings.name},
            cookie=f"yushan_{settings.name}",
            secure=settings.http.is_secure(),
            demo=settings.demo,
        )
        shell = Shell(place, self.clock)
        rooms = GatewayRooms(
            accounts=self.accounts,
            journal=self.journal,
            handling=self.handling,
            connections=self.lines,
            watch=self.witnessing.watch,
            desk=self._desk(),
            ledger=self.ledger,
            audit=self.record.audit.at("portal"),
            demo_accounts=one_click(settings.demo_accounts),
            houses=houses_of(self.settings),
        )
        return application(
            gateway_routes(shell, rooms),
            standing=self._standing(),
            accounts=self.accounts,
            cookie=place.session_cookie,
            pages=shell,
        )

    def _standing(self) -> Standing:
        """What operators are told."""
        settings = self.settings
        off_s = settings.observe.clock_off_s
        return Standing(
            settings,
            self.database,
            [
                *self.ticker.rounds,
                self.withdrawing,
                self.lines.rounds,
                self.witnessing.rounds,
                *self.record.rounds,
            ],
            children={"intake": self.children, "readers": self.readers},
            checks=[
                ("lines", gateway_check(self.journal, self.lines, off_s)),
                ("consent-list", list_check(self.consent.list, settings.list_age_s)),
            ],
            figures=gateway_figures(self.journal, self.outbox, self.lines),
        )

    def _desk(self) -> QuarantineDesk:
        """Where people look at what waits, and decide."""
        kept = (self.database, self.clock, self.settings.rules)
        queue = DeskQueue(self.database, Path(self.settings.data) / "spool")
        return QuarantineDesk(
            queue=queue, decisions=Decisions(*kept), rules=RegionRules(*kept),
            pictures=Pictures(queue, self.children),
        )  # fmt: skip

    def start(self) -> None:
        """Recover what a former life left, then listen."""
        self.intake.start()
        self.journal.start(time.time())
        if self.settings.demo_accounts:
            make_demo_accounts(self.accounts, self.settings.demo_accounts)
        let_go_first(self.settings, self.withdrawing, lambda: bool(self.consent.list.issued_at()))
        self.durable.start()
        self.ticker.start()
        self.withdrawing.start()
        self.lines.start()
        self.witnessing.start()
        self.record.start()
        for receiver in self.receivers:
            receiver.start()

    def stop(self) -> None:
        """Close the doors first, then let the work end."""
        for receiver in self.receivers:
            receiver.stop()
        self.record.stop()
        self.witnessing.stop()
        self.lines.stop()
        self.withdrawing.stop()
        self.ticker.stop()
        self.durable.stop()
        self.children.close()
        self.readers.close()
        self.database.dispose()


class ReceiptOf:
    """Whether a receipt is signed by the commons' key."""

    def __init__(self, publics: Callable[[], Sequence[bytes]]) -> None:
        self.publics = publics

    def __call__(self, receipt: Receipt) -> bool:
        """Look at the signature alone."""
        try:
            signature = base64.b64decode(receipt.signature)
        except binascii.Error:
            return False
        message = receipt_message(receipt)
        return any(verify(public, message, signature) for public in self.publics())
