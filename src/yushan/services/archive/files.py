"""Files of packs that are coming in: what is counted as received is on disk."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import mmap
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yushan.base import Rejected, Unavailable
from yushan.domain.packs import read_members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """The file, open for writing and ours alone among all threads and processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if is_still(path, handle):
                yield handle
                return
        finally:
            os.close(handle)


def is_still(path: Path, handle: int) -> bool:
    """Whether the path still names the file that we locked (it may have been removed)."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    ours = os.fstat(handle)
    return (there.st_ino, there.st_dev) == (ours.st_ino, ours.st_dev)


def write_at(handle: int, path: Path, offset: int, chunk: bytes) -> None:
    """Write and force to disk, with the file's name when it is the first piece.

    Raises
    ------
    Unavailable
        ``store.full``; nothing is counted as received.
    OSError
        The disk failed; what the file holds is not known any more.
    """
    try:
        view = memoryview(chunk)
        while view:
            written = os.pwrite(handle, view, offset)
            view, offset = view[written:], offset + written
        os.fdatasync(handle)
    except OSError as error:
        if error.errno in FULL:
            raise Unavailable("store.full") from error
        raise
    if offset == len(chunk):
        sync_folder(path.parent)
        sync_folder(path.parent.parent)


def sync_folder(folder: Path) -> None:
    """Force a folder's names to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_whole(handle: int, pack: str, size: int, instances: int) -> None:
    """Hold a file against what was announced.

    Raises
    ------
    Rejected
        ``archive.wrong-size``, ``archive.wrong-hash``, ``archive.wrong-count``, ``packs.…``.
    """
    if os.fstat(handle).st_size != size:
        raise Rejected("archive.wrong-size", pack=pack, size=os.fstat(handle).st_size)
    with mmap.mmap(handle, 0, access=mmap.ACCESS_READ) as data:
        if hashlib.sha256(data).hexdigest() != pack:
            raise Rejected("archive.wrong-hash", pack=pack)
        if (found := len(read_members(data))) != instances:
            raise Rejected("archive.wrong-count", pack=pack, instances=found)


def require_room(folder: Path, size: int, reserve: int) -> None:
    """``Unavailable("store.full")`` when ``size`` bytes would eat into the reserve."""
    if shutil.disk_usage(folder).free - size < reserve:
        raise Unavailable("store.full")
