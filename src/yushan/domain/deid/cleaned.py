"""Cleaned pixels: what stands before ``deidentify`` when the pixels themselves show somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from yushan.base import Rejected
from yushan.domain.deid.classes import classes, settled_by
from yushan.domain.deid.header import Header
from yushan.domain.deid.judging import judged
from yushan.domain.dicom import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.deid.policy import Policy
    from yushan.domain.dicom import Buffer

#: Options of the profile (113101, 113102) that are work on pixels.
PIXEL_DATA: Final = "clean_pixel_data"
FEATURES: Final = "clean_recognizable_visual_features"
#: Only what describes pixels may change with them.
PIXEL_GROUP: Final = 0x0028


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedPixels:
    """What was done to an object's pixels before its header is rewritten, by machine or by hand.

    Parameters
    ----------
    done
        Options that were performed and tested: ``clean_pixel_data`` (all frames were read, text
        filled, read again), ``clean_recognizable_visual_features`` (the surface test passed). Only
        these are claimed, as 113101 and 113102.
    element
        The new pixel element, head and value, as it will be written; ``None`` leaves the pixels of
        the object as they are.
    transfer_syntax_uid
        Of ``element``; ``None`` when it is the object's own.
    attributes
        Attributes of group 0028 that describe the new pixels: tag to VR and value, e.g. the
        photometric interpretation.

    Raises
    ------
    ValueError
        Another option, or an attribute outside group 0028: a fault of the caller.
    """

    done: frozenset[str]
    element: tuple[Buffer, ...] | None = None
    transfer_syntax_uid: str | None = None
    attributes: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.done <= {PIXEL_DATA, FEATURES}:
            raise ValueError("only options of pixels can be done to pixels")
        if any(tag >> 16 != PIXEL_GROUP for tag in self.attributes):
            raise ValueError("only attributes of group 0028 describe pixels")


#: Nothing was done to the pixels.
UNTOUCHED: Final = CleanedPixels(done=frozenset())


@dataclass(frozen=True, slots=True)
class PixelNeed:
    """What has to be done to an object's pixels before stage 1 releases it.

    ``text`` is ``full`` when every frame must be read, ``sample`` when release does not depend on
    it (primary slices: the policy's share is read), else ``none``; ``face`` when a face has to be
    removed from its series. ``reasons`` are the codes under which the object is held as it is: they
    stay when neither ``text`` nor ``face`` can settle them.
    """

    text: Literal["none", "sample", "full"]
    face: bool = False
    reasons: tuple[str, ...] = ()


def pixel_need(data: Buffer, policy: Policy) -> PixelNeed:
    """What has to be done to the pixels of a Part-10 file; nothing where it would not help."""
    try:
        part = walk(data)
        header = Header(part)
        reasons = judged(part, header, policy)
    except Rejected as fault:
        return PixelNeed("none", reasons=(fault.code,))
    route = row.route if (row := classes().get(header.text(0x00080016))) else ""
    needed = {settled_by().get(reason) for reason in reasons}
    able = {option for option in (PIXEL_DATA, FEATURES) if policy.has(option)}
    if PIXEL_DATA in needed and route not in policy.pixels.read:
        able.discard(PIXEL_DATA)
    if not needed <= able:
        return PixelNeed("none", reasons=reasons)
    is_primary = route == "tomography" and header.facts(face=False).has_pixels
    is_sampled = is_primary and policy.has(PIXEL_DATA) and policy.pixels.sample > 0
    rest: Literal["none", "sample"] = "sample" if is_sampled else "none"
    return PixelNeed("full" if PIXEL_DATA in needed else rest, FEATURES in needed, reasons)
