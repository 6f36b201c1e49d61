"""Stage 1 on files, as children do it: look, de-identify, verify, write. Imports stay light."""

from __future__ import annotations

import hashlib
import mmap
import zlib
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Pseudonym, Rejected
from yushan.domain.deid import (
    Harvest,
    Quarantined,
    deidentify,
    examined_on,
    harvest,
    national_identity,
)
from yushan.domain.dicom import summary_of, walk
from yushan.domain.verifier import Terms, verify
from yushan.flows.cleaning.disk import disk_room
from yushan.flows.cleaning.pixels import NO_WORK, Case, faces_of, prepared
from yushan.flows.cleaning.positions import position_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from yushan.domain.deid import Policy, Released, SiteKeys
    from yushan.domain.redaction import Box, Finding
    from yushan.flows.cleaning.pixels import Faces, PixelWork, Waits

#: Files up to this size are read, larger ones are mapped.
MAPPED_FROM: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class Known:
    """What the hospital knows of a patient from the objects at hand; it never leaves it."""

    #: National numbers, normalised, with a right check digit.
    identities: frozenset[str] = frozenset()
    #: Words by which the person would be recognised.
    tokens: frozenset[str] = frozenset()
    #: Days of the examinations; ``None`` for one whose day nobody can tell.
    examined: frozenset[date | None] = frozenset()
    #: Object and reason code of originals that could not be looked at: they must not go on, since
    #: nobody can say whose they are.
    blind: tuple[tuple[int, str], ...] = ()

    def __or__(self, other: Known) -> Known:
        """What both know."""
        return Known(
            self.identities | other.identities, self.tokens | other.tokens,
            self.examined | other.examined, self.blind + other.blind,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One original: its number, its file, what it must hash to."""

    object: int
    path: str
    sha256: str
    #: Rectangles a person drew (none: nothing identifies); ``None`` when nobody looked.
    decided: tuple[Box, ...] | None = None
    #: Whether it is looked at in any case: the first, middle and last of a series are.
    is_sampled: bool = False


@dataclass(frozen=True, slots=True)
class How:
    """What is the same for all objects of one patient in one batch."""

    folder: str
    policy: Policy
    keys: SiteKeys
    subject: Pseudonym
    offset_days: int
    tokens: frozenset[str]
    pixels: PixelWork = NO_WORK


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one original; without ``reasons`` its output is in the folder.

    With ``waits`` nothing was done yet: its text must be read, or the face taken off its series;
    ``reasons`` are then those under which it is held as it is.
    """

    object: int
    reasons: tuple[str, ...] = ()
    size: int = 0
    crc32: int = 0
    number: float | None = None
    #: Millimetres along the slice normal.
    position: float | None = None
    waits: Waits = ""
    #: Places in the picture and their kinds; never what was read there.
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """Stage 1 of one object; with ``waits`` its pixels need work that was not done here."""

    made: Released | Quarantined
    waits: Waits = ""
    findings: tuple[Finding, ...] = ()


def output_path(folder: Path, number: int) -> Path:
    """Where the output of an object lies."""
    return folder / f"{number}.dcm"


def look(sources: tuple[Source, ...]) -> Known:
    """What the originals tell about their patient."""
    known = Known()
    for source in sources:
        known |= look_at(source)
    return known


def look_at(source: Source) -> Known:
    """What one original tells."""
    try:
        with content(Path(source.path)) as data:
            identity = national_identity(data)
            return Known(
                frozenset({identity} if identity else ()), harvest(data).tokens,
                frozenset({examined_on(data)}),
            )  # fmt: skip
    except FileNotFoundError:
        return Known(blind=((source.object, "gateway.file-missing"),))
    except Rejected as error:
        return Known(blind=((source.object, error.code),))


def clean(sources: tuple[Source, ...], how: How) -> tuple[Result, ...]:
    """De-identify and verify originals; outputs are written to ``how.folder``.

    Raises
    ------
    Unavailable
        ``gateway.disk-full``, ``gateway.disk-failed``.
    """
    return tuple(clean_one(source, how) for source in sources)


def clean_series(sources: tuple[Source, ...], how: How) -> tuple[Result, ...]:
    """The same for a whole series that shows a head: its face is taken off first.

    Raises
    ------
    Unavailable
        As ``clean``.
    """
    faces, reason = series_faces(tuple(source.path for source in sources), how.pixels)
    if reason:
        return tuple(Result(source.object, (reason,)) for source in sources)
    return tuple(clean_one(source, how, faces) for source in sources)


def series_faces(paths: tuple[str, ...], work: PixelWork) -> tuple[Faces | None, str]:
    """What becomes of the face of a series, or the reason why none of it may go."""
    try:
        with ExitStack() as stack:
            objects = [stack.enter_context(content(Path(path))) for path in paths]
            series = summary_of(walk(objects[0])).series_instance_uid
            return faces_of(objects, work, series), ""
    except FileNotFoundError:
        return None, "gateway.file-missing"
    except Rejected as error:
        return None, error.code


def clean_one(source: Source, how: How, faces: Faces | None = None) -> Result:
    """One original."""
    try:
        with content(Path(source.path)) as data:
            if hashlib.sha256(data).hexdigest() != source.sha256:
                return Result(source.object, ("gateway.file-changed",))
            staged = stage_one(
                data, how, decided=source.decided, faces=faces, is_sampled=source.is_sampled
            )
            return released_to_folder(source.object, staged, how)
    except FileNotFoundError:
        return Result(source.object, ("gateway.file-missing",))
    except Rejected as error:
        return Result(source.object, (error.code,))


def stage_one(
    data: bytes | mmap.mmap,
    how: How,
    *,
    decided: tuple[Box, ...] | None = None,
    faces: Faces | None = None,
    is_sampled: bool = False,
) -> Staged:
    """Pixels and stage 1 of one object.

    Raises
    ------
    Rejected
        As ``prepared``; what the header holds never raises.
    """
    instance = "" if faces is None else summary_of(walk(data)).sop_instance_uid
    case = Case(how.tokens, decided, faces, instance, is_sampled)
    found = prepared(data, how.policy, how.pixels, case)
    if found.reasons:
        return Staged(Quarantined(found.reasons), found.waits, found.findings)
    made = deidentify(
        data, policy=how.policy, keys=how.keys, subject=how.subject,
        offset_days=how.offset_days, harvested=Harvest(how.tokens), pixels=found.pixels,
    )  # fmt: skip
    return Staged(made, "", found.findings)


def released_to_folder(number: int, staged: Staged, how: How) -> Result:
    """Write what stage 1 made, and let another program verify what is in the file."""
    made = staged.made
    if isinstance(made, Quarantined):
        return Result(number, made.reasons, waits=staged.waits, findings=staged.findings)
    path = output_path(Path(how.folder), number)
    draft = path.with_suffix(".draft")
    try:
        with disk_room("gateway.disk-full", "gateway.disk-failed"), draft.open("wb") as file:
            file.writelines(made.chunks)
        result = judged(number, draft, how)
        if not result.reasons:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return replace(result, findings=staged.findings)


def judged(number: int, draft: Path, how: How) -> Result:
    """What another program finds in an output, and what the gateway must know of it."""
    with content(draft) as output:
        findings = verify(
            output, harvested=how.tokens, subject=how.subject, terms=terms_of(how.policy)
        )
        if not findings:
            return released(number, output)
    return Result(number, tuple(sorted({finding.kind for finding in findings})))


def terms_of(policy: Policy) -> Terms:
    """What a policy lets its objects claim, hold and show."""
    return Terms(
        permitted=policy.claims,
        words=policy.words,
        faces_removed=policy.faces == "remove",
        birth_dates=policy.birth_date == "shift",
    )


def released(number: int, output: bytes | mmap.mmap) -> Result:
    """What the gateway must know of an output."""
    part = walk(output)
    shown = summary_of(part).instance_number
    return Result(
        number, (), len(output), zlib.crc32(output), None if shown is None else float(shown),
        position_of(part),
    )  # fmt: skip


@contextmanager
def content(path: Path) -> Iterator[bytes | mmap.mmap]:
    """A file's bytes: read when it is small, mapped when it is large."""
    if path.stat().st_size < MAPPED_FROM:
        yield path.read_bytes()
        return
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        yield data
    finally:
        with suppress(BufferError):  # somebody still looks at a piece: goes with the last of them
            data.close()
