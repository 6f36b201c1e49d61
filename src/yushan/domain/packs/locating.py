"""Where a pack is not as it was written: which member, or the directory.

What was written follows from the members' contents, so with the places and hashes of a sidecar
every byte of a pack belongs to one member, its header, or the end. Bytes are asked for by range.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.base import YushanError
from yushan.domain.packs.layout import (
    MemberRange,
    central_header,
    ending,
    local_header,
    member_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yushan.domain.packs.sidecar import InstanceEntry

    Read = Callable[[int, int], bytes]

PIECE: Final = 4 << 20


class Damage(NamedTuple):
    """A member (None: the directory or the end) and which part of it: its bytes or its header."""

    place: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A member's bytes as they are now."""

    crc32: int
    intact: bool


def damages(read: Read, size: int, entries: Sequence[InstanceEntry]) -> Iterator[Damage]:
    """Everything that differs from what was written, in the order of the pack.

    ``entries`` are all instances of the pack by place. Without their hashes a member is held
    against the CRC-32 of its header. A range that cannot be read is not as it was written.
    """
    members: list[tuple[MemberRange, bool]] = []
    position = 0
    for place, entry in enumerate(entries):
        name, head = member_name(place), tried(read, position, entry.start - position)
        stated = stated_crc(head)
        seen = look(read, entry, stated)
        if not seen.intact:
            yield Damage(place, "content")
        crc32 = seen.crc32 if seen.intact else stated
        if crc32 is None or head != local_header(name, entry.length, crc32):
            yield Damage(place, "header")
        known = MemberRange(name, entry.start, entry.length, crc32 or 0)
        members.append((known, crc32 is not None))
        position = entry.start + entry.length
    tail = tried(read, position, max(size - position, 0))
    if tail is None or tail != as_written(tail, position, members):
        yield Damage(None, "directory")


def tried(read: Read, start: int, length: int) -> bytes | None:
    """The bytes, or None if they cannot be had as they were written."""
    try:
        data = read(start, length)
    except YushanError:
        return None
    return data if len(data) == length else None


def stated_crc(head: bytes | None) -> int | None:
    """The CRC-32 that a local header states."""
    return int.from_bytes(head[14:18], "little") if head is not None and len(head) >= 18 else None


def look(read: Read, entry: InstanceEntry, stated: int | None) -> Seen:
    """Read a member's bytes and hold them against what is known of them."""
    crc32, digest = 0, hashlib.sha256()
    for at in range(0, entry.length, PIECE):
        piece = tried(read, entry.start + at, min(PIECE, entry.length - at))
        if piece is None:
            return Seen(0, intact=False)
        crc32 = zlib.crc32(piece, crc32)
        digest.update(piece)
    if entry.sha256:
        return Seen(crc32, digest.hexdigest() == entry.sha256)
    return Seen(crc32, crc32 == stated)


def as_written(tail: bytes, start: int, members: Sequence[tuple[MemberRange, bool]]) -> bytes:
    """Directory and end of the members; a CRC-32 that nobody knows any more is taken as it is."""
    lines = b""
    for (name, place, length, crc32), known in members:
        header = place - len(local_header(name, length, crc32))
        at = len(lines) + 16
        stated = crc32 if known else int.from_bytes(tail[at : at + 4], "little")
        lines += central_header(name, length, stated, header)
    return lines + ending(len(members), start, len(lines))
