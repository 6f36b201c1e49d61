"""Taking a folder in: a careful walk, a copy into the spool as an association of kind ``import``.

Only regular files are read; links, pipes and devices are left out with a reason; names may be any
bytes and are kept nowhere but in the hospital's journal. A file that still changes waits until it
is still. Everything is streamed: neither a million names nor a large file fills the memory.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Rejected, Unavailable
from yushan.services.gateway import queries
from yushan.services.gateway.spool import HEAD, AssociationHead, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.gateway.rules import Rules

#: Bytes copied at a time, names kept in one transaction.
PIECE: Final = 1 << 20
NAMES: Final = 200
READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True)
class ImportReport:
    """What an import did: files taken into the spool and files left out, by reason code."""

    association: str
    taken: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    #: The first hundred files that were left out: escaped name and reason code.
    examples: list[tuple[str, str]] = field(default_factory=list)

    def leave_out(self, name: str, reason: str) -> None:
        """Note a file that was not taken."""
        self.left_out[reason] += 1
        if len(self.examples) < 100:
            self.examples.append((name, reason))


def escaped(path: bytes) -> str:
    """A name that can be stored and shown: what is not printable is escaped."""
    text = path.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@contextmanager
def disk_room() -> Iterator[None]:
    """A full or failing disk is said as ``Unavailable``: nothing half written is left."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise Unavailable("gateway.disk-full" if full else "gateway.disk-failed") from error


class FolderImport:
    """One import of one folder."""

    def __init__(self, db: Database, clock: Clock, spool: Path, rules: Rules) -> None:
        self.db, self.clock, self.rules = db, clock, rules
        association, day = secrets.token_hex(16), clock.now().strftime("%Y%m%d")
        self.place = spool / day / association
        self.report = ImportReport(association)
        self.names: list[dict[str, str]] = []
        #: Files that changed a moment ago -> their size and time stamp then.
        self.restless: dict[bytes, tuple[int, int]] = {}

    def take(self, folder: Path) -> ImportReport:
        """Copy all that can be taken; see ``import_folder``."""
        root = os.fsencode(folder)
        with disk_room():
            self.open()
        for path in self.walk(root):
            self.take_file(root, path)
        if self.restless:
            self.clock.sleep(self.rules.stable_s)
        for path in list(self.restless):
            if not self.take_file(root, path):
                self.report.leave_out(self.name(root, path), "gateway.import-growing")
        with disk_room():
            self.keep_names()
            sync_folder(self.place)
        return self.report

    def open(self) -> None:
        """Make the association's folder and its head, durably, before the first object."""
        self.place.mkdir(mode=0o700, parents=True)
        head = AssociationHead(
            id=self.report.association, kind="import", calling_ae="IMPORT",
            opened=self.clock.now().isoformat(),
        )  # fmt: skip
        part = self.place / f"{HEAD}.part"
        part.write_bytes(msgspec.json.encode(head))
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(self.place / HEAD)
        for folder in (self.place, self.place.parent, self.place.parent.parent):
            sync_folder(folder)

    def name(self, root: bytes, path: bytes) -> str:
        """The file's name below the imported folder, for the hospital alone."""
        return escaped(os.path.relpath(path, root))

    def walk(self, root: bytes) -> Iterator[bytes]:
        """All entries below a folder that are not folders; links are not followed."""
        folders = [root]
        while folders:
            folder = folders.pop()
            try:
                entries = os.scandir(folder)
            except OSError:
                self.report.leave_out(self.name(root, folder), "gateway.import-unreadable")
                continue
            with entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        yield entry.path

    def take_file(self, root: bytes, path: bytes) -> bool:
        """Take one file or leave it out with a reason; false when it is not still."""
        name = self.name(root, path)
        try:
            handle = os.open(path, READ)
        except OSError as error:
            special = error.errno in {errno.ELOOP, errno.ENXIO}
            reason = "gateway.import-special" if special else "gateway.import-unreadable"
            self.report.leave_out(name, reason)
            return True
        try:
            found = os.fstat(handle)
            if reason := self.refusal(name, found):
                self.report.leave_out(name, reason)
                return True
            if not self.is_still(path, found):
                return False
            with disk_room():
                return self.copy(name, handle, found)
        finally:
            os.close(handle)

    def is_still(self, path: bytes, found: os.stat_result) -> bool:
        """Whether a file is old enough, or the same as at the first look."""
        now = (found.st_size, found.st_mtime_ns)
        if path in self.restless:
            return self.restless[path] == now
        # the age of a file is told by the file system's clock, not by ours
        if abs(time.time() - found.st_mtime) < self.rules.stable_s:
            self.restless[path] = now
            return False
        return True

    def refusal(self, name: str, found: os.stat_result) -> str:
        """Why a file is not even copied."""
        if not stat.S_ISREG(found.st_mode):
            return "gateway.import-special"
        if found.st_size > self.rules.import_bytes:
            return "gateway.import-too-large"
        if name.rpartition("/")[2].upper() == "DICOMDIR":
            return "gateway.dicomdir"
        return ""

    def copy(self, name: str, handle: int, before: os.stat_result) -> bool:
        """Write the next object of the association; false if the file changed meanwhile."""
        number = f"{self.report.taken + 1:06d}"
        file, part = f"{number}.dcm", self.place / f"{number}.part"
        try:
            with part.open("wb") as out:
                for piece in iter(lambda: os.read(handle, PIECE), b""):
                    out.write(piece)
                    if out.tell() > before.st_size:
                        return False
                out.flush()
                os.fsync(out.fileno())
                size = out.tell()
            after = os.fstat(handle)
            if (size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                return False
            self.keep_name(file, name)
            part.rename(self.place / file)
        finally:
            part.unlink(missing_ok=True)
        self.report.taken += 1
        return True

    def keep_name(self, file: str, name: str) -> None:
        """Note an original name."""
        association = self.report.association
        self.names.append({"association": association, "file": file, "name": name})
        if len(self.names) >= NAMES:
            self.keep_names()

    def keep_names(self) -> None:
        """Write the names noted so far."""
        with self.db.begin() as tx:
            queries.add_origins(tx, self.names)
        self.names.clear()


def check_folder(folder: Path, spool: Path) -> None:
    """Raise ``Rejected`` unless ``folder`` is a folder outside the spool."""
    if not folder.is_dir():
        raise Rejected("gateway.import-no-folder")
    with suppress(ValueError):
        folder.resolve().relative_to(spool.resolve())
        raise Rejected("gateway.import-from-spool")
    with suppress(ValueError):
        spool.resolve().relative_to(folder.resolve())
        raise Rejected("gateway.import-from-spool")
