"""The second pass, in a child: both stages, the verifier, and the file under its new name."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yushan.base import Rejected
from yushan.domain.deid import Quarantined, reissue, replace_uid
from yushan.domain.verifier import verify
from yushan.flows.cleaning import content, disk_room, plain, series_faces, stage_one, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.base import Pseudonym
    from yushan.domain.redaction import Box
    from yushan.flows.cleaning import Faces, How

#: Left, top, width, height in pixels; the frame from 0, ``None`` for all.
Rectangle = tuple[int, int, int, int, int | None]
FULL, FAILED = "standalone.disk-full", "standalone.disk-failed"


@dataclass(frozen=True, slots=True)
class Task:
    """One input that is to be made into an output; ``plan`` names all it depends on."""

    number: int
    path: str
    sha256: bytes
    plan: str
    #: Study, Series and SOP Instance UID.
    uids: tuple[str, str, str]
    #: Whether its pixels are looked at although its kind needs no reading.
    is_sampled: bool = False
    #: Rectangles that a person had filled; ``None`` while nobody looked.
    decided: tuple[Rectangle, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stages:
    """What is the same for all inputs of one person.

    ``work`` is a folder for files in the making; an empty one means beside their place in ``out``.
    """

    first: How
    uid_key: bytes = field(repr=False)
    subject: Pseudonym
    shift_days: int
    out: str
    work: str

    def renamed(self, uid: str) -> str:
        """The UID that stands for one in names of outputs."""
        return replace_uid(self.uid_key, replace_uid(self.first.keys.uid, uid))


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one input."""

    number: int
    plan: str
    outcome: str
    reasons: tuple[str, ...] = ()
    output: str | None = None
    size: int | None = None
    seconds: float = 0.0
    methods: tuple[str, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    #: What its pixels wait for that was not done here.
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs that are worked on together; ``is_series``: all of one series that shows a head."""

    tasks: tuple[Task, ...]
    is_series: bool = False


def make_batches(batches: tuple[Batch, ...], how: Stages) -> tuple[tuple[Made, ...], ...]:
    """Make the outputs of batches; a face is taken off its whole series."""
    return tuple(make_batch(batch, how) for batch in batches)


def make_batch(batch: Batch, how: Stages) -> tuple[Made, ...]:
    """Make the outputs of one batch."""
    if not batch.is_series:
        return make_all(batch.tasks, how)
    start = time.perf_counter()
    try:
        paths = tuple(task.path for task in batch.tasks)
        faces, reason = series_faces(paths, how.first.pixels)
    except OSError:
        faces, reason = None, "standalone.unreadable"
    seconds = (time.perf_counter() - start) / len(batch.tasks)
    if reason:
        return tuple(
            Made(task.number, task.plan, "quarantined", (reason,), seconds=seconds)
            for task in batch.tasks
        )
    return make_all(batch.tasks, how, faces)


def make_all(tasks: tuple[Task, ...], how: Stages, faces: Faces | None = None) -> tuple[Made, ...]:
    """Make some outputs; when this returns they are on disk, whole, under their names.

    Raises
    ------
    Unavailable
        ``standalone.disk-full``, ``standalone.disk-failed``; what was begun is taken away.
    """
    drafts = Drafts(Path(how.out), Path(how.work) if how.work else None)
    try:
        made = tuple(make(task, how, faces, drafts) for task in tasks)
        drafts.publish()
    finally:
        drafts.clear()
    return made


def make(task: Task, how: Stages, faces: Faces | None, drafts: Drafts) -> Made:
    """Both stages of one input; whatever it holds gives a result."""
    start = time.perf_counter()
    try:
        with content(Path(task.path)) as data:
            if hashlib.sha256(data).digest() == task.sha256:
                made = made_from(task, data, how, faces, drafts)
            else:
                made = Made(task.number, task.plan, "refused", ("standalone.changed",))
    except Rejected as error:
        made = Made(task.number, task.plan, "quarantined", (error.code,))
    except OSError:
        made = Made(task.number, task.plan, "refused", ("standalone.unreadable",))
    return replace(made, seconds=time.perf_counter() - start)


def made_from(task: Task, data: Any, how: Stages, faces: Faces | None, drafts: Drafts) -> Made:  # noqa: ANN401 - bytes or a mapped file
    """Both stages of one input's bytes, verified, as a draft."""
    staged = stage_one(
        data, how.first, faces=faces, is_sampled=task.is_sampled, decided=boxes(task.decided)
    )
    first, findings = staged.made, plain(staged.findings)
    if isinstance(first, Quarantined):
        return Made(
            task.number, task.plan, "quarantined", first.reasons, waits=staged.waits,
            findings=findings,
        )  # fmt: skip
    made = bytes(reissue(
        b"".join(first.chunks), uid_key=how.uid_key, subject=how.subject,
        shift_days=how.shift_days,
    ))  # fmt: skip
    found = verify(
        made, harvested=how.first.tokens | {how.first.subject}, subject=how.subject,
        terms=terms_of(how.first.policy),
    )  # fmt: skip
    if found:
        kinds = tuple(sorted({finding.kind for finding in found}))
        return Made(task.number, task.plan, "quarantined", kinds, findings=findings)
    output = "/".join((how.subject, *(how.renamed(uid) for uid in task.uids))) + ".dcm"
    drafts.write(output, made)
    return Made(
        task.number, task.plan, "released", (), output, len(made), methods=first.methods,
        findings=findings,
    )  # fmt: skip


def boxes(decided: tuple[Rectangle, ...] | None) -> tuple[Box, ...] | None:
    """Rectangles as redaction takes them."""
    if decided is None:
        return None
    from yushan.domain.redaction import Box  # noqa: PLC0415 - children only: brings NumPy

    return tuple(Box(*one) for one in decided)


class Drafts:
    """Files in the making: written, forced to disk, then given their names all together.

    A draft lies where nobody takes it for an output; its name is of ours.
    """

    def __init__(self, out: Path, work: Path | None) -> None:
        self.out, self.work = out, work
        self.waiting: list[tuple[Path, Path]] = []

    def write(self, output: str, content: bytes) -> None:
        """Write a draft of an output."""
        place = self.out / output
        with disk_room(FULL, FAILED):
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = (self.work or place.parent) / f".draft-{os.getpid()}-{len(self.waiting)}"
            self.waiting.append((draft, place))
            draft.write_bytes(content)

    def publish(self) -> None:
        """Give all drafts their names; they survive a power cut from here on."""
        with disk_room(FULL, FAILED):
            for draft, _ in self.waiting:
                sync(draft)
            for draft, place in self.waiting:
                draft.replace(place)
            for folder in folders(self.out, (place for _, place in self.waiting)):
                sync(folder)
        self.waiting.clear()

    def clear(self) -> None:
        """Take away what has no name yet."""
        for draft, _ in self.waiting:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Force a file or a directory to disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def folders(out: Path, places: Iterable[Path]) -> set[Path]:
    """The directories that gained a name, down from ``out``."""
    return {parent for place in places for parent in place.parents if parent.is_relative_to(out)}
