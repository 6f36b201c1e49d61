"""Store: named immutable bytes in a folder, in memory or in S3. Start at ``port.py``."""

from yushan.engines.store.folder import FolderStore
from yushan.engines.store.memory import MemoryStore
from yushan.engines.store.port import Store
from yushan.engines.store.url import open_store

__all__ = ["FolderStore", "MemoryStore", "Store", "open_store"]
