"""A store by its address: ``file:/folder``, ``memory:``, ``s3://bucket/prefix?endpoint=…``.

Of ``s3:`` addresses ``region`` and ``key_file`` (access key and secret, one a line) may be said.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from yushan.engines.store.folder import FolderStore
from yushan.engines.store.memory import MemoryStore

if TYPE_CHECKING:
    from yushan.engines.store.port import Store


def open_store(url: str) -> Store:
    """The store that the address names; ``ValueError`` for an unknown kind."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStore(Path(parts.path).absolute())
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme == "s3":
        from yushan.engines.store.s3 import S3Store  # noqa: PLC0415 - loaded only where it is used

        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return S3Store(
            parts.netloc,
            parts.path,
            query.get("endpoint"),
            query.get("region", "us-east-1"),
            query.get("key_file", ""),
        )
    raise ValueError(f"unknown kind of store: {parts.scheme}")
