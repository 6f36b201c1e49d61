"""Files handed out as a ZIP, spelled like a pack, while they are read: nothing is sought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.domain.packs.layout import central_header, ending, local_header, member_name

if TYPE_CHECKING:
    from collections.abc import Sequence


class ZipLines:
    """What stands between the files: give each file's length and CRC-32 before its bytes."""

    def __init__(self) -> None:
        self.position = 0
        self.lines: list[bytes] = []

    def add(self, length: int, crc32: int) -> bytes:
        """What goes before the next file's bytes."""
        name = member_name(len(self.lines))
        head = local_header(name, length, crc32)
        self.lines.append(central_header(name, length, crc32, self.position))
        self.position += len(head) + length
        return head

    def end(self) -> bytes:
        """What goes after the last file."""
        lines = b"".join(self.lines)
        return lines + ending(len(self.lines), self.position, len(lines))

    @classmethod
    def size_of(cls, lengths: Sequence[int]) -> int:
        """Bytes of a ZIP of files of these lengths."""
        lines = cls()
        for length in lengths:
            lines.add(length, 0)
        return lines.position + len(lines.end())
