"""Stage 1 on files, as children do it: look, de-identify, verify, write. Imports stay light."""

from __future__ import annotations

import hashlib
import mmap
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Pseudonym, Rejected
from yushan.domain.deid import (
    Harvest,
    Quarantined,
    deidentify,
    harvest,
    national_identity,
)
from yushan.domain.dicom import declared_charset, summary_of, text_values, walk
from yushan.domain.verifier import verify
from yushan.flows.cleaning.disk import disk_room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.deid import Policy, Released, SiteKeys
    from yushan.domain.dicom import Part10

#: Files up to this size are read, larger ones are mapped.
MAPPED_FROM: Final = 32 << 20
POSITION: Final = 0x00200032
ORIENTATION: Final = 0x00200037


@dataclass(frozen=True, slots=True)
class Known:
    """What the hospital knows of a patient from the objects at hand; it never leaves it."""

    #: National numbers, normalised, with a right check digit.
    identities: frozenset[str] = frozenset()
    #: Words by which the person would be recognised.
    tokens: frozenset[str] = frozenset()
    #: Object and reason code of originals that could not be looked at: they must not go on, since
    #: nobody can say whose they are.
    blind: tuple[tuple[int, str], ...] = ()

    def __or__(self, other: Known) -> Known:
        """What both know."""
        return Known(
            self.identities | other.identities, self.tokens | other.tokens, self.blind + other.blind
        )


@dataclass(frozen=True, slots=True)
class Source:
    """One original: its number, its file, what it must hash to."""

    object: int
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class How:
    """What is the same for all objects of one patient in one batch."""

    folder: str
    policy: Policy
    keys: SiteKeys
    subject: Pseudonym
    offset_days: int
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one original; without ``reasons`` its output is in the folder."""

    object: int
    reasons: tuple[str, ...] = ()
    size: int = 0
    crc32: int = 0
    number: float | None = None
    #: Millimetres along the slice normal.
    position: float | None = None


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
            return Known(frozenset({identity} if identity else ()), harvest(data).tokens)
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


def clean_one(source: Source, how: How) -> Result:
    """One original."""
    try:
        with content(Path(source.path)) as data:
            if hashlib.sha256(data).hexdigest() != source.sha256:
                return Result(source.object, ("gateway.file-changed",))
            return release(source.object, data, how)
    except FileNotFoundError:
        return Result(source.object, ("gateway.file-missing",))
    except Rejected as error:
        return Result(source.object, (error.code,))


def release(number: int, data: bytes | mmap.mmap, how: How) -> Result:
    """De-identify, write, and let another program verify what is in the file."""
    made = stage_one(data, how)
    if isinstance(made, Quarantined):
        return Result(number, made.reasons)
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
    return result


def judged(number: int, draft: Path, how: How) -> Result:
    """What another program finds in an output, and what the gateway must know of it."""
    with content(draft) as output:
        findings = verify(output, harvested=how.tokens, subject=how.subject)
        if not findings:
            return released(number, output)
    return Result(number, tuple(sorted({finding.kind for finding in findings})))


def stage_one(data: bytes | mmap.mmap, how: How) -> Released | Quarantined:
    """The first stage of one object."""
    return deidentify(
        data, policy=how.policy, keys=how.keys, subject=how.subject,
        offset_days=how.offset_days, harvested=Harvest(how.tokens),
    )  # fmt: skip


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


def position_of(part: Part10) -> float | None:
    """How far along the normal of its plane a slice lies, in mm; ``None`` without geometry."""
    corner, axes = numbers(part, POSITION, 3), numbers(part, ORIENTATION, 6)
    if corner is None or axes is None:
        return None
    (a, b, c), (d, e, f) = axes[:3], axes[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    return sum(x * n for x, n in zip(corner, normal, strict=True))


def numbers(part: Part10, tag: int, count: int) -> tuple[float, ...] | None:
    """The values of a DS element of the top level, if there are ``count``."""
    element = next((one for one in part.elements if one.tag == tag), None)
    if element is None or element.items is not None:
        return None
    texts = text_values(part, element, declared_charset(part, part.elements)) or ()
    try:
        found = tuple(float(text) for text in texts)
    except ValueError:
        return None
    return found if len(found) == count else None
