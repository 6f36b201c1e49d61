"""The trees of files that a role keeps: its own folder, and the store of packs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from yushan.base import Absent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.engines.store import Store

CHUNK: Final = 8 << 20
#: In a role's folder: kept by the dump, made anew, or of no use to another life. A witness that
#: comes back older retires itself, so its key is made anew as well.
LEFT_OUT: Final = (
    "role.db",
    "flows.db",
    "work",
    "lock",
    "backed-up",
    "restored",
    "restored-before",
    "store",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file as a look at its tree found it; ``changed_ns`` 0: its bytes never change."""

    name: str
    size: int
    changed_ns: int


class Source(Protocol):
    """One tree."""

    def found(self) -> Iterator[Found]:
        """All files that are there now."""
        ...

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file's bytes; ``Absent`` when it is gone."""
        ...


Trees = dict[str, Source]


class FolderSource:
    """A role's own folder without what need not be kept."""

    def __init__(self, root: Path, left_out: frozenset[str]) -> None:
        self.root, self.left_out = root, left_out

    def found(self) -> Iterator[Found]:
        """Regular files, no links."""
        for place, folders, names in os.walk(self.root):
            inside = Path(place).relative_to(self.root)
            if place == str(self.root):
                folders[:] = [one for one in folders if not self.is_out(one)]
            for name in names:
                path, told = Path(place) / name, str(inside / name)
                if not (place == str(self.root) and self.is_out(name)) and path.is_file():
                    seen = path.lstat()
                    yield Found(told, seen.st_size, seen.st_mtime_ns)

    def is_out(self, name: str) -> bool:
        """Whether a name at the top is not kept; of a database also what lies beside it."""
        return name in self.left_out or name.startswith(("role.db", "flows.db"))

    def chunks(self, name: str) -> Iterator[bytes]:
        """See `Source.chunks`."""
        try:
            file = (self.root / name).open("rb")
        except FileNotFoundError as error:
            raise Absent("store.absent") from error
        with file:
            while chunk := file.read(CHUNK):
                yield chunk


class StoreSource:
    """The store of packs: what a key holds never changes."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def found(self) -> Iterator[Found]:
        """All keys."""
        for key in self.store.keys():  # noqa: SIM118 - a store is no mapping
            try:
                yield Found(key, self.store.size(key), 0)
            except Absent:
                continue

    def chunks(self, name: str) -> Iterator[bytes]:
        """See `Source.chunks`."""
        size = self.store.size(name)
        for start in range(0, size, CHUNK):
            yield self.store.read(name, start, CHUNK)


def held_in(data: Path, secrets: frozenset[str], store: Store | None) -> Trees:
    """The trees of a role; ``secrets`` are names in its folder that are kept apart."""
    trees: Trees = {"data": FolderSource(data, frozenset(LEFT_OUT) | secrets)}
    if store is not None:
        trees["store"] = StoreSource(store)
    return trees


def digest_of(source: Source, name: str) -> tuple[str, int]:
    """SHA-256 and size of a file; ``Absent`` when it is gone."""
    digest, size = sha256(), 0
    for chunk in source.chunks(name):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
