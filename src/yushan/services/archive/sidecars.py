"""Sidecars from the store, the last ones kept at hand."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from yushan.domain.packs import Sidecar
from yushan.services.archive.layout import sidecar_key

if TYPE_CHECKING:
    from yushan.engines.store import Store


class Sidecars:
    """Reads sidecars; keeps those used last, up to ``limit`` instances in all."""

    def __init__(self, store: Store, limit: int = 20_000) -> None:
        self.store, self.limit = store, limit
        self.lock = threading.Lock()
        self.kept: OrderedDict[tuple[str, int], Sidecar] = OrderedDict()
        self.instances = 0

    def get(self, pack: str, number: int) -> Sidecar:
        """The sidecar of a part; treat it as immutable, others hold it too."""
        with self.lock:
            if (found := self.kept.get((pack, number))) is not None:
                self.kept.move_to_end((pack, number))
                return found
        loaded, _ = self.load(pack, number)
        with self.lock:
            if (pack, number) not in self.kept:
                self.kept[pack, number] = loaded
                self.instances += len(loaded.instances)
            while self.instances > self.limit and len(self.kept) > 1:
                self.instances -= len(self.kept.popitem(last=False)[1].instances)
        return loaded

    def load(self, pack: str, number: int) -> tuple[Sidecar, str]:
        """A sidecar as it lies in the store, and the SHA-256 of its bytes."""
        data = self.store.get(sidecar_key(pack, number))
        return Sidecar.decode(data), hashlib.sha256(data).hexdigest()

    def drop(self, pack: str) -> None:
        """Forget what is kept of a pack."""
        with self.lock:
            for key in [key for key in self.kept if key[0] == pack]:
                self.instances -= len(self.kept.pop(key).instances)
