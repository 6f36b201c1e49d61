"""The spool: where objects lie from the moment they are answered for until they are judged.

Format (docs/reference/spool.md has it with reasons)::

    <spool>/<yyyymmdd>/<id>/association.json
    <spool>/<yyyymmdd>/<id>/NNNNNN.dcm

``yyyymmdd`` is the day (UTC) the association was opened, ``id`` 32 hex digits. ``association.json``
is there, on disk, before the first object. ``NNNNNN`` counts from 000001 without gaps. An object
is written as ``NNNNNN.part``, forced to disk, renamed, and the folder forced to disk; only then is
success answered. So a ``.dcm`` is complete whatever happened to the machine, and a ``.part`` is
nobody's. A folder without an object is removed when its association ends.
"""

from __future__ import annotations

import fcntl
import os
import threading
from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Unavailable
from yushan.doors.dimse.disk import Disk, trouble
from yushan.doors.dimse.folder import DOCUMENT, UNFINISHED, Association, Folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY: Final = "%Y%m%d"

#: ioctl numbers and flag of linux/fs.h, 64-bit.
GET_FLAGS: Final = 0x80086601
SET_FLAGS: Final = 0x40086602
TOP_OF_TREE: Final = 0x00020000

#: Patient data: for the owner alone.
FOLDER_MODE: Final = 0o700


class Spool:
    """The root folder of a spool; ``sync`` is what forces a descriptor to disk."""

    def __init__(
        self, root: Path, reserve_mib: int = 0, sync: Callable[[int], None] = os.fsync
    ) -> None:
        self.root = root
        self.disk = Disk(reserve_mib, sync)
        self.days: set[str] = set()
        self.turn = threading.Lock()

    def open(self, started: float) -> int:
        """Take the spool into use and remove what a dead receiver left; the number removed.

        Only ``.part`` files of DIMSE folders last touched before ``started`` (seconds since the
        epoch), and only when no other receiver uses the spool.

        Raises
        ------
        Unavailable
            ``dimse.spool-disturbed``: the folder cannot be made or opened.
        """
        try:
            self.root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self.disk.force_path(self.root.parent)
            self.disk.fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            alone = self.lock()
            return sweep(self.root, started) if alone else 0
        except OSError as error:
            raise Unavailable("dimse.spool-disturbed") from error

    def lock(self) -> bool:
        """Hold the spool together with other receivers; whether we are the only one."""
        try:
            fcntl.flock(self.disk.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        fcntl.flock(self.disk.fd, fcntl.LOCK_SH)
        return alone

    def close(self) -> None:
        """Give the folder back."""
        if self.disk.fd >= 0:
            os.close(self.disk.fd)
            self.disk.fd = -1

    def folder(self, association: Association) -> Folder:
        """Make the folder of an association, with its document, on disk."""
        self.disk.check_service()
        self.disk.check_room()
        try:
            day = self.day(association.opened.strftime(DAY))
            path = day / association.id
            path.mkdir(mode=FOLDER_MODE)
            self.disk.force_path(day)
            folder = Folder(self.disk, path)
            folder.describe(association)
        except OSError as error:
            raise Unavailable(trouble(error)) from error
        return folder

    def day(self, name: str) -> Path:
        """The folder of a day, on disk before anybody relies on it."""
        path = self.root / name
        with self.turn:
            if name not in self.days or not path.is_dir():
                path.mkdir(mode=FOLDER_MODE, exist_ok=True)
                spread(path)
                self.disk.force(self.disk.fd)
                self.days.add(name)
        return path


def spread(day: Path) -> None:
    """Ask ext4 to give each folder below its own block group (``chattr +T``).

    Else all objects share the group of the spool, and each new file is searched for past every
    inode freed there in the last minutes: up to 0.6 ms per object, measured, while the gateway
    deletes what it has sent. Other file systems refuse, and need it not.
    """
    fd = os.open(day, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flags = array("l", [0])
        fcntl.ioctl(fd, GET_FLAGS, flags)
        fcntl.ioctl(fd, SET_FLAGS, array("l", [flags[0] | TOP_OF_TREE]))
    except OSError:
        return
    finally:
        os.close(fd)


def sweep(root: Path, started: float) -> int:
    """Remove unfinished files of DIMSE folders last touched before ``started``."""
    removed = 0
    for part in root.glob(f"????????/*/*{UNFINISHED}"):
        if part.stat().st_mtime < started and is_ours(part.parent):
            part.unlink()
            removed += 1
    return removed


def is_ours(folder: Path) -> bool:
    """Whether a receiver made the folder; without a document it died before the first object."""
    try:
        document = msgspec.json.decode((folder / DOCUMENT).read_bytes(), type=Association)
    except FileNotFoundError:
        return True
    except msgspec.DecodeError:
        return False
    return document.kind == "dimse"
