"""Flow *deid*: originals on a disk become released files on a disk, without any server.

1. IN is listed; archives are opened into a folder of ours; what is known of untouched inputs stays.
2. Children *look*: what each input is, whom it shows, which words would tell. All before anything
   is written, since one file may name the person whom another shows.
3. Who is who is settled, and with it pseudonyms and date offsets of both stages.
4. Children *make* outputs: pixels, stage 1, stage 2, the verifier; whole files under new names.
5. What no input stands behind any more is taken out of OUT.

The journal follows each chunk. A run that was killed is gone on with: what is finished stays.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final, Protocol

from yushan import __version__
from yushan.flows.cleaning import How, PixelWork
from yushan.flows.deid.archives import Limits, Member, unpack
from yushan.flows.deid.inputs import inputs
from yushan.flows.deid.looking import Input, Looked, look_all
from yushan.flows.deid.making import Batch, Made, Stages, Task, make_all, make_batches
from yushan.flows.deid.people import people
from yushan.flows.deid.places import is_ours, outputs
from yushan.flows.deid.planning import (
    OPENED,
    find_leaders,
    forget_changed,
    objects_of,
    plan_of,
    settle_doubles,
    settle_stopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from yushan.flows.deid.inputs import Found
    from yushan.flows.deid.journal import Journal, Row
    from yushan.flows.deid.key_folder import Keys
    from yushan.flows.deid.people import Person
    from yushan.flows.deid.places import Places
    from yushan.flows.deid.pool import Pool
    from yushan.flows.deid.wish import Wish

#: A child takes at most so many files and bytes at a time, unless a single file is larger.
CHUNK_FILES: Final = 32
CHUNK_BYTES: Final = 64 << 20


class Progress(Protocol):
    """Told how far a stage is."""

    def __call__(self, stage: str, done: int, of: int) -> None:
        """``done`` of ``of`` inputs; ``of`` is 0 while nobody knows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that a run works with.

    ``drafts`` is where files in the making lie; ``slow_pool`` gives children for work on pixels.
    """

    wish: Wish
    places: Places
    keys: Keys
    journal: Journal
    pool: Pool
    slow_pool: Callable[[], Pool]
    drafts: str
    progress: Progress


class Story:
    """The steps, for one IN and one OUT."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.journal, self.pool = desk, desk.journal, desk.pool
        self.policy = desk.wish.policy
        self.rules = f"{__version__} {self.policy.digest} {desk.keys.fingerprint} {desk.wish.ocr}"

    def run(self) -> None:
        """The whole story."""
        self.list_inputs()
        self.look_at_all()
        self.make_all()
        self.sweep()

    def list_inputs(self) -> None:
        """What there is."""
        if self.journal.fact("rules", "") != self.rules:
            self.journal.forget_all()
            self.journal.note("rules", self.rules)
        count = 0
        for group in grouped(inputs(self.desk.places.source), 1000):
            self.journal.meet(
                (one.name, one.path, one.size, one.stamp, one.problem) for one in group
            )
            count += len(group)
            self.desk.progress("list", count, 0)

    def look_at_all(self) -> None:
        """Look at what is new; then at what archives hold."""
        forget_changed(self.journal)
        self.look()
        self.open_archives()
        forget_changed(self.journal)
        self.look()

    def look(self) -> None:
        """Look at all that nobody looked at."""
        waiting = "looked = 0 AND stop = ''"
        done, of = 0, self.journal.count(waiting)
        rows = self.journal.rows(waiting)
        chunks = (
            (tuple(Input(row.number, row.name, row.path) for row in chunk), (self.policy,))
            for chunk in chunked(rows)
        )
        for seen in self.pool.each(look_all, chunks, not_looked):
            self.journal.look(seen)
            done += len(seen)
            self.desk.progress("look", done, of)

    def open_archives(self) -> None:
        """Open each archive into a folder of its own; its members are inputs."""
        archives = tuple(self.journal.rows("stop = ?", OPENED))
        chunks = (((row,), (str(self.folder_for(row)), Limits())) for row in archives)
        for members in self.pool.each(open_one, chunks, not_opened):
            self.journal.meet(
                (one.name, one.path, one.size, f"{one.size}.{one.crc}", one.problem)
                for one in members
            )

    def folder_for(self, row: Row) -> Path:
        """An empty folder for the members of an archive."""
        folder = self.desk.places.unpacked / str(row.number)
        folder.mkdir(mode=0o700)
        return folder

    def make_all(self) -> None:
        """Make every output that is not there yet as it should be: first what needs no pixels."""
        find_leaders(self.journal)
        self.journal.finish(settle_stopped(self.journal))
        of = self.journal.count("stop = ''")
        self.desk.progress("make", self.count_made(), of)
        for made in self.pool.each(make_all, self.plain_chunks(), not_made):
            self.journal.finish(made, may_wait=self.desk.wish.ocr)
            self.desk.progress("make", self.count_made(), of)
        if self.journal.count("stop = '' AND waits <> ''"):
            self.make_slowly(of)
        self.journal.finish(settle_doubles(self.journal))
        self.desk.progress("make", of, of)

    def count_made(self) -> int:
        """How many inputs have a result of this run or the last."""
        return self.journal.count("stop = '' AND outcome IS NOT NULL")

    def make_slowly(self, of: int) -> None:
        """Make what needs its pixels read or its face taken off."""
        with self.desk.slow_pool() as pool:
            for batches in pool.each(make_batches, self.slow_chunks(), not_batched):
                for made in batches:
                    self.journal.finish(made)
                self.desk.progress("make", self.count_made(), of)

    def plain_chunks(self) -> Iterator[tuple[tuple[Task, ...], tuple[Stages]]]:
        """What is to be made of headers alone, person by person."""
        for person in self.people():
            how = self.stages(person, reads=False)
            for chunk in chunked(self.plain_rows(person)):
                if tasks := self.due(person, chunk):
                    yield tasks, (how,)

    def plain_rows(self, person: Person) -> Iterator[Row]:
        """The inputs of a person that need no work on their pixels, or cannot have it."""
        for series in series_of(objects_of(self.journal, person)):
            if not shows_face(series):
                yield from (row for row in series if not row.waits or not self.desk.wish.ocr)

    def slow_chunks(self) -> Iterator[tuple[tuple[Batch, ...], tuple[Stages]]]:
        """What is to be made of pixels, a picture or a series at a time."""
        for person in self.people():
            how = self.stages(person, reads=self.desk.wish.ocr)
            for batch in self.batches(person):
                yield (batch,), (how,)

    def batches(self, person: Person) -> Iterator[Batch]:
        """The pictures and series of a person."""
        for series in series_of(objects_of(self.journal, person)):
            if shows_face(series):
                digest = hashlib.sha256(b"".join(row.sha256 for row in series)).digest()
                if self.due(person, series, digest):
                    yield Batch(self.tasks(person, series, digest), is_series=True)
            elif self.desk.wish.ocr:
                for row in series:
                    if row.waits and (tasks := self.due(person, [row])):
                        yield Batch(tasks)

    def people(self) -> Iterator[Person]:
        """All persons who are one person each; what others have is set aside."""
        for person in people(self.journal, self.desk.keys, self.policy.max_offset_days):
            if person.is_mixed:
                self.journal.finish(mixed(objects_of(self.journal, person)))
                continue
            self.journal.name_subjects([(person.key, person.subject, person.offset_days)])
            yield person

    def due(self, person: Person, rows: Iterable[Row], series: bytes = b"") -> tuple[Task, ...]:
        """Those of some inputs that are not made as they should be."""
        rows = tuple(rows)
        tasks = self.tasks(person, rows, series)
        return tuple(
            task for row, task in zip(rows, tasks, strict=True) if not self.is_made(row, task.plan)
        )

    def tasks(self, person: Person, rows: Iterable[Row], series: bytes) -> tuple[Task, ...]:
        """What a child must know of inputs; their plans name all their outputs depend on."""
        rules = f"{self.rules} {person.digest} {series.hex()}"
        return tuple(
            Task(row.number, row.path, row.sha256, plan_of(rules, row.sha256), row.uids)
            for row in rows
        )

    def is_made(self, row: Row, plan: str) -> bool:
        """Whether an input has its result, and its output is there as it was written."""
        if row.plan != plan or row.outcome is None:
            return False
        if row.output is None:
            return row.outcome == "quarantined" and not row.failed
        try:
            return (self.desk.places.out / row.output).stat().st_size == row.output_size
        except OSError:
            return False

    def stages(self, person: Person, *, reads: bool) -> Stages:
        """What is the same for all inputs of a person."""
        first = How(
            folder="", policy=self.policy, keys=self.desk.keys.site, subject=person.site_subject,
            offset_days=person.site_offset_days, tokens=person.tokens,
            pixels=PixelWork(read=reads, seed=self.desk.keys.seed),
        )  # fmt: skip
        shift_days = person.offset_days - person.site_offset_days
        return Stages(
            first, self.desk.keys.project.uid, person.subject, shift_days,
            os.fspath(self.desk.places.out), self.desk.drafts,
        )  # fmt: skip

    def sweep(self) -> None:
        """Take out of OUT what no input of this run stands behind."""
        out = self.desk.places.out
        for name in outputs(out):
            if is_ours(name) and not self.journal.has_output(name):
                (out / name).unlink()
        for folder, _, _ in os.walk(out, topdown=False):
            if folder != os.fspath(out) and not os.listdir(folder):  # noqa: PTH208 - a name is enough
                os.rmdir(folder)  # noqa: PTH106 - as above


def open_one(rows: tuple[Row, ...], folder: str, limits: Limits) -> tuple[Member, ...]:
    """One archive, in a child."""
    (row,) = rows
    return unpack(row.path, row.name, folder, limits)


def not_looked(one: Input, code: str) -> Looked:
    """The result of an input at which no child could look."""
    return Looked(one.number, stop=code)


def not_opened(one: Row, code: str) -> Member:
    """The result of an archive that no child could open."""
    return Member(one.name, problem=code)


def not_made(one: Task, code: str) -> Made:
    """The result of an input that no child could work on."""
    return Made(one.number, one.plan, "quarantined", (code,))


def not_batched(one: Batch, code: str) -> tuple[Made, ...]:
    """The results of inputs on which no child could work; a series is never taken apart."""
    return tuple(not_made(task, code) for task in one.tasks)


def series_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Inputs that come series by series, each as a list."""
    for _, group in groupby(rows, key=lambda row: (row.study, row.series)):
        yield list(group)


def shows_face(series: Iterable[Row]) -> bool:
    """Whether a face must be taken off a series."""
    return any("face" in row.waits for row in series)


def mixed(rows: Iterable[Row]) -> Iterator[Made]:
    """The results of inputs that show nobody knows whom."""
    for row in rows:
        yield Made(row.number, "", "quarantined", ("standalone.identities-mixed",))


def grouped(things: Iterable[Found], size: int) -> Iterator[list[Found]]:
    """Lists of at most ``size``."""
    left = iter(things)
    while group := list(islice(left, size)):
        yield group


def chunked(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Lists that a child takes at a time."""
    chunk: list[Row] = []
    left = CHUNK_BYTES
    for row in rows:
        left -= row.size
        if chunk and (left < 0 or len(chunk) == CHUNK_FILES):
            yield chunk
            chunk, left = [], CHUNK_BYTES - row.size
        chunk.append(row)
    if chunk:
        yield chunk
