"""One person's objects of a request become a pack: on disk first, true later."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from yushan.base import PackId, SiteName
from yushan.domain.packs import Sidecar
from yushan.flows.store.packing import sidecars, write_pack
from yushan.services.archive import Outcome
from yushan.services.ledger import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.flows.store.making import House
    from yushan.flows.store.values import Asking, Fate, Made
    from yushan.services.archive import Archive, Stored
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Ledger

T = TypeVar("T")


class Workers(Protocol):
    """Processes that may die without taking anyone along (``engines.sandbox.Children``)."""

    def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - any task
        """One task; ``Rejected("sandbox.…")`` when it could not be done."""
        ...

    def map(self, function: Callable[..., T], tasks: Iterable[Sequence[Any]]) -> list[T]:
        """Many tasks side by side, in order; the first error is raised."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that storing works with; ``folder`` is for work in progress."""

    db: Database
    archive: Archive
    stored: Stored
    catalogue: Catalogue
    ledger: Ledger
    clock: Clock
    workers: Workers
    house: House
    folder: Path


class Put:
    """One person's objects of a request: put into the store now, entered later."""

    def __init__(
        self,
        desk: Desk,
        asking: Asking,
        fates: Sequence[Fate],
        seen: Mapping[str, int],
        at: str,
    ) -> None:
        self.desk, self.asking, self.seen, self.at = desk, asking, seen, at
        self.source = secrets.token_hex(32)
        self.fates = fates
        new = [fate.made for fate in fates if not fate.is_duplicate]
        self.admitted = len(new)
        self.pack: PackId | None = None
        self.count = 0
        if new:
            self.pack, self.count = self.put(new)

    def put(self, made: Sequence[Made]) -> tuple[PackId, int]:
        """Write the pack and its sidecars into the store; forced to disk when this returns."""
        draft = Path(made[0].path).with_suffix(".pack")
        summary = write_pack(draft, made)
        policy = self.desk.house.policy
        bare = Sidecar(
            pack="", site=self.asking.site, subject=made[0].subject, study_instance_uid="",
            series_instance_uid="", modality="", received_at=self.at, source=self.source,
            policy=policy.name, policy_digest=policy.digest, instances=[],
        )  # fmt: skip
        beside = sidecars(bare, summary, made, self.seen)
        self.desk.archive.put(summary.pack, draft, beside)
        draft.unlink()
        return summary.pack, len(beside)

    def draft(self) -> Draft:
        """What the ledger is told."""
        entry = {
            "site": self.asking.site,
            "account": self.asking.account,
            "source": self.source,
            "pack": self.pack or "",
            "instances": self.admitted,
            "duplicate": len(self.fates) - self.admitted,
        }
        return Draft("archive.stored", entry, {"subject": self.fates[0].made.subject})

    def enter(self, tx: Connection) -> None:
        """Make it true."""
        if self.pack is not None:
            staged = self.desk.archive.staged(self.pack, self.count)
            self.desk.archive.admit(tx, staged)
            self.desk.catalogue.add(tx, staged.sidecars)
        outcome = Outcome(self.pack, self.admitted, len(self.fates) - self.admitted)
        size = sum(fate.made.size for fate in self.fates)
        site = SiteName(self.asking.site)
        self.desk.stored.enter(tx, self.source, site, size, outcome, self.at)
