"""A store in memory, for tests and for what may be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import Absent, Conflict
from yushan.engines.store.port import checked, contents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class MemoryStore:
    """A dictionary that keeps the store's promises except durability."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put(self, key: str, source: bytes | Path) -> None:
        """See `Store.put`."""
        data = contents(source)
        if self.held.setdefault(checked(key), data) != data:
            raise Conflict("store.other-bytes")

    def get(self, key: str) -> bytes:
        """See `Store.get`."""
        try:
            return self.held[checked(key)]
        except KeyError as error:
            raise Absent("store.absent") from error

    def read(self, key: str, start: int, length: int) -> bytes:
        """See `Store.read`."""
        return self.get(key)[start : start + length]

    def read_now(self, key: str, start: int, length: int) -> memoryview | None:
        """See `Store.read_now`."""
        data = self.held.get(checked(key))
        return None if data is None else memoryview(data)[start : start + length]

    def size(self, key: str) -> int:
        """See `Store.size`."""
        return len(self.get(key))

    def exists(self, key: str) -> bool:
        """See `Store.exists`."""
        return checked(key) in self.held

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        self.held.pop(checked(key), None)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Store.keys`."""
        return iter(sorted(key for key in self.held if key.startswith(prefix)))

    def local_path(self, key: str) -> Path | None:  # noqa: ARG002 - the port's face
        """Never: there is no file."""
        return None
