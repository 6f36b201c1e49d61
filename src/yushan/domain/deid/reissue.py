"""Stage 2: the commons' own pseudonyms and dates, patched in place; no byte moves."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.deid.pseudonyms import replace_uid
from yushan.domain.deid.release import IMPLEMENTATION_CLASS_UID
from yushan.domain.dicom import implicit_vr, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.base import Pseudonym
    from yushan.domain.dicom import Buffer, Element, Part10

OUR_UID: Final = re.compile(rb"(?:^|(?<=\\))2\.25\.[1-3][0-9]{38}(?=$|[\\\0 ])")
DAYS: Final = {
    "DA": re.compile(rb"(?:^|(?<=\\))[0-9]{8}(?=$|[\\ ])"),
    "DT": re.compile(rb"(?:^|(?<=\\))[0-9]{8}"),
}
PSEUDONYM: Final = re.compile(rb"[A-Z2-7]{16}")
#: Stands where a date must stand and none may be known.
DUMMY_DAY: Final = "19000101"
TEMPORAL: Final = 0x00280303
PATIENT: Final = (0x00100010, 0x00100020)


def reissue(data: Buffer, *, uid_key: bytes, subject: Pseudonym, shift_days: int) -> bytearray:
    """A released file under the commons' key: same length, other UIDs, pseudonym and dates.

    Parameters
    ----------
    data
        A file that stage 1 released.
    uid_key
        The key of the commons for UIDs, 32 bytes.
    subject
        The pseudonym that takes the place of the site's, 16 characters.
    shift_days
        Days added to every date: the person's offset less the site's. Dates that stage 1 left true
        (113106), and those that stand for none, do not move.

    Raises
    ------
    Rejected
        ``deid.not-stage-one`` when the file does not keep stage 1's promises, so that nothing is
        patched by halves; the walker's codes.
    """
    part = walk(data)
    if part.implicit or part.big_endian or part.buffer is not data:
        raise Rejected("deid.not-stage-one")
    if keeps_dates(part):
        shift_days = 0
    patched = bytearray(data)
    seen = 0
    for element in leaves((*part.meta, *part.elements)):
        value = bytes(data[element.value : element.end])
        if element.vr == "UI":
            new = OUR_UID.sub(lambda found: reissued_uid(uid_key, found.group()), value)
        elif element.vr in DAYS:
            new = DAYS[element.vr].sub(lambda found: moved(found.group(), shift_days), value)
        else:
            seen += element.tag in PATIENT and PSEUDONYM.fullmatch(value) is not None
            new = subject.encode()
        if len(new) != len(value):
            raise Rejected("deid.not-stage-one")
        patched[element.value : element.end] = new
    if seen != len(PATIENT):
        raise Rejected("deid.not-stage-one")
    return patched


def keeps_dates(part: Part10) -> bool:
    """Whether stage 1 says that dates are as they were."""
    return any(
        element.tag == TEMPORAL
        and bytes(part.buffer[element.value : element.end]).strip() == b"UNMODIFIED"
        for element in part.elements
    )


def leaves(elements: tuple[Element, ...]) -> Iterator[Element]:
    """The elements at every depth that hold something to patch, under the VR that holds."""
    for element in map(named, elements):
        if element.items is not None:
            for item in element.items:
                yield from leaves(item.elements)
        elif element.end > element.value and (
            element.vr in ("UI", "DA", "DT") or element.tag in PATIENT
        ):
            yield element


def named(element: Element) -> Element:
    """An element under its own VR, also where its value was too long for that (PS3.5 6.2.2)."""
    return element._replace(vr=implicit_vr(element.tag)) if element.vr == "UN" else element


def reissued_uid(key: bytes, found: bytes) -> bytes:
    """The commons' UID for a site's UID; our own name as a writer stays."""
    uid = found.decode()
    return found if uid == IMPLEMENTATION_CLASS_UID else replace_uid(key, uid).encode()


def moved(found: bytes, days: int) -> bytes:
    """Eight digits of a date moved by days; blanks when they are no date; a dummy stays one."""
    text = found.decode()
    if text == DUMMY_DAY:
        return found
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:])) + timedelta(days=days)
    except (ValueError, OverflowError):
        return b" " * 8
    return day.strftime("%Y%m%d").encode()
