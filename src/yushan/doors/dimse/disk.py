"""The disk under a spool: forcing to it, its reserve, and what happens when it fails."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING, Final

from yushan.base import Unavailable
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = log_for(__name__)

FULL: Final = (errno.ENOSPC, errno.EDQUOT)
MIB: Final = 1 << 20


class Disk:
    """Where a spool lies; one object serves all associations of a receiver.

    ``sync`` forces a descriptor to disk; after it failed once nothing is taken any more, because
    the kernel drops what it could not write and a second call would report success.
    """

    def __init__(self, reserve_mib: int, sync: Callable[[int], None]) -> None:
        self.reserve = reserve_mib * MIB
        self.sync = sync
        self.failed = threading.Event()
        self.fd = -1

    def force(self, fd: int) -> None:
        """To disk, or out of service.

        Raises
        ------
        Unavailable
            ``dimse.disk-failed``; from now on always.
        """
        self.check_service()
        try:
            self.sync(fd)
        except OSError as error:
            self.failed.set()
            log.critical("dimse.disk-failed", extra=facts(code="dimse.disk-failed"))
            raise Unavailable("dimse.disk-failed") from error

    def check_service(self) -> None:
        """Refuse everything after a failed ``force``."""
        if self.failed.is_set():
            raise Unavailable("dimse.disk-failed")

    def check_room(self) -> None:
        """Refuse an object that would eat into the reserve."""
        try:
            status = os.statvfs(self.fd)
        except OSError as error:
            raise Unavailable("dimse.spool-disturbed") from error
        if status.f_bavail * status.f_frsize < self.reserve:
            raise Unavailable("dimse.disk-reserve")

    def force_path(self, path: Path) -> None:
        """Force a folder to disk."""
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.force(fd)
        finally:
            os.close(fd)


def trouble(error: OSError) -> str:
    """The code for an error of the file system."""
    return "dimse.disk-full" if error.errno in FULL else "dimse.spool-disturbed"
