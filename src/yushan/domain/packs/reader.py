"""Reading a pack that nobody vouches for: every byte outside the members is recomputed.

Only the canonical spelling is accepted (see ``layout.py``), so two readers can never see
different members in one pack: no hidden, overlapping, repeated or compressed ones.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.packs.layout import (
    CENTRAL,
    END,
    END64,
    LOCAL,
    LOCATOR,
    MANY,
    WIDE,
    MemberRange,
    central_header,
    ending,
    local_header,
    member_name,
)

if TYPE_CHECKING:
    from yushan.domain.packs.layout import Buffer

LOCAL_EXTRA: Final = struct.Struct("<2H2Q")


@dataclass(frozen=True, slots=True)
class PackBounds:
    """What a reader is willing to look at."""

    members: int = 100_000
    member_bytes: int = 64 << 30


DEFAULT_BOUNDS: Final = PackBounds()


def read_members(data: Buffer, bounds: PackBounds = DEFAULT_BOUNDS) -> tuple[MemberRange, ...]:
    """Members of a whole pack in order; their bytes are not read (see ``damaged_members``).

    Raises
    ------
    Rejected
        ``packs.truncated`` (no end: use ``salvage``), ``packs.malformed`` (anything that the
        writer would have spelled otherwise), ``packs.over-bounds``.
    """
    with memoryview(data).cast("B") as view:
        members = read_directory(view, view.nbytes, bounds)
        for place, member in enumerate(members):
            head = local_header(*named(member))
            if view[member.start - len(head) : member.start] != head:
                raise malformed(place)
    return members


def directory_reach(members: int, total: int) -> int:
    """How many bytes from the end hold directory and end of a pack of so many members."""
    line = CENTRAL.size + len(member_name(max(members - 1, 0))) + 28
    return min(members * line + END64.size + LOCATOR.size + END.size, total)


def read_directory(
    tail: Buffer, total: int, bounds: PackBounds = DEFAULT_BOUNDS
) -> tuple[MemberRange, ...]:
    """Members by the directory alone, out of the last bytes of a pack of ``total`` bytes.

    ``tail`` holds the whole directory (see `directory_reach`). Raises as `read_members`.
    """
    with memoryview(tail).cast("B") as view:
        before = total - view.nbytes
        count, start, length = read_ending(view, before)
        if not 0 < count <= bounds.members:
            raise Rejected("packs.over-bounds", members=count, limit=bounds.members)
        if start < before:
            raise malformed(0)
        members, position, line = [], 0, start - before
        for place in range(count):
            member, line_length = read_line(view, line, start - before + length, place, position)
            if member.length > bounds.member_bytes:
                raise Rejected("packs.over-bounds", bytes=member.length, limit=bounds.member_bytes)
            position = member.start + member.length
            if position > start:
                raise malformed(place)
            line += line_length
            members.append(member)
    if (position, line) != (start, start - before + length):
        raise malformed(count)
    return tuple(members)


def named(member: MemberRange) -> tuple[str, int, int]:
    """What a local header says."""
    return member.name, member.length, member.crc32


def malformed(place: int) -> Rejected:
    """The refusal, with the place of the member at which it was seen."""
    return Rejected("packs.malformed", member=place)


def read_ending(view: memoryview, before: int) -> tuple[int, int, int]:
    """Count of members, start and length of the directory; the end is exact to the byte.

    ``view`` is the end of a pack of which ``before`` bytes are not in it.
    """
    held, total = view.nbytes, view.nbytes + before
    if held < END.size or bytes(view[held - END.size : held - END.size + 4]) != b"PK\5\6":
        raise Rejected("packs.truncated", bytes=total)
    _, _, _, _, count, length, start, _ = END.unpack_from(view, held - END.size)
    if count == MANY or WIDE in (length, start):
        long = held - END.size - LOCATOR.size - END64.size
        if long < 0:
            raise malformed(0)
        count, length, start = END64.unpack_from(view, long)[7:]
    tail = ending(count, start, length) if start + length <= total else b""
    if start + length + len(tail) != total or bytes(view[held - len(tail) :]) != tail or not tail:
        raise malformed(0)
    return count, start, length


def read_line(
    view: memoryview, line: int, limit: int, place: int, header: int
) -> tuple[MemberRange, int]:
    """The member at ``place`` whose local header stands at ``header``; length of its line."""
    if line + CENTRAL.size > limit:
        raise malformed(place)
    fields = CENTRAL.unpack_from(view, line)
    crc32, length, named, extra = fields[7], fields[9], fields[10], fields[11]
    end = line + CENTRAL.size + named + extra
    if end > limit:
        raise malformed(place)
    if length == WIDE:
        if extra < 12:
            raise malformed(place)
        length = int.from_bytes(view[end - extra + 4 : end - extra + 12], "little")
    name = member_name(place)
    if not length or view[line:end] != central_header(name, length, crc32, header):
        raise malformed(place)
    start = header + len(local_header(name, length, crc32))
    return MemberRange(name, start, length, crc32), end - line


def damaged_members(data: Buffer, members: tuple[MemberRange, ...]) -> tuple[str, ...]:
    """Names of the members whose bytes do not have the CRC-32 that the pack states."""
    with memoryview(data).cast("B") as view:
        return tuple(
            member.name
            for member in members
            if zlib.crc32(view[member.start : member.start + member.length]) != member.crc32
        )


def salvage(data: Buffer, bounds: PackBounds = DEFAULT_BOUNDS) -> tuple[MemberRange, ...]:
    """Complete, undamaged members of a pack that was cut, found by its local headers alone.

    Stops at the first byte that is not the header the writer would have put there.
    """
    members: list[MemberRange] = []
    position = 0
    with memoryview(data).cast("B") as view:
        while len(members) < bounds.members:
            member = salvage_one(view, position, len(members))
            if member is None:
                break
            position = member.start + member.length
            members.append(member)
    kept = set(damaged_members(data, tuple(members)))
    return tuple(member for member in members if member.name not in kept)


def salvage_one(view: memoryview, position: int, place: int) -> MemberRange | None:
    """The complete member whose local header stands at ``position``, if there is one."""
    if position + LOCAL.size > view.nbytes:
        return None
    fields = LOCAL.unpack_from(view, position)
    crc32, length, named = fields[6], fields[8], fields[9]
    if length == WIDE:
        extra = position + LOCAL.size + named
        if extra + LOCAL_EXTRA.size > view.nbytes:
            return None
        length = LOCAL_EXTRA.unpack_from(view, extra)[3]
    name = member_name(place)
    head = local_header(name, length, crc32)
    start = position + len(head)
    if not length or view[position:start] != head or start + length > view.nbytes:
        return None
    return MemberRange(name, start, length, crc32)
