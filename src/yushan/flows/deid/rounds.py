"""What the second pass has to do, person by person: headers first, then pictures and heads."""

from __future__ import annotations

import hashlib
import os
from itertools import groupby
from typing import TYPE_CHECKING, Final

from yushan import __version__
from yushan.flows.cleaning import How, PixelWork
from yushan.flows.deid.decisions import decided
from yushan.flows.deid.making import Batch, Made, Stages, Task
from yushan.flows.deid.people import people
from yushan.flows.deid.planning import objects_of, plan_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yushan.flows.deid.desk import Desk
    from yushan.flows.deid.journal import Row
    from yushan.flows.deid.people import Person

#: A child takes at most so many files and bytes at a time, unless a single file is larger.
CHUNK_FILES: Final = 32
CHUNK_BYTES: Final = 64 << 20


class Rounds:
    """The tasks of the second pass; what has its result already is left out."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.journal = desk, desk.journal
        self.policy = desk.wish.policy
        self.rules = f"{__version__} {self.policy.digest} {desk.keys.fingerprint} {desk.wish.ocr}"
        #: First, middle and last inputs of each series: their borders are looked at in any case.
        self.sampled: set[int] = set()

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
                self.sampled |= {series[at].number for at in (0, len(series) // 2, -1)}
                yield from (row for row in series if not self.is_read(row))

    def is_read(self, row: Row) -> bool:
        """Whether the pixels of an input are read here: nobody has decided about them."""
        return bool(row.waits) and self.desk.wish.ocr and decided(row, self.desk.decisions) is None

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
            else:
                for row in series:
                    if self.is_read(row) and (tasks := self.due(person, [row])):
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
        return tuple(self.task(row, rules) for row in rows)

    def task(self, row: Row, rules: str) -> Task:
        """What a child must know of one input."""
        is_sampled, decision = row.number in self.sampled, decided(row, self.desk.decisions)
        filled = None if decision is None else decision.filled
        said = "" if filled is None else f" {filled}"
        plan = plan_of(f"{rules} {is_sampled}{said}", row.sha256)
        return Task(row.number, row.path, row.sha256, plan, row.uids, is_sampled, filled)

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
