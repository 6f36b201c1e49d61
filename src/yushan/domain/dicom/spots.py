"""Where fixed-width pseudonyms and dates stand, so that they can be overwritten in a stream."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.dicom.values import Element, Part10

    Spot = tuple[int, str]

#: A UID of ours: ``2.25.`` and exactly 39 digits, 44 bytes.
OUR_UID: Final = re.compile(rb"(?:^|(?<=\\))2\.25\.[0-9]{39}(?=$|[\\\0 ])")
#: A pseudonym of ours: 16 characters of base 32.
OUR_PSEUDONYM: Final = re.compile(rb"[A-Z2-7]{16}")
#: The day of a DA or DT, 8 bytes.
DAY: Final = {
    "DA": re.compile(rb"(?:^|(?<=\\))[0-9]{8}(?=$|[\\\0 ])"),
    "DT": re.compile(rb"(?:^|(?<=\\))[0-9]{8}"),
}
#: The same UID within a text or within a value whose kind nobody knows.
INNER_UID: Final = re.compile(rb"2\.25\.[0-9]{39}(?![0-9.])")
NAME_AND_ID: Final = (0x00100010, 0x00100020)
PIXELS: Final = 0x7FE0


def spots_of(part: Part10) -> tuple[Spot, ...]:
    """Offset and kind of each spot in file order: ``uid`` 44, ``pid`` 16, ``date`` 8 bytes.

    UIDs and the person's pseudonym are found in texts and in unknown values as well.
    """
    elements = (*part.meta, *part.elements)
    found = tuple(spots_in(part, elements))
    owners = {bytes(part.buffer[at : at + 16]) for at, kind in found if kind == "pid"}
    named = spots_within(part, elements, tuple(sorted(owners)))
    return tuple(sorted({*found, *named}))


def spots_in(part: Part10, elements: tuple[Element, ...]) -> Iterator[Spot]:
    """The spots of a data set and of all items below it."""
    for element in elements:
        if element.items is not None:
            for item in element.items:
                yield from spots_in(part, item.elements)
        elif element.vr in ("UI", "DA", "DT") or element.tag in NAME_AND_ID:
            yield from spots_at(part, element)


def spots_at(part: Part10, element: Element) -> Iterator[Spot]:
    """The spots of one value."""
    raw = bytes(part.buffer[element.value : element.end])
    if element.vr == "UI":
        pattern, kind = OUR_UID, "uid"
    elif element.vr in DAY:
        pattern, kind = DAY[element.vr], "date"
    else:
        if OUR_PSEUDONYM.fullmatch(raw):
            yield element.value, "pid"
        return
    for match in pattern.finditer(raw):
        yield element.value + match.start(), kind


def spots_within(
    part: Part10, elements: tuple[Element, ...], owners: tuple[bytes, ...]
) -> Iterator[Spot]:
    """UIDs and pseudonyms in values that are neither: texts, unknown and private ones."""
    for element in elements:
        if element.items is not None:
            for item in element.items:
                yield from spots_within(part, item.elements, owners)
        elif element.vr not in ("UI", *DAY) and element.tag >> 16 != PIXELS:
            yield from spots_in_text(part, element, owners)


def spots_in_text(part: Part10, element: Element, owners: tuple[bytes, ...]) -> Iterator[Spot]:
    """Those of one such value."""
    if element.end - element.value < 16:
        return
    raw = bytes(part.buffer[element.value : element.end])
    for match in INNER_UID.finditer(raw):
        yield element.value + match.start(), "uid"
    for owner in owners:
        place = raw.find(owner)
        while place >= 0:
            yield element.value + place, "pid"
            place = raw.find(owner, place + 16)
