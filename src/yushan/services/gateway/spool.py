"""The spool: a documented folder that the receiver and the import write and the journal reads.

``<spool>/<yyyymmdd>/<association>/association.json`` is durable before the first object;
``NNNNNN.dcm`` is complete and durable as soon as it has that name; ``*.part`` is not.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD: Final = "association.json"
#: Seconds after which a folder's time stamp can be trusted to show the next change.
GRAIN_S: Final = 1.0


class AssociationHead(msgspec.Struct, frozen=True, kw_only=True):
    """``association.json``: who sent what follows."""

    id: str
    kind: str = "unknown"
    calling_ae: str = ""
    called_ae: str = ""
    peer: str = ""
    tls: bool = False
    opened: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """One association's folder."""

    day: str
    association: str
    path: Path

    def head(self) -> AssociationHead:
        """Its head; a missing or broken one gives kind ``unknown``, the objects still count."""
        with suppress(OSError, msgspec.MsgspecError):
            said = msgspec.json.decode((self.path / HEAD).read_bytes(), type=AssociationHead)
            if said.id == self.association:
                return said
        return AssociationHead(id=self.association)

    def files(self) -> set[str]:
        """Names of the complete objects."""
        with suppress(FileNotFoundError):
            return {entry.name for entry in os.scandir(self.path) if entry.name.endswith(".dcm")}
        return set()


class Spool:
    """The spool folder; remembers which folders cannot have changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.settled: dict[str, int] = {}

    def folders(self) -> Iterator[Folder]:
        """All associations, oldest day first."""
        for day in sorted(self.root.iterdir()):
            if day.is_dir():
                for place in sorted(day.iterdir()):
                    if place.is_dir():
                        yield Folder(day.name, place.name, place)

    def find(self, association: str) -> Folder | None:
        """One association's folder; ``None`` when nothing came in it."""
        places = (day / association for day in sorted(self.root.iterdir(), reverse=True))
        place = next((place for place in places if place.is_dir()), None)
        return None if place is None else Folder(place.parent.name, association, place)

    def changed(self) -> Iterator[Folder]:
        """Those that may hold something new since their last ``settle``."""
        for folder in self.folders():
            if self.settled.get(folder.association) != stamp(folder.path):
                yield folder

    def settle(self, folder: Folder, seen: int) -> None:
        """Note that all was taken of what ``folder`` held when its time stamp was ``seen``.

        A change right after the listing could leave the same stamp; so only an old one counts.
        """
        if time.time_ns() - seen > GRAIN_S * 1e9:  # the file system's clock, not ours
            self.settled[folder.association] = seen

    def path(self, day: str, association: str, file: str) -> Path:
        """Where an object lies."""
        return self.root / day / association / file

    def remove_leftovers(self, before: float) -> int:
        """Delete what imports left unfinished before ``before`` (Unix time); how many.

        Receivers look after their own folders. Call it with the process's start time.
        """
        removed = 0
        for folder in self.folders():
            for part in folder.path.glob("*.part"):
                if folder.head().kind == "dimse":
                    break
                if part.stat().st_mtime < before:
                    part.unlink(missing_ok=True)
                    removed += 1
        return removed


def stamp(path: Path) -> int:
    """Time stamp of a folder in ns; 0 when it is gone."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def sync_folder(path: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
