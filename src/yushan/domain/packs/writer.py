"""Writing a pack: the same members in the same order give the same bytes, hence the same id."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yushan.base import PackId
from yushan.domain.packs.layout import (
    MemberRange,
    central_header,
    ending,
    local_header,
    member_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from yushan.domain.packs.layout import Buffer


@dataclass(frozen=True, slots=True)
class PackSummary:
    """A finished pack: its id (SHA-256 of all bytes), size in bytes and members in order."""

    pack: PackId
    size: int
    members: tuple[MemberRange, ...]


class PackWriter:
    """Writes Part-10 files one after the other as a stored ZIP and hashes what it writes.

    The caller owns ``out`` (write-only, no seeking) and makes it durable.
    """

    def __init__(self, out: BinaryIO) -> None:
        self.out = out
        self.hash = hashlib.sha256()
        self.position = 0
        self.members: list[MemberRange] = []
        self.finished = False

    def add(self, chunks: Iterable[Buffer]) -> MemberRange:
        """Append one file, given as chunks in order; they are not copied.

        Raises
        ------
        ValueError
            The file is empty, or the pack is finished.
        """
        parts = tuple(memoryview(chunk).cast("B") for chunk in chunks)
        length = sum(part.nbytes for part in parts)
        if self.finished or not length:
            raise ValueError("the pack is finished, or the member is empty")
        crc32 = 0
        for part in parts:
            crc32 = zlib.crc32(part, crc32)
        name = member_name(len(self.members))
        self.write(local_header(name, length, crc32))
        member = MemberRange(name, self.position, length, crc32)
        for part in parts:
            self.write(part)
        self.members.append(member)
        return member

    def finish(self) -> PackSummary:
        """Write the directory and say what the pack is.

        Raises
        ------
        ValueError
            The pack has no members, or is finished already.
        """
        if self.finished or not self.members:
            raise ValueError("the pack is finished, or has no members")
        self.finished = True
        start = self.position
        for name, place, length, crc32 in self.members:
            header = place - len(local_header(name, length, crc32))
            self.write(central_header(name, length, crc32, header))
        self.write(ending(len(self.members), start, self.position - start))
        return PackSummary(PackId(self.hash.hexdigest()), self.position, tuple(self.members))

    def write(self, data: bytes | memoryview) -> None:
        """Write, hash, count."""
        self.out.write(data)
        self.hash.update(data)
        self.position += len(data)
