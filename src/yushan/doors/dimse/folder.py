"""The folder of one association, and one object on its way into it."""

from __future__ import annotations

import os
from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from yushan.base import Unavailable
from yushan.doors.dimse.disk import MIB, trouble
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.dimse.disk import Disk

log = log_for(__name__)

DOCUMENT: Final = "association.json"
DONE: Final = ".dcm"
UNFINISHED: Final = ".part"
DRAFT: Final = DOCUMENT + UNFINISHED

#: Free space is looked at before each object and again whenever this much of it has come.
LOOK_EVERY: Final = 64 * MIB

#: Patient data: for the owner alone.
FILE_MODE: Final = 0o600
CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Association(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``association.json``: how the objects of one folder came. ``opened`` is UTC."""

    id: str
    kind: Literal["dimse", "import"]
    calling_ae: str
    called_ae: str
    peer: str
    tls: bool
    opened: datetime


class Folder:
    """The folder of one association; objects come one after the other."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self.disk = disk
        self.path = path
        self.count = 0
        self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def describe(self, association: Association) -> None:
        """Write the document, on disk before the first object."""
        try:
            self.write_document(msgspec.json.encode(association))
        except (OSError, Unavailable):
            self.leave()
            raise

    def write_document(self, text: bytes) -> None:
        """The document by the same steps as an object."""
        fd = os.open(DRAFT, CREATE, FILE_MODE, dir_fd=self.fd)
        try:
            os.write(fd, text)
            self.disk.force(fd)
        finally:
            os.close(fd)
        os.rename(DRAFT, DOCUMENT, src_dir_fd=self.fd, dst_dir_fd=self.fd)
        self.disk.force(self.fd)

    def receive(self, head: bytes) -> Incoming:
        """Begin the next object.

        Raises
        ------
        Unavailable
            ``dimse.disk-reserve``, ``dimse.disk-full``, ``dimse.spool-disturbed``,
            ``dimse.disk-failed``
        """
        self.disk.check_service()
        self.disk.check_room()
        try:
            return Incoming(self, f"{self.count + 1:06d}", head)
        except OSError as error:
            raise Unavailable(trouble(error)) from error

    def leave(self) -> None:
        """The association is over; an empty folder goes."""
        try:
            names = set(os.listdir(self.fd))  # noqa: PTH208 - by descriptor
            if not self.count and names <= {DOCUMENT, DRAFT}:
                for name in names:
                    os.unlink(name, dir_fd=self.fd)
                self.path.rmdir()
        except OSError:
            log.warning("dimse.folder-left", extra=facts(association=self.path.name))
        finally:
            os.close(self.fd)


class Incoming:
    """One object on its way to disk: ``write`` its pieces, then ``keep`` or ``drop`` it."""

    def __init__(self, folder: Folder, name: str, head: bytes) -> None:
        self.folder = folder
        self.disk = folder.disk
        self.name = name
        self.ahead = head
        self.size = 0
        self.look = LOOK_EVERY
        self.fd = os.open(name + UNFINISHED, CREATE, FILE_MODE, dir_fd=folder.fd)

    def write(self, piece: memoryview) -> None:
        """Append a piece of the data set; the head goes with the first.

        Raises
        ------
        Unavailable
            As ``Folder.receive``; the object can then only be dropped.
        """
        chunks = (self.ahead, piece) if self.ahead else (piece,)
        try:
            rest = len(self.ahead) + len(piece) - os.writev(self.fd, chunks)
            if rest:
                write_all(self.fd, b"".join(chunks)[-rest:])
        except OSError as error:
            raise Unavailable(trouble(error)) from error
        self.ahead = b""
        self.size += len(piece)
        if self.size >= self.look:
            self.look += LOOK_EVERY
            self.disk.check_room()

    def keep(self) -> None:
        """Put the object on disk under its name; when this returns it may be answered for.

        Raises
        ------
        Unavailable
            As ``Folder.receive``; no success may be answered.
        """
        try:
            self.disk.force(self.fd)
            part, done, fd = self.name + UNFINISHED, self.name + DONE, self.folder.fd
            os.rename(part, done, src_dir_fd=fd, dst_dir_fd=fd)
            self.disk.force(fd)
        except OSError as error:
            raise Unavailable(trouble(error)) from error
        self.folder.count += 1
        self.close()

    def drop(self) -> None:
        """Remove what was written."""
        if self.fd >= 0:
            self.close()
            try:
                os.unlink(self.name + UNFINISHED, dir_fd=self.folder.fd)
            except OSError:
                log.warning("dimse.part-left", extra=facts(association=self.folder.path.name))

    def close(self) -> None:
        """Give the descriptor back; all that matters was forced before."""
        os.close(self.fd)
        self.fd = -1


def write_all(fd: int, data: bytes) -> None:
    """Write what a short write left over."""
    while data:
        data = data[os.write(fd, data) :]
