"""The work of intake on bytes: the work folder, the children, the pack's draft.

What lies in the work folder is worth nothing after a crash unless its checksum fits the table; the
originals in the spool make it again.
"""

from __future__ import annotations

import os
import shutil
from datetime import date  # noqa: TC003 - msgspec reads it at run time
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from yushan.base import Rejected
from yushan.domain.packs import PackWriter
from yushan.domain.redaction import Box
from yushan.flows.cleaning import Known, Result, Source, clean, look, output_path
from yushan.services.gateway import disk_room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from yushan.domain.packs import PackSummary
    from yushan.flows.cleaning import How
    from yushan.flows.intake.ports import Workers
    from yushan.services.gateway import Member, Output, Run

T = TypeVar("T")

#: Chunks given to the children before the attempt gives its next sign of life.
ROUND: Final = 16
#: Bytes that a child takes at a time, unless a single file is larger.
CHUNK_BYTES: Final = 64 << 20


class Person(msgspec.Struct, frozen=True):
    """What the hospital must remember of a patient between steps; it never leaves the hospital."""

    #: National number, or ``None``: the person stays unlinked.
    identity: str | None
    #: True date of the examination; ``None``: not known, or the objects disagree.
    examined_on: date | None
    #: Words by which the person would be recognised.
    tokens: tuple[str, ...]
    #: Object and reason code of originals that could not be looked at.
    blind: tuple[tuple[int, str], ...] = ()


class Workshop:
    """One folder per batch below ``root``, readable by nobody else.

    Parameters
    ----------
    chunk_files
        Files that a child takes at a time.
    """

    def __init__(self, root: Path, workers: Workers, chunk_files: int) -> None:
        self.root, self.workers, self.chunk_files = root, workers, chunk_files
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def folder(self, run: Run) -> Path:
        """Where everything about a batch lies."""
        return self.root / run.batch

    def results(self, batch: str, attempt: int) -> Path:
        """Where an attempt's outputs lie."""
        return self.root / batch / str(attempt)

    def fresh(self, run: Run) -> Path:
        """An empty folder for an attempt's outputs; those of earlier attempts make room."""
        with disk_room():
            for old in self.folder(run).glob("[0-9]*"):
                shutil.rmtree(old, ignore_errors=True)
            folder = self.results(run.batch, run.attempt)
            folder.mkdir(mode=0o700, parents=True)
        return folder

    def clear(self, run: Run) -> None:
        """The batch is through."""
        shutil.rmtree(self.folder(run), ignore_errors=True)

    def tidy(self, kept: frozenset[str]) -> None:
        """Remove what a former life left of batches that are through: all but ``kept``."""
        for folder in self.root.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def remember(self, run: Run, person: Person) -> None:
        """Keep what is known of the patient until the batch is through."""
        with disk_room():
            self.folder(run).mkdir(mode=0o700, exist_ok=True)
            part = self.folder(run) / "person.part"
            with open(part, "wb", opener=private) as file:
                file.write(msgspec.msgpack.encode(person))
            part.rename(self.folder(run) / "person")

    def recall(self, run: Run) -> Person | None:
        """What was remembered, if it is still there and whole."""
        try:
            data = (self.folder(run) / "person").read_bytes()
            return msgspec.msgpack.decode(data, type=Person)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def chunks(self, members: Sequence[Member]) -> list[tuple[Source, ...]]:
        """What a child takes at a time: some files, fewer when they are large."""
        chunks: list[list[Source]] = []
        size = CHUNK_BYTES
        for one in members:
            if size + one.size > CHUNK_BYTES or len(chunks[-1]) >= self.chunk_files:
                chunks.append([])
                size = 0
            chunks[-1].append(source_of(one))
            size += one.size
        return [tuple(chunk) for chunk in chunks]

    def look(self, members: Sequence[Member]) -> Known:
        """What the originals tell about their patient."""
        tasks = [(chunk,) for chunk in self.chunks(members)]
        known = Known()
        for some in pieces(tasks, ROUND):
            known |= self.look_at(some)
        return known

    def look_at(self, tasks: Sequence[tuple[tuple[Source, ...]]]) -> Known:
        """The same for some chunks; one by one when a child does not survive them together."""
        try:
            found = self.workers.map(look, tasks)
        except Rejected:
            found = [self.look_alone(one) for (sources,) in tasks for one in sources]
        known = Known()
        for one in found:
            known |= one
        return known

    def look_alone(self, source: Source) -> Known:
        """One original in a child of its own; when that dies, nobody can say whose it is."""
        try:
            return self.workers.run(look, (source,))
        except Rejected as error:
            return Known(blind=((source.object, error.code),))

    def clean_all(
        self, members: Sequence[Member], how: How, alive: Callable[[], object]
    ) -> list[Result]:
        """Stage 1 for all; ``alive`` is called now and then."""
        tasks = [(chunk, how) for chunk in self.chunks(members)]
        done: list[Result] = []
        for some in pieces(tasks, ROUND):
            done += self.clean_some(some)
            alive()
        return done

    def clean_some(self, tasks: Sequence[tuple[tuple[Source, ...], How]]) -> list[Result]:
        """Some chunks side by side; one object at a time when a child does not survive."""
        try:
            return [one for results in self.workers.map(clean, tasks) for one in results]
        except Rejected:
            return [self.clean_alone(one, how) for sources, how in tasks for one in sources]

    def clean_alone(self, source: Source, how: How) -> Result:
        """One object in a child of its own; it is set aside when the child does not survive it."""
        try:
            (result,) = self.workers.run(clean, (source,), how)
        except Rejected as error:
            return Result(source.object, (error.code,))
        return result

    def write_pack(
        self, draft: Path, batch: str, outputs: Sequence[tuple[int, Output]]
    ) -> PackSummary | None:
        """Write the outputs as a pack, durably; ``None`` when one is gone or not as it was.

        Unless the pack is whole, its draft is removed.
        """
        made = None
        try:
            with disk_room():
                made = self.write_draft(draft, batch, outputs)
        finally:
            if made is None:
                draft.unlink(missing_ok=True)
        return made

    def write_draft(
        self, draft: Path, batch: str, outputs: Sequence[tuple[int, Output]]
    ) -> PackSummary | None:
        """The same without cleaning up."""
        with draft.open("wb") as file:
            writer = PackWriter(file)
            for attempt, output in outputs:
                path = output_path(self.results(batch, attempt), output.object)
                data = path.read_bytes() if path.is_file() else b""
                if not data or writer.add([data]).crc32 != output.crc32:
                    return None
            made = writer.finish()
            file.flush()
            os.fsync(file.fileno())
        return made


def source_of(member: Member) -> Source:
    """An original with what a person decided about its picture."""
    decided = None if member.decided is None else tuple(Box(*one) for one in member.decided)
    return Source(member.object, str(member.path), member.sha256, decided)


def private(path: str, flags: int) -> int:
    """Open for the owner alone."""
    return os.open(path, flags, 0o600)


def pieces(values: Sequence[T], size: int) -> list[Sequence[T]]:
    """Cut into pieces of at most ``size``."""
    return [values[start : start + size] for start in range(0, len(values), size)]
