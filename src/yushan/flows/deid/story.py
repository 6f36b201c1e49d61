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

import os
from itertools import islice
from typing import TYPE_CHECKING

from yushan.flows.deid.archives import Limits, Member, unpack
from yushan.flows.deid.inputs import inputs
from yushan.flows.deid.looking import Input, Looked, look_all
from yushan.flows.deid.making import Batch, Made, Task, make_all, make_batches
from yushan.flows.deid.places import is_ours, outputs
from yushan.flows.deid.planning import (
    OPENED,
    find_leaders,
    forget_changed,
    settle_doubles,
    settle_stopped,
)
from yushan.flows.deid.rounds import Rounds, chunked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from yushan.flows.deid.desk import Desk
    from yushan.flows.deid.inputs import Found
    from yushan.flows.deid.journal import Row


class Story:
    """The steps, for one IN and one OUT."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.journal, self.pool = desk, desk.journal, desk.pool
        self.rounds = Rounds(desk)
        self.opened: set[int] = set()
        self.done = self.of = 0

    def run(self) -> None:
        """The whole story."""
        self.list_inputs()
        self.look_at_all()
        self.make_all()
        self.sweep()

    def list_inputs(self) -> None:
        """What there is."""
        if self.journal.fact("rules", "") != self.rounds.rules:
            self.journal.forget_all()
            self.journal.note("rules", self.rounds.rules)
        count = 0
        for group in grouped(inputs(self.desk.places.source), 1000):
            self.journal.meet(
                (one.name, one.path, one.size, one.stamp, one.problem) for one in group
            )
            count += len(group)
            self.desk.progress("list", count, 0)

    def look_at_all(self) -> None:
        """Look at what is new; then at what new archives hold."""
        for _ in range(2):
            self.open_archives()
            forget_changed(self.journal)
            self.look()

    def look(self) -> None:
        """Look at all that nobody looked at."""
        waiting = "looked = 0 AND stop = ''"
        done, of = 0, self.journal.count(waiting)
        rows = self.journal.rows(waiting)
        chunks = (
            (
                tuple(Input(row.number, row.name, row.path) for row in chunk),
                (self.desk.wish.policy,),
            )
            for chunk in chunked(rows)
        )
        for seen in self.pool.each(look_all, chunks, not_looked):
            self.journal.look(seen)
            done += len(seen)
            self.desk.progress("look", done, of)

    def open_archives(self) -> None:
        """Open each archive into a folder of its own; its members are inputs."""
        known = tuple(self.journal.rows("stop = ?", OPENED))
        archives = [row for row in known if row.number not in self.opened]
        self.opened |= {row.number for row in archives}
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
        self.done = self.journal.count("stop = '' AND outcome IS NOT NULL")
        self.of = self.journal.count("stop = ''")
        self.count(())
        for made in self.pool.each(make_all, self.rounds.plain_chunks(), not_made):
            self.journal.finish(made, may_wait=self.desk.wish.ocr)
            self.count(made)
        if self.journal.count("stop = '' AND waits <> ''"):
            self.make_slowly()
        self.journal.finish(settle_doubles(self.journal))

    def count(self, made: Iterable[Made]) -> None:
        """Tell how far it is; what waits for a second round is not done."""
        self.done += sum(not (one.waits and self.desk.wish.ocr) for one in made)
        self.desk.progress("make", min(self.done, self.of), self.of)

    def make_slowly(self) -> None:
        """Make what needs its pixels read or its face taken off."""
        with self.desk.slow_pool() as pool:
            for batches in pool.each(make_batches, self.rounds.slow_chunks(), not_batched):
                for made in batches:
                    self.journal.finish(made)
                    self.count(made)

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


def grouped(things: Iterable[Found], size: int) -> Iterator[list[Found]]:
    """Lists of at most ``size``."""
    left = iter(things)
    while group := list(islice(left, size)):
        yield group
