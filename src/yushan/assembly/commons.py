"""The role *commons*: packs in, verified and de-identified again, kept, indexed, shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.assembly.accounts import houses_of, make_demo_accounts, one_click, open_accounts
from yushan.assembly.api import api_routes
from yushan.assembly.commons_figures import commons_check, commons_figures
from yushan.assembly.demo_state import DemoState
from yushan.assembly.health import list_check
from yushan.assembly.keeping import join_rounds, open_shelves, scrub_rounds
from yushan.assembly.parts import (
    accepted_policies,
    factors_of,
    known_sites,
    open_database,
    peer,
    policy_digests,
    read_public,
    site_names,
)
from yushan.assembly.publishing import public_every_s, publishing
from yushan.assembly.recording import Recording, open_ledger
from yushan.assembly.restored import let_go_first
from yushan.assembly.standing import Standing
from yushan.assembly.storing import make_store
from yushan.assembly.web import application
from yushan.base import PackId, SiteName, SystemClock
from yushan.doors import dicomweb, viewer
from yushan.doors.exchange import pack_routes
from yushan.doors.portal import CommonsRooms, Place, Shell, commons_routes
from yushan.engines.durable import Durable
from yushan.engines.keys import Masks, Signer, derive, load_secret
from yushan.engines.sandbox import Children
from yushan.flows import withdraw
from yushan.flows.admit import QUEUE, Admit, Desk, Ticker, durable_admit, run_key
from yushan.services.archive import Uploads
from yushan.services.catalogue import Catalogue
from yushan.services.consent import ConsentList, PeerOffice
from yushan.services.ledger import CONSENT, Key, tell_policies
from yushan.services.linkage import LinkageCommons
from yushan.services.withdrawal import Cases, Register, Stage

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from yushan.assembly.settings import Commons as Settings

#: What children of the commons work with: stage 2, and pictures.
CHILDREN_LOAD: Final = ("yushan.flows.admit.judging", "yushan.doors.dicomweb.child")


class CommonsRole:
    """Everything that stands at the national centre."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.name, self.http = settings, settings.name, settings.http
        self.clock = SystemClock()
        self.database = open_database(settings)
        folder = Path(settings.data)
        shelves = open_shelves(settings, self.database, self.clock)
        self.ledger = open_ledger(self.database, self.clock, settings.signing_key)
        signer = Signer(load_secret(settings.signing_key))
        self.archive = shelves.archive()
        self.admissions = shelves.admissions(folder / "incoming")
        self.recording = Recording(self.ledger, settings.record, self.admissions)
        self.audit = self.recording.audit
        self.uploads = Uploads(self.database, folder / "incoming", self.ledger, signer)
        self.catalogue = Catalogue(self.database, public_every_s(settings))
        self.masks = Masks(load_secret(settings.commons_key))
        self.register = Register(self.database)
        self.accounts = open_accounts(settings, self.database, self.clock)
        self.consent = ConsentList(
            PeerOffice(peer(settings.citizen), settings.name),
            self.clock,
            settings.list_age_s,
            read_public(settings.consent_public),
            rotations=factors_of(settings.consent_rotations()),
        )
        self.children = Children(settings.workers, preload=CHILDREN_LOAD)
        self.viewing = Children(1, seconds=20.0, preload=CHILDREN_LOAD)
        self.durable = Durable(settings.flows_url(), "commons", {QUEUE: max(2, settings.workers)})
        desk = self._desk()
        self.ticker = self._ticker(desk)
        self.withdrawing = self._withdrawing(desk)
        self.publishing, self.published = publishing(
            settings, self.catalogue, self.archive, self.clock
        )
        self.scrubbing = scrub_rounds(self.archive, settings.archive)
        self.joining = join_rounds(self.archive, settings.archive, self.ledger, desk.folder)
        self.storing = make_store(self, load_secret(settings.commons_key), signer)
        self.app = self._application()

    def _desk(self) -> Desk:
        settings = self.settings
        key = load_secret(settings.commons_key)
        return Desk(
            db=self.database,
            admissions=self.admissions,
            archive=self.archive,
            catalogue=self.catalogue,
            register=self.register,
            ledger=self.ledger,
            linker=LinkageCommons(
                load_secret(settings.sealing_key),
                key,
                read_public(settings.linkage_group),
                factors_of(settings.linkage_rotations()),
            ),
            consent=self.consent,
            workers=self.children,
            uid_key=derive(key, "yushan/deid/uid/2"),
            accepted=accepted_policies(settings.policies),
            folder=Path(settings.data) / "work",
            recompress=settings.archive.recompress,
        )

    def _withdrawing(self, desk: Desk) -> withdraw.Ticker:
        """Who opted out leaves, beside what comes in."""
        return withdraw.Ticker(
            withdraw.Withdraw(
                withdraw.Desk(
                    db=self.database,
                    register=self.register,
                    cases=Cases(self.database, self.clock),
                    catalogue=self.catalogue,
                    archive=self.archive,
                    admissions=self.admissions,
                    ledger=self.ledger,
                    linker=desk.linker,
                    consent=self.consent,
                    folder=desk.folder,
                )
            )
        )

    def _ticker(self, desk: Desk) -> Ticker:
        story = durable_admit(Admit(desk), self._wake)

        def start(site: SiteName, pack: PackId, attempt: int) -> None:
            self.durable.enqueue(QUEUE, story, site, pack, key=run_key(site, pack, attempt))

        return Ticker(desk, start)

    def _wake(self) -> None:
        self.ticker.wake()

    def _application(self) -> Starlette:
        settings = self.settings
        place = Place(
            kind="commons",
            name={"zh-Hant": "國家醫學影像共享平台", "en": "National medical imaging commons"},
            cookie="yushan_commons",
            secure=settings.http.is_secure(),
            demo=settings.demo,
            sites=site_names(settings.sites),
        )
        shell = Shell(place, self.clock)
        return application(
            [*self._machines(), *commons_routes(shell, self._rooms())],
            standing=self._standing(),
            accounts=self.accounts,
            sites=known_sites(settings.sites),
            cookie=place.session_cookie,
            pages=shell,
        )

    def _standing(self) -> Standing:
        """What operators are told."""
        return Standing(
            self.settings,
            self.database,
            [
                self.ticker,
                self.withdrawing,
                self.scrubbing,
                self.joining,
                self.publishing,
                *self.recording.rounds,
            ],
            self.archive.store,
            {"admit": self.children, "viewing": self.viewing},
            [
                ("sites", commons_check(self.admissions, self.archive)),
                ("consent-list", list_check(self.consent, self.settings.list_age_s)),
            ],
            commons_figures(self.archive, self.admissions, self.ledger, self.clock),
        )

    def _machines(self) -> list[BaseRoute]:
        """What programs speak to."""
        return [
            *pack_routes(self.uploads, self._wake),
            *self.recording.routes(),
            *dicomweb.routes(
                self.catalogue,
                self.archive,
                self.viewing,
                dicomweb.Beside(
                    self.masks,
                    self.audit.at("dicomweb"),
                    self.accounts.purposes,
                    stores=True,
                    writes=lambda: self.database.writes,
                ),
            ),
            *dicomweb.store_routes(self.storing),
            *api_routes(self),
            *viewer.routes(Path(self.settings.viewer or ".")),
        ]

    def _rooms(self) -> CommonsRooms:
        settings = self.settings
        return CommonsRooms(
            accounts=self.accounts,
            catalogue=self.catalogue,
            archive=self.archive,
            admissions=self.admissions,
            ledger=self.ledger,
            ledger_key=self.ledger.public_key,
            office_key=Key(CONSENT, read_public(settings.consent_public)[32:64]).line,
            audit=self.audit.at("portal"),
            cases=Cases(self.database, self.clock),
            demo=DemoState(Path(settings.demo_state)) if settings.demo_state else None,
            demo_accounts=one_click(settings.demo_accounts),
            published=self.published,
            houses=houses_of(self.settings),
        )

    def _nobody_to_hide(self) -> bool:
        """Whether everybody who left is hidden at least."""
        pending = Cases(self.database, self.clock).pending()
        return all(case.stage is not Stage.OPEN for case in pending)

    def start(self) -> None:
        """Recover what a former life left, then take packs."""
        if self.settings.demo_accounts:
            make_demo_accounts(self.accounts, self.settings.demo_accounts)
        let_go_first(self.settings, self.withdrawing, self._nobody_to_hide)
        tell_policies(self.ledger, policy_digests(self.settings.policies))
        self.durable.start()
        self.ticker.start()
        self.withdrawing.start()
        self.recording.start()
        self.scrubbing.start()
        self.joining.start()
        self.publishing.start()

    def stop(self) -> None:
        """Let the work end."""
        self.publishing.stop()
        self.joining.stop()
        self.scrubbing.stop()
        self.withdrawing.stop()
        self.ticker.stop()
        self.durable.stop()
        self.recording.stop()
        self.children.close()
        self.viewing.close()
        self.database.dispose()
