"""What every store promises; ``tests/contracts/store_kit.py`` checks each implementation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=-]*(/[A-Za-z0-9][A-Za-z0-9._=-]*){0,7}")


class Store(Protocol):
    """Bytes by key. Keys are relative paths of letters, digits and ``._=-``."""

    def put(self, key: str, source: bytes | Path) -> None:
        """Keep the bytes; on return they are on disk.

        The same bytes again are fine. ``Conflict("store.other-bytes")`` when the key holds others;
        ``Unavailable("store.full")`` when there is no room, and nothing has changed.
        """
        ...

    def get(self, key: str) -> bytes:
        """All bytes; ``Absent("store.absent")``."""
        ...

    def read(self, key: str, start: int, length: int) -> bytes:
        """``length`` bytes from ``start`` (fewer at the end); ``Absent("store.absent")``."""
        ...

    def read_now(self, key: str, start: int, length: int) -> memoryview | None:
        """The same, if neither disk nor network is waited for; None: ask `read`, which knows."""
        ...

    def size(self, key: str) -> int:
        """Number of bytes; ``Absent("store.absent")``."""
        ...

    def exists(self, key: str) -> bool:
        """Whether the key holds bytes."""
        ...

    def delete(self, key: str) -> None:
        """Remove the key; fine if it is not there."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with ``prefix``, sorted."""
        ...

    def local_path(self, key: str) -> Path | None:
        """The file that holds the bytes, where there is one (for ``pread`` and ``mmap``)."""
        ...


def checked(key: str) -> str:
    """The key, if it is one; a key never leaves its store."""
    if not KEY.fullmatch(key):
        raise ValueError("not a store key")
    return key


def contents(source: bytes | Path) -> bytes:
    """The bytes of a source."""
    return source.read_bytes() if isinstance(source, Path) else source
