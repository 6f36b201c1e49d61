"""What must be done to pixels before a header is rewritten: read, fill, read again; take faces off.

The reader of text and the remover of faces are loaded by the child that needs them, once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from yushan.domain.deid import CleanedPixels, pixel_need

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.deid import PixelNeed, Policy
    from yushan.domain.dicom import Buffer
    from yushan.domain.faces import FacePixels
    from yushan.domain.redaction import Box, Finding, Learned, Settled
    from yushan.engines.ocr import Reader

TEXT, FEATURES = "clean_pixel_data", "clean_recognizable_visual_features"
Waits = Literal["", "text", "face"]
#: Bytes that hold the UIDs of an object.
HEADER: Final = 8192
RT_STRUCTURE_SET: Final = b"1.2.840.10008.5.1.4.1.1.481.3\0"
UNKNOWN: Final = "deid.pixels-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelWork:
    """How pixels are worked on.

    Parameters
    ----------
    read
        Whether this process may read text and take faces off; if not, what needs it waits.
    learned
        Rules for devices that two people signed.
    seed
        32 bytes: what is put in the place of a face comes out the same each time.
    keep
        What of a head stays without doubt: the ``brain``, or ``deep`` structures, too.
    """

    read: bool = False
    learned: tuple[Learned, ...] = ()
    seed: bytes = field(default=b"", repr=False)
    keep: Literal["brain", "deep"] = "brain"


#: Nothing is read here.
NO_WORK: Final = PixelWork()


@dataclass(frozen=True, slots=True)
class Faces:
    """A series without its face: the new pixels by SOP Instance UID; none were changed if empty."""

    pixels: Mapping[str, FacePixels]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Pixels ready for stage 1, or what they wait for, or why they stay."""

    pixels: CleanedPixels | None = None
    waits: Waits = ""
    reasons: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one object beside its bytes.

    ``decided`` are a person's rectangles: then nothing is judged here. ``faces`` is what became of
    its series, ``None`` while nobody looked.
    """

    tokens: frozenset[str] = field(repr=False)
    decided: tuple[Box, ...] | None = None
    faces: Faces | None = None
    sop_instance_uid: str = ""
    is_sampled: bool = False


def prepared(data: Buffer, policy: Policy, work: PixelWork, case: Case) -> Prepared:
    """Do what an object's pixels need.

    Raises
    ------
    Rejected
        ``imaging.…``, ``redaction.…`` when the pixels cannot be decoded within bounds.
    """
    if policy.faces != "release" and outlines_skin(data):
        return Prepared(reasons=("deid.face-visible",))
    need = pixel_need(data, policy)
    if case.decided is not None:
        return of_text(settle(data, work, case, thorough=True), need)
    if need.face and case.faces is None:
        return Prepared(waits="face", reasons=need.reasons)
    if need.text == "full" and not work.read:
        return Prepared(waits="text", reasons=need.reasons)
    text = Prepared()
    if need.text == "full" or is_looked_at(data, need, policy, case):
        text = of_text(settle(data, work, case, thorough=need.text == "full"), need)
    if not need.face or case.faces is None or text.reasons or text.waits:
        return text
    return with_faces(text, case.faces.pixels.get(case.sop_instance_uid))


def outlines_skin(data: Buffer) -> bool:
    """Whether contours of a structure set draw the skin of a head as finely as slices do."""
    if RT_STRUCTURE_SET not in bytes(data[:HEADER]):
        return False
    from yushan.domain.faces import skin_contours  # noqa: PLC0415 - see the docstring

    return bool(skin_contours(data))


def is_looked_at(data: Buffer, need: PixelNeed, policy: Policy, case: Case) -> bool:
    """Whether a primary slice is of the share that is read; by its header, so always the same."""
    if need.text != "sample" or case.is_sampled:
        return need.text == "sample"
    head = bytes(data[:HEADER])
    number = int.from_bytes(hashlib.blake2b(head, digest_size=8, person=b"sample").digest(), "big")
    return number < policy.pixels.sample * 2**64


def settle(data: Buffer, work: PixelWork, case: Case, *, thorough: bool) -> Settled:
    """Read, fill and read again."""
    from yushan.domain.redaction import settle as settled  # noqa: PLC0415 - see the docstring

    may_read = work.read and case.decided is None
    return settled(
        data, reader=reader() if may_read else None, tokens=case.tokens, learned=work.learned,
        thorough=thorough, decided=case.decided,
    )  # fmt: skip


@cache
def reader() -> Reader:
    """The reader of this process."""
    from yushan.engines.ocr import Reader  # noqa: PLC0415 - see the docstring

    return Reader()


def of_text(found: Settled, need: PixelNeed) -> Prepared:
    """What reading means for the object."""
    if found.outcome == "unknown":
        if need.text == "sample" and not found.read:
            return Prepared(waits="text", reasons=(UNKNOWN,), findings=found.findings)
        return Prepared(reasons=(UNKNOWN,), findings=found.findings)
    is_done = found.read or need.text != "sample"
    done = frozenset({TEXT}) if is_done else frozenset[str]()
    if found.redacted is None:
        return Prepared(CleanedPixels(done=done), findings=found.findings)
    new = found.redacted
    pixels = CleanedPixels(
        done=done, element=new.element, transfer_syntax_uid=new.transfer_syntax_uid,
        attributes=new.attributes,
    )  # fmt: skip
    return Prepared(pixels, findings=found.findings)


def with_faces(text: Prepared, face: FacePixels | None) -> Prepared:
    """The pixels without a face; an object whose text was filled as well waits for a person."""
    before = text.pixels or CleanedPixels(done=frozenset())
    done = before.done | {FEATURES}
    if face is None:
        pixels = CleanedPixels(
            done=done, element=before.element, transfer_syntax_uid=before.transfer_syntax_uid,
            attributes=before.attributes,
        )  # fmt: skip
        return Prepared(pixels, findings=text.findings)
    if before.element is not None:
        return Prepared(reasons=(UNKNOWN,), findings=text.findings)
    pixels = CleanedPixels(
        done=done, element=face.element, transfer_syntax_uid=face.transfer_syntax_uid,
        attributes=face.attributes,
    )  # fmt: skip
    return Prepared(pixels, findings=text.findings)


def faces_of(objects: Sequence[Buffer], work: PixelWork, series: str) -> Faces | None:
    """A series without its face; ``None`` when its kind shows none by rule.

    Raises
    ------
    Rejected
        ``faces.…``, ``deid.face-remains``: no object of the series may go.
    """
    from yushan.domain.faces import deface_series  # noqa: PLC0415 - see the docstring

    seed = hashlib.blake2b(series.encode(), key=work.seed, digest_size=32, person=b"face").digest()
    found = deface_series(objects, seed=seed, keep=work.keep)
    return None if found.kind == "exempt" else Faces(found.pixels)


def plain(found: tuple[Finding, ...]) -> tuple[dict[str, Any], ...]:
    """Findings as a report has them: places and kinds."""
    return tuple({**one.box._asdict(), "kind": one.kind, "redact": one.redact} for one in found)
