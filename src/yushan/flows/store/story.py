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

import fcntl
import os
import secrets
import shutil
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from yushan.base import Conflict, Rejected, StudyUID, Unavailable
from yushan.engines.observe import facts, log_for
from yushan.flows.store.assembling import assemble
from yushan.flows.store.making import House, look, make
from yushan.flows.store.placing import Here, by_subject
from yushan.flows.store.planning import names_of, plan
from yushan.flows.store.putting import Put
from yushan.flows.store.values import Fate, How, Made, Sent
from yushan.services.catalogue import Query
from yushan.services.ledger import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from yushan.flows.store.assembling import Apart
    from yushan.flows.store.putting import Desk
    from yushan.flows.store.values import Asking

#: Whoever holds this file places objects.
LOCK: Final = ".lock"

T = TypeVar("T")
log = log_for(__name__)

#: A child gets at most so many objects at a time.
BATCH: Final = 16
#: How often a request is placed anew because another one was faster.
ATTEMPTS: Final = 4
#: Folders of requests older than this were left by a process that died.
STALE_S: Final = 86_400.0


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Keep all other threads and processes that ask for the same file waiting."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


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
        folders = (one for one in self.desk.folder.iterdir() if one.is_dir())
        stale = [one for one in folders if one.stat().st_mtime < before]
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
        return self.judged(asking, files, self.each(look, [str(file) for file in files], Sent))

    def run_apart(self, asking: Asking, apart: Apart) -> list[Fate]:
        """The same of metadata with bulk data beside it: a child makes files of them first.

        Raises
        ------
        Rejected
            ``store.metadata-unreadable``; ``sandbox.…``: a child did not survive it.
        Unavailable
            As `run`.
        """
        whole = self.desk.workers.run(assemble, apart)
        seen = iter(self.each(look, [one.path for one in whole if one.path], Sent))
        sent = [next(seen) if one.path else one.sent for one in whole]
        return self.judged(asking, [Path(one.path) for one in whole], sent)

    def judged(self, asking: Asking, files: Sequence[Path], sent: Sequence[Sent]) -> list[Fate]:
        """What became of files that were looked at."""
        for _ in range(ATTEMPTS):
            made = self.made(asking, files, sent)
            try:
                with one_at_a_time(self.desk.folder / LOCK):
                    return self.placed(asking, sent, made)
            except Conflict as error:
                log.info("store.overtaken", extra=facts(code=error.code))
        raise Unavailable("store.busy")

    def placed(self, asking: Asking, sent: Sequence[Sent], made: Sequence[Made]) -> list[Fate]:
        """Each object at its place, in the store and in the tables.

        One request at a time: the same objects make the same pack, and two that put it at once
        would take each other's files away.

        Raises
        ------
        Conflict
            Somebody else changed what is here of these studies meanwhile.
        """
        seen = self.parts(made)
        here = Here(self.desk.archive, self.desk.catalogue, made)
        fates = [here.place(*pair) for pair in zip(sent, made, strict=True)]
        self.enter(asking, fates, seen)
        return fates

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
