"""What was made once and may be asked for again: bytes in memory, bounded in size and time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

#: Nothing is kept longer, so that what has left the commons leaves memory too.
KEPT_S: Final = 600.0


class Kept:
    """The bytes made last, up to ``limit`` in all; whoever asks has been let in before."""

    def __init__(self, limit: int, seconds: float = KEPT_S) -> None:
        self.limit, self.seconds = limit, seconds
        self.lock = threading.Lock()
        self.held: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()
        self.size = 0

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """What is kept under the key, else what ``make`` makes."""
        now = time.monotonic()
        with self.lock:
            self.clear(now)
            if (held := self.held.get(key)) is not None:
                return held[1]
        made = make()
        with self.lock:
            self.drop(key)
            if len(made) <= self.limit:
                self.held[key] = (now, made)
                self.size += len(made)
            while self.size > self.limit:
                self.drop(next(iter(self.held)))
        return made

    def clear(self, now: float) -> None:
        """Drop what is too old."""
        while self.held:
            key, (at, _) = next(iter(self.held.items()))
            if now - at < self.seconds:
                return
            self.drop(key)

    def drop(self, key: Hashable) -> None:
        """Drop one, if it is there."""
        held = self.held.pop(key, None)
        self.size -= len(held[1]) if held else 0
