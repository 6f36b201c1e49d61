"""VRs: which exist, how their lengths are written, and which VR a tag has (PS3.6)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple

from yushan.domain.dicom.tables import lines

PIXEL_REPRESENTATION: Final = 0x00280103

#: VRs whose length field has 16 bits (PS3.5 table 7.1-2).
SHORT_VRS: Final = (
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS",
    "ST", "TM", "UI", "UL", "US",
)  # fmt: skip
#: VRs with two reserved bytes and a length of 32 bits (PS3.5 table 7.1-1).
LONG_VRS: Final = (
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
)  # fmt: skip

SHORT: Final = {vr.encode(): vr for vr in SHORT_VRS}
LONG: Final = {vr.encode(): vr for vr in LONG_VRS}

#: Heads remembered at most, by byte order.
MOST_HEADS: Final = 1 << 14


class Heads(dict[bytes, "tuple[int, str] | None"]):
    """Tag and VR by the first six bytes of an element of Explicit VR; ``None``: no short length.

    Worked out when first asked for; forgotten all together when too many.
    """

    __slots__ = ("order",)

    def __init__(self, order: Literal["little", "big"]) -> None:
        super().__init__()
        self.order: Final = order

    def __missing__(self, name: bytes) -> tuple[int, str] | None:
        group, number = (int.from_bytes(name[at : at + 2], self.order) for at in (0, 2))
        vr = SHORT.get(name[4:])
        if len(self) >= MOST_HEADS:
            self.clear()
        said = self[name] = None if vr is None else (group << 16 | number, vr)
        return said


LITTLE: Final = Heads("little")
BIG: Final = Heads("big")


class Attribute(NamedTuple):
    """One row of ``data/dictionary.csv``: ``vr`` as ``US or SS``, ``vm`` as ``1-n``."""

    vr: str
    vm: str
    keyword: str


#: Tag to attribute, and the repeating groups (``60xx3000``) by their text.
ROWS: Final = {
    tag: Attribute(vr, vm, keyword)
    for tag, vr, vm, keyword in (line.split(",") for line in lines("dictionary.csv")[1:])
}
ATTRIBUTES: Final = {int(tag, 16): row for tag, row in ROWS.items() if "x" not in tag}

#: Tag → VR where a walk of Implicit VR has nothing to decide and nothing to open.
PLAIN_VR: Final = {
    tag: row.vr
    for tag, row in ATTRIBUTES.items()
    if len(row.vr) == 2 and row.vr not in ("SQ", "UN") and tag >> 16 and tag != PIXEL_REPRESENTATION
}

#: What an ambiguous VR is in Implicit VR; ``US or SS`` follows Pixel Representation instead.
IMPLICIT_CHOICE: Final = {
    "OB or OW": "OW",
    "US or OW": "OW",
    "US or SS or OW": "OW",
    "US or SS": "US",
    "NONE": "UN",
}


@cache
def repeating() -> tuple[tuple[re.Pattern[str], Attribute], ...]:
    """The repeating groups as patterns of eight hex digits."""
    return tuple(
        (re.compile(tag.replace("x", "[0-9A-F]")), row) for tag, row in ROWS.items() if "x" in tag
    )


def attribute_of(tag: int) -> Attribute | None:
    """The row of a tag, that of its repeating group, or None when the dictionary has neither."""
    if (row := ATTRIBUTES.get(tag)) is not None:
        return row
    text = f"{tag:08X}"
    return next((row for pattern, row in repeating() if pattern.fullmatch(text)), None)


def follows_sign(tag: int) -> bool:
    """Whether the VR of the tag is ``US or SS``, decided by Pixel Representation."""
    row = ATTRIBUTES.get(tag)
    return row is not None and row.vr == "US or SS"


@lru_cache(maxsize=4096)
def implicit_vr(tag: int) -> str:
    """The VR of a tag in Implicit VR Little Endian; UN when the dictionary does not know it."""
    group, number = tag >> 16, tag & 0xFFFF
    if group & 1:
        return "LO" if 0x10 <= number <= 0xFF else "UL" if number == 0 else "UN"
    row = attribute_of(tag)
    if row is None:
        return "UL" if number == 0 else "UN"
    return IMPLICIT_CHOICE.get(row.vr, row.vr)


@cache
def keywords() -> dict[str, int]:
    """Keyword to tag."""
    return {row.keyword: tag for tag, row in ATTRIBUTES.items() if row.keyword}


def tag_of(name: str) -> int | None:
    """The tag of an attribute by its keyword or its eight hex digits; None for neither."""
    if re.fullmatch("[0-9A-Fa-f]{8}", name):
        return int(name, 16)
    return keywords().get(name)


def keyword_of(tag: int) -> str:
    """The keyword of a tag (PS3.6), empty when the dictionary does not know it."""
    row = ATTRIBUTES.get(tag)
    return row.keyword if row is not None else ""
