"""The whole pixel step for one object: rules, reading, filling, reading again. Runs in a child.

1. Places known by rule are taken as text.
2. The pictures are read; each line is filled, stands, or is nobody's to decide here.
3. What is to be filled is filled in all frames and written without loss.
4. The result is decoded and read again; what shows up is filled too, once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from yushan.domain.redaction.boxes import Finding
from yushan.domain.redaction.filling import fill
from yushan.domain.redaction.frames import frames_of
from yushan.domain.redaction.inspecting import Inspection
from yushan.domain.redaction.rules import must_be_read, ruled_boxes
from yushan.domain.redaction.views import is_suspicious

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from yushan.domain.dicom import Buffer
    from yushan.domain.redaction.boxes import Box
    from yushan.domain.redaction.closely import Reader
    from yushan.domain.redaction.filling import Redacted
    from yushan.domain.redaction.frames import Frames
    from yushan.domain.redaction.rules import Learned

#: How often what was written is filled again because reading found more.
ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the pixels of one object.

    ``clean``: nothing had to go. ``redacted``: ``redacted`` holds the new pixels, in which nothing
    was found any more. ``unknown``: a person has to look; ``findings`` with ``redact`` false are
    the places of doubt. ``read`` says whether a reader or a person looked at all: only then may
    cleaned pixels be claimed.
    """

    outcome: Literal["clean", "redacted", "unknown"]
    findings: tuple[Finding, ...] = ()
    redacted: Redacted | None = None
    read: bool = True
    #: Pictures that were looked at.
    pictures: int = 0


def settle(
    data: Buffer,
    *,
    reader: Reader | None,
    tokens: Collection[str] = (),
    learned: Sequence[Learned] = (),
    thorough: bool = True,
    decided: Sequence[Box] | None = None,
) -> Settled:
    """Find and fill text in the pictures of a Part-10 file.

    Parameters
    ----------
    data
        The file.
    reader
        Reads pictures; without one only the cheap test of slices can be passed.
    tokens
        Words of the patient's header: what holds one is a name or number, whatever else it is.
    learned
        Places that people signed, by device.
    thorough
        Read every picture. Otherwise the object is a primary slice: unless a rule or lettering in
        its corners speaks against it, it is ``clean`` without having been read.
    decided
        A person's places to fill, perhaps none: nothing is read.

    Raises
    ------
    Rejected
        As ``frames_of`` and ``fill``.
    """
    frames = frames_of(data)
    if decided is not None:
        return by_hand(frames, decided)
    if not thorough and not must_be_read(frames.found) and not is_suspicious(frames):
        return Settled("clean", read=False)
    if reader is None:
        return Settled("unknown", read=False)
    inspection = Inspection(reader, tokens, ruled_boxes(frames.found, learned))
    inspection.look(frames)
    return concluded(frames, inspection)


def by_hand(frames: Frames, boxes: Sequence[Box]) -> Settled:
    """Fill what a person marked."""
    findings = tuple(Finding(box, "decided", 1.0, redact=True) for box in boxes)
    if not findings:
        return Settled("clean")
    return Settled("redacted", findings, fill(frames, boxes))


def concluded(frames: Frames, inspection: Inspection) -> Settled:
    """Fill, read again, until nothing more is found."""
    made, filled = None, 0
    for _ in range(ROUNDS):
        findings = tuple(inspection.findings)
        if any(not one.redact for one in findings):
            return Settled("unknown", findings, pictures=inspection.pictures)
        if len(findings) == filled:
            break
        made, filled = fill(frames, [one.box for one in findings]), len(findings)
        inspection.look(made.frames)
    else:
        return Settled("unknown", tuple(inspection.findings), pictures=inspection.pictures)
    outcome: Literal["clean", "redacted"] = "redacted" if made else "clean"
    return Settled(outcome, findings, made, pictures=inspection.pictures)
