"""Bytes of a pack's headers: the one canonical spelling that writer and reader share.

A pack is a ZIP (APPNOTE 6.3.10) in which nothing is free: members are stored, named by their
place, dated 1980-01-01, back to back, ZIP64 exactly where a field is too narrow, no comments.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mmap import mmap

    Buffer = bytes | bytearray | memoryview | mmap

#: From this value on a 32-bit field is written as 0xFFFFFFFF and the value stands in ZIP64.
WIDE: Final = 0xFFFF_FFFF
#: From this count on the 16-bit fields are written as 0xFFFF.
MANY: Final = 0xFFFF

LOCAL: Final = struct.Struct("<4s5H3I2H")
CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
END: Final = struct.Struct("<4s4H2IH")
END64: Final = struct.Struct("<4sQ2H2I4Q")
LOCATOR: Final = struct.Struct("<4sIQI")

#: MS-DOS spelling of 1980-01-01, the earliest date a ZIP can say.
DOS_DATE: Final = 0x0021
#: Regular file, rw-r--r--, in the high half of the external attributes.
ATTRIBUTES: Final = 0o100644 << 16
#: Made on UNIX by a program that knows ZIP 4.5.
MADE_BY: Final = (3 << 8) | 45


class MemberRange(NamedTuple):
    """Where one Part-10 file stands in the pack (bytes from the pack's start) and its CRC-32."""

    name: str
    start: int
    length: int
    crc32: int


def member_name(place: int) -> str:
    """Name of the member at ``place`` (from 0): at least five digits and ``.dcm``."""
    return f"{place:05d}.dcm"


def version_needed(*, wide: bool) -> int:
    """ZIP version that a reader needs: 1.0, or 4.5 where ZIP64 is used."""
    return 45 if wide else 10


def local_header(name: str, length: int, crc32: int) -> bytes:
    """What stands before a member's bytes; complete, so that a cut pack can be salvaged."""
    wide = length >= WIDE
    size = WIDE if wide else length
    extra = struct.pack("<2H2Q", 1, 16, length, length) if wide else b""
    named = name.encode("ascii")
    fields = (version_needed(wide=wide), 0, 0, 0, DOS_DATE, crc32, size, size)
    return LOCAL.pack(b"PK\3\4", *fields, len(named), len(extra)) + named + extra


def central_header(name: str, length: int, crc32: int, header: int) -> bytes:
    """The member's line in the directory; ``header`` is the place of its local header."""
    values = [length, length] if length >= WIDE else []
    values += [header] if header >= WIDE else []
    extra = struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values) if values else b""
    named = name.encode("ascii")
    size = min(length, WIDE)
    needed = version_needed(wide=bool(values))
    fields = (MADE_BY, needed, 0, 0, 0, DOS_DATE, crc32, size, size, len(named), len(extra))
    place = min(header, WIDE)
    return CENTRAL.pack(b"PK\1\2", *fields, 0, 0, 0, ATTRIBUTES, place) + named + extra


def ending(count: int, start: int, length: int) -> bytes:
    """End of the pack: ``count`` members, directory of ``length`` bytes at ``start``."""
    wide = count >= MANY or start >= WIDE or length >= WIDE
    fields = (min(count, MANY), min(count, MANY), min(length, WIDE), min(start, WIDE), 0)
    short = END.pack(b"PK\5\6", 0, 0, *fields)
    if not wide:
        return short
    long = END64.pack(b"PK\6\6", 44, MADE_BY, 45, 0, 0, count, count, length, start)
    return long + LOCATOR.pack(b"PK\6\7", 0, start + length, 1) + short
