"""Stage 2 on the members of a pack, as children do it. Imports stay light.

A child gets a path and places, and answers with what changes and what is known: pixels never
travel. Nothing is written here.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Pseudonym, Rejected
from yushan.domain.deid import reissue
from yushan.domain.dicom import describe
from yushan.domain.verifier import verify
from yushan.flows.admit.recompressing import recompressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.dicom import Description
    from yushan.domain.packs import MemberRange
    from yushan.domain.verifier import Terms

#: Blocks that are compared at once, and the smallest piece that is replaced.
BLOCK: Final = 1 << 12
PIECE: Final = 64
STUDY_DATE: Final = "00080020"


@dataclass(frozen=True, slots=True)
class Stage2:
    """What is the same for all instances of one person in one pack."""

    uid_key: bytes = field(repr=False)
    site_subject: Pseudonym
    subject: Pseudonym
    shift_days: int
    #: What the first stage's policy lets its objects claim, hold and show.
    terms: Terms
    #: Where files whose pixels became smaller without loss are written; empty: pixels stay.
    smaller_into: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance under the commons' names.

    ``patches`` (place, bytes) turn the site's file into it; ``sha256`` is of the result. If its
    pixels were made smaller, the file that is kept is ``file``, everything from ``frames`` on and
    the transfer syntax are of it, and ``kept_sha256`` too.
    """

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    instance_number: int | None
    modality: str
    study_date: str
    patches: tuple[tuple[int, bytes], ...]
    sha256: bytes
    frames: tuple[tuple[int, int], ...]
    bulk: tuple[tuple[str, int, int], ...]
    spots: tuple[tuple[int, str], ...]
    metadata: dict[str, Any]
    file: str = ""
    kept_sha256: bytes = b""

    def content(self) -> bytes:
        """What tells whether two instances are the same."""
        return self.sha256


@dataclass(frozen=True, slots=True)
class Judged:
    """A member: an instance, or the reasons why it is not one that may be admitted."""

    member: MemberRange
    instance: Instance | None
    reasons: tuple[str, ...] = ()


def judge(path: str, members: tuple[MemberRange, ...], how: Stage2) -> list[Judged]:
    """Verify, reissue and describe some members of a pack."""
    found = []
    with Path(path).open("rb") as file:
        for member in members:
            file.seek(member.start)
            data = file.read(member.length)
            try:
                found.append(judge_one(member, data, how))
            except Rejected as error:
                found.append(Judged(member, None, (error.code,)))
    return found


def judge_one(member: MemberRange, data: bytes, how: Stage2) -> Judged:
    """One file; the verifier looks at what comes out, and for the site's pseudonym in it."""
    result = bytes(
        reissue(data, uid_key=how.uid_key, subject=how.subject, shift_days=how.shift_days)
    )
    findings = verify(
        result, harvested=frozenset({how.site_subject}), subject=how.subject, terms=how.terms
    )
    if findings:
        return Judged(member, None, tuple(sorted({finding.kind for finding in findings})))
    described = describe(result)
    owners = {data[at : at + 16] for at, kind in described.spots if kind == "pid"}
    if owners != {how.site_subject.encode()}:
        return Judged(member, None, ("archive.another-person",))
    found = instance(data, result, described)
    return Judged(member, smaller(found, result, described, how.smaller_into))


def instance(data: bytes, result: bytes, described: Description) -> Instance:
    """All that is known of an instance."""
    summary = described.summary
    date = described.metadata.get(STUDY_DATE, {}).get("Value") or [""]
    return Instance(
        study_instance_uid=summary.study_instance_uid,
        series_instance_uid=summary.series_instance_uid,
        sop_instance_uid=summary.sop_instance_uid,
        sop_class_uid=summary.sop_class_uid,
        transfer_syntax_uid=summary.transfer_syntax_uid,
        instance_number=summary.instance_number,
        modality=summary.modality,
        study_date=date[0] or "",
        patches=tuple(patches(data, result)),
        sha256=hashlib.sha256(result).digest(),
        frames=described.frames,
        bulk=described.bulk,
        spots=described.spots,
        metadata=described.metadata,
    )


def smaller(one: Instance, result: bytes, described: Description, into: str) -> Instance:
    """The instance with smaller pixels in a file of its own, where that is possible."""
    made = recompressed(result, described) if into else None
    if made is None:
        return one
    file = Path(into) / f"{uuid.uuid4().hex}.dcm"
    try:
        file.write_bytes(made)
    except OSError:  # no room: then it stays as large as it came
        return one
    kept = describe(made)
    return replace(
        one,
        transfer_syntax_uid=kept.summary.transfer_syntax_uid,
        patches=(),
        frames=kept.frames,
        bulk=kept.bulk,
        spots=kept.spots,
        metadata=kept.metadata,
        file=str(file),
        kept_sha256=hashlib.sha256(made).digest(),
    )


def patches(old: bytes, new: bytes) -> Iterator[tuple[int, bytes]]:
    """The pieces (place, bytes) in which two byte strings of one length differ."""
    for start in range(0, len(old), BLOCK):
        block = slice(start, start + BLOCK)
        if old[block] == new[block]:
            continue
        for place in range(start, min(start + BLOCK, len(old)), PIECE):
            piece = slice(place, min(place + PIECE, start + BLOCK))
            if old[piece] != new[piece]:
                yield place, new[piece]


def patched(data: bytes, changes: tuple[tuple[int, bytes], ...]) -> Iterator[memoryview]:
    """The new file in chunks; what does not change is not copied."""
    view, place = memoryview(data), 0
    for at, new in changes:
        if at > place:
            yield view[place:at]
        yield memoryview(new)
        place = at + len(new)
    if place < len(data):
        yield view[place:]
