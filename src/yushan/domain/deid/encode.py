"""Data elements as bytes in Explicit VR Little Endian (PS3.5 7.1.2)."""

from __future__ import annotations

import struct
from typing import Final

SHORT_HEAD: Final = struct.Struct("<HH2sH").pack
LONG_HEAD: Final = struct.Struct("<HH2sHI").pack
ITEM_HEAD: Final = struct.Struct("<HHI").pack
LONG_VRS: Final = frozenset(
    ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]
)  # fmt: skip
NUL_PADDED: Final = frozenset({"UI", "OB", "UN"})
MOST_SHORT: Final = 0xFFFE
#: Bytes per value of the binary VRs.
WIDTHS: Final = {
    "AT": 2, "US": 2, "SS": 2, "OW": 2, "UL": 4, "SL": 4, "FL": 4, "OF": 4, "OL": 4,
    "FD": 8, "SV": 8, "UV": 8, "OD": 8, "OV": 8,
}  # fmt: skip


def head(tag: int, vr: str, length: int) -> bytes:
    """The header of an element; a short VR that is too long is written as UN (PS3.5 6.2.2)."""
    group, number = tag >> 16, tag & 0xFFFF
    if vr in LONG_VRS:
        return LONG_HEAD(group, number, vr.encode(), 0, length)
    if length > MOST_SHORT:
        return LONG_HEAD(group, number, b"UN", 0, length)
    return SHORT_HEAD(group, number, vr.encode(), length)


def element(tag: int, vr: str, value: bytes = b"") -> bytes:
    """An element with its value padded to even length; decimals too long for it written shorter.

    A list of decimals from Implicit VR may be longer than a length of 16 bits can say. Without
    blanks and without zeros that say nothing it mostly fits, and every reader knows its VR.
    """
    if len(value) > MOST_SHORT and vr == "DS":
        value = b"\\".join(map(shortened, value.split(b"\\")))
    if len(value) & 1:
        value += b"\0" if vr in NUL_PADDED else b" "
    return head(tag, vr, len(value)) + value


def shortened(number: bytes) -> bytes:
    """A decimal string in fewer characters with the same value."""
    bare = number.strip(b" ")
    if b"." not in bare or b"e" in bare.lower():
        return bare
    return bare.rstrip(b"0").rstrip(b".") or b"0"


def item(content: bytes) -> bytes:
    """An item of known length."""
    return ITEM_HEAD(0xFFFE, 0xE000, len(content)) + content


def sequence(tag: int, items: list[bytes]) -> bytes:
    """A sequence of known length; ``items`` are contents without item headers."""
    content = b"".join(map(item, items))
    return head(tag, "SQ", len(content)) + content


def swapped(raw: bytes, vr: str) -> bytes:
    """The value of a binary VR with its byte order turned round."""
    width = WIDTHS.get(vr, 1)
    if width == 1 or len(raw) % width:
        return raw
    turned = bytearray(len(raw))
    for place in range(width):
        turned[place::width] = raw[width - 1 - place :: width]
    return bytes(turned)
