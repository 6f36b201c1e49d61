"""Keeping the record: what doors say is entered, heads are signed, witnesses are heard."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.assembly.parts import read_public
from yushan.assembly.reconciling import DAY_S, Reconciling, answered_images
from yushan.base import Unavailable
from yushan.doors.exchange import head_routes
from yushan.engines.keys import Signer, derive, load_secret
from yushan.engines.observe import facts, log_for
from yushan.engines.rounds import Rounds
from yushan.flows.witness import Watch
from yushan.services.ledger import Audit, Cosigners, Counting, Ledger, Witness

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from yushan.assembly.gateway_settings import Gateway
    from yushan.assembly.settings import Record
    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.engines.net import Peer
    from yushan.services.archive import Admissions

log = log_for(__name__)

#: How often sums of looks are entered, in seconds.
SUMS_S: Final = 15.0
HOUR_S: Final = 3600.0


class OwnRecord:
    """A role's record of who looked at what: sums are entered, heads signed every hour."""

    def __init__(self, ledger: Ledger) -> None:
        self.audit = Audit(ledger)
        self.rounds = [
            Rounds("audit", self.audit.tick, SUMS_S, first_s=SUMS_S),
            Rounds("heads", ledger.seal, HOUR_S, first_s=HOUR_S),
        ]

    def start(self) -> None:
        """Go round."""
        for one in self.rounds:
            one.start()

    def stop(self) -> None:
        """Enter what is still counted."""
        for one in self.rounds:
            one.stop()
        try:
            self.audit.flush()
        except Unavailable as error:
            log.error("audit.sums-lost", extra=facts(code=error.code))  # noqa: TRY400 - type and code only


class Recording(OwnRecord):
    """What the commons does about its ledger beside appending to it."""

    def __init__(self, ledger: Ledger, settings: Record, admissions: Admissions) -> None:
        super().__init__(ledger)
        self.cosigners = Cosigners(ledger)
        self.counting = Counting(ledger, quiet_s=settings.quiet_s, hour_s=settings.heads_s)
        every_s = max(1.0, min(settings.quiet_s, settings.heads_s) / 3)
        self.reconciling = Reconciling(ledger, admissions, self.audit, answered_images)
        self.rounds = [
            Rounds("audit", self.audit.tick, SUMS_S, first_s=SUMS_S),
            Rounds("heads", self.counting.round, every_s),
            Rounds("reconcile", self.reconciling.round, DAY_S, first_s=DAY_S),
        ]

    def routes(self) -> list[BaseRoute]:
        """Where witnesses come."""
        return [*head_routes(self.cosigners)]


def site_ledger(database: Database, clock: Clock, site_key: str) -> Ledger:
    """A gateway's own ledger, signed by a key that follows from the site's one secret."""
    secret = derive(load_secret(site_key), "yushan/record/1")
    return Ledger(database, clock, Signer(secret))


def open_ledger(database: Database, clock: Clock, path: str) -> Ledger:
    """The ledger with its signing key, whose file is at ``path``.

    The next key lies beside it until a change of the key stands in the ledger: a change that was
    cut off midway is ended here, or taken back.
    """
    ledger, fresh = Ledger(database, clock, Signer(load_secret(path))), Path(f"{path}.new")
    if not fresh.exists():
        return ledger
    signer = Signer(load_secret(fresh))
    changes = ledger.changes()
    if not changes or base64.b64decode(changes[-1].new) != signer.public:
        fresh.unlink()
        return ledger
    fresh.replace(path)
    return Ledger(database, clock, signer)


class Witnessing:
    """A gateway looks after the commons' ledger; its key and its memory are its own."""

    def __init__(self, database: Database, clock: Clock, settings: Gateway, commons: Peer) -> None:
        witness = Witness(
            database,
            clock,
            settings.name,
            Path(settings.data) / "witness.key",
            read_public(settings.ledger_public),
        )
        self.watch = Watch(commons, witness, clock)
        self.rounds = Rounds("witness", self.watch.look, settings.witness_s)

    def publics(self) -> tuple[bytes, ...]:
        """The public keys by which the commons signs heads and receipts."""
        return self.watch.witness.publics()

    def start(self) -> None:
        """Go round."""
        self.rounds.start()

    def stop(self) -> None:
        """Stop."""
        self.rounds.stop()
