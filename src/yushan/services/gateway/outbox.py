"""The outbox: sealed packs until the commons' receipt is in hand.

A pack is a file named by its hash. The row that names it commits after the file is durable; the
file is deleted after the row with the receipt has committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Broken, Unavailable
from yushan.domain.packs import Manifest, Receipt
from yushan.engines.observe import facts, log_for
from yushan.services.gateway import batch_queries, desk_queries, pack_queries, runs
from yushan.services.gateway.rules import backoff_s
from yushan.services.gateway.spool import sync_folder
from yushan.services.gateway.states import Stage, State
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.base import Clock
    from yushan.domain.packs import PackState
    from yushan.engines.database import Database
    from yushan.services.gateway.rules import Rules
    from yushan.services.gateway.runs import Run
    from yushan.services.gateway.tables import Found

log = log_for(__name__)

LINE: Final = "commons"
#: Packs that may be sent in one round while the line is well.
MANY: Final = 1000


@dataclass(frozen=True, slots=True)
class Parcel:
    """A sealed pack as the outbox knows it; ``remote_*`` is what the commons last said."""

    manifest: Manifest
    #: Bytes that the commons had when it last spoke.
    offset: int
    created_at: float
    receipt: Receipt | None
    remote_state: str
    remote_reasons: tuple[str, ...]
    #: Instances that can be found at the commons.
    searchable: int


@dataclass(frozen=True, slots=True)
class OutboxTotals:
    """Packs in all, their bytes, receipts, refused after all, instances searchable there."""

    packs: int
    size: int
    receipts: int
    refused: int
    searchable: int


class Outbox:
    """Keeps sealed packs and receipts, and knows how the line to the commons does.

    Parameters
    ----------
    folder
        Where sealed packs lie; the outbox owns it.
    """

    def __init__(self, db: Database, clock: Clock, folder: Path, rules: Rules) -> None:
        self.db, self.clock, self.folder, self.rules = db, clock, folder, rules
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start(self) -> int:
        """Remove what a former life left half written or had a receipt for; how many files.

        Call it before any flow runs.
        """
        with self.db.read() as tx:
            kept = pack_queries.unreceipted(tx)
        left = [path for path in self.folder.iterdir() if path.stem not in kept]
        for path in left:
            path.unlink()
        return len(left)

    def path(self, pack: str) -> Path:
        """Where a sealed pack lies."""
        return self.folder / f"{pack}.zip"

    def draft(self, run: Run) -> Path:
        """Where an attempt writes a pack that has no name yet."""
        return self.folder / f"{run.batch}-{run.attempt}.part"

    def accept(self, run: Run, manifest: Manifest) -> None:
        """Take the draft of an attempt, already synced, as the pack that ``manifest`` describes.

        Raises
        ------
        Unavailable
            ``gateway.decision-undone``: a person took back what the outputs were made with.
        """
        self.draft(run).rename(self.path(manifest.pack))
        sync_folder(self.folder)
        now = now_s(self.clock)
        with self.db.begin() as tx:
            pack_queries.add_pack(tx, {
                "id": manifest.pack, "batch": run.batch, "size": manifest.size, "offset": 0,
                "instances": manifest.instances, "created_at": now,
                "manifest": msgspec.json.encode(manifest).decode(),
            })  # fmt: skip
            arrow = (State.DEIDENTIFIED, State.PACKED)
            if runs.move(tx, run, arrow, now) != manifest.instances:
                raise Broken("gateway.sum-broken")
            if desk_queries.count_undone(tx, run.batch):  # after the move: nobody undoes any more
                raise Unavailable("gateway.decision-undone")
            batch_queries.drop_outputs(tx, run.batch)
            runs.reach(tx, run, Stage.SEALED, now)
        log.info("gateway.pack-sealed", extra=about(run, manifest))

    def discard(self, pack: str) -> None:
        """Delete the file of a pack that will not be sent."""
        self.path(pack).unlink(missing_ok=True)

    def keep(self, run: Run, manifest: Manifest, said: PackState, receipt: Receipt) -> None:
        """Keep a checked receipt: the objects are acknowledged; then let the pack's file go."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            kept = {"receipt": msgspec.json.encode(receipt).decode(), "receipt_at": now}
            pack_queries.change_pack(
                tx, manifest.pack, offset=manifest.size, **kept, **remote(said, now)
            )
            runs.move(tx, run, (State.PACKED, State.SENT), now)
            if runs.move(tx, run, (State.SENT, State.ACKNOWLEDGED), now) != manifest.instances:
                raise Broken("gateway.sum-broken")
            runs.reach(tx, run, Stage.DONE, now)
        self.discard(manifest.pack)
        log.info("gateway.pack-acknowledged", extra=about(run, manifest))

    def parcel(self, batch: str) -> Parcel | None:
        """The pack of a batch."""
        with self.db.read() as tx:
            row = pack_queries.pack_of(tx, batch)
        return None if row is None else parcel(row)

    def page(self, *, before: float = float("inf"), limit: int = 50) -> tuple[Parcel, ...]:
        """Packs, the newest first, those made before ``before`` (Unix time)."""
        with self.db.read() as tx:
            return tuple(parcel(row) for row in pack_queries.page(tx, min(before, 1e12), limit))

    def totals(self) -> OutboxTotals:
        """The outbox in figures."""
        with self.db.read() as tx:
            row = pack_queries.totals(tx)
        return OutboxTotals(
            row.packs, int(row.size), row.receipts, row.refused, int(row.searchable)
        )

    def may_send(self) -> int:
        """How many packs may be tried now: many, one as a probe, or none while the line is down."""
        with self.db.read() as tx:
            line = pack_queries.line(tx, LINE)
        if line is None or not line.tries:
            return MANY
        return 1 if line.next_try <= now_s(self.clock) else 0

    def line_failed(self, reason: str, chance: float) -> None:
        """The commons did not answer: wait before the next probe, longer each time."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            line = pack_queries.line(tx, LINE)
            tries = (line.tries if line else 0) + 1
            wait_s = backoff_s(tries, self.rules, chance)
            pack_queries.set_line(tx, LINE, tries=tries, next_try=now + wait_s, reason=reason)
        log.warning("gateway.line-down", extra=facts(code=reason, attempt=tries, seconds=wait_s))

    def line_works(self) -> None:
        """The commons answered."""
        if self.may_send() != MANY:
            with self.db.begin() as tx:
                pack_queries.set_line(tx, LINE, tries=0, next_try=now_s(self.clock), reason=None)


def about(run: Run, manifest: Manifest) -> dict[str, object]:
    """Facts for the log."""
    return facts(
        batch=run.batch, pack=manifest.pack, instances=manifest.instances, bytes=manifest.size
    )


def parcel(row: Found) -> Parcel:
    """A row as a value."""
    return Parcel(
        msgspec.json.decode(row.manifest, type=Manifest), row.offset, row.created_at,
        msgspec.json.decode(row.receipt, type=Receipt) if row.receipt else None,
        row.remote_state or "", tuple(row.remote_reasons.split()), row.searchable,
    )  # fmt: skip


def remote(said: PackState, now: float) -> dict[str, str | int | float]:
    """Columns of what the commons said."""
    return {
        "remote_state": said.state, "remote_reasons": " ".join(said.reasons),
        "searchable": said.searchable, "asked_at": now,
    }  # fmt: skip
