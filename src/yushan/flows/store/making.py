"""What children do with the objects of a request: read what they say, verify, clean. Imports light.

A child gets paths and answers with facts; what it writes lies beside what was sent.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.deid import Quarantined, file_head, replace_uid
from yushan.domain.dicom import TRANSFER_SYNTAXES, describe, summary_of, walk
from yushan.domain.verifier import verify
from yushan.flows.cleaning import How as Cleaning
from yushan.flows.cleaning import PixelWork, content, stage_one, terms_of
from yushan.flows.store.values import Made, Sent

if TYPE_CHECKING:
    import mmap
    from collections.abc import Sequence

    from yushan.domain.deid import Policy, SiteKeys
    from yushan.domain.dicom import Buffer, Part10
    from yushan.flows.store.values import How

#: The fixed form of our UIDs, standing for itself.
OURS: Final = re.compile(rb"(?<![0-9.])2\.25\.[1-3][0-9]{38}(?![0-9.])")
IDENTITY_REMOVED: Final = 0x00120062
EXPLICIT: Final = "1.2.840.10008.1.2.1"


@dataclass(frozen=True, slots=True)
class House:
    """What is the same for all requests: the policy, the keys for what is not ours, the pixels."""

    policy: Policy
    keys: SiteKeys = field(repr=False)
    pixels: PixelWork = field(repr=False)


def look(paths: tuple[str, ...]) -> list[Sent]:
    """What each object says of itself."""
    return [look_at(path) for path in paths]


def look_at(path: str) -> Sent:
    """What one object says of itself, or why it cannot be read."""
    try:
        with content(Path(path)) as data:
            part = walk(data)
            about = summary_of(part)
            return Sent(
                about.sop_class_uid,
                about.sop_instance_uid,
                about.series_instance_uid,
                about.study_instance_uid,
                about.patient_id,
                identity_removed=value_of(part, IDENTITY_REMOVED) == b"YES",
            )
    except Rejected as error:
        return Sent(reasons=(error.code,))


def value_of(part: Part10, tag: int) -> bytes:
    """The trimmed value of an attribute of the top level; empty if absent."""
    for element in part.elements:
        if element.tag == tag:
            return bytes(part.buffer[element.value : element.end]).strip(b" \0")
    return b""


def make(tasks: tuple[tuple[str, How], ...], house: House) -> list[Made]:
    """Each object as it may be stored, or why it may not."""
    return [make_one(Path(path), how, house) for path, how in tasks]


def make_one(path: Path, how: How, house: House) -> Made:
    """One object: as it is if the verifier has no objection, else cleaned if that may be done."""
    try:
        with content(path) as data:
            part = walk(data)
            result = as_sent(part, how, house)
            if isinstance(result, bytes):
                return written(path, data, result, how, coerced=False)
            if not how.clean:
                return Made(("store.not-clean", *result))
            cleaned = clean(data, how, house)
            if isinstance(cleaned, Made):
                return cleaned
            return written(path, data, cleaned, how, coerced=True)
    except Rejected as error:
        return Made((error.code,))


def as_sent(part: Part10, how: How, house: House) -> bytes | tuple[str, ...]:
    """The object under a new file head, or what the verifier finds in it."""
    if part.implicit or part.big_endian or part.transfer_syntax_uid not in TRANSFER_SYNTAXES:
        return ("verifier.transfer-syntax",)
    about = summary_of(part)
    head = file_head(about.sop_class_uid, about.sop_instance_uid, stored_syntax(part))
    made = head + bytes(part.buffer[part.elements[0].start :])
    found = verify(made, subject=how.subject, terms=terms_of(house.policy))
    return tuple(sorted({one.kind for one in found})) or made


def stored_syntax(part: Part10) -> str:
    """The transfer syntax as it is written; deflated data sets are stored inflated."""
    syntax = part.transfer_syntax_uid
    return syntax if TRANSFER_SYNTAXES[syntax].encapsulated else EXPLICIT


def clean(data: bytes | mmap.mmap, how: How, house: House) -> bytes | Made:
    """The object after stage 1, with the identifiers that are ours put back; or why not."""
    cleaning = Cleaning(
        "", house.policy, house.keys, how.subject, 0, frozenset(), pixels=house.pixels
    )
    made = stage_one(data, cleaning).made
    if isinstance(made, Quarantined):
        return Made(("store.not-cleaned", *made.reasons))
    result = restored(made.chunks, ours_in(data), house.keys.uid)
    found = verify(result, subject=how.subject, terms=terms_of(house.policy))
    kinds = tuple(sorted({one.kind for one in found}))
    return Made(("store.not-cleaned", *kinds)) if kinds else result


def ours_in(data: bytes | mmap.mmap) -> set[str]:
    """UIDs of our form anywhere in an object."""
    return {found.group().decode() for found in OURS.finditer(data)}


def restored(chunks: Sequence[Buffer], ours: set[str], key: bytes) -> bytes:
    """The object with the UIDs that were ours already; both have the same length."""
    back = {replace_uid(key, uid).encode(): uid.encode() for uid in ours}
    head = OURS.sub(lambda found: back.get(found.group(), found.group()), bytes(chunks[0]))
    return b"".join([head, *map(bytes, chunks[1:])])


def written(path: Path, data: bytes | mmap.mmap, result: bytes, how: How, *, coerced: bool) -> Made:
    """The result, described, in a file of its own where it differs from what was sent."""
    target = path if data[:] == result else path.with_suffix(".new")
    if target != path:
        target.write_bytes(result)
    about = describe(result)
    summary = about.summary
    return Made(
        path=str(target),
        size=len(result),
        sha256=hashlib.sha256(result).digest(),
        coerced=coerced,
        known=how.known,
        subject=how.subject,
        study_instance_uid=summary.study_instance_uid,
        series_instance_uid=summary.series_instance_uid,
        sop_instance_uid=summary.sop_instance_uid,
        sop_class_uid=summary.sop_class_uid,
        transfer_syntax_uid=summary.transfer_syntax_uid,
        instance_number=summary.instance_number,
        modality=summary.modality,
        frames=about.frames,
        bulk=about.bulk,
        spots=about.spots,
        metadata=about.metadata,
    )
