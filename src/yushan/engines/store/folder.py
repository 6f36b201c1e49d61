"""A folder as a store: written aside, forced to disk, then named."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from typing import TYPE_CHECKING

from yushan.base import Absent, Conflict, Unavailable
from yushan.engines.store.port import checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASIDE = ".aside"


class FolderStore:
    """Files below one folder; ``.aside`` holds what is still being written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.aside = root / ASIDE
        self.aside.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, source: bytes | Path) -> None:
        """See `Store.put`."""
        target = self.root / checked(key)
        if target.exists():
            self._same(target, source)
            return
        aside = self.aside / uuid.uuid4().hex
        try:
            write_aside(aside, source)
            self._folder(target.parent)
            try:
                os.link(aside, target)  # unlike rename, refuses to replace
            except FileExistsError:
                self._same(target, source)
            sync_folder(target.parent)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise Unavailable("store.full") from error
            raise
        finally:
            aside.unlink(missing_ok=True)

    def _folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            for made in (folder, *folder.parents):
                sync_folder(made)
                if made == self.root:
                    break

    @staticmethod
    def _same(target: Path, source: bytes | Path) -> None:
        if isinstance(source, bytes):
            same = target.stat().st_size == len(source) and target.read_bytes() == source
        else:
            same = files_equal(target, source)
        if not same:
            raise Conflict("store.other-bytes")

    def get(self, key: str) -> bytes:
        """See `Store.get`."""
        try:
            return (self.root / checked(key)).read_bytes()
        except FileNotFoundError as error:
            raise Absent("store.absent") from error

    def read(self, key: str, start: int, length: int) -> bytes:
        """See `Store.read`."""
        try:
            handle = os.open(f"{self.root}/{checked(key)}", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise Absent("store.absent") from error
        try:
            return os.pread(handle, length, start)
        finally:
            os.close(handle)

    def read_now(self, key: str, start: int, length: int) -> memoryview | None:
        """See `Store.read_now`: what the kernel has in memory."""
        try:
            handle = os.open(f"{self.root}/{checked(key)}", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            data = bytearray(length)
            count = os.preadv(handle, [data], start, os.RWF_NOWAIT)
        except OSError:  # not in memory, or a file system that cannot tell
            return None
        finally:
            os.close(handle)
        return memoryview(data) if count == length else None

    def size(self, key: str) -> int:
        """See `Store.size`."""
        try:
            return (self.root / checked(key)).stat().st_size
        except FileNotFoundError as error:
            raise Absent("store.absent") from error

    def exists(self, key: str) -> bool:
        """See `Store.exists`."""
        return (self.root / checked(key)).is_file()

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        target = self.root / checked(key)
        target.unlink(missing_ok=True)
        if target.parent.is_dir():
            sync_folder(target.parent)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Store.keys`."""
        begin = self.root / prefix.rpartition("/")[0]  # only where such keys can be
        found = (
            path.relative_to(self.root).as_posix()
            for path in begin.rglob("*")
            if path.is_file() and ASIDE not in path.parts
        )
        return iter(sorted(key for key in found if key.startswith(prefix)))

    def local_path(self, key: str) -> Path | None:
        """See `Store.local_path`."""
        return self.root / checked(key)


def write_aside(aside: Path, source: bytes | Path) -> None:
    """Write the bytes to a new file and force them to disk."""
    with aside.open("xb") as out:
        if isinstance(source, bytes):
            out.write(source)
        else:
            with source.open("rb") as inside:
                shutil.copyfileobj(inside, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def sync_folder(folder: Path) -> None:
    """Force a folder's names to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files_equal(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while chunk := left.read(1 << 20):
            if chunk != right.read(1 << 20):
                return False
    return True
