"""ZIP archives, opened by a child into a folder of ours under names of ours; archives in them, too.

An archive is foreign: its names lead nowhere, and what it may cost is bounded before it is paid.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.flows.cleaning import disk_room
from yushan.flows.deid.kinds import HEAD, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Between the names of an archive and of its member in the report.
INSIDE: Final = "!/"
#: What a damaged or protected member raises.
DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost; sizes in bytes.

    ``ratio`` counts for members above ``ratio_from``: masks compress a thousandfold and are small.
    """

    depth: int = 3
    members: int = 1_000_000
    total: int = 1 << 40
    ratio: int = 1100
    ratio_from: int = 256 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file out of an archive: its names from outside in, where it lies now, or why not."""

    name: str
    path: str = ""
    size: int = 0
    crc: int = 0
    problem: str = ""


class Budget:
    """What is left of the limits while one archive of the input is opened."""

    def __init__(self, limits: Limits, room: int) -> None:
        self.limits = limits
        self.members, self.total = limits.members, min(limits.total, room)

    def spend(self, info: zipfile.ZipInfo) -> None:
        """Pay for a member before it is read; ``Rejected`` when it is too dear."""
        self.members -= 1
        self.total -= info.file_size
        if self.members < 0 or self.total < 0:
            raise Rejected("standalone.archive-too-large")
        if info.file_size > max(self.limits.ratio_from, self.limits.ratio * info.compress_size):
            raise Rejected("standalone.archive-bomb")


def unpack(path: str, name: str, folder: str, limits: Limits) -> tuple[Member, ...]:
    """Write the members of an archive to ``folder`` as ``0``, ``1`` …; they are for us alone.

    Parameters
    ----------
    path, name
        The archive and its name for the report.
    folder
        An empty folder on a disk that has room for all of it; half of the free room is used at
        most.
    limits
        What it may cost.

    Returns
    -------
    tuple of Member
        Every file of the archive, those that could not be taken with a reason.
    """
    budget = Budget(limits, shutil.disk_usage(folder).free // 2)
    return tuple(Unpacking(Path(folder), budget).archive(Path(path), name, 1))


class Unpacking:
    """One archive of the input with all archives in it."""

    def __init__(self, folder: Path, budget: Budget) -> None:
        self.folder, self.budget, self.count = folder, budget, 0

    def archive(self, path: Path, name: str, depth: int) -> Iterator[Member]:
        """The members of one archive at one depth."""
        if depth > self.budget.limits.depth:
            yield Member(name, problem="standalone.archive-too-deep")
            return
        try:
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    if not info.is_dir():
                        yield from self.member(archive, info, name, depth)
        except DAMAGED:
            yield Member(name, problem="standalone.archive-broken")

    def member(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, depth: int
    ) -> Iterator[Member]:
        """One member, or the members of the archive that it is."""
        shown = f"{name}{INSIDE}{info.filename}"
        try:
            self.budget.spend(info)
            path = self.write(archive, info)
        except Rejected as error:
            yield Member(shown, problem=error.code)
            return
        with path.open("rb") as file:
            kind = kind_of(file.read(HEAD), shown)
        if kind is Kind.ZIP:
            yield from self.archive(path, shown, depth + 1)
            path.unlink()
        else:
            yield Member(shown, str(path), info.file_size, info.CRC)

    def write(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Path:
        """The bytes of a member under the next number; never more than the archive says."""
        if info.flag_bits & 1:
            raise Rejected("standalone.archive-locked")
        path = self.folder / str(self.count)
        self.count += 1
        left = info.file_size
        with path.open("xb") as out:
            for piece in pieces(archive, info):
                left -= len(piece)
                if left < 0:
                    raise Rejected("standalone.archive-broken")
                with disk_room("standalone.disk-full", "standalone.disk-failed"):
                    out.write(piece)
        return path


def pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member; ``Rejected`` when it cannot be read to its end."""
    try:
        with archive.open(info) as member:
            while piece := member.read(1 << 20):
                yield piece
    except DAMAGED as error:
        raise Rejected("standalone.archive-broken") from error
