"""Whether an object may pass stage 1, and what still stands against it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.domain.deid.classes import obstacles
from yushan.domain.deid.plan import PIXELS
from yushan.domain.dicom import STORAGE_CLASSES, TRANSFER_SYNTAXES

if TYPE_CHECKING:
    from yushan.domain.deid.header import Header
    from yushan.domain.deid.policy import Policy
    from yushan.domain.dicom import Part10

UID: Final = re.compile("[0-9.]{3,128}")
#: A DICOMDIR names its class in the file meta information alone.
DIRECTORY: Final = "1.2.840.10008.1.3.10"
SOP_CLASS, SOP_INSTANCE, STUDY, SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E


def judged(part: Part10, header: Header, policy: Policy) -> tuple[str, ...]:
    """The reasons why an object may not pass as it is; none when it may."""
    if header.media_class() == DIRECTORY:
        return ("deid.directory",)
    if not all(UID.fullmatch(header.text(tag)) for tag in (SOP_CLASS, SOP_INSTANCE, STUDY, SERIES)):
        return ("deid.identity-missing",)
    if lacks_pixels(header):
        return ("dicom.pixel-data-missing",)
    syntax = TRANSFER_SYNTAXES[part.transfer_syntax_uid]
    facts = header.facts(face=policy.faces != "release")
    reasons = dict.fromkeys(obstacles(header.text(SOP_CLASS), facts, policy))
    if syntax.video:
        reasons["deid.video-unread"] = None
    return tuple(reasons)


def lacks_pixels(header: Header) -> bool:
    """Whether an image has lost its picture: cut off, or sent without it."""
    row = STORAGE_CLASSES.get(header.text(SOP_CLASS))
    return row is not None and row.pixels and PIXELS.isdisjoint(header.found)
