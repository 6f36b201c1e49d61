"""Flow *store* (B1 B6): objects that a program hands over become searchable before it is answered.

1. Children read what each object says of itself.
2. An object of a study that is here belongs to that study's person; one of a new study is taken
   only from who may see everything.
3. Children hold each object against the verifier: what passes is taken as it is; what says that
   nobody is named in it, or belongs to a study that is here, is cleaned once more, gets our
   identifiers where it had others, and is verified again. All else is refused with its reasons.
4. Each object finds its place: new, the same again, or other bytes under a known name.
5. What is new becomes one pack per person, on disk; then one transaction makes it true: ledger,
   index, the account of the site.

The door answers after the last step, so nothing has to be taken up by a later life: a process that
dies answered nobody, and what it left is swept. The same objects again change nothing.
"""

from __future__ import annotations

import secrets
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from yushan.base import Conflict, PackId, Rejected, SiteName, StudyUID, Unavailable
from yushan.domain.packs import Sidecar
from yushan.engines.observe import facts, log_for
from yushan.flows.store.making import House, look, make
from yushan.flows.store.packing import sidecars, write_pack
from yushan.flows.store.placing import Here, by_subject
from yushan.flows.store.planning import names_of, plan
from yushan.flows.store.values import Fate, How, Made, Sent
from yushan.services.archive import Outcome
from yushan.services.catalogue import Query
from yushan.services.ledger import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.flows.store.values import Asking
    from yushan.services.archive import Archive, Stored
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Ledger

T = TypeVar("T")
log = log_for(__name__)

#: A child gets at most so many objects at a time.
BATCH: Final = 16
#: How often a request is placed anew because another one was faster.
ATTEMPTS: Final = 4
#: Folders of requests older than this were left by a process that died.
STALE_S: Final = 86_400.0


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


class Store:
    """The story, for the door."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sweep()

    def begin(self) -> Path:
        """A folder for the objects of one request; whoever begins calls `end`."""
        folder = self.desk.folder / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return folder

    def end(self, folder: Path) -> None:
        """Drop what a request left on the way."""
        shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> int:
        """Drop what requests of former lives left; how many."""
        before = self.desk.clock.now().timestamp() - STALE_S
        stale = [one for one in self.desk.folder.iterdir() if one.stat().st_mtime < before]
        for folder in stale:
            self.end(folder)
        return len(stale)

    def run(self, asking: Asking, files: Sequence[Path]) -> list[Fate]:
        """What became of each file, in order.

        Raises
        ------
        Unavailable
            ``store.full``, ``store.busy``: nothing is stored, the same may be sent again.
        """
        sent = self.each(look, [str(file) for file in files], Sent)
        for _ in range(ATTEMPTS):
            made = self.made(asking, files, sent)
            seen = self.parts(made)
            here = Here(self.desk.archive, self.desk.catalogue, made)
            fates = [here.place(*pair) for pair in zip(sent, made, strict=True)]
            try:
                self.enter(asking, fates, seen)
            except Conflict as error:
                log.info("store.overtaken", extra=facts(code=error.code))
                continue
            return fates
        raise Unavailable("store.busy")

    def made(self, asking: Asking, files: Sequence[Path], sent: Sequence[Sent]) -> list[Made]:
        """Each object as it may be stored, or why not."""
        owners = self.owners(asking, sent)
        keys = self.desk.house.keys
        plans = [plan(one, asking, owners.get(one.study_instance_uid), keys) for one in sent]
        found = [Made(one) if isinstance(one, tuple) else Made() for one in plans]
        open_ = [index for index, one in enumerate(plans) if isinstance(one, How)]
        tasks = [(str(files[index]), plans[index]) for index in open_]
        for index, one in zip(open_, self.each(make, tasks, Made, self.desk.house), strict=True):
            found[index] = one
        return found

    def each(
        self,
        do: Callable[..., list[T]],
        tasks: Sequence[Any],
        kind: Callable[..., T],
        *more: House,
    ) -> list[T]:
        """Tasks to children in batches; one that a child did not survive is refused alone."""
        cut = [tuple(tasks[at : at + BATCH]) for at in range(0, len(tasks), BATCH)]
        try:
            answers = self.desk.workers.map(do, [(batch, *more) for batch in cut])
        except Rejected:
            return [self.alone(do, task, kind, *more) for task in tasks]
        return [one for batch in answers for one in batch]

    def alone(
        self,
        do: Callable[..., list[T]],
        task: Any,  # noqa: ANN401 - a path, or a path and what to do with it
        kind: Callable[..., T],
        *more: House,
    ) -> T:
        """One task in a child of its own."""
        try:
            return self.desk.workers.run(do, (task,), *more)[0]
        except Rejected as error:
            return kind(reasons=(error.code,))

    def owners(self, asking: Asking, sent: Sequence[Sent]) -> dict[str, str]:
        """Study as sent → its person, where the study is here and the asker may see it."""
        found: dict[str, str] = {}
        keys = self.desk.house.keys
        for study in sorted({one.study_instance_uid for one in sent if not one.reasons}):
            wanted = Query(studies=tuple(map(StudyUID, names_of(study, keys))))
            for row in self.desk.catalogue.studies(asking.scope, wanted, 1):
                found[study] = str(row.subject)
        return found

    def parts(self, made: Sequence[Made]) -> dict[str, int]:
        """How many parts each touched series and study has now."""
        good = [one for one in made if not one.reasons]
        series = {one.series_instance_uid for one in good}
        studies = {one.study_instance_uid for one in good}
        with self.desk.db.read() as tx:
            return self.desk.archive.parts_among(tx, series, studies)

    def enter(self, asking: Asking, fates: Sequence[Fate], seen: dict[str, int]) -> None:
        """Packs to the store, then everything true in one transaction."""
        groups = by_subject(fates)
        at = self.desk.clock.now().isoformat(timespec="milliseconds")
        put = [Put(self.desk, asking, fates, seen, at) for fates in groups.values()]
        with self.desk.db.begin() as tx:
            self.tell(tx, asking, fates, put)
            good = [fate.made for fates in groups.values() for fate in fates]
            series = {one.series_instance_uid for one in good}
            studies = {one.study_instance_uid for one in good}
            now = self.desk.archive.parts_among(tx, series, studies)
            if now != {uid: seen[uid] for uid in series | studies if uid in seen}:
                raise Conflict("archive.overtaken")
            for one in put:
                one.enter(tx)
        log.info("store.stored", extra=facts(instances=sum(one.admitted for one in put)))

    def tell(
        self, tx: Connection, asking: Asking, fates: Sequence[Fate], put: Sequence[Put]
    ) -> None:
        """The ledger comes first: its lock keeps whoever admits apart."""
        drafts = [one.draft() for one in put]
        if reasons := Counter(fate.reasons[0] for fate in fates if fate.reasons):
            entry = {"site": asking.site, "account": asking.account}
            told = {"refused": sum(reasons.values()), "reasons": dict(sorted(reasons.items()))}
            drafts.append(Draft("archive.store-refused", entry | told))
        self.desk.ledger.extend(tx, drafts)


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
